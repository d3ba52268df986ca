"""The hospital's side on an encoded matrix, in a process of its own: commit, train, `bounded`, `optimum`, sign.

    python -m tests.bench.large_prove FOLDER

FOLDER is what tests.bench.encoded has made; leaves FOLDER/bundle.proofward for the verifier and prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.bundle.keys import SigningKey
from core.bundle.writer import BundleParts, build_bundle
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.engines.warm import warm_up
from core.monitor import SilentMonitor
from core.proving.attest import attest
from core.proving.commit import commit_records
from core.proving.dataset import OpenedDataset
from core.randomness import SystemTape
from core.relations.plan import TrainingPlan
from tests.bench.clock import StageMonitor, Stopwatch, peak_mb
from tests.bench.encoded import read_encoded
from tests.bench.prove import BUNDLE, CREATED


class TellingMonitor(StageMonitor):
    """Says on the error stream where it is, with seconds and the most memory so far."""

    def __init__(self) -> None:
        super().__init__()
        self._started = time.perf_counter()
        self._share = 0.0
        self.peaks: dict[str, float] = {}
        self.losses = 0

    def stage(self, name: str) -> None:
        super().stage(name)
        self._share = 0.0
        self.tell(name)

    def progress(self, share: float) -> None:
        if share >= self._share + 0.1:
            self._share = share
            self.tell(f"  {share:.0%}")

    def metric(self, name: str, step: int, value: float) -> None:
        self.losses = step

    def tell(self, text: str) -> None:
        seconds = time.perf_counter() - self._started
        print(f"{seconds:8.1f} s {peak_mb():8,.0f} MB  {text}", file=sys.stderr, flush=True)


def measure(folder: Path) -> dict[str, object]:
    """Seconds by stage, bytes and peak memory, of one run."""
    warm_up(SilentMonitor())
    rows, schema = read_encoded(folder)
    engine, tape, monitor, watch = get_engine("fast"), SystemTape(), TellingMonitor(), Stopwatch()
    peaks = {"start": peak_mb()}
    monitor.tell("commit")
    commitments, blindings = watch.run(
        "commit", lambda: commit_records(rows, engine=engine, tape=tape, monitor=monitor)
    )
    peaks["commit"] = peak_mb()
    numbers = tuple(range(1, len(rows) + 1))
    root = watch.run("root", lambda: dataset_root(numbers, commitments, schema.digest()))
    dataset = OpenedDataset(root, numbers, tuple(commitments), rows, tuple(blindings), schema)
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
            monitor=monitor,
            range_claim="bounded",
        ),
    )
    monitor.report(watch)
    peaks["prove"] = peak_mb()
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
    (folder / BUNDLE).write_bytes(bundle)
    return {
        "records": len(rows),
        "features": len(dataset.layout.features),
        "width": rows.shape[1],
        **watch.medians(),
        "proof_bytes": len(attestation.validity) + len(attestation.attestation),
        "bundle_bytes": len(bundle),
        "peak_mb": peaks,
        "training": {"steps": len(attestation.trained.losses), "newton": attestation.trained.polish_steps},
    }


def main(arguments: Sequence[str]) -> None:
    print(json.dumps(measure(Path(arguments[0]))))


if __name__ == "__main__":
    main(sys.argv[1:])
