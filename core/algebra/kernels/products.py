"""Sumcheck of a sum of products of tables, two or three factors a term."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import ORDER
from core.algebra.kernels.convert import element, elements, integers
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.fractions import bind_range
from core.algebra.kernels.scalar import LIMBS, Elements, add, load, mul, store, sub, zero
from core.algebra.kernels.threads import over_ranges

LEAST = 1 << 8
"""Indices worth a second thread: each costs tens of products."""

_HALF, _SIXTH = pow(2, -1, ORDER), pow(6, -1, ORDER)


@kernel
def _round(
    tables: Elements,
    size: int,
    half: int,
    coefficients: Elements,
    factors: NDArray[np.int64],
    start: int,
    stop: int,
    result: Elements,
) -> None:
    """Values of the round polynomial at 0, 1, ..., degree; table k starts at row k size; factor -1 ends a term."""
    count = tables.shape[0] // size
    terms, points = coefficients.shape[0], result.shape[0]
    at = np.empty((count, 4), dtype=np.uint64)
    step = np.empty((count, 4), dtype=np.uint64)
    for x in range(points):
        store(result, x, zero())
    for i in range(start, stop):
        for k in range(count):
            low = load(tables, k * size + i)
            store(at, k, low)
            store(step, k, sub(load(tables, k * size + i + half), low))
        for x in range(points):
            if x > 0:
                for k in range(count):
                    store(at, k, add(load(at, k), load(step, k)))
            total = load(result, x)
            for t in range(terms):
                product = load(coefficients, t)
                for f in range(factors.shape[1]):
                    if factors[t, f] >= 0:
                        product = mul(product, load(at, factors[t, f]))
                total = add(total, product)
            store(result, x, total)


def interpolate(values: Sequence[int]) -> list[int]:
    """Coefficients of the polynomial of degree 2 or 3 with these values at 0, 1, 2, (3)."""
    a, b, c = values[:3]
    third = (values[3] - 3 * c + 3 * b - a) * _SIXTH % ORDER if len(values) == 4 else 0
    second = ((a - 2 * b + c) * _HALF - 3 * third) % ORDER
    first = (b - a - second - third) % ORDER
    return [a, first, second, third][: len(values)]


class ProductSumcheck:
    """sum_x sum_t coefficient_t prod_k tables[index_tk](x) on copies of the tables."""

    def __init__(self, tables: Sequence[Elements], terms: Sequence[tuple[int, tuple[int, ...]]], degree: int) -> None:
        self._size = self._stride = len(tables[0])
        self._tables = np.concatenate(list(tables))
        self._count = len(tables)
        if len(self._tables) != self._count * self._size:
            raise ValueError("tables of different lengths")
        self._points = degree + 1
        self._coefficients = elements([coefficient for coefficient, _ in terms])
        self._factors = np.full((len(terms), max((len(f) for _, f in terms), default=0)), -1, dtype=np.int64)
        for t, (_, factors) in enumerate(terms):
            self._factors[t, : len(factors)] = factors

    def round(self) -> list[int]:
        half = self._size // 2

        def part(start: int, stop: int) -> list[int]:
            result = np.empty((self._points, LIMBS), dtype=np.uint64)
            _round(self._tables, self._stride, half, self._coefficients, self._factors, start, stop, result)
            return integers(result)

        parts = over_ranges(part, half, LEAST)
        return interpolate([sum(values) % ORDER for values in zip(*parts, strict=True)])[1:]

    def bind(self, challenge: int) -> None:
        half = self._size // 2
        r = element(challenge)
        views = [self._tables[k * self._stride : (k + 1) * self._stride] for k in range(self._count)]

        def part(start: int, stop: int) -> None:
            for table in views:
                bind_range(table, table, r, r, half, start, stop)

        over_ranges(part, half, 4 * LEAST)
        self._size = half

    def final(self) -> list[int]:
        return integers(np.ascontiguousarray(self._tables[:: self._stride]))
