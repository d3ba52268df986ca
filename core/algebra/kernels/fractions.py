"""The tree of fraction sums and its sumchecks.

Binding a table of 2^n elements gives t[i] + r (t[i + half] - t[i]) for i < half, in place.

The leaves past the last one in use are 0/1 and not stored. Where the upper children p1, q1 are such fillers,
p0 q1 + p1 q0 is just p0, and they stay 0/1 under binding: the tables of p1 and q1 end at the index `active`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.algebra.field import ORDER, batch_inverse
from core.algebra.kernels.convert import element, elements, integers, integers_to_rows
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import (
    LIMBS,
    RADIX,
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
    zero,
)
from core.algebra.kernels.threads import over_ranges
from core.algebra.kernels.vectors import eq_table

LEAST = 1 << 12
"""Table entries worth a second thread."""

_ZERO = np.zeros((1, LIMBS), dtype=np.uint64)
_ONE = integers_to_rows([RADIX % ORDER], 8 * LIMBS)
_FILLS = (_ZERO, _ZERO, _ONE, _ONE)
"""What p0, p1, q0, q1 are past the end of their tables."""


@kernel
def _used(p: Elements, q: Elements) -> int:
    """Leaves up to the last one that is not 0/1."""
    used = int(p.shape[0])
    while used > 0 and is_zero(load(p, used - 1)) and equal(load(q, used - 1), one()):
        used -= 1
    return used


@kernel
def merge(parent_p: Elements, parent_q: Elements, p: Elements, q: Elements, half: int, start: int, stop: int) -> None:
    """Parents start <= i < stop of the children i and i + half, the latter 0/1 past the end of the tables."""
    active = p.shape[0] - half
    for i in range(start, min(stop, active)):
        lower, upper = load(q, i), load(q, i + half)
        store(parent_p, i, mul_pair_inline(load(p, i), upper, load(p, i + half), lower))
        store(parent_q, i, mul_inline(lower, upper))
    for i in range(max(start, active), stop):
        store(parent_p, i, load(p, i))
        store(parent_q, i, load(q, i))


@kernel
def add_weighted(result: Elements, p: Elements, q: Elements, weight: Elements, start: int, stop: int) -> None:
    """result = p + weight q."""
    factor = load(weight, 0)
    for i in range(start, stop):
        store(result, i, add(load(p, i), mul_inline(factor, load(q, i))))


@kernel
def round_sums(
    p0: Elements,
    p1: Elements,
    q0: Elements,
    q1: Elements,
    rest: Elements,
    half: int,
    whole: bool,
    start: int,
    stop: int,
    quiet_start: int,
    quiet_stop: int,
    result: Elements,
) -> None:
    """sum_i rest[i] (p0 q1 + p1 q0)(X) over start <= i < stop, and sum_i rest[i] p0(X) over the quiet range.

    Gives its value at 0, its leading coefficient and, if `whole`, its value at 1.
    """
    at_zero, at_one, leading = zero(), zero(), zero()
    for i in range(start, stop):
        weight = load(rest, i)
        a0, a1 = load(p0, i), load(p0, i + half)
        c0, c1 = load(q0, i), load(q0, i + half)
        b0, d0 = load(p1, i), load(q1, i)
        b1, d1 = zero(), one()
        if i + half < p1.shape[0]:
            b1, d1 = load(p1, i + half), load(q1, i + half)
        at_zero = add(at_zero, mul_inline(weight, mul_pair_inline(a0, d0, b0, c0)))
        if whole:
            at_one = add(at_one, mul_inline(weight, mul_pair_inline(a1, d1, b1, c1)))
        leading = add(leading, mul_inline(weight, mul_pair_inline(sub(a1, a0), sub(d1, d0), sub(b1, b0), sub(c1, c0))))
    for i in range(quiet_start, quiet_stop):
        weight = load(rest, i)
        at_zero = add(at_zero, mul_inline(weight, load(p0, i)))
        if whole:
            at_one = add(at_one, mul_inline(weight, load(p0, i + half)))
    store(result, 0, at_zero)
    store(result, 1, leading)
    store(result, 2, at_one)


@kernel
def bind_range(
    result: Elements, table: Elements, fill: Elements, challenge: Elements, half: int, start: int, stop: int
) -> None:
    """result[i] = table[i] + challenge (table[i + half] - table[i]) for start <= i < stop; result may be the table.

    Past the end of the table stands `fill`.
    """
    r = load(challenge, 0)
    filler = load(fill, 0)
    for i in range(start, stop):
        low = load(table, i)
        high = load(table, i + half) if i + half < table.shape[0] else filler
        store(result, i, add(low, mul_inline(r, sub(high, low))))


@kernel
def _halve_eq(rest: Elements, half: int) -> None:
    """The eq table without its first variable: eq(0, y) + eq(1, y)."""
    for i in range(half):
        store(rest, i, add(load(rest, i), load(rest, i + half)))


class FractionSumcheck:
    """sum_x eq(point, x) [p0 q1 + p1 q0 + weight q0 q1](x).

    With the sum known from outside as `claim`, a round needs two values of its polynomial instead of three: the
    third follows from (1 - tau) h(0) + tau h(1) = claim.
    """

    def __init__(
        self, tables: list[Elements], half: int, point: Sequence[int], *, weight: int, claim: int | None
    ) -> None:
        """tables: p0 + weight q0 (which saves a product at every index), p1, q0, q1; they are overwritten."""
        self._size = half
        self._weight = weight % ORDER
        self._tables = tables
        self._rest = self._first_rest(point)
        self._tau = [coordinate % ORDER for coordinate in point]
        self._claim = claim if all(self._tau) else None
        self._inverses = batch_inverse(self._tau) if self._claim is not None else []
        self._coefficients: tuple[int, int, int] | None = None
        self.challenges: list[int] = []

    def _first_rest(self, point: Sequence[int]) -> Elements:
        """eq of all variables but the first."""
        return eq_table(elements(point[1:])) if point else np.empty((0, LIMBS), dtype=np.uint64)

    def round(self) -> list[int]:
        parts = integers(np.concatenate(self._sums(self._claim is None)))
        at_zero, leading, at_one = (sum(parts[k::3]) for k in range(3))
        if self._claim is not None:
            tau, inverse = self._tau[len(self.challenges)], self._inverses[len(self.challenges)]
            at_one = (self._claim - (1 - tau) * at_zero) * inverse
        first, second = (at_one - at_zero - leading) % ORDER, leading % ORDER
        self._coefficients = (at_zero % ORDER, first, second)
        return [first, second]

    def _sums(self, whole: bool) -> list[Elements]:
        """round_sums over ranges that cover half of the tables."""
        half = self._size // 2
        p0, p1, q0, q1 = self._tables
        active = min(len(p1), half)

        def part(start: int, stop: int) -> Elements:
            # Each range takes its share of the cheap indices as well as of the dear ones.
            dear = active * start // half, active * stop // half
            cheap = start + active - dear[0], stop + active - dear[1]
            result = np.empty((3, LIMBS), dtype=np.uint64)
            round_sums(p0, p1, q0, q1, self._rest, half, whole, *dear, *cheap, result)
            return result

        return over_ranges(part, half, LEAST // 2)

    def bind(self, challenge: int) -> None:
        half = self._size // 2
        targets = self._fold(element(challenge))
        # a view of a single entry would keep its whole table in memory
        self._tables = targets if half > 1 else [target.copy() for target in targets]
        if half > 1:
            self._halve_rest(half // 2)
        if self._coefficients is None:
            self._claim = None  # of a round that was not asked for nothing is known
        elif self._claim is not None:
            constant, first, second = self._coefficients
            self._claim = (constant + challenge * (first + challenge * second)) % ORDER
        self._coefficients = None
        self.challenges.append(challenge)
        self._size = half

    def _fold(self, challenge: Elements) -> list[Elements]:
        """The tables with their first variable bound."""
        half = self._size // 2
        sources = self._tables
        lengths = [min(len(table), half) for table in sources]
        targets = [table[:length] for table, length in zip(sources, lengths, strict=True)]

        def part(start: int, stop: int) -> None:
            for target, source, fill, length in zip(targets, sources, _FILLS, lengths, strict=True):
                bind_range(target, source, fill, challenge, half, length * start // half, length * stop // half)

        over_ranges(part, half, LEAST)
        return targets

    def _halve_rest(self, half: int) -> None:
        """Take the next variable out of the eq table, which is left with `half` entries."""
        _halve_eq(self._rest, half)

    def final(self) -> list[int]:
        first = [table[:1] if len(table) else fill for table, fill in zip(self._tables, _FILLS, strict=True)]
        values = integers(np.concatenate(first))
        return [(values[0] - self._weight * values[2]) % ORDER, *values[1:]]


def chained_claim(
    before: tuple[int, FractionSumcheck] | None, level: int, point: Sequence[int], weight: int
) -> int | None:
    """(p + weight q)(point) at `level` if the sumcheck `before` of a level ended on the way to that point."""
    if before is None:
        return None
    last, sumcheck = before
    if last != level - 1 or sumcheck.challenges != list(point[1:]):
        return None
    p0, p1, q0, q1 = sumcheck.final()
    return (p0 + point[0] * (p1 - p0) + weight * (q0 + point[0] * (q1 - q0))) % ORDER


class FractionLevels:
    """Every level of the tree over 2^depth leaves, level 0 the root; a level is let go when its sumcheck begins.

    Leaves missing up to the next power of two are 0/1. The vectors given are taken over: they are overwritten.
    """

    def __init__(self, numerators: Elements, denominators: Elements) -> None:
        self.depth = (len(numerators) - 1).bit_length()
        half = 1 << self.depth >> 1
        used = max(_used(numerators, denominators), half, 1)
        levels = [(numerators[:used], denominators[:used])]
        while half:
            p, q = levels[-1]
            parent_p, parent_q = np.empty((half, LIMBS), dtype=np.uint64), np.empty((half, LIMBS), dtype=np.uint64)
            over_ranges(partial(merge, parent_p, parent_q, p, q, half), half, LEAST)
            levels.append((parent_p, parent_q))
            half >>= 1
        p, q = levels[-1]
        self._root = integers(p)[0], integers(q)[0]
        self._levels: list[tuple[Elements, Elements] | None] = [*levels[::-1]]
        self.last: tuple[int, FractionSumcheck] | None = None

    def root(self) -> tuple[int, int]:
        """(p, q) at the root."""
        return self._root

    def claim(self, level: int, point: Sequence[int], weight: int) -> int | None:
        """(p + weight q)(point) at `level`, where the sumcheck before this one ended on the way to that point."""
        if level == 0:
            return (self._root[0] + weight * self._root[1]) % ORDER
        return chained_claim(self.last, level, point, weight)

    def skip(self, level: int) -> None:
        """Let go of the tables that the sumcheck of this level would use up."""
        self._levels[level + 1] = None

    def sumcheck(self, level: int, point: Sequence[int], weight: int) -> FractionSumcheck:
        """Sumcheck from `level` to its children, whose tables it uses up."""
        tables = self._levels[level + 1]
        if tables is None:
            raise ValueError("each level has one sumcheck")
        self._levels[level + 1] = None
        claim = self.claim(level, point, weight)
        p, q = tables
        half = 1 << level
        over_ranges(partial(add_weighted, p[:half], p[:half], q[:half], element(weight)), half, LEAST)
        sumcheck = FractionSumcheck([p[:half], p[half:], q[:half], q[half:]], half, point, weight=weight, claim=claim)
        self.last = level, sumcheck
        return sumcheck
