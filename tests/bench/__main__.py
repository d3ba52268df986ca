"""`make bench`: the whole way of a dataset measured on this machine, several sizes side by side.

    python -m tests.bench [SIZE ...]         SIZE is "sample" or ROWSxFEATURES; without any, the usual four

Each part runs in a process of its own. build/bench.json holds every figure, build/bench.md and build/bench.svg the
tables and the chart; a run of the usual sizes also replaces them in docs/performance.md and docs/performance.svg.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import core.jobs  # noqa: F401  (the parts have numpy's memory set up as the program has it)
from tests.bench import chart, machine, page, tables
from tests.bench.sizes import USUAL, Size

ROOT = Path(__file__).resolve().parents[2]
BUILD, DOCS = ROOT / "build", ROOT / "docs"
PROVING = ("commit", "validity", "bounded", "optimum")
LIMIT = 1200
"""Seconds after which one part counts as stuck."""


class PartError(Exception):
    """One part of a measurement did not work; it has said why on the error stream."""


def part(module: str, *arguments: object) -> dict[str, Any]:
    """What one measuring process prints."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *(str(argument) for argument in arguments)]
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=LIMIT)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise PartError(f"tests.bench.{module} {' '.join(map(str, arguments))}: {type(error).__name__}") from error
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(size: Size) -> dict[str, Any]:
    """All figures of one size."""
    neighbours = machine.Neighbours()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = part("prove", size, folder)
        bundle = folder / "bundle.proofward"
        native = part("verify", bundle, "native")
        merge(result, native, {"verify": "verify"})
        result["distance"] = native["distance"]
        if size.reference:
            merge(result, part("verify", bundle, "reference"), {"verify": "verify_reference"})
        merge(result, part("others", folder / "training.npz"), {"torch": "torch", "scikit_learn": "scikit_learn"})
    for kind in ("seconds", "cpu_seconds"):
        result[kind]["prove"] = sum(result[kind].get(stage, 0.0) for stage in PROVING)
    result["other_work_cores"] = neighbours.cores()
    return result


def merge(result: dict[str, Any], other: dict[str, Any], names: dict[str, str]) -> None:
    """Take stages of another process over under new names, and its memory where it is not the reference's."""
    for kind in ("seconds", "cpu_seconds"):
        result[kind].update({new: other[kind][old] for old, new in names.items()})
    if "verify_reference" not in names.values():
        result["peak_mb"].update(other.get("peak_mb", {}))


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 if a part did not work, 2 for a size that is none."""
    try:
        sizes = [Size.parse(argument) for argument in arguments] or list(USUAL)
    except ValueError:
        print('a size is "sample" or ROWSxFEATURES, such as 2000x16', file=sys.stderr)
        return 2
    began, neighbours = time.monotonic(), machine.Neighbours()
    results: list[dict[str, Any]] = []
    beside: dict[str, dict[str, Any]] = {"rows": {}, "start": {}}
    failed = False
    for module, text in (("rows", "row commitments"), ("start", "later starts")):
        try:
            print(f"{text} ...", flush=True)
            beside[module] = part(module)
        except PartError as error:
            print(f"it did not work: {error}", file=sys.stderr)
            failed = True
    for size in sizes:
        try:
            print(f"{size} ...", flush=True)
            results.append(measure(size))
            print(tables.times(results[-1:]), flush=True)
        except PartError as error:
            print(f"it did not work: {error}", file=sys.stderr)
            failed = True
    if not results:
        return 1
    document = {
        "machine": machine.describe(),
        "day": datetime.now(UTC).date().isoformat(),
        "minutes": (time.monotonic() - began) / 60,
        "other_work_cores": neighbours.cores(),
        "rows": beside["rows"],
        "starts": beside["start"],
        "sizes": results,
        "slopes": {kind: tables.slopes(results, kind) for kind in ("seconds", "cpu_seconds")},
    }
    publish(document, whole=not failed and sizes == list(USUAL))
    return int(failed)


def publish(document: dict[str, Any], *, whole: bool) -> None:
    """Print the tables; write them, the chart and the figures."""
    text, picture = page.measured(document), chart.draw(document["sizes"])
    print(f"\n{text}\n")
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (BUILD / "bench.md").write_text(text + "\n", encoding="utf-8")
    (BUILD / "bench.svg").write_text(picture, encoding="utf-8")
    written = "build/bench.json, build/bench.md, build/bench.svg"
    if whole:
        target = DOCS / "performance.md"
        target.write_text(page.replace(target.read_text(encoding="utf-8"), text), encoding="utf-8")
        (DOCS / "performance.svg").write_text(picture, encoding="utf-8")
        written += ", docs/performance.md, docs/performance.svg"
    print(f"Written: {written}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
