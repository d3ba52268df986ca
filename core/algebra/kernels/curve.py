"""Points of G1 in kernels: affine additions that share one inversion, Jacobian steps where there is nothing to share.

A point is 12 limbs, x and y in Montgomery form; (0, 0), which is not on the curve, stands for the identity. Arrays of
points are (n, 12) uint64 and are read as (2 n, 6) coordinates: x of point i at row 2 i, y at row 2 i + 1.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.algebra.kernels.base import (
    Coordinates,
    add,
    equal,
    exceeds,
    into_montgomery,
    inverse,
    is_zero,
    lesser_half,
    load,
    mul,
    mul_inline,
    one,
    out_of_montgomery,
    store,
    sub,
    zero,
)
from core.algebra.kernels.convert import integers_to_rows, rows_to_integers
from core.algebra.kernels.environment import kernel

Points: TypeAlias = NDArray[np.uint64]
Indices: TypeAlias = NDArray[np.int64]


@kernel
def _denominator(points: Coordinates, i: int, j: int) -> Any:
    """What the slope of points i + j is divided by; 1 where no slope is needed."""
    x1, y1 = load(points, 2 * i), load(points, 2 * i + 1)
    x2, y2 = load(points, 2 * j), load(points, 2 * j + 1)
    result = sub(x2, x1)
    if (is_zero(x1) and is_zero(y1)) or (is_zero(x2) and is_zero(y2)):
        result = one()
    elif is_zero(result):
        result = add(y1, y1) if equal(y1, y2) else one()
    return result


@kernel
def batch_add(points: Coordinates, left: Indices, right: Indices, count: int, running: Coordinates) -> None:
    """points[left[k]] += points[right[k]] for k < count, by one inversion; complete (identity, doubling, opposite).

    No index occurs twice in `left`, and none of `right` occurs in `left` unless at the same k. `running` holds at least
    `count` coordinates of scratch. Six products an addition.
    """
    if count == 0:
        return
    product = one()
    for k in range(count):
        store(running, k, product)
        product = mul_inline(product, _denominator(points, left[k], right[k]))
    inverted = inverse(product)
    for k in range(count - 1, -1, -1):
        i, j = left[k], right[k]
        x1, y1 = load(points, 2 * i), load(points, 2 * i + 1)
        x2, y2 = load(points, 2 * j), load(points, 2 * j + 1)
        difference = sub(x2, x1)
        numerator = sub(y2, y1)
        if is_zero(x2) and is_zero(y2):
            continue
        if is_zero(x1) and is_zero(y1):
            store(points, 2 * i, x2)
            store(points, 2 * i + 1, y2)
            continue
        if is_zero(difference):
            if not equal(y1, y2):
                store(points, 2 * i, zero())
                store(points, 2 * i + 1, zero())
                continue
            difference = add(y1, y1)
            square = mul_inline(x1, x1)
            numerator = add(add(square, square), square)
        slope = mul_inline(numerator, mul_inline(inverted, load(running, k)))
        inverted = mul_inline(inverted, difference)
        x3 = sub(sub(mul_inline(slope, slope), x1), x2)
        store(points, 2 * i, x3)
        store(points, 2 * i + 1, sub(mul_inline(slope, sub(x1, x3)), y1))


@kernel
def sum_segments(points: Coordinates, start: Indices, count: Indices) -> None:
    """Sum points[start[s] : start[s] + count[s]] into points[start[s]] for every segment s; empty ones are left alone.

    Halves all segments at once, one inversion a level. `count` is used up.
    """
    pairs = 0
    for s in range(count.shape[0]):
        pairs += count[s] // 2
    left, right = np.empty(pairs, dtype=np.int64), np.empty(pairs, dtype=np.int64)
    running = np.empty((pairs, 6), dtype=np.uint64)
    while pairs > 0:
        k = 0
        longest = 0
        for s in range(count.shape[0]):
            half = (count[s] + 1) // 2
            for t in range(count[s] - half):
                left[k] = start[s] + t
                right[k] = start[s] + half + t
                k += 1
            count[s] = half
            longest = max(longest, half)
        batch_add(points, left, right, k, running)
        pairs = k if longest > 1 else 0


@kernel
def double(point: Any) -> Any:
    """Twice a Jacobian point (X, Y, Z), x = X/Z^2, y = Y/Z^3; Z = 0 is the identity (dbl-2009-l)."""
    x, y, z = point
    a, b = mul(x, x), mul(y, y)
    c = mul(b, b)
    t = add(x, b)
    d = sub(sub(mul(t, t), a), c)
    d = add(d, d)
    e = add(add(a, a), a)
    x3 = sub(mul(e, e), add(d, d))
    c = add(c, c)
    c = add(c, c)
    c = add(c, c)
    y3 = sub(mul(e, sub(d, x3)), c)
    yz = mul(y, z)
    return x3, y3, add(yz, yz)


@kernel
def add_affine(point: Any, x2: Any, y2: Any) -> Any:
    """A Jacobian plus an affine point, complete."""
    x1, y1, z1 = point
    if is_zero(x2) and is_zero(y2):
        return point
    if is_zero(z1):
        return x2, y2, one()
    zz = mul(z1, z1)
    h = sub(mul(x2, zz), x1)
    r = sub(mul(y2, mul(zz, z1)), y1)
    if is_zero(h):
        if is_zero(r):
            return double(point)
        return one(), one(), zero()
    hh = mul(h, h)
    hhh = mul(h, hh)
    v = mul(x1, hh)
    x3 = sub(sub(mul(r, r), hhh), add(v, v))
    y3 = sub(mul(r, sub(v, x3)), mul(y1, hhh))
    return x3, y3, mul(z1, h)


@kernel
def store_affine(points: Coordinates, i: int, point: Any) -> None:
    """Write a Jacobian point as affine point i."""
    x, y, z = point
    if is_zero(z):
        store(points, 2 * i, zero())
        store(points, 2 * i + 1, zero())
        return
    w = inverse(z)
    ww = mul(w, w)
    store(points, 2 * i, mul(x, ww))
    store(points, 2 * i + 1, mul(y, mul(w, ww)))


@kernel
def _signs(values: Coordinates, signs: NDArray[np.uint8]) -> None:
    """1 where y is the larger of the two roots; `values` canonical."""
    for i in range(signs.shape[0]):
        signs[i] = 1 if exceeds(load(values, 2 * i + 1), lesser_half()) else 0


def from_affine(points: list[tuple[int, int]]) -> Points:
    """Points with these reduced coordinates, trusted to lie in G1."""
    result = integers_to_rows((value for point in points for value in point), 48)
    into_montgomery(result)
    return result.reshape(-1, 12)


def encode(points: Points) -> list[bytes]:
    """The compressed encoding of each affine point, 48 bytes."""
    coordinates = points.reshape(-1, 6)
    values = np.empty_like(coordinates)
    out_of_montgomery(coordinates, values)
    signs = np.empty(len(points), dtype=np.uint8)
    _signs(values, signs)
    data = np.ascontiguousarray(values[::2].astype("<u8").view(np.uint8)[:, ::-1])
    identity = ~values.reshape(-1, 12).any(axis=1)
    data[:, 0] |= np.uint8(0x80) | (signs << np.uint8(5)) | (identity.astype(np.uint8) << np.uint8(6))
    packed = data.tobytes()
    return [packed[at : at + 48] for at in range(0, len(packed), 48)]


def coordinates(points: Points) -> list[tuple[int, int]]:
    """Reduced affine coordinates as integers; (0, 0) for the identity."""
    flat = points.reshape(-1, 6)
    values = np.empty_like(flat)
    out_of_montgomery(flat, values)
    numbers = rows_to_integers(values)
    return list(zip(numbers[::2], numbers[1::2], strict=True))
