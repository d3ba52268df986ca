"""What `proofward attest --estimate` foretells beside what then happens, in one process and one moment.

    python -m tests.bench.estimate [SIZE ...]

Without sizes the usual four. Times are compared on the clock and in processor seconds, which other work on the machine
hardly touches. Memory is the process's own largest resident size, so each size has a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.bundle.keys import SigningKey
from core.bundle.writer import BundleParts, build_bundle
from core.claims.attestation import views_of
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.engines.warm import warm_up
from core.monitor import SilentMonitor
from core.proving.attest import attest, excluded_numbers
from core.proving.commit import commit_records
from core.proving.dataset import OpenedDataset
from core.proving.forecast.calibration import calibrate
from core.proving.forecast.costs import cost_of
from core.proving.forecast.memory import memory_of
from core.proving.forecast.shape import Shape
from core.proving.forecast.sizes import sizes_of
from core.proving.forecast.work import work_of
from core.randomness import SystemTape
from core.records.encode import encode_csv
from core.records.infer import infer_schema
from core.records.schema_file import read_schema
from core.records.synthetic import write_cohort
from core.relations.plan import TrainingPlan
from core.resources import resource_path
from core.settings import VERSION
from core.verification.verify import verify_bundle
from tests.bench.clock import StageMonitor, Stopwatch, peak_mb
from tests.bench.sizes import USUAL, Size

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = 0.4
TOTAL = "all stages"


def foretell_and_do(size: Size, folder: Path) -> dict[str, Any]:
    """Predicted and real figures of one size."""
    engine, monitor, tape, plan = get_engine("fast"), SilentMonitor(), SystemTape(), TrainingPlan()
    warm_up(monitor)
    path, schema = _table(size, folder)
    encoded = encode_csv(path, schema)
    watch = Stopwatch()
    commitments, blindings = watch.run(
        "commit", lambda: commit_records(encoded.rows, engine=engine, tape=tape, monitor=monitor)
    )
    root = dataset_root(encoded.numbers, commitments, schema.digest())
    dataset = OpenedDataset(root, encoded.numbers, tuple(commitments), encoded.rows, tuple(blindings), schema)
    excluded = excluded_numbers(dataset)
    views = views_of(dataset.numbers, excluded=excluded, root=root, plan=plan, nonce=None)
    shape = Shape(schema, len(dataset.numbers), len(views.train), len(views.test), plan, None, tuple(excluded))
    key = SigningKey.generate("Bench", role="attester", meaning="a measurement")
    began = time.perf_counter()
    costs = calibrate(shape, engine=engine, monitor=monitor)
    calibration = time.perf_counter() - began
    foretold = {stage: cost_of(work, costs) for stage, work in work_of(shape).items()}
    stages = StageMonitor()
    made = attest(
        dataset,
        plan=plan,
        nonce=None,
        hide_weights=False,
        validity=None,
        engine=engine,
        tape=tape,
        monitor=stages,
    )
    stages.report(watch)
    parts = BundleParts(
        predicate=made.predicate,
        subject_name=made.subject_name,
        subject_digest=made.subject_digest,
        validity=made.validity,
        attestation=made.attestation,
        numbers=dataset.numbers,
        commitments=dataset.commitments,
        schema_bytes=dumps(schema.to_json()),
        model_bytes=made.model,
        tool_version=VERSION,
    )
    bundle = watch.run("bundle", lambda: build_bundle(parts, signers=[key], created="2026-01-01T00:00:00Z"))
    report = watch.run("check", lambda: verify_bundle(bundle))
    if report.verdict != "accepted":
        raise SystemExit(f"What was measured does not verify: {report.sentence}")
    real = watch.medians()
    return {
        "size": str(size),
        "calibration_seconds": calibration,
        "stages": {
            stage: {
                "wall": [cost.wall, real["seconds"][stage]],
                "cpu": [cost.cpu, real["cpu_seconds"][stage]],
            }
            for stage, cost in foretold.items()
        },
        "units_us": {name: round(cost.cpu * 1e6, 3) for name, cost in costs.items()},
        "memory_mb": [max(memory_of(shape).values()) / 1e6, peak_mb()],
        "bundle_bytes": [sizes_of(shape, signers=[key], tool_version=VERSION).bundle, len(bundle)],
    }


def _table(size: Size, folder: Path) -> tuple[Path, Any]:
    if size.is_sample:
        return resource_path("samples", "breast_cancer.csv"), read_schema(
            resource_path("samples", "breast_cancer.schema.json")
        )
    path = folder / f"{size}.csv"
    write_cohort(path, rows=size.rows, columns=size.features, seed=1)
    schema = infer_schema(path, outcome="outcome", patient_id="patient_id", consent="consent", groups=("sex",))
    return path, schema


def lines_of(found: dict[str, Any]) -> list[str]:
    """A table of one size: foretold, real, and the one as a share of the other."""
    rows = [f"{found['size']}, calibrated in {found['calibration_seconds']:.1f} s"]
    total = {kind: [0.0, 0.0] for kind in ("wall", "cpu")}
    for stage, figures in found["stages"].items():
        for kind, sums in total.items():
            if stage != "commit":  # that belongs to the import
                sums[0] += figures[kind][0]
                sums[1] += figures[kind][1]
    for stage, figures in {**found["stages"], TOTAL: total}.items():
        cells = [f"{kind} {a:8.3f} {b:8.3f} {_ratio(a, b)}" for kind, (a, b) in figures.items()]
        rows.append(f"  {stage:<11}" + "   ".join(cells))
    for name in ("memory_mb", "bundle_bytes"):
        a, b = found[name]
        rows.append(f"  {name:<13} {a:12.0f} {b:12.0f} {_ratio(a, b)}")
    return rows


def _ratio(foretold: float, real: float) -> str:
    return f"{foretold / real:5.2f}" if real > 0 else "    -"


def within(found: dict[str, Any]) -> bool:
    """Whether processor seconds of all stages, memory and size are foretold within the share that is allowed."""
    stages = [figures["cpu"] for stage, figures in found["stages"].items() if stage != "commit"]
    pairs = [[sum(a for a, _ in stages), sum(b for _, b in stages)], found["memory_mb"], found["bundle_bytes"]]
    return all(abs(foretold - real) <= ALLOWED * real for foretold, real in pairs)


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 if a prediction is more than the allowed share off."""
    if arguments and arguments[0] == "--one":
        with tempfile.TemporaryDirectory() as name:
            print(json.dumps(foretell_and_do(Size.parse(arguments[1]), Path(name))))
        return 0
    good = True
    print("foretold, real, foretold / real")
    for size in [Size.parse(argument) for argument in arguments] or USUAL:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.estimate", "--one", str(size)],
            cwd=ROOT,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        good = good and within(found)
        print("\n".join(lines_of(found)), flush=True)
        if os.environ.get("UNITS"):
            print(found["units_us"])
    print(f"within {ALLOWED:.0%}: {'yes' if good else 'no'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
