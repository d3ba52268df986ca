"""Leaves over a grid of 16-bit cells, as a lookup of whole records has them: p and a - v/b, a and p by column alone.

Leaf i of a grid with period W is p[i mod W] / (a[i mod W] + b v[i]); past the end of the mask, p is another constant.
Folding the leaves i, i + s, i + 2 s, .. with weights that add up to one leaves a where it is, so that a leaf costs one
product with a small integer, and no leaf becomes a field element before its share of the sum is complete.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import ORDER
from core.algebra.kernels.convert import element, elements
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import (
    LIMBS,
    Elements,
    add,
    equal,
    is_zero,
    load,
    mul_inline,
    mul_pair_inline,
    one,
    store,
    sub,
    wide_add_product,
    wide_reduce,
    wide_zero,
    zero,
)

_BYTE = 256

Cells = NDArray[np.uint16]


def multiples_of(coefficient: int, constant: int = 0) -> list[int]:
    """constant + coefficient * k for k < 256, then coefficient * 256 k: any 16-bit multiple is the sum of two entries,
    the second of which is not needed below 256.
    """
    return [
        *(constant + coefficient * k for k in range(_BYTE)),
        *(coefficient * _BYTE * k for k in range(_BYTE)),
    ]


@kernel
def _denominator(base: Elements, multiples: Elements, cells: Cells, place: int) -> Any:
    """base[c] + b cells[place]."""
    total = load(base, place & (base.shape[0] - 1))
    if place < cells.shape[0]:
        value = cells[place]
        total = add(total, load(multiples, value & 255))
        if value > 255:
            total = add(total, load(multiples, 256 + (value >> 8)))
    return total


@kernel
def _fill(
    p: Elements,
    q: Elements,
    start: int,
    mask: Elements,
    outside: Elements,
    limit: int,
    base: Elements,
    multiples: Elements,
    cells: Cells,
) -> None:
    """Leaves from `start` on: mask[c], from `limit` on outside, over base[c] + b cells[i]."""
    last = base.shape[0] - 1
    for i in range(p.shape[0]):
        place = start + i
        column = place & last
        store(p, i, load(mask, column) if place < limit else load(outside, 0))
        store(q, i, _denominator(base, multiples, cells, place))


@kernel
def _pair(
    p: Elements,
    q: Elements,
    start: int,
    apart: int,
    mask: Elements,
    outside: Elements,
    limit: int,
    base: Elements,
    multiples: Elements,
    cells: Cells,
) -> None:
    """p0 q1 + p1 q0 over q0 q1 for the leaves from `start` on and those `apart` further on."""
    last = base.shape[0] - 1
    for i in range(p.shape[0]):
        place = start + i
        column = place & last
        lower = _denominator(base, multiples, cells, place)
        upper = _denominator(base, multiples, cells, place + apart)
        first = load(mask, column) if place < limit else load(outside, 0)
        second = load(mask, column) if place + apart < limit else load(outside, 0)
        if equal(first, one()) and equal(second, one()):
            store(p, i, add(lower, upper))
        elif is_zero(first) and is_zero(second):
            store(p, i, zero())
        else:
            store(p, i, mul_pair_inline(first, upper, second, lower))
        store(q, i, mul_inline(lower, upper))


@kernel
def _fold(
    p: Elements,
    q: Elements,
    start: int,
    stride: int,
    mask: Elements,
    outside: Elements,
    limit: int,
    sums: Elements,
    base: Elements,
    factors: Elements,
    cells: Cells,
) -> None:
    """sum_k weights[k] leaf[i + k stride] for i from `start` on.

    factors: b weights[k]; sums: of the first 0, 1, .. weights, the last of which is one.
    """
    last = base.shape[0] - 1
    count = factors.shape[0]
    beyond = load(outside, 0)
    for i in range(p.shape[0]):
        place = start + i
        column = place & last
        inside = min(count, max(0, (limit - place + stride - 1) // stride))
        if inside == count:
            store(p, i, load(mask, column))
        else:
            store(p, i, add(beyond, mul_inline(load(sums, inside), sub(load(mask, column), beyond))))
        total = wide_zero()
        for k in range(min(count, max(0, (cells.shape[0] - place + stride - 1) // stride))):
            total = wide_add_product(total, load(factors, k), np.uint64(cells[place + k * stride]))
        store(q, i, add(load(base, column), wide_reduce(total)))


@kernel
def _scale(result: Elements, factor: Elements, weights: Elements, sums: Elements) -> None:
    """result[k] = factor weights[k], and sums[k] = weights[0] + .. + weights[k - 1]."""
    total = zero()
    for k in range(weights.shape[0]):
        weight = load(weights, k)
        store(result, k, mul_inline(load(factor, 0), weight))
        store(sums, k, total)
        total = add(total, weight)
    store(sums, weights.shape[0], total)


class GridLeaves:
    """`length` leaves over `cells`, which count as zero past their end."""

    def __init__(
        self, mask: list[int], *, outside: int, limit: int, base: list[int], coefficient: int, cells: Cells, length: int
    ) -> None:
        """mask, base: of one length, a power of two; outside: the numerator of leaves from `limit` on."""
        self.length = length
        self.period = len(base)
        self._mask, self._base = elements(mask), elements(base)
        self._outside, self._limit = element(outside), limit
        self._coefficient = element(coefficient % ORDER)
        self._multiples = elements(multiples_of(coefficient))
        self._cells = cells

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        """Leaves from `start` on, as many as p and q have places."""
        _fill(p, q, start, self._mask, self._outside, self._limit, self._base, self._multiples, self._cells)

    def pair(self, start: int, apart: int, p: Elements, q: Elements) -> None:
        """Parents of the leaves from `start` on and those `apart` further on, which is whole periods."""
        _pair(p, q, start, apart, self._mask, self._outside, self._limit, self._base, self._multiples, self._cells)

    def fold(self, start: int, stride: int, weights: Elements, p: Elements, q: Elements) -> None:
        """sum_k weights[k] leaf[start + i + k stride] for the places i of p and q; `stride` is whole periods and the
        weights add up to one.
        """
        factors, sums = np.empty_like(weights), np.empty((len(weights) + 1, LIMBS), dtype=np.uint64)
        _scale(factors, self._coefficient, weights, sums)
        _fold(
            p,
            q,
            start,
            stride,
            self._mask,
            self._outside,
            self._limit,
            sums,
            self._base,
            factors,
            self._cells,
        )
