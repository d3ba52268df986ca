"""Multi-scalar multiplication with full-size scalars (Pippenger): signed digits, buckets by batched affine additions.

The weighted sum of a window's buckets is split by the bits of the bucket number, so that it too consists of
independent additions: V_b = sum of the buckets whose number has bit b. Bit b of window w has weight 2^(c w + b); every
weight occurs once, and one Horner loop of doublings ends the sum.
"""

from __future__ import annotations

import numpy as np

from core.algebra.kernels.base import Coordinates, load, neg, one, store, zero
from core.algebra.kernels.curve import Indices, Points, add_affine, batch_add, double, store_affine, sum_segments
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import Elements

SCALAR_BITS = 255


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
def multiply(generators: Coordinates, basis: Indices, scalars: Elements, bits: int, result: Coordinates) -> None:
    """result = sum_k scalars[k] generators[basis[k]] for canonical scalars."""
    count = basis.shape[0]
    windows = SCALAR_BITS // bits + 1
    buckets = 1 << (bits - 1)
    digits = np.empty(count * windows, dtype=np.int64)
    signed_digits(scalars, bits, windows, digits)

    # Points sorted by (window, bucket); slot 0 of a window, digit zero, stays the identity, slot `buckets` is the top.
    slots = buckets + 1
    sizes = np.zeros(windows * slots, dtype=np.int64)
    for i in range(count):
        for w in range(windows):
            digit = digits[i * windows + w]
            if digit != 0:
                sizes[w * slots + abs(digit)] += 1
    start = np.empty(windows * slots, dtype=np.int64)
    total = 0
    for s in range(windows * slots):
        start[s] = total
        total += max(sizes[s], 1)
    points = np.empty((2 * total, 6), dtype=np.uint64)
    fill = start.copy()
    for s in range(windows * slots):
        if sizes[s] == 0:
            store(points, 2 * start[s], zero())
            store(points, 2 * start[s] + 1, zero())
    for i in range(count):
        x, y = load(generators, 2 * basis[i]), load(generators, 2 * basis[i] + 1)
        negative = neg(y)
        for w in range(windows):
            digit = digits[i * windows + w]
            if digit != 0:
                s = w * slots + abs(digit)
                store(points, 2 * fill[s], x)
                store(points, 2 * fill[s] + 1, y if digit > 0 else negative)
                fill[s] += 1
    sum_segments(points, start, sizes)

    # V at segment w bits + b: upper halves set aside, then folded onto the lower ones.
    parts = np.zeros((2 * windows * buckets, 6), dtype=np.uint64)
    first = np.empty(windows * bits, dtype=np.int64)
    length = np.zeros(windows * bits, dtype=np.int64)
    at = 0
    for w in range(windows):
        top = w * bits + bits - 1
        first[top], length[top] = at, 1
        store(parts, 2 * at, load(points, 2 * start[w * slots + buckets]))
        store(parts, 2 * at + 1, load(points, 2 * start[w * slots + buckets] + 1))
        at += 1
    left = np.empty(windows * buckets, dtype=np.int64)
    right = np.empty(windows * buckets, dtype=np.int64)
    running = np.empty((windows * buckets, 6), dtype=np.uint64)
    for b in range(bits - 2, -1, -1):
        half = 1 << b
        k = 0
        for w in range(windows):
            first[w * bits + b], length[w * bits + b] = at, half
            for t in range(half):
                lower, upper = start[w * slots + t], start[w * slots + half + t]
                store(parts, 2 * at, load(points, 2 * upper))
                store(parts, 2 * at + 1, load(points, 2 * upper + 1))
                at += 1
                if t > 0:
                    left[k], right[k] = lower, upper
                    k += 1
        batch_add(points, left, right, k, running)
    sum_segments(parts, first, length)

    horner = (one(), one(), zero())
    for position in range(windows * bits - 1, -1, -1):
        horner = double(horner)
        horner = add_affine(horner, load(parts, 2 * first[position]), load(parts, 2 * first[position] + 1))
    store_affine(result, 0, horner)


def window_bits(count: int) -> int:
    """The window with the fewest additions for `count` scalars."""
    return min(range(2, 15), key=lambda bits: (SCALAR_BITS // bits + 1) * (count + (1 << bits)))


def msm(generators: Points, basis: Indices, scalars: Elements) -> Points:
    """sum_k scalars[k] generators[basis[k]], one point; scalars are canonical limbs (k, 4) below the order."""
    result = np.zeros((1, 12), dtype=np.uint64)
    if len(basis):
        multiply(generators.reshape(-1, 6), basis, scalars, window_bits(len(basis)), result.reshape(-1, 6))
    return result
