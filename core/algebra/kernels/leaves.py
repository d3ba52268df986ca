"""Nodes of a fraction tree that are not kept: leaves from columns of small integers, block by block.

A leaf is affine in small integers: a mask or a multiplicity over alpha - f. A coefficient times an integer below 2^16
is the sum of two entries of a table of 2 x 256 multiples, which is quicker than a product and small enough for the
nearest cache; so making a leaf anew costs less than fetching one from memory that was just taken from the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import ORDER
from core.algebra.kernels.convert import elements
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.grid import GridLeaves, multiples_of
from core.algebra.kernels.scalar import Elements, add, load, mul_inline, one, store, zero
from core.algebra.kernels.vectors import AnySmall, affine_range
from core.algebra.patterns import written_out


@dataclass(frozen=True, slots=True)
class Block:
    """constant + sum coefficient * column, `length` entries; see core.engines.interface.AffineBlock.

    repeated: terms whose column is a pattern again and again, and how many entries of it there are.
    """

    constant: int
    terms: Sequence[tuple[int, AnySmall]]
    repeated: Sequence[tuple[int, NDArray[np.uint16], int]]
    length: int

    def columns(self) -> list[tuple[int, AnySmall]]:
        """All terms, the repeated ones written out."""
        return [*self.terms, *((factor, written_out(pattern, count)) for factor, pattern, count in self.repeated)]


_LIMIT = 1 << 16


class Level(Protocol):
    """Nodes of one level of a fraction tree; those from `used` on are 0/1."""

    used: int
    foldable: bool
    """Whether most nodes can be folded in hardly more time than it takes to read what they are made from."""

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        """Write the nodes from `start` on into p and q, as many as these have places."""

    def pair(self, start: int, apart: int, p: Elements, q: Elements) -> bool:
        """Write the parents of the nodes from `start` on and those `apart` further on, if that has a quicker way."""

    def fold(self, start: int, stride: int, weights: Elements, p: Elements, q: Elements) -> None:
        """Write sum_k weights[k] node[start + i + k stride] into the places i of p and q.

        The weights, a power of two, add up to one; places and stride are powers of two that divide `start`, the places
        no more than the stride.
        """


@kernel
def _from_multiples(result: Elements, multiples: Elements, columns: NDArray[np.uint16]) -> None:
    """result[i] = sum_k coefficient_k columns[k, i] and the constant, which is in the first column's multiples."""
    for i in range(result.shape[0]):
        value = columns[0, i]
        total = load(multiples, value & 255)
        if value > 255:
            total = add(total, load(multiples, 256 + (value >> 8)))
        for k in range(1, columns.shape[0]):
            value = columns[k, i]
            total = add(total, load(multiples, 512 * k + (value & 255)))
            if value > 255:
                total = add(total, load(multiples, 512 * k + 256 + (value >> 8)))
        store(result, i, total)


@kernel
def _fill_fraction(p: Elements, q: Elements) -> None:
    """The fraction 0/1 everywhere."""
    for i in range(p.shape[0]):
        store(p, i, zero())
        store(q, i, one())


@kernel
def _accumulate(result: Elements, nodes: Elements, weights: Elements, k: int) -> None:
    """result += weights[k] nodes."""
    weight = load(weights, k)
    for i in range(result.shape[0]):
        store(result, i, add(load(result, i), mul_inline(weight, load(nodes, i))))


def fold_filled(level: Level, start: int, stride: int, weights: Elements, p: Elements, q: Elements) -> None:
    """Level.fold by way of Level.fill."""
    p[:], q[:] = 0, 0
    some_p, some_q = np.empty_like(p), np.empty_like(q)
    for k in range(len(weights)):
        level.fill(start + k * stride, some_p, some_q)
        _accumulate(p, some_p, weights, k)
        _accumulate(q, some_q, weights, k)


class _Affine:
    """One block of leaves' numerators or denominators."""

    def __init__(self, block: Block) -> None:
        constant, terms = block.constant, block.columns()
        self._columns = [column for _, column in terms]
        self._coefficients = elements([*(coefficient for coefficient, _ in terms), constant])
        self._multiples: Elements | None = None
        if terms and all(_is_short(column) for column in self._columns):
            (first, _), *others = terms
            tables = [multiples_of(first, constant), *(multiples_of(coefficient) for coefficient, _ in others)]
            self._multiples = elements([multiple for table in tables for multiple in table])

    def fill(self, start: int, result: Elements) -> None:
        """Entries from `start` on, as many as `result` has places."""
        stop = start + len(result)
        if self._multiples is None:
            affine_range(result, self._coefficients, self._columns, start, stop)
            return
        columns = np.zeros((len(self._columns), stop - start), dtype=np.uint16)
        for row, column in zip(columns, self._columns, strict=True):
            piece = column[start:stop]
            row[: len(piece)] = piece
        _from_multiples(result, self._multiples, columns)


def _is_short(column: AnySmall) -> bool:
    """Whether every entry is in 0..2^16 - 1."""
    return column.dtype == np.uint16 or len(column) == 0 or bool(column.min() >= 0 and column.max() < _LIMIT)


class _AffineLeaves:
    """Leaves with any affine numerators and denominators."""

    def __init__(self, upper: Block, lower: Block) -> None:
        self.length = upper.length
        self._upper, self._lower = _Affine(upper), _Affine(lower)

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        self._upper.fill(start, p)
        self._lower.fill(start, q)


def _grid_of(upper: Block, lower: Block) -> GridLeaves | None:
    """The same leaves as a grid if that is what they are: by column, but for one column of 16-bit cells."""
    periods = [len(pattern) for block in (upper, lower) for _, pattern, _ in block.repeated]
    period = max(periods, default=0)
    if (
        upper.terms
        or len(upper.repeated) != 1
        or len(lower.terms) != 1
        or lower.terms[0][1].dtype != np.uint16
        or any(count != lower.length for _, _, count in lower.repeated)
        or period & (period - 1)
        or any(period % other for other in periods)
    ):
        return None
    coefficient, cells = lower.terms[0]
    factor, pattern, limit = upper.repeated[0]
    base = [lower.constant] * period
    for other, tags, _ in lower.repeated:
        base = [total + other * tag for total, tag in zip(base, written_out(tags, period).tolist(), strict=True)]
    return GridLeaves(
        [upper.constant + factor * entry for entry in written_out(pattern, period).tolist()],
        outside=upper.constant % ORDER,
        limit=limit,
        base=base,
        coefficient=coefficient,
        cells=np.ascontiguousarray(cells, dtype=np.uint16),
        length=lower.length,
    )


class Leaves:
    """Leaves from blocks of affine numerators and denominators of equal lengths, one after the other."""

    def __init__(self, numerators: Sequence[Block], denominators: Sequence[Block]) -> None:
        self._blocks: list[tuple[int, GridLeaves | _AffineLeaves]] = []
        self.used = 0
        for upper, lower in zip(numerators, denominators, strict=True):
            if upper.length != lower.length:
                raise ValueError("numerators and denominators of different lengths")
            self._blocks.append((self.used, _grid_of(upper, lower) or _AffineLeaves(upper, lower)))
            self.used += upper.length
        grids = sum(block.length for _, block in self._blocks if isinstance(block, GridLeaves))
        self.foldable = grids > self.used // 2

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        stop = start + len(p)
        for first, block in self._blocks:
            a, b = max(start, first), min(stop, first + block.length)
            if a < b:
                block.fill(a - first, p[a - start : b - start], q[a - start : b - start])
        rest = max(self.used - start, 0)
        _fill_fraction(p[rest:], q[rest:])

    def pair(self, start: int, apart: int, p: Elements, q: Elements) -> bool:
        found = self._grid_around(start, start + apart + len(p), apart)
        if found is not None:
            first, grid = found
            grid.pair(start - first, apart, p, q)
        return found is not None

    def fold(self, start: int, stride: int, weights: Elements, p: Elements, q: Elements) -> None:
        found = self._grid_around(start, start + (len(weights) - 1) * stride + len(p), stride)
        if found is None:
            fold_filled(self, start, stride, weights, p, q)
        else:
            first, grid = found
            grid.fold(start - first, stride, weights, p, q)

    def _grid_around(self, start: int, stop: int, stride: int) -> tuple[int, GridLeaves] | None:
        """The grid in which the leaves start..stop - 1 lie, with its first leaf, if the stride is whole periods."""
        for first, block in self._blocks:
            if first <= start and stop <= first + block.length:
                return (first, block) if isinstance(block, GridLeaves) and stride % block.period == 0 else None
        return None
