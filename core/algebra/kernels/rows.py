"""Fixed-base sums from tables: row commitments of integers, small ones or in parts, and full-size multiples of single
generators.
"""

from __future__ import annotations

import numpy as np

from core.algebra.kernels.base import Coordinates, load, neg, store, zero
from core.algebra.kernels.curve import Indices, Points, sum_segments
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.pippenger import signed_digits
from core.algebra.kernels.scalar import Elements, magnitude
from core.algebra.kernels.tables import (
    DIGIT_BITS,
    FULL_WINDOWS,
    HALF,
    SMALL_ENTRIES,
    SMALL_LIMIT,
    add_points,
    doubled,
)
from core.algebra.kernels.threads import over_ranges
from core.algebra.kernels.vectors import Small

_PART_BITS = 2 * DIGIT_BITS
"""Bits of an entry too large for the small table that are committed to at a time: two digits, and so two additions."""

BATCH_POINTS = 1 << 13
"""Points gathered before they are added: enough to share an inversion, few enough for the core's own cache."""


@kernel
def _take(points: Coordinates, at: int, table: Coordinates, entry: int, negative: bool) -> None:
    y = load(table, 2 * entry + 1)
    store(points, 2 * at, load(table, 2 * entry))
    store(points, 2 * at + 1, neg(y) if negative else y)


@kernel
def _commit_rows(
    matrix: Small,
    table: Coordinates,
    digits: Indices,
    blinding_table: Coordinates,
    first: int,
    start: int,
    stop: int,
    batch: int,
    result: Coordinates,
) -> None:
    """result[i] = sum_j matrix[i, j] G_(first + j) + (blinding i) H for start <= i < stop."""
    width = matrix.shape[1]
    most = 3 * width + FULL_WINDOWS
    points = np.empty((2 * batch * most, 6), dtype=np.uint64)
    segment = np.empty(batch, dtype=np.int64)
    count = np.empty(batch, dtype=np.int64)
    for base in range(start, stop, batch):
        rows = min(batch, stop - base)
        at = 0
        for s in range(rows):
            i = base + s
            segment[s] = at
            for j in range(width):
                value = matrix[i, j]
                if value == 0:
                    continue
                negative = value < 0
                rest = np.int64(magnitude(value))
                entry = (first + j) * SMALL_ENTRIES - 1
                for window in range(3):
                    digit = rest & (2 * HALF - 1)
                    rest >>= DIGIT_BITS
                    if window < 2 and digit > HALF:
                        digit -= 2 * HALF
                        rest += 1
                    if digit != 0:
                        _take(points, at, table, int(entry + abs(digit)), negative != (digit < 0))
                        at += 1
                    entry += HALF
            for w in range(FULL_WINDOWS):
                digit = digits[i * FULL_WINDOWS + w]
                if digit != 0:
                    _take(points, at, blinding_table, w * HALF + abs(digit) - 1, digit < 0)
                    at += 1
            count[s] = at - segment[s]
            if count[s] == 0:
                store(points, 2 * at, zero())
                store(points, 2 * at + 1, zero())
                at += 1
        sum_segments(points, segment[:rows], count[:rows])
        for s in range(rows):
            store(result, 2 * (base + s), load(points, 2 * segment[s]))
            store(result, 2 * (base + s) + 1, load(points, 2 * segment[s] + 1))


def commit_rows(matrix: Small, table: Points, blindings: Elements, blinding_table: Points, first: int = 0) -> Points:
    """One point a row; `matrix` within the small table's limit, `blindings` canonical limbs (rows, 4)."""
    rows, width = matrix.shape
    digits = np.empty(rows * FULL_WINDOWS, dtype=np.int64)
    signed_digits(blindings, DIGIT_BITS, FULL_WINDOWS, digits)
    result = np.empty((rows, 12), dtype=np.uint64)
    batch = max(1, BATCH_POINTS // (2 * width + FULL_WINDOWS))
    over_ranges(
        lambda a, b: _commit_rows(
            matrix,
            table.reshape(-1, 6),
            digits,
            blinding_table.reshape(-1, 6),
            first,
            a,
            b,
            batch,
            result.reshape(-1, 6),
        ),
        rows,
        2,
    )
    return result


def commit_wide_rows(matrix: Small, table: Points, blindings: Elements, blinding_table: Points) -> Points:
    """`commit_rows` for entries of any size: an entry beyond the table's limit is low + 2^16 high, and so is its row.

    A row's parts cost the additions of their digits and 16 doublings each: for short rows much less than a multi-scalar
    multiplication, whose buckets have to be added up whatever the length, and for the longest about as much.
    """
    wide = np.flatnonzero(np.any((matrix >= SMALL_LIMIT) | (matrix <= -SMALL_LIMIT), axis=1))
    if not len(wide):
        return commit_rows(matrix, table, blindings, blinding_table)
    low, high = np.array(matrix), np.asarray(matrix[wide])
    kept = np.bitwise_and(high, (1 << _PART_BITS) - 1)  # of -2^63 as well as of any other
    kept[kept >= 1 << (_PART_BITS - 1)] -= 1 << _PART_BITS
    low[wide] = kept
    high = (high >> _PART_BITS) + (kept < 0)
    points = commit_rows(low, table, blindings, blinding_table)
    upper = commit_wide_rows(high, table, np.zeros_like(blindings[wide]), blinding_table)
    points[wide] = add_points(points[wide], doubled(upper, _PART_BITS))
    return points


def multiples(table: Points, scalars: Elements) -> Points:
    """scalars[i] P for each canonical scalar, from the full table of P."""
    nothing = np.zeros((len(scalars), 0), dtype=np.int64)
    return commit_rows(nothing, np.zeros((1, 12), dtype=np.uint64), scalars, table)
