"""The main job measured stage by stage on one dataset, in a process of its own so that peak memory is that job's."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from core.bundle.keys import SigningKey
from core.bundle.writer import BundleParts, build_bundle
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.engines.interface import Engine
from core.errors import InternalError
from core.monitor import SilentMonitor
from core.proving.attest import attest
from core.proving.commit import commit_records
from core.proving.dataset import OpenedDataset
from core.randomness import SystemTape
from core.records.dataset import EncodedDataset
from core.records.encode import encode_csv
from core.records.infer import infer_schema
from core.records.layout import RowLayout
from core.records.schema import Schema
from core.records.schema_file import read_schema
from core.records.synthetic import write_cohort
from core.relations.plan import TrainingPlan
from core.resources import resource_path
from core.verification.verify import verify_bundle

SAMPLE = "sample"
WARM_UP = (64, 2)
CREATED = "2026-01-01T00:00:00Z"

_Result = TypeVar("_Result")


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def run(self, name: str, work: Callable[[], _Result]) -> _Result:
        started = time.perf_counter()
        result = work()
        self.seconds[name] = time.perf_counter() - started
        return result


def measure(size: str, *, reference: bool) -> dict[str, object]:
    """Seconds by stage, bytes and peak memory for "sample" or "ROWSxCOLUMNS"; kernels are compiled and warm before."""
    engine = get_engine("fast")
    with tempfile.TemporaryDirectory() as name:
        _run(*_synthetic(Path(name), *WARM_UP), engine, Stopwatch(), reference=False)
        if size == SAMPLE:
            path, schema = resource_path("samples", "breast_cancer.csv"), _sample_schema()
        else:
            rows, columns = (int(part) for part in size.split("x"))
            path, schema = _synthetic(Path(name), rows, columns)
        return _run(path, schema, engine, Stopwatch(), reference=reference)


def _sample_schema() -> Schema:
    return read_schema(resource_path("samples", "breast_cancer.schema.json"))


def _synthetic(folder: Path, rows: int, columns: int) -> tuple[Path, Schema]:
    path = folder / f"{rows}x{columns}.csv"
    write_cohort(path, rows=rows, columns=columns, seed=1)
    schema = infer_schema(path, outcome="outcome", patient_id="patient_id", consent="consent", groups=("sex",))
    return path, schema


def _run(path: Path, schema: Schema, engine: Engine, watch: Stopwatch, *, reference: bool) -> dict[str, object]:
    monitor, tape = SilentMonitor(), SystemTape()
    encoded = watch.run("import", lambda: encode_csv(path, schema))
    commitments, blindings = watch.run(
        "commit", lambda: commit_records(encoded.rows, engine=engine, tape=tape, monitor=monitor)
    )
    root = dataset_root(encoded.numbers, commitments, schema.digest())
    dataset = OpenedDataset(root, encoded.numbers, tuple(commitments), encoded.rows, tuple(blindings), schema)
    plan = TrainingPlan()
    attestation = watch.run(
        "attest",
        lambda: attest(
            dataset,
            plan=plan,
            nonce=None,
            hide_weights=False,
            validity=None,
            engine=engine,
            tape=tape,
            monitor=monitor,
        ),
    )
    parts = BundleParts(
        predicate=attestation.predicate,
        subject_name=attestation.subject_name,
        subject_digest=attestation.subject_digest,
        validity=attestation.validity,
        attestation=attestation.attestation,
        numbers=dataset.numbers,
        commitments=dataset.commitments,
        schema_bytes=dumps(schema.to_json()),
        model_bytes=attestation.model,
    )
    key = SigningKey.generate("Bench", role="attester", meaning="a measurement")
    bundle = watch.run("sign", lambda: build_bundle(parts, signers=[key], created=CREATED))
    report = watch.run("verify", lambda: verify_bundle(bundle))
    if report.verdict != "accepted":
        raise InternalError("bench.rejected", f"What was measured does not verify: {report.sentence}")
    if reference:
        watch.run("verify_reference", lambda: verify_bundle(bundle, backend="reference"))
    watch.run("scikit_learn", lambda: _fit(encoded, schema, plan))
    seconds = {**attestation.seconds, **watch.seconds}
    return {
        "records": len(encoded.numbers),
        "features": len(RowLayout.from_schema(schema).features),
        "distance": report.numbers["distance"],
        "seconds": seconds,
        "proof_bytes": len(attestation.validity) + len(attestation.attestation),
        "bundle_bytes": len(bundle),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _fit(encoded: EncodedDataset, schema: Schema, plan: TrainingPlan) -> None:
    from sklearn.linear_model import LogisticRegression

    layout = RowLayout.from_schema(schema)
    features = encoded.rows[:, list(layout.features)] / 65536
    ones = np.ones((len(features), 1))
    LogisticRegression(C=float(plan.c), fit_intercept=False, tol=1e-10, max_iter=10_000).fit(
        np.hstack([features, ones]), encoded.rows[:, layout.outcome]
    )


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], reference="--reference" in sys.argv)))
