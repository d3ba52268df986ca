"""The tree of fraction sums and its sumchecks, on arrays bound in place.

A table of 2^n elements keeps its first half at 0..half - 1; binding writes t[i] + r (t[i + half] - t[i]) there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.algebra.field import ORDER
from core.algebra.kernels.convert import element, elements, integers
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import (
    LIMBS,
    Elements,
    add,
    load,
    mul,
    mul_pair,
    store,
    sub,
    zero,
)
from core.algebra.kernels.threads import over_ranges
from core.algebra.kernels.vectors import eq_table

LEAST = 1 << 10
"""Table entries worth a second thread."""


@kernel
def _merge(parent_p: Elements, parent_q: Elements, p: Elements, q: Elements, start: int, stop: int) -> None:
    half = p.shape[0] // 2
    for i in range(start, stop):
        lower, upper = load(q, i), load(q, i + half)
        store(parent_p, i, mul_pair(load(p, i), upper, load(p, i + half), lower))
        store(parent_q, i, mul(lower, upper))


@kernel
def _add_weighted(p: Elements, q: Elements, weight: Elements, start: int, stop: int) -> None:
    """p += weight q."""
    factor = load(weight, 0)
    for i in range(start, stop):
        store(p, i, add(load(p, i), mul(factor, load(q, i))))


@kernel
def _round(
    p0: Elements,
    p1: Elements,
    q0: Elements,
    q1: Elements,
    rest: Elements,
    half: int,
    start: int,
    stop: int,
    result: Elements,
) -> None:
    """sum_i rest[i] (p0 q1 + p1 q0)(X) over start <= i < stop: its values at 0 and 1 and its leading coefficient."""
    at_zero, at_one, leading = zero(), zero(), zero()
    for i in range(start, stop):
        weight = load(rest, i)
        a0, a1 = load(p0, i), load(p0, i + half)
        b0, b1 = load(p1, i), load(p1, i + half)
        c0, c1 = load(q0, i), load(q0, i + half)
        d0, d1 = load(q1, i), load(q1, i + half)
        at_zero = add(at_zero, mul(weight, mul_pair(a0, d0, b0, c0)))
        at_one = add(at_one, mul(weight, mul_pair(a1, d1, b1, c1)))
        leading = add(leading, mul(weight, mul_pair(sub(a1, a0), sub(d1, d0), sub(b1, b0), sub(c1, c0))))
    store(result, 0, at_zero)
    store(result, 1, at_one)
    store(result, 2, leading)


@kernel
def bind_range(table: Elements, challenge: Elements, half: int, start: int, stop: int) -> None:
    """table[i] += challenge (table[i + half] - table[i]) for start <= i < stop."""
    r = load(challenge, 0)
    for i in range(start, stop):
        low = load(table, i)
        store(table, i, add(low, mul(r, sub(load(table, i + half), low))))


@kernel
def _halve_eq(rest: Elements, half: int) -> None:
    """The eq table without its first variable: eq(0, y) + eq(1, y)."""
    for i in range(half):
        store(rest, i, add(load(rest, i), load(rest, i + half)))


class FractionSumcheck:
    """sum_x eq(point, x) [p0 q1 + p1 q0 + weight q0 q1](x); owns its four tables and changes them."""

    def __init__(self, p: Elements, q: Elements, point: Sequence[int], weight: int) -> None:
        half = len(p) // 2
        self._tables = [p[:half], p[half:], q[:half], q[half:]]
        self._size = half
        self._weight = element(weight)
        # p0 + weight q0 in place of p0 saves the third product at every index.
        over_ranges(partial(_add_weighted, self._tables[0], self._tables[2], self._weight), half, LEAST)
        self._rest = eq_table(elements(point[1:])) if half > 1 else np.empty((0, LIMBS), dtype=np.uint64)

    def round(self) -> list[int]:
        half = self._size // 2
        p0, p1, q0, q1 = self._tables
        rest = self._rest

        def part(start: int, stop: int) -> list[int]:
            result = np.empty((3, LIMBS), dtype=np.uint64)
            _round(p0, p1, q0, q1, rest, half, start, stop, result)
            return integers(result)

        parts = over_ranges(part, half, LEAST // 4)
        at_zero, at_one, leading = (sum(values) for values in zip(*parts, strict=True))
        return [(at_one - at_zero - leading) % ORDER, leading % ORDER]

    def bind(self, challenge: int) -> None:
        half = self._size // 2
        r = element(challenge)

        def part(start: int, stop: int) -> None:
            for table in self._tables:
                bind_range(table, r, half, start, stop)

        over_ranges(part, half, LEAST)
        if half > 1:
            _halve_eq(self._rest, half // 2)
        self._size = half

    def final(self) -> list[int]:
        p0, p1, q0, q1 = self._tables
        weighted = np.concatenate([p0[:1], p1[:1], q0[:1], q1[:1]])
        values = integers(weighted)
        [weight] = integers(self._weight)
        return [(values[0] - weight * values[2]) % ORDER, *values[1:]]


class FractionLevels:
    """Every level of the tree over 2^depth leaves, level 0 the root."""

    def __init__(self, numerators: Elements, denominators: Elements) -> None:
        levels = [(numerators.copy(), denominators.copy())]
        while len(levels[-1][0]) > 1:
            p, q = levels[-1]
            half = len(p) // 2
            parent_p, parent_q = np.empty((half, LIMBS), dtype=np.uint64), np.empty((half, LIMBS), dtype=np.uint64)
            over_ranges(partial(_merge, parent_p, parent_q, p, q), half, LEAST)
            levels.append((parent_p, parent_q))
        self._levels = levels[::-1]
        self.depth = len(levels) - 1

    def root(self) -> tuple[int, int]:
        """(p, q) at the root."""
        p, q = self._levels[0]
        return integers(p)[0], integers(q)[0]

    def sumcheck(self, level: int, point: Sequence[int], weight: int) -> FractionSumcheck:
        """Sumcheck from `level` to its children, whose tables it uses up."""
        p, q = self._levels[level + 1]
        return FractionSumcheck(p, q, point, weight)
