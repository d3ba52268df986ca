"""Tables of multiples of fixed generators, for scalars in signed digits.

Three shapes. `small`: for each data generator k G and k 2^8 G, k = 1..128, and k 2^16 G, k = 1..8, enough for every
|value| < 2^19. `full`: k 2^(8 w) P, k = 1..128, w = 0..31, for one point with full-size scalars. `window`: 2^(10 w) G,
w = 0..25, for multi-scalar multiplications.
"""

from __future__ import annotations

import numpy as np

from core.algebra.kernels.curve import Points, batch_add
from core.algebra.kernels.pippenger import WINDOW_BITS, WINDOWS
from core.algebra.kernels.threads import over_ranges

DIGIT_BITS = 8
HALF = 1 << (DIGIT_BITS - 1)
TOP = 8
SMALL_ENTRIES = 2 * HALF + TOP
SMALL_LIMIT = 1 << 19
"""Values of smaller magnitude fit the small table."""

FULL_WINDOWS = 32


def add_points(points: Points, others: Points) -> Points:
    """points[i] + others[i] for all i."""
    count = len(points)
    both = np.concatenate([points, others])
    left = np.arange(count, dtype=np.int64)
    running = np.empty((count, 6), dtype=np.uint64)
    batch_add(both.reshape(-1, 6), left, left + count, count, running)
    return both[:count]


def _multiples(points: Points, count: int) -> Points:
    """k P for k = 1..count, as (n, count, 12)."""
    result = np.empty((len(points), count, 12), dtype=np.uint64)
    current = points
    for k in range(count):
        if k:
            current = add_points(current, points)
        result[:, k] = current
    return result


def doubled(points: Points, times: int = DIGIT_BITS) -> Points:
    """2^times P."""
    for _ in range(times):
        points = add_points(points, points)
    return points


def small_table(points: Points) -> Points:
    """(n SMALL_ENTRIES, 12): the entries of each point one after the other."""

    def part(start: int, stop: int) -> Points:
        first = points[start:stop]
        second = doubled(first)
        blocks = [_multiples(first, HALF), _multiples(second, HALF), _multiples(doubled(second), TOP)]
        return np.concatenate(blocks, axis=1).reshape(-1, 12)

    return np.concatenate(over_ranges(part, len(points), 16))


def full_table(point: Points) -> Points:
    """(FULL_WINDOWS HALF, 12) for one point (1, 12)."""
    shifted = [point]
    for _ in range(FULL_WINDOWS - 1):
        shifted.append(doubled(shifted[-1]))
    return _multiples(np.concatenate(shifted), HALF).reshape(-1, 12)


def window_table(points: Points) -> Points:
    """(n WINDOWS, 12): the multiples of each point one after the other."""

    def part(start: int, stop: int) -> Points:
        result = np.empty((stop - start, WINDOWS, 12), dtype=np.uint64)
        current = points[start:stop]
        for w in range(WINDOWS):
            result[:, w] = current
            if w + 1 < WINDOWS:
                current = doubled(current, WINDOW_BITS)
        return result.reshape(-1, 12)

    return np.concatenate(over_ranges(part, len(points), 16))
