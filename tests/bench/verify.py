"""The auditor's side on one bundle, in a process of its own that knows no prover.

    python -m tests.bench.verify BUNDLE BACKEND RUNS

One verification is thrown away first where there is more than one run; prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core.verification.verify import verify_bundle
from tests.bench.clock import Stopwatch, peak_mb


def measure(path: Path, backend: str, runs: int) -> dict[str, object]:
    """Median seconds of a verification, peak memory, and the distance that it proves."""
    watch, warm = Stopwatch(), Stopwatch()
    for run in range(runs + (runs > 1)):
        clock = warm if runs > 1 and run == 0 else watch
        report = clock.run("verify", lambda: verify_bundle(path, backend=backend))
        if report.verdict != "accepted":
            raise SystemExit(f"What was measured does not verify: {report.sentence}")
    return {**watch.medians(), "peak_mb": {"verify": peak_mb()}, "distance": report.numbers["distance"]}


def main(arguments: Sequence[str]) -> None:
    path, backend, runs = arguments
    print(json.dumps(measure(Path(path), backend, int(runs))))


if __name__ == "__main__":
    main(sys.argv[1:])
