"""`make bench-large`: 262,144 records of 1,024 features, `optimum` and `bounded`, streamed from the disk.

    python -m tests.bench.large [ROWSxFEATURES]

The cohort is written, proven and verified by three processes; the prover maps the matrix from its file. Sizes for which
`bounded` is not accepted are proven and not verified. build/bench-large.json holds every figure, build/bench-large.md
the tables; a run of the whole size also replaces them in docs/performance.md. Needs 1 GB of disk.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.claims.validity.relation import LARGEST_VALIDITY, ValidityRelation
from core.records.layout import RowLayout
from core.records.schema_file import read_schema
from tests.bench import machine, page, tables
from tests.bench.__main__ import BUILD, DOCS, PartError, part
from tests.bench.encoded import SCHEMA
from tests.bench.prove import BUNDLE
from tests.bench.sizes import Size

WHOLE = Size(262_144, 1_024)
STAGES = {
    "commit": "commit",
    "root": "Merkle root",
    "split": "split",
    "train": "train",
    "bounded": "prove bounded",
    "optimum": "prove optimum",
    "work": "commit + train + prove",
    "sign": "sign and write",
    "verify": "verify",
}
WORK = ("commit", "train", "bounded", "optimum")
AIMS = {"work": 600.0, "verify": 26.0, "proof_mb": 1.0, "peak_gib": 16.0}
"""Seconds, 10^6 bytes and GiB, on two cores."""
MARKS = ("<!-- large: begin -->", "<!-- large: end -->")


def measure(size: Size) -> dict[str, Any]:
    """All figures of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        part("encoded", size, folder)
        began, neighbours = time.monotonic(), machine.Neighbours()
        result = part("large_prove", folder)
        layout = RowLayout.from_schema(read_schema(folder / SCHEMA))
        if ValidityRelation(size.rows, layout).cell_variables > LARGEST_VALIDITY:
            checked = part("verify", folder / BUNDLE, "native")
            for kind in ("seconds", "cpu_seconds"):
                result[kind]["verify"] = checked[kind]["verify"]
            result["peak_mb"] |= checked["peak_mb"]
            result["distance"] = checked["distance"]
        result["other_work_cores"] = neighbours.cores()
    for kind in ("seconds", "cpu_seconds"):
        result[kind]["work"] = sum(result[kind][stage] for stage in WORK)
    result |= {"machine": machine.describe(), "day": datetime.now(UTC).date().isoformat()}
    result["minutes"] = (time.monotonic() - began) / 60
    return result


def tables_of(result: dict[str, Any]) -> str:
    """The stages, then sizes and aims."""
    seconds, spent = result["seconds"], result["cpu_seconds"]
    lines = [["stage", "seconds", "of the processor"]]
    lines += [[text, f"{seconds[s]:,.1f}", f"{spent[s]:,.1f}"] for s, text in STAGES.items() if s in seconds]
    figures = [
        ("commit + train + prove", seconds["work"], AIMS["work"], "s"),
        ("verify", seconds.get("verify"), AIMS["verify"], "s"),
        ("both proofs", result["proof_bytes"] / 1e6, AIMS["proof_mb"], "MB"),
        ("peak memory proving", result["peak_mb"]["prove"] * 1e6 / 2**30, AIMS["peak_gib"], "GiB"),
    ]
    aims = [["", "measured", "aim", ""]]
    aims += [
        [name, f"{value:,.3g} {unit}", f"{aim:g} {unit}", "met" if value <= aim else "missed"]
        for name, value, aim, unit in figures
        if value is not None
    ]
    others = result["other_work_cores"]
    beside = "" if others is None else f" Other work took {others:.1f} of its {result['machine']['cores']} cores."
    head = (
        f"{tables.name(result)} (rows of {result['width']:,}), {result['machine']['processor']}, {result['day']};"
        f" proven once, verification the median of a few.{beside}"
    )
    return f"{head}\n\n{tables.table(lines)}\n\n{tables.table(aims)}"


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 if a part did not work, 2 for a size that is none."""
    try:
        size = Size.parse(arguments[0]) if arguments else WHOLE
    except ValueError:
        print("a size is ROWSxFEATURES, such as 65536x1024", file=sys.stderr)
        return 2
    try:
        result = measure(size)
    except PartError as error:
        print(f"it did not work: {error}", file=sys.stderr)
        return 1
    publish(result, whole=size == WHOLE)
    return 0


def publish(result: dict[str, Any], *, whole: bool) -> None:
    """Print the tables and write them and the figures."""
    text = tables_of(result)
    print(f"\n{text}\n")
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench-large.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (BUILD / "bench-large.md").write_text(text + "\n", encoding="utf-8")
    if whole:
        target = DOCS / "performance.md"
        target.write_text(page.replace(target.read_text(encoding="utf-8"), text, MARKS), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
