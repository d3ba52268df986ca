"""Row commitments of tall matrices of 16-bit entries, column after column: one addition an entry.

A table of all 16-bit multiples of a generator costs 2^15 additions, which pay off once a column has more entries than
that. It is made for one column at a time, used for all rows, and thrown away, so it stays in the processor's cache. It
ends at 2^15 because a column with larger entries is shifted as a whole: v G = (v - 2^15) G + 2^15 G, whose second part
is the same for every row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.algebra.kernels.base import (
    Coordinates,
    add,
    equal,
    inverse,
    is_zero,
    load,
    mul_inline,
    neg,
    one,
    store,
    sub,
    zero,
)
from core.algebra.kernels.curve import Points, batch_add
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import magnitude
from core.algebra.kernels.threads import over_ranges, worker_count

TALL = 1 << 16
"""Rows from which a table a column is worth its making."""

SHIFT = 1 << 15
"""Multiples in a table, and what is taken from every entry of a column in which there are larger ones."""

BLOCK = 1 << 12
"""Rows that share one inversion."""

TILE = 16
"""Columns a core copies out of the matrix at a time."""

Entries = NDArray[np.uint16]


@kernel
def _multiples(table: Coordinates, count: int, running: Coordinates) -> None:
    """Entries 1..count - 1 of `table` from its first: k G at k - 1."""
    left, right = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK, dtype=np.int64)
    known = 1
    while known < count:
        # known <= k < wanted become (k - known + 1) G + known G; a batch never reads what it writes
        wanted = min(2 * known, count)
        for first in range(known, wanted, BLOCK):
            last = min(first + BLOCK, wanted)
            for k in range(first, last):
                store(table, 2 * k, load(table, 2 * (k - known)))
                store(table, 2 * k + 1, load(table, 2 * (k - known) + 1))
                left[k - first], right[k - first] = k, known - 1
            batch_add(table, left, right, last - first, running)
        known = wanted


@kernel
def _add_multiples(
    sums: Coordinates, entries: Entries, shift: int, table: Coordinates, running: Coordinates
) -> None:
    """sums[i] += (entries[i] - shift) G for every row, complete; `table` holds the multiples of G from 1 on."""
    for base in range(0, entries.shape[0], BLOCK):
        stop = min(base + BLOCK, entries.shape[0])
        product = one()
        for i in range(base, stop):
            store(running, i - base, product)
            digit = np.int64(entries[i]) - shift
            if digit == 0:
                continue
            at = np.int64(magnitude(digit)) - 1
            x1, y1 = load(sums, 2 * i), load(sums, 2 * i + 1)
            difference = sub(load(table, 2 * at), x1)
            if is_zero(x1) and is_zero(y1):
                continue
            if is_zero(difference):
                y2 = load(table, 2 * at + 1)
                if digit < 0:
                    y2 = neg(y2)
                if not equal(y1, y2):
                    continue
                difference = add(y1, y1)
            product = mul_inline(product, difference)
        inverted = inverse(product)
        for i in range(stop - 1, base - 1, -1):
            digit = np.int64(entries[i]) - shift
            if digit == 0:
                continue
            at = np.int64(magnitude(digit)) - 1
            x1, y1 = load(sums, 2 * i), load(sums, 2 * i + 1)
            x2, y2 = load(table, 2 * at), load(table, 2 * at + 1)
            if digit < 0:
                y2 = neg(y2)
            if is_zero(x1) and is_zero(y1):
                store(sums, 2 * i, x2)
                store(sums, 2 * i + 1, y2)
                continue
            difference = sub(x2, x1)
            numerator = sub(y2, y1)
            if is_zero(difference):
                if not equal(y1, y2):
                    store(sums, 2 * i, zero())
                    store(sums, 2 * i + 1, zero())
                    continue
                difference = add(y1, y1)
                square = mul_inline(x1, x1)
                numerator = add(add(square, square), square)
            slope = mul_inline(numerator, mul_inline(inverted, load(running, i - base)))
            inverted = mul_inline(inverted, difference)
            x3 = sub(sub(mul_inline(slope, slope), x1), x2)
            store(sums, 2 * i, x3)
            store(sums, 2 * i + 1, sub(mul_inline(slope, sub(x1, x3)), y1))


def shifts(matrix: Entries) -> list[int]:
    """What is to be taken from each column: SHIFT where an entry is larger than it, else nothing."""
    return [SHIFT if largest > SHIFT else 0 for largest in matrix.max(axis=0).tolist()]


def add_columns(
    matrix: Entries, taken: Sequence[int], points: Points, *, tick: Callable[[float], None]
) -> list[Points]:
    """Shares of sum_j (matrix[i, j] - taken[j]) points[j] for every row i, to be added up: one (rows, 12) a core.

    tick: called now and then with the share that is done; what it raises ends the work.
    """
    rows, width = matrix.shape
    cores = max(1, min(worker_count(), width))
    sums = [np.zeros((2 * rows, 6), dtype=np.uint64) for _ in range(cores)]
    tables = [np.empty((2 * SHIFT, 6), dtype=np.uint64) for _ in range(cores)]
    running = [np.empty((BLOCK, 6), dtype=np.uint64) for _ in range(cores)]

    for first in range(0, width, TILE * cores):
        tick(first / width)
        columns = range(first, min(first + TILE * cores, width))

        def part(core: int, _: int, columns: range = columns) -> None:
            own = columns[len(columns) * core // cores : len(columns) * (core + 1) // cores]
            if not own:
                return
            block = np.ascontiguousarray(matrix[:, own.start : own.stop].T)
            for entries, j in zip(block, own, strict=True):
                largest = max(int(entries.max()) - taken[j], taken[j] - int(entries.min()))
                tables[core][:2] = points[j].reshape(2, 6)
                _multiples(tables[core], largest, running[core])
                _add_multiples(sums[core], entries, taken[j], tables[core], running[core])

        over_ranges(part, cores, 1)
    return [share.reshape(-1, 12) for share in sums]
