"""Made-up cohorts of any size, streamed to disk, to try the program out and to measure it. No patient is in them.

Every patient id begins with SYNTHETIC. Features share a hidden severity; the outcome is drawn from a logistic model of
them, so that there is something to learn and a truth to compare with.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.monitor import Monitor, SilentMonitor

MAX_FEATURES = 1024
MAX_SEED = (1 << 32) - 1
MAX_COHORT_ROWS = 1 << 20
LIMIT = 4
"""Features lie in [-LIMIT, LIMIT], in steps of 1/GRID."""
GRID = 1000
_CHUNK = 2048
_TEXTS = [f"{code / GRID:.3f}" for code in range(-LIMIT * GRID, LIMIT * GRID + 1)]
_WITH_CONSENT = 0.98


@dataclass(frozen=True, slots=True)
class Cohort:
    """What was written: outcome = 1 with probability 1 / (1 + exp(-(<x, weights> + bias))), x as in the file."""

    rows: int
    seed: int
    weights: tuple[float, ...]
    bias: float


def write_cohort(path: Path | str, *, rows: int, columns: int, seed: int, monitor: Monitor | None = None) -> Cohort:
    """Write `rows` synthetic patients with features x1..x`columns` as CSV; the same seed gives the same file.

    Columns: patient_id, x1.., sex (f, m), consent (yes, no), outcome (0, 1). Stage "write". InputError sample.*; what
    was written so far is removed on any failure. CancelledError through the monitor.
    """
    _check(rows, columns, seed)
    watch = monitor or SilentMonitor()
    watch.stage("write")
    # The legacy generator's stream is frozen by numpy's policy (NEP 19), so a seed means the same file in years.
    random = np.random.RandomState(seed)
    weights = random.standard_normal(columns) * (2.0 / np.sqrt(columns))
    bias = -0.5
    target = Path(path)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            names = ",".join(f"x{j}" for j in range(1, columns + 1))
            file.write(f"patient_id,{names},sex,consent,outcome\n")
            for first in range(0, rows, _CHUNK):
                watch.check()
                file.write(_chunk(random, first, min(_CHUNK, rows - first), weights, bias))
                watch.progress(min(1.0, (first + _CHUNK) / rows))
        os.replace(part, target)
    except OSError as error:
        part.unlink(missing_ok=True)
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        message = f"The file cannot be written ({reason})."
        raise InputError("sample.unwritable", message, "Choose another place.") from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Cohort(rows=rows, seed=seed, weights=tuple(float(w) for w in weights), bias=bias)


def _chunk(random: np.random.RandomState, first: int, count: int, weights: NDArray[np.float64], bias: float) -> str:
    """Lines of `count` patients, the first of them number first + 1."""
    severity = random.standard_normal((count, 1))
    raw = 0.5 * severity + np.sqrt(0.75) * random.standard_normal((count, len(weights)))
    codes = np.clip(np.rint(raw * GRID), -LIMIT * GRID, LIMIT * GRID).astype(np.int64)
    logits = codes @ weights / GRID + bias
    outcome = random.random_sample(count) < 1.0 / (1.0 + np.exp(-logits))
    female = random.random_sample(count) < 0.5
    consent = random.random_sample(count) < _WITH_CONSENT
    lines = []
    for i, row in enumerate((codes + LIMIT * GRID).tolist()):
        values = ",".join([_TEXTS[code] for code in row])
        lines.append(
            f"SYNTHETIC-{first + i + 1:07d},{values},{'f' if female[i] else 'm'},"
            f"{'yes' if consent[i] else 'no'},{int(outcome[i])}\n"
        )
    return "".join(lines)


def _check(rows: int, columns: int, seed: int) -> None:
    if not 1 <= rows <= MAX_COHORT_ROWS:
        raise InputError("sample.rows", f"A synthetic cohort has 1 to {MAX_COHORT_ROWS} rows.")
    if not 1 <= columns <= MAX_FEATURES:
        raise InputError("sample.columns", f"A synthetic cohort has 1 to {MAX_FEATURES} features.")
    if not 0 <= seed <= MAX_SEED:
        raise InputError("sample.seed", f"The seed of a synthetic cohort is a whole number from 0 to {MAX_SEED}.")
