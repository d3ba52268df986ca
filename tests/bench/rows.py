"""Commitments of rows of 16-bit entries beside arkworks' own multiplication on the same rows, in one process.

    python -m tests.bench.rows

One thread each in processor time; then the kernels on every core beside one, in time on the clock. Runs are taken
alternately and the least of several counts, so that other work on the machine hurts neither. Prints JSON, microseconds
an entry.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable

import numpy as np
from py_arkworks_bls12381 import G1Point, Scalar

from core.algebra.group import get_backend
from core.commitments import generators
from core.engines.fast import FastEngine

WIDTHS = (1024, 4096)
ENTRIES = 1 << 16
"""Entries that both commit to in one run: fewer rows of the longer kind."""
MANY = 16
"""How many times more rows for one core beside all, so that starting threads is not what is measured."""
RUNS = 7


def measure() -> dict[str, object]:
    """Microseconds an entry by width, after both have given the same commitments."""
    return {"threads": _cores(), "widths": [_measure_width(width) for width in WIDTHS]}


def _measure_width(width: int) -> dict[str, object]:
    rng, native, engine = random.Random(width), get_backend("native"), FastEngine()
    rows = ENTRIES // width
    matrix = np.array([[rng.randrange(1 << 16) for _ in range(width)] for _ in range(rows)], dtype=np.uint16)
    blindings = [rng.getrandbits(250) for _ in range(rows)]
    all_points = generators.points(native)
    points = [*all_points[:width], all_points[generators.BLINDING]]
    scalars = [
        [Scalar.from_be_bytes(value.to_bytes(32, "big")) for value in (*row, blinding)]
        for row, blinding in zip(matrix.tolist(), blindings, strict=True)
    ]

    def library() -> list[bytes]:
        return [bytes(G1Point.multiexp_unchecked(points, row).to_compressed_bytes()) for row in scalars]

    def kernel() -> list[bytes]:
        return engine.commit_rows(matrix, blindings)

    _pin(1)
    if kernel() != library():
        raise SystemExit(f"the two disagree on rows of {width}")
    one, beside = _alternate(time.process_time, rows * width, kernel, library)

    many = np.array(np.resize(matrix, (MANY * rows, width)))
    many_blindings = [rng.getrandbits(250) for _ in range(MANY * rows)]

    def on(count: int) -> Callable[[], object]:
        def work() -> list[bytes]:
            _pin(count)
            return engine.commit_rows(many, many_blindings)

        return work

    on(_cores())()
    single, every = _alternate(time.perf_counter, many.size, on(1), on(_cores()))
    return {
        "width": width,
        "rows": rows,
        "us": {"arkworks": beside, "kernel": one, "kernel_threads": every},
        "times_arkworks": beside / one,
        "times_one_thread": single / every,
    }


_ALLOWED = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _cores() -> int:
    return len(_ALLOWED) or os.cpu_count() or 1


def _pin(cores: int) -> None:
    """Let the kernels have so many cores, where the system can."""
    if _ALLOWED:
        os.sched_setaffinity(0, set(_ALLOWED[:cores]))


def _alternate(clock: Callable[[], float], entries: int, *works: Callable[[], object]) -> list[float]:
    """Least microseconds an entry of each."""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for k, work in enumerate(works):
            started = clock()
            work()
            spent[k].append((clock() - started) / entries * 1e6)
    return [min(runs) for runs in spent]


if __name__ == "__main__":
    print(json.dumps(measure()))
