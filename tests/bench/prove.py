"""The hospital's side on one dataset, in a process of its own: import, commit, train, prove, sign.

    python -m tests.bench.prove 2000x16 FOLDER

Leaves FOLDER/bundle.proofward for the verifier and FOLDER/training.npz for the other programs; prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.bundle.keys import SigningKey
from core.bundle.writer import BundleParts, build_bundle
from core.claims.attestation import views_of
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.engines.interface import Engine
from core.engines.warm import warm_up
from core.monitor import SilentMonitor
from core.proving.attest import Attestation, attest, excluded_numbers
from core.proving.commit import commit_records
from core.proving.dataset import OpenedDataset
from core.randomness import SystemTape
from core.records.encode import encode_csv
from core.records.infer import infer_schema
from core.records.schema import Schema
from core.records.schema_file import read_schema
from core.records.synthetic import write_cohort
from core.relations.plan import TrainingPlan
from core.resources import resource_path
from tests.bench.clock import StageMonitor, Stopwatch, peak_mb, repeated
from tests.bench.sizes import Size

BUNDLE, TRAINING = "bundle.proofward", "training.npz"
CREATED = "2026-01-01T00:00:00Z"
WARM_ROWS = 1000


def measure(size: Size, folder: Path) -> dict[str, object]:
    """Medians by stage, bytes and peak memory; one smaller throw-away run comes first, so that nothing is cold."""
    engine = get_engine("fast")
    warm_up(SilentMonitor())
    table = _sample() if size.is_sample else _synthetic(folder, size)
    warm = _sample() if size.is_sample else _synthetic(folder, Size(min(size.rows, WARM_ROWS), size.features))
    _run(*warm, engine, Stopwatch())
    watch = Stopwatch()
    last: list[tuple[OpenedDataset, Attestation]] = []

    def again() -> None:
        last[:] = []  # its memory is not to stand beside that of the next run
        last.append(_run(*table, engine, watch))

    runs = repeated(again)
    dataset, attestation = last[0]
    peak = peak_mb()
    key = SigningKey.generate("Bench", role="attester", meaning="a measurement")
    bundle = watch.run("sign", lambda: build_bundle(_parts(dataset, attestation), signers=[key], created=CREATED))
    (folder / BUNDLE).write_bytes(bundle)
    _save_training(dataset, folder / TRAINING)
    return {
        "records": len(dataset.numbers),
        "features": len(dataset.layout.features),
        "runs": runs,
        **watch.medians(),
        "proof_bytes": len(attestation.validity) + len(attestation.attestation),
        "bundle_bytes": len(bundle),
        "peak_mb": {"prove": peak},
    }


def _sample() -> tuple[Path, Schema]:
    return (
        resource_path("samples", "breast_cancer.csv"),
        read_schema(resource_path("samples", "breast_cancer.schema.json")),
    )


def _synthetic(folder: Path, size: Size) -> tuple[Path, Schema]:
    path = folder / f"{size}.csv"
    write_cohort(path, rows=size.rows, columns=size.features, seed=1)
    schema = infer_schema(path, outcome="outcome", patient_id="patient_id", consent="consent", groups=("sex",))
    return path, schema


def _run(path: Path, schema: Schema, engine: Engine, watch: Stopwatch) -> tuple[OpenedDataset, Attestation]:
    monitor, tape, stages = SilentMonitor(), SystemTape(), StageMonitor()
    encoded = watch.run("import", lambda: encode_csv(path, schema))
    commitments, blindings = watch.run(
        "commit", lambda: commit_records(encoded.rows, engine=engine, tape=tape, monitor=monitor)
    )
    root = watch.run("root", lambda: dataset_root(encoded.numbers, commitments, schema.digest()))
    dataset = OpenedDataset(root, encoded.numbers, tuple(commitments), encoded.rows, tuple(blindings), schema)
    attestation = watch.run(
        "attest",
        lambda: attest(
            dataset,
            plan=TrainingPlan(),
            nonce=None,
            hide_weights=False,
            validity=None,
            engine=engine,
            tape=tape,
            monitor=stages,
        ),
    )
    stages.report(watch)
    return dataset, attestation


def _parts(dataset: OpenedDataset, attestation: Attestation) -> BundleParts:
    return BundleParts(
        predicate=attestation.predicate,
        subject_name=attestation.subject_name,
        subject_digest=attestation.subject_digest,
        validity=attestation.validity,
        attestation=attestation.attestation,
        numbers=dataset.numbers,
        commitments=dataset.commitments,
        schema_bytes=dumps(dataset.schema.to_json()),
        model_bytes=attestation.model,
    )


def _save_training(dataset: OpenedDataset, path: Path) -> None:
    """Encoded features and outcomes of the training view."""
    views = views_of(
        dataset.numbers, excluded=excluded_numbers(dataset), root=dataset.root, plan=TrainingPlan(), nonce=None
    )
    rows = dataset.rows[np.asarray(views.train)]
    np.savez(path, features=rows[:, list(dataset.layout.features)], outcomes=rows[:, dataset.layout.outcome])


def main(arguments: Sequence[str]) -> None:
    print(json.dumps(measure(Size.parse(arguments[0]), Path(arguments[1]))))


if __name__ == "__main__":
    main(sys.argv[1:])
