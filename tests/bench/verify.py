"""The auditor's side on one bundle, in a process of its own that knows no prover.

    python -m tests.bench.verify BUNDLE BACKEND

On the native backend one verification is thrown away first; on the reference backend there is one, and it is cold.
Prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core.verification.verify import verify_bundle
from tests.bench.clock import Stopwatch, peak_mb, repeated


def measure(path: Path, backend: str) -> dict[str, object]:
    """Median seconds of a verification, peak memory, and the distance that it proves."""
    watch, distances = Stopwatch(), set()

    def verify(clock: Stopwatch) -> None:
        report = clock.run("verify", lambda: verify_bundle(path, backend=backend))
        if report.verdict != "accepted":
            raise SystemExit(f"What was measured does not verify: {report.sentence}")
        distances.add(report.numbers["distance"])

    if backend == "native":
        verify(Stopwatch())
        repeated(lambda: verify(watch))
    else:
        verify(watch)
    return {**watch.medians(), "peak_mb": {"verify": peak_mb()}, "distance": distances.pop()}


def main(arguments: Sequence[str]) -> None:
    path, backend = arguments
    print(json.dumps(measure(Path(path), backend)))


if __name__ == "__main__":
    main(sys.argv[1:])
