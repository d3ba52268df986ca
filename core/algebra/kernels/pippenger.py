"""Multi-scalar multiplication with full-size scalars over fixed generators (Pippenger), by batched affine additions.

For each generator the multiples 2^(10 w) G are kept, so that all digits of all scalars fall into one set of buckets and
no doublings are left between windows. The weighted sum of the buckets is split by the bits of the bucket number, so
that it too consists of independent additions: the sum of the buckets whose number has bit b has weight 2^b.
"""

from __future__ import annotations

import numpy as np

from core.algebra.kernels.base import Coordinates, is_zero, load, neg, one, store, zero
from core.algebra.kernels.curve import Indices, Points, add_affine, batch_add, double, store_affine, sum_segments
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import Elements

WINDOW_BITS = 10
WINDOWS = 26
"""Windows that hold a 255-bit scalar with the carry of its signed digits."""

_BUCKETS = 1 << (WINDOW_BITS - 1)


@kernel
def signed_digits(scalars: Elements, bits: int, windows: int, digits: Indices) -> None:
    """Signed digits in -2^(bits-1)..2^(bits-1) of canonical scalars, least significant first, at i windows + w."""
    mask = (1 << bits) - 1
    half = 1 << (bits - 1)
    for i in range(scalars.shape[0]):
        carry = 0
        for w in range(windows):
            position = w * bits
            limb, shift = position >> 6, position & 63
            value = np.uint64(0)
            if limb < 4:
                value = scalars[i, limb] >> np.uint64(shift)
                if shift + bits > 64 and limb < 3:
                    value |= scalars[i, limb + 1] << np.uint64(64 - shift)
            digit = np.int64(value & np.uint64(mask)) + carry
            carry = 0
            if digit > half:
                digit -= mask + 1
                carry = 1
            digits[i * windows + w] = digit


@kernel
def _copy(target: Coordinates, i: int, source: Coordinates, j: int) -> None:
    """Point i of target becomes point j of source."""
    store(target, 2 * i, load(source, 2 * j))
    store(target, 2 * i + 1, load(source, 2 * j + 1))


@kernel
def _clear(points: Coordinates, i: int) -> None:
    """Point i becomes the identity."""
    store(points, 2 * i, zero())
    store(points, 2 * i + 1, zero())


@kernel
def _is_identity(points: Coordinates, i: int) -> bool:
    return bool(is_zero(load(points, 2 * i)) and is_zero(load(points, 2 * i + 1)))


@kernel
def _fill_buckets(table: Coordinates, basis: Indices, digits: Indices, buckets: Coordinates) -> None:
    """buckets[k] = sum of the table's points whose digit is k, less those whose digit is -k; 0 <= k <= 2^(bits-1)."""
    count = basis.shape[0]
    slots = _BUCKETS + 1
    sizes = np.zeros(slots, dtype=np.int64)
    for at in range(count * WINDOWS):
        sizes[abs(digits[at])] += 1
    sizes[0] = 0
    start = np.empty(slots, dtype=np.int64)
    total = 0
    for s in range(slots):
        start[s] = total
        total += sizes[s]
    points = np.empty((2 * total, 6), dtype=np.uint64)
    fill = start.copy()
    for i in range(count):
        for w in range(WINDOWS):
            digit = digits[i * WINDOWS + w]
            if digit != 0:
                entry = basis[i] * WINDOWS + w
                at = fill[abs(digit)]
                fill[abs(digit)] += 1
                y = load(table, 2 * entry + 1)
                store(points, 2 * at, load(table, 2 * entry))
                store(points, 2 * at + 1, y if digit > 0 else neg(y))
    left = sizes.copy()
    sum_segments(points, start, left)
    for s in range(slots):
        if sizes[s] > 0:
            _copy(buckets, s, points, start[s])
        else:
            _clear(buckets, s)


@kernel
def multiply(table: Coordinates, basis: Indices, scalars: Elements, result: Coordinates) -> None:
    """result = sum_k scalars[k] G_basis[k] for canonical scalars and a table of window multiples by index."""
    digits = np.empty(basis.shape[0] * WINDOWS, dtype=np.int64)
    signed_digits(scalars, WINDOW_BITS, WINDOWS, digits)
    buckets = np.empty((2 * (_BUCKETS + 1), 6), dtype=np.uint64)
    _fill_buckets(table, basis, digits, buckets)

    # The upper half of the buckets is set aside as the sum for one bit, then folded onto the lower half.
    parts = np.empty((2 * (_BUCKETS + 1), 6), dtype=np.uint64)
    first = np.empty(WINDOW_BITS, dtype=np.int64)
    length = np.empty(WINDOW_BITS, dtype=np.int64)
    first[WINDOW_BITS - 1], length[WINDOW_BITS - 1] = 0, 1
    _copy(parts, 0, buckets, _BUCKETS)
    at = 1
    left, right = np.empty(_BUCKETS, dtype=np.int64), np.empty(_BUCKETS, dtype=np.int64)
    running = np.empty((_BUCKETS, 6), dtype=np.uint64)
    for b in range(WINDOW_BITS - 2, -1, -1):
        half = 1 << b
        first[b] = at
        k = 0
        for t in range(half):
            if _is_identity(buckets, half + t):
                continue
            _copy(parts, at, buckets, half + t)
            at += 1
            if t == 0:
                continue
            if _is_identity(buckets, t):
                _copy(buckets, t, buckets, half + t)
            else:
                left[k], right[k] = t, half + t
                k += 1
        length[b] = at - first[b]
        batch_add(buckets, left, right, k, running)
    present = length.copy()
    sum_segments(parts, first, length)

    horner = (one(), one(), zero())
    for b in range(WINDOW_BITS - 1, -1, -1):
        horner = double(horner)
        if present[b] > 0:
            horner = add_affine(horner, load(parts, 2 * first[b]), load(parts, 2 * first[b] + 1))
    store_affine(result, 0, horner)


def msm(table: Points, basis: Indices, scalars: Elements) -> Points:
    """sum_k scalars[k] G_basis[k], one point; scalars are canonical limbs (k, 4) below the order.

    `table` holds the WINDOWS multiples of generator i from row i WINDOWS on (tables.window_table).
    """
    result = np.zeros((1, 12), dtype=np.uint64)
    if len(basis):
        multiply(table.reshape(-1, 6), basis, scalars, result.reshape(-1, 6))
    return result
