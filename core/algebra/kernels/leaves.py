"""Nodes of a fraction tree that are not kept: leaves from columns of small integers, and their parents, block by block.

A leaf is affine in small integers: a mask or a multiplicity over alpha - f. A coefficient times an integer below 2^16
is the sum of two entries of a table of 2 x 256 multiples, which is quicker than a product and small enough for the
nearest cache; so making a leaf anew costs less than fetching one from memory that was just taken from the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.algebra.kernels.convert import elements
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import Elements, add, load, one, store, zero
from core.algebra.kernels.vectors import AnySmall, affine_range

Block: TypeAlias = tuple[int, Sequence[tuple[int, AnySmall]], int]
"""constant, (coefficient, column) pairs, length; see core.engines.interface.AffineBlock."""

_BYTE = 256
_LIMIT = _BYTE * _BYTE


class Level(Protocol):
    """Nodes of one level of a fraction tree; those from `used` on are 0/1."""

    used: int

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        """Write the nodes from `start` on into p and q, as many as these have places."""


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


class _Affine:
    """One block of leaves' numerators or denominators."""

    def __init__(self, block: Block) -> None:
        constant, terms, self.length = block
        self._columns = [column for _, column in terms]
        self._coefficients = elements([*(coefficient for coefficient, _ in terms), constant])
        self._multiples: Elements | None = None
        if terms and all(_is_short(column) for column in self._columns):
            steps = [step * k for step in (1, _BYTE) for k in range(_BYTE)]
            multiples = [coefficient * step for coefficient, _ in terms for step in steps]
            multiples[:_BYTE] = [constant + multiple for multiple in multiples[:_BYTE]]
            self._multiples = elements(multiples)

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


class Leaves:
    """Leaves from blocks of affine numerators and denominators of equal lengths, one after the other."""

    def __init__(self, numerators: Sequence[Block], denominators: Sequence[Block]) -> None:
        self._blocks: list[tuple[int, _Affine, _Affine]] = []
        self.used = 0
        for upper, lower in zip(map(_Affine, numerators), map(_Affine, denominators), strict=True):
            if upper.length != lower.length:
                raise ValueError("numerators and denominators of different lengths")
            self._blocks.append((self.used, upper, lower))
            self.used += upper.length

    def fill(self, start: int, p: Elements, q: Elements) -> None:
        stop = start + len(p)
        for first, upper, lower in self._blocks:
            a, b = max(start, first), min(stop, first + upper.length)
            if a < b:
                upper.fill(a - first, p[a - start : b - start])
                lower.fill(a - first, q[a - start : b - start])
        rest = max(self.used - start, 0)
        _fill_fraction(p[rest:], q[rest:])
