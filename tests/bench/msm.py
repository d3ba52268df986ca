"""The group kernels beside arkworks on the same vectors, one thread each, in one process.

    python -m tests.bench.msm

Each figure is processor time, the least of several runs taken alternately, so that other work on the machine hurts
neither.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

# One thread each: the kernels use as many as the process may have cores, the library's own multiplication uses one.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import numpy as np
from py_arkworks_bls12381 import G1Point, Scalar

from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.algebra.kernels import convert, curve, pippenger, rows, threads
from core.commitments import generators
from core.engines.generator_tables import SMALL_TABLES, WINDOW_TABLES, full_table

RUNS = 7
ROWS = 8


def _alternate(*works: Callable[[], object]) -> list[float]:
    """Least processor seconds of each."""
    best = [float("inf")] * len(works)
    for _ in range(RUNS):
        for k, work in enumerate(works):
            started = time.process_time()
            work()
            best[k] = min(best[k], time.process_time() - started)
    return best


def _native(points: list[G1Point], values: list[int]) -> Callable[[], G1Point]:
    scalars = [Scalar.from_be_bytes((value % ORDER).to_bytes(32, "big")) for value in values]
    return lambda: G1Point.multiexp_unchecked(points, scalars)


def _line(name: str, entries: int, seconds: list[float], cold: float) -> None:
    kernel, native = (value / entries * 1e6 for value in seconds)
    print(f"| {name} | {native:.2f} | {kernel:.2f} | {native / kernel:.1f} | {cold * 1e3:.0f} |", flush=True)


def main() -> None:
    """Print one line a shape."""
    rng, native = random.Random(1), get_backend("native")
    all_points = list(generators.points(native))
    blinding_table = full_table(generators.BLINDING)
    print(f"{threads.worker_count()} thread")
    print("| vectors | arkworks, us an entry | kernels, us an entry | times as fast | tables once, ms |")
    print("|---|---|---|---|---|")
    for width in (64, 256, 512, 1024, 2048, 4096):
        matrix = np.array([[rng.randrange(1 << 16) for _ in range(width)] for _ in range(ROWS)], dtype=np.int64)
        blindings = [rng.randrange(ORDER) for _ in range(ROWS)]
        started = time.process_time()
        table = SMALL_TABLES.first(width)
        cold = time.process_time() - started
        canonical = convert.canonical(convert.elements(blindings))
        points = [*all_points[:width], all_points[generators.BLINDING]]
        multiply = [_native(points, [*row, b]) for row, b in zip(matrix.tolist(), blindings, strict=True)]

        def kernel(
            matrix: rows.Small = matrix, table: curve.Points = table, canonical: convert.Elements = canonical
        ) -> curve.Points:
            return rows.commit_rows(matrix, table, canonical, blinding_table)

        def library(multiply: list[Callable[[], G1Point]] = multiply) -> list[G1Point]:
            return [work() for work in multiply]

        if curve.encode(kernel()) != [native.encode(point) for point in library()]:
            raise SystemExit("the two disagree")
        _line(f"{ROWS} rows of {width}, 16 bits", ROWS * width, _alternate(kernel, library), cold)
    for count in (64, 512, 2048, 4096):
        values = [rng.randrange(ORDER) for _ in range(count)]
        basis = np.arange(count, dtype=np.int64)
        started = time.process_time()
        table = WINDOW_TABLES.covering(basis)
        cold = time.process_time() - started
        canonical = convert.canonical(convert.elements(values))

        def whole(
            table: curve.Points = table, basis: curve.Indices = basis, canonical: convert.Elements = canonical
        ) -> curve.Points:
            return pippenger.msm(table, basis, canonical)

        single = _native(all_points[:count], values)
        if curve.encode(whole()) != [native.encode(single())]:
            raise SystemExit("the two disagree")
        _line(f"{count} full-size scalars", count, _alternate(whole, single), cold)


if __name__ == "__main__":
    main()
