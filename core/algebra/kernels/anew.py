"""A fraction tree whose lowest levels are never kept whole: their nodes are made anew, block by block, when needed.

They are needed for the levels above, in the first few rounds of their own sumcheck, and once more when its tables are
made, folded by the challenges of those rounds; from then on it goes its ordinary way. Folding small integers is quicker
than fetching field elements, and what is never made needs no memory. The eq table of such a round is an outer product
of two, the smaller as long as a block.
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
    chained_claim,
    merge,
    round_sums,
)
from core.algebra.kernels.leaves import Leaves, Level, fold_filled
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
        self.foldable = children.foldable and children.used - self._half < self._half // 8

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        count = len(p)
        if self._lower_only(start):
            self._children.fill(start, p, q)
            return
        if self._children.pair(start, self._half, p, q):
            return
        both_p, both_q = _empty(2 * count), _empty(2 * count)
        self._children.fill(start, both_p[:count], both_q[:count])
        self._children.fill(start + self._half, both_p[count:], both_q[count:])
        merge(p, q, both_p, both_q, count, 0, count)

    def pair(self, start: int, apart: int, p: Elements, q: Elements) -> bool:
        return self._lower_only(start) and self._children.pair(start, apart, p, q)

    def fold(self, start: int, stride: int, weights: Elements, p: Elements, q: Elements) -> None:
        if self._lower_only(start):
            self._children.fold(start, stride, weights, p, q)
        else:
            fold_filled(self, start, stride, weights, p, q)

    def _lower_only(self, start: int) -> bool:
        """Whether from here on the upper children are 0/1, and the parents are the lower ones."""
        return start + self._half >= self._children.used


class AnewSumcheck(FractionSumcheck):
    """A FractionSumcheck over a level that is not kept.

    Its first rounds fold the level's blocks by the challenges so far whenever they need them; then the tables are made,
    2^rounds times smaller than the level.
    """

    def __init__(
        self, children: Level, half: int, point: Sequence[int], *, weight: int, claim: int | None, rounds: int
    ) -> None:
        """children: 2 * half nodes; half is at least 2^rounds, rounds at least 1."""
        self._children: Level | None = children
        self._half, self._rounds = half, rounds
        self._bound = _empty(0)
        self._shares = eq_table(self._bound)
        """The weights with which the challenges so far fold the level."""
        self._factor = element(weight)
        super().__init__([], half, point, weight=weight, claim=claim)

    def _first_rest(self, point: Sequence[int]) -> Elements:
        self._point = elements(point)
        return self._split_rest()

    def _split_rest(self) -> Elements:
        """eq of the last variables, which number the places in a block; those before them number the blocks."""
        after = self._point[len(self._bound) + 1 :]
        inner = min(len(after), BLOCK.bit_length() - 1)
        self._outer: Elements | None = eq_table(after[: len(after) - inner])
        return eq_table(after[len(after) - inner :])

    def _folded(self, children: Level, starts: Sequence[int], count: int) -> tuple[Elements, Elements]:
        """p and q of the folded nodes from each start on, `count` each."""
        p, q = _empty(len(starts) * count), _empty(len(starts) * count)
        for k, start in enumerate(starts):
            places = slice(k * count, (k + 1) * count)
            if len(self._shares) == 1:
                children.fill(start, p[places], q[places])
            else:
                children.fold(start, self._size, self._shares, p[places], q[places])
        return p, q

    def _sums(self, whole: bool) -> list[Elements]:
        children, outer = self._children, self._outer
        if children is None or outer is None:
            return super()._sums(whole)
        size, step = len(self._rest), self._size // 2

        def part(start: int, stop: int) -> Elements:
            total = np.zeros((3, LIMBS), dtype=np.uint64)
            for block in range(start, stop):
                first = block * size
                dear = size if self._half + first < children.used else 0
                # where p1 and q1 are 0/1, the value at zero is all that is needed
                starts = [first, first + step] if dear or whole else [first]
                p0, q0 = self._folded(children, starts, size)
                add_weighted(p0, p0, q0, self._factor, 0, len(p0))
                p1, q1 = self._folded(children, [self._half + at for at in starts] if dear else [], size)
                result = _empty(3)
                round_sums(p0, p1, q0, q1, self._rest, size, whole, 0, dear, dear, size, result)
                add_weighted(total, total, result, outer[block : block + 1], 0, 3)
            return total

        return over_ranges(part, len(outer), 1)

    def _fold(self, challenge: Elements) -> list[Elements]:
        children, size = self._children, self._size // 2
        if children is None:
            return super()._fold(challenge)
        self._bound = np.concatenate([self._bound, challenge])
        self._shares = eq_table(self._bound)
        if len(self._bound) < self._rounds:
            return []
        self._size = size  # by which _folded steps
        block = min(BLOCK, size)
        # whole blocks of p1 and q1, the last of which may end in 0/1
        active = min(size, max(0, -(-(children.used - self._half) // block) * block))
        p0, p1, q0, q1 = targets = [_empty(length) for length in (size, active, size, active)]

        def part(start: int, stop: int) -> None:
            for first in range(start * block, stop * block, block):
                places = slice(first, first + block)
                p0[places], q0[places] = self._folded(children, [first], block)
                add_weighted(p0[places], p0[places], q0[places], self._factor, 0, block)
                if first < active:
                    p1[places], q1[places] = self._folded(children, [self._half + first], block)

        over_ranges(part, size // block, 1)
        self._children = None
        return targets

    def _halve_rest(self, half: int) -> None:
        if self._outer is None:
            super()._halve_rest(half)
        elif self._children is None:
            self._outer = None
            self._rest = eq_table(self._point[len(self._bound) + 1 :])
        else:
            self._rest = self._split_rest()


class AffineLevels:
    """The tree over `leaves`; a FractionTree. Of its levels those that are larger than a share of the leaves are made
    anew, the others kept.
    """

    def __init__(self, leaves: Leaves, share: int) -> None:
        """share: a level is kept if it has at most 1/share as many nodes as there are leaves in use; 1 keeps all."""
        self.depth = max(0, (leaves.used - 1).bit_length())
        self._share, self._used = share, leaves.used
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

    def _folded_rounds(self, level: int) -> int:
        """Rounds of a level before its tables are made: few where folding costs as much as making all nodes."""
        children, half = self._anew[level - self._kept], 1 << level
        tables = 2 * half + 2 * min(half, children.used - half)
        rounds = 1
        while children.foldable and rounds < level and tables >> rounds > self._used // self._share:
            rounds += 1
        return rounds

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
        children, rounds = self._anew[level - self._kept], self._folded_rounds(level)
        sumcheck = AnewSumcheck(children, 1 << level, point, weight=weight, claim=claim, rounds=rounds)
        self._last = level, sumcheck
        return sumcheck


def _fill(level: Level, p: Elements, q: Elements, start: int, stop: int) -> None:
    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        level.fill(first, p[first:last], q[first:last])
