"""Public lookup tables. The verifier rebuilds them from their parameters; none is taken from a proof.

Row b of a table is the field element tag + sum_k beta^k v_k[b]. Tables are padded to a power of two, and to the common
row width, by repeating: a repeated row adds no value, and its multiplicity may be split among the copies at will.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.algebra.field import ORDER
from core.polynomials.multilinear import eq_table, evaluate, identity


class Table(Protocol):
    """A public table of 2^variables rows."""

    @property
    def variables(self) -> int: ...

    def columns(self) -> list[tuple[int, Sequence[int]]]:
        """(power of beta, entries) for each column, the tag as power 0."""

    def evaluate(self, point: Sequence[int], beta: int) -> int:
        """Multilinear extension of the combined column at a point of `variables` coordinates."""


@dataclass(frozen=True)
class RangeTable:
    """0 .. 2^bits - 1 under one tag, in closed form."""

    tag: int
    bits: int

    @property
    def variables(self) -> int:
        return self.bits

    def columns(self) -> list[tuple[int, Sequence[int]]]:
        size = 1 << self.bits
        return [(0, [self.tag] * size), (1, range(size))]

    def evaluate(self, point: Sequence[int], beta: int) -> int:
        return (self.tag + beta * identity(point)) % ORDER


@dataclass(frozen=True)
class ListedTable:
    """A few rows written out, each with its own tag: rows[b] = (tag, value)."""

    rows: tuple[tuple[int, int], ...]

    @property
    def variables(self) -> int:
        return (len(self.rows) - 1).bit_length()

    def columns(self) -> list[tuple[int, Sequence[int]]]:
        return [(0, [tag for tag, _ in self.rows]), (1, [value for _, value in self.rows])]

    def evaluate(self, point: Sequence[int], beta: int) -> int:
        combined = (tag + beta * value for tag, value in self.rows)
        return sum(w * v for w, v in zip(eq_table(point), combined, strict=True)) % ORDER


class Interpolation(Protocol):
    """Rows of an interpolation table, 2^variables of each; see core.relations.sigmoid_table."""

    @property
    def value(self) -> Sequence[int]: ...

    @property
    def slope(self) -> Sequence[int]: ...

    @property
    def tail(self) -> Sequence[int]: ...


@dataclass(frozen=True)
class SigmoidRows:
    """The interpolation table of the sigmoid as tuples (tag, u, T, slope, tail).

    content: makes the table, or hands it out again; who asks for sizes alone does not wait for it.
    """

    tag: int
    variables: int
    content: Callable[[], Interpolation]

    def columns(self) -> list[tuple[int, Sequence[int]]]:
        table, size = self.content(), 1 << self.variables
        return [(0, [self.tag] * size), (1, range(size)), (2, table.value), (3, table.slope), (4, table.tail)]

    def evaluate(self, point: Sequence[int], beta: int) -> int:
        table = self.content()
        columns = [evaluate(column, point) for column in (table.value, table.slope, table.tail)]
        powers = [pow(beta, power, ORDER) for power in (2, 3, 4)]
        rest = sum(column * power for column, power in zip(columns, powers, strict=True))
        return (self.tag + beta * identity(point) + rest) % ORDER
