"""A fraction tree whose lowest levels are never kept whole: their nodes are made anew, block by block, when needed.

They are needed three times each: for the levels above, in the first round of their own sumcheck, and when that binds
its first variable. What is kept is tables of half a level's size at most, and from the second round on a sumcheck goes
its ordinary way. The eq table of the first round is an outer product of two, the smaller as long as a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.algebra.kernels.convert import element, elements
from core.algebra.kernels.fractions import (
    FractionLevels,
    FractionSumcheck,
    add_weighted,
    bind_range,
    chained_claim,
    merge,
    round_sums,
)
from core.algebra.kernels.leaves import Leaves, Level
from core.algebra.kernels.scalar import LIMBS, Elements
from core.algebra.kernels.threads import over_ranges
from core.algebra.kernels.vectors import eq_table

BLOCK = 1 << 11
"""Nodes made at a time: 64 bytes each, so that all that a block needs stays in a core's own cache."""


def _empty(count: int) -> Elements:
    return np.empty((count, LIMBS), dtype=np.uint64)


class Parents:
    """The level above `children`, 2^level nodes."""

    def __init__(self, children: Level, level: int) -> None:
        self._children = children
        self._half = 1 << level
        self.used = min(children.used, self._half)

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        count = len(p)
        lower_only = start + self._half >= self._children.used
        if lower_only:  # the upper children are 0/1, and the parents are the lower ones
            self._children.fill(start, p, q)
            return
        both_p, both_q = _empty(2 * count), _empty(2 * count)
        self._children.fill(start, both_p[:count], both_q[:count])
        self._children.fill(start + self._half, both_p[count:], both_q[count:])
        merge(p, q, both_p, both_q, count, 0, count)


class AnewSumcheck(FractionSumcheck):
    """A FractionSumcheck over a level that is not kept; its first variable is bound from blocks made anew."""

    def __init__(self, children: Level, half: int, point: Sequence[int], *, weight: int, claim: int | None) -> None:
        """children: 2 * half nodes; half is at least 2."""
        self._children: Level | None = children
        super().__init__([], half, point, weight=weight, claim=claim)

    def _tables_at(self, children: Level, start: int, count: int) -> list[Elements]:
        """p0, p1, q0, q1 of start <= x < start + count, then of those half the tables further on.

        p1 and q1 are empty where all of theirs are 0/1.
        """
        half, size = self._size // 2, self._size
        p0, q0 = _empty(2 * count), _empty(2 * count)
        children.fill(start, p0[:count], q0[:count])
        children.fill(start + half, p0[count:], q0[count:])
        if start + size >= children.used:
            return [p0, _empty(0), q0, _empty(0)]
        p1, q1 = _empty(2 * count), _empty(2 * count)
        children.fill(start + size, p1[:count], q1[:count])
        children.fill(start + size + half, p1[count:], q1[count:])
        return [p0, p1, q0, q1]

    def _first_rest(self, point: Sequence[int]) -> Elements:
        """eq of the last variables, which number the places in a block; those before them number the blocks."""
        inner = min(len(point) - 1, BLOCK.bit_length() - 1)
        self._outer = eq_table(elements(point[1 : len(point) - inner]))
        self._later = elements(point[2:])
        return eq_table(elements(point[len(point) - inner :]))

    def _sums(self, whole: bool) -> list[Elements]:
        children = self._children
        if children is None:
            return super()._sums(whole)
        factor, outer, size = element(self._weight), self._outer, len(self._rest)

        def part(start: int, stop: int) -> Elements:
            total = np.zeros((3, LIMBS), dtype=np.uint64)
            for block in range(start, stop):
                p0, p1, q0, q1 = self._tables_at(children, block * size, size)
                add_weighted(p0, p0, q0, factor, 0, len(p0))
                dear, result = size if len(p1) else 0, _empty(3)
                round_sums(p0, p1, q0, q1, self._rest, size, whole, 0, dear, dear, size, result)
                add_weighted(total, total, result, outer[block : block + 1], 0, 3)
            return total

        return over_ranges(part, len(outer), 1)

    def _fold(self, challenge: Elements) -> list[Elements]:
        children, half = self._children, self._size // 2
        if children is None:
            return super()._fold(challenge)
        factor, size = element(self._weight), len(self._rest)
        # whole blocks of p1 and q1, the last of which may end in 0/1
        active = min(half, max(0, -(-(children.used - self._size) // size) * size))
        targets = [_empty(length) for length in (half, active, half, active)]

        def part(start: int, stop: int) -> None:
            for first in range(start * size, stop * size, size):
                last = first + size
                for target, table in zip(targets, self._tables_at(children, first, size), strict=True):
                    if len(table):
                        bind_range(target[first:last], table, table, challenge, size, 0, size)
                p0, q0 = targets[0][first:last], targets[2][first:last]
                add_weighted(p0, p0, q0, factor, 0, size)

        over_ranges(part, half // size, 1)
        return targets

    def _halve_rest(self, half: int) -> None:
        if self._children is None:
            super()._halve_rest(half)
            return
        self._children = None
        self._rest = eq_table(self._later)


class AffineLevels:
    """The tree over `leaves`; a FractionTree. Of its levels those that are larger than a share of the leaves are made
    anew, the others kept.
    """

    def __init__(self, leaves: Leaves, share: int) -> None:
        """share: a level is kept if it has at most 1/share as many nodes as there are leaves in use; 1 keeps all."""
        self.depth = max(0, (leaves.used - 1).bit_length())
        self._anew: list[Level] = []
        level: Level = leaves
        kept = self.depth
        while kept > 1 and 1 << kept > leaves.used // share:
            self._anew.insert(0, level)
            kept -= 1
            level = Parents(level, kept)
        self._kept = kept
        self._base = level
        self._skipped: list[int] = []
        self._levels: FractionLevels | None = None
        self._last: tuple[int, FractionSumcheck] | None = None

    def _top(self) -> FractionLevels:
        """The levels that are kept, made when the first of them is needed: a proof that goes on may need none."""
        if self._levels is None:
            p, q = _empty(self._base.used), _empty(self._base.used)
            over_ranges(partial(_fill, self._base, p, q), self._base.used, BLOCK)
            self._levels = FractionLevels(p, q)
            for level in self._skipped:
                self._levels.skip(level)
        return self._levels

    def root(self) -> tuple[int, int]:
        """(p, q) at the root."""
        return self._top().root()

    def skip(self, level: int) -> None:
        """Let go of what the sumcheck of this level would use up."""
        if level >= self._kept:
            return
        self._skipped.append(level)
        if self._levels is not None:
            self._levels.skip(level)

    def sumcheck(self, level: int, point: Sequence[int], weight: int) -> FractionSumcheck:
        """Sumcheck from `level` to its children."""
        if level < self._kept:
            return self._top().sumcheck(level, point, weight)
        before = self._last
        if before is None and self._levels is not None:
            before = self._levels.last
        claim = chained_claim(before, level, point, weight)
        sumcheck = AnewSumcheck(self._anew[level - self._kept], 1 << level, point, weight=weight, claim=claim)
        self._last = level, sumcheck
        return sumcheck


def _fill(level: Level, p: Elements, q: Elements, start: int, stop: int) -> None:
    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        level.fill(first, p[first:last], q[first:last])
