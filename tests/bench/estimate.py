"""What `proofward attest --estimate` foretells beside what then happens, in one process and one moment.

    python -m tests.bench.estimate [SIZE ...]
    python -m tests.bench.estimate --against build/bench-large.json

Without sizes the usual four. Times are compared on the clock and in processor seconds, which other work on the machine
hardly touches. A stage that takes less than a second on both is shown and not judged. Memory is the process's own
largest resident size, so each size has a process of its own. The second form foretells what tests.bench.large has
measured, on this machine and not long ago.
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
from core.proving.forecast.table import plain_schema
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
JUDGED_FROM = 1.0
"""Seconds from which on a stage is worth an estimate of its own."""
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


def foretell_only(measured: dict[str, Any]) -> dict[str, Any]:
    """Predicted figures beside those of a run of tests.bench.large."""
    engine, monitor, plan = get_engine("fast"), SilentMonitor(), TrainingPlan()
    warm_up(monitor)
    count = measured["records"]
    test = int(count * plan.test_fraction)
    shape = Shape(plain_schema(measured["features"]), count, count - test, test, plan)
    began = time.perf_counter()
    costs = calibrate(shape, engine=engine, monitor=monitor)
    foretold = {stage: cost_of(work, costs) for stage, work in work_of(shape).items()}
    names = {stage: {"bundle": "sign", "check": "verify"}.get(stage, stage) for stage in foretold}
    key = SigningKey.generate("Bench", role="attester", meaning="a measurement")
    return {
        "size": f"{count}x{measured['features']}",
        "calibration_seconds": time.perf_counter() - began,
        "stages": {
            stage: {
                "wall": [cost.wall, measured["seconds"][names[stage]]],
                "cpu": [cost.cpu, measured["cpu_seconds"][names[stage]]],
            }
            for stage, cost in foretold.items()
        },
        "units_us": {name: round(cost.cpu * 1e6, 3) for name, cost in costs.items()},
        "memory_mb": [max(memory_of(shape).values()) / 1e6, measured["peak_mb"]["prove"]],
        "bundle_bytes": [sizes_of(shape, signers=[key], tool_version=VERSION).bundle, measured["bundle_bytes"]],
    }


def figures_of(found: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """Foretold and real seconds by stage and kind, the last line all stages of an attestation together."""
    attest = [figures for stage, figures in found["stages"].items() if stage != "commit"]  # a part of the import
    total = {kind: [sum(figures[kind][k] for figures in attest) for k in (0, 1)] for kind in ("wall", "cpu")}
    return {**found["stages"], TOTAL: total}


def missed(figures: dict[str, list[float]]) -> bool:
    """Whether a stage that is worth it is foretold in processor seconds by more than the allowed share wrong."""
    foretold, real = figures["cpu"]
    return max(real, figures["wall"][1]) >= JUDGED_FROM and abs(foretold - real) > ALLOWED * real


def lines_of(found: dict[str, Any]) -> list[str]:
    """A table of one size: foretold, real, the one as a share of the other, and which stages are missed."""
    rows = [f"{found['size']}, calibrated in {found['calibration_seconds']:.1f} s"]
    for stage, figures in figures_of(found).items():
        cells = [f"{kind} {a:8.3f} {b:8.3f} {_ratio(a, b)}" for kind, (a, b) in figures.items()]
        rows.append(f"  {stage:<11}" + "   ".join(cells) + ("   MISSED" if missed(figures) else ""))
    for name in ("memory_mb", "bundle_bytes"):
        a, b = found[name]
        rows.append(f"  {name:<13} {a:12.0f} {b:12.0f} {_ratio(a, b)}" + ("   MISSED" if _far(a, b) else ""))
    return rows


def _ratio(foretold: float, real: float) -> str:
    return f"{foretold / real:5.2f}" if real > 0 else "    -"


def _far(foretold: float, real: float) -> bool:
    return abs(foretold - real) > ALLOWED * real


def within(found: dict[str, Any]) -> bool:
    """Whether every stage that is worth it, all stages together, memory and size are foretold as well as is allowed."""
    stages = figures_of(found)
    total = stages.pop(TOTAL)["cpu"]
    return not any(map(missed, stages.values())) and not any(
        _far(*pair) for pair in (total, found["memory_mb"], found["bundle_bytes"])
    )


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 if a prediction is more than the allowed share off."""
    if arguments and arguments[0] == "--one":
        with tempfile.TemporaryDirectory() as name:
            print(json.dumps(foretell_and_do(Size.parse(arguments[1]), Path(name))))
        return 0
    if arguments and arguments[0] == "--against":
        results = [foretell_only(json.loads(Path(arguments[1]).read_text(encoding="utf-8")))]
    else:
        results = [_in_a_process(size) for size in [Size.parse(argument) for argument in arguments] or USUAL]
    print("foretold, real, foretold / real")
    for found in results:
        print("\n".join(lines_of(found)), flush=True)
        if os.environ.get("UNITS"):
            print(found["units_us"])
    good = all(map(within, results))
    print(f"within {ALLOWED:.0%}: {'yes' if good else 'no'}")
    return 0 if good else 1


def _in_a_process(size: Size) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.estimate", "--one", str(size)],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
