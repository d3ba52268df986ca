"""Training alone, without commitment or proof, on the same training view: scikit-learn's fit and our own in torch.

    python -m tests.bench.others TRAINING.npz

One run of each is thrown away first; prints JSON.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from core.monitor import SilentMonitor
from core.relations.plan import TrainingPlan
from core.training.trainer import fit
from tests.bench.clock import Stopwatch, repeated


def measure(path: Path) -> dict[str, dict[str, float]]:
    """Median seconds of both; the same objective, each with its own stopping rule (scikit-learn's by default)."""
    plan = TrainingPlan()
    with np.load(path) as arrays:
        features, outcomes = arrays["features"].astype(np.uint16), arrays["outcomes"].astype(np.int64)
    with_ones = np.hstack([features / 65536, np.ones((len(features), 1))])

    def scikit_learn() -> LogisticRegression:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return LogisticRegression(C=float(plan.c), fit_intercept=False, max_iter=10_000).fit(with_ones, outcomes)

    def both(clock: Stopwatch) -> None:
        clock.run("scikit_learn", scikit_learn)
        clock.run("torch", lambda: fit(features, outcomes, plan=plan, monitor=SilentMonitor()))

    watch = Stopwatch()
    both(Stopwatch())
    repeated(lambda: both(watch))
    return watch.medians()


def main(arguments: Sequence[str]) -> None:
    (path,) = arguments
    print(json.dumps(measure(Path(path))))


if __name__ == "__main__":
    main(sys.argv[1:])
