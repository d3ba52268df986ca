"""Which committed columns are looked up in which public tables, for one proof; shared by both sides.

A row block says: every entry where `mask` is 1, read as tag + sum beta^k scale_k column_k, occurs in some table. A
table block carries the table and the committed multiplicities. In the fraction tree a row leaf is mask/(alpha - f) and
a table leaf is -m/(alpha - t); the sum vanishes for random alpha exactly if every masked f occurs among the t (logUp,
Haboeck 2022; the field has 255 bits, far above any multiplicity).

At one leaf point the two extensions p~ and q~, batched as p~ + omega q~, are a public value plus a combination of
column evaluations, each at the trailing coordinates of the leaf point. All columns have the same row width, so that
one opening settles the whole lookup; the patient records, where they are looked up directly, are a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.algebra.field import ORDER
from core.commitments.hyrax import Column
from core.lookup.leaves import LeafLayout
from core.lookup.tables import Table
from core.polynomials.multilinear import eq_table, selector

RECORDS = "records"
"""The label under which a row block names the record matrix instead of a column."""


@dataclass(frozen=True)
class Grid:
    """mask(i, j) = [i < count] * pattern[j] over 2^variables cells, j being the trailing coordinates."""

    count: int
    pattern: tuple[int, ...] = (1,)

    @property
    def column_variables(self) -> int:
        return (len(self.pattern) - 1).bit_length()

    def evaluate(self, point: Sequence[int]) -> int:
        """Multilinear extension of the mask."""
        split = len(point) - self.column_variables
        return selector(point[:split], self.count) * self.along(point, self.pattern) % ORDER

    def along(self, point: Sequence[int], values: Sequence[int]) -> int:
        """Multilinear extension of a function of j alone."""
        split = len(point) - self.column_variables
        return sum(w * v for w, v in zip(eq_table(point[split:]), values, strict=True) if v) % ORDER


@dataclass(frozen=True)
class Term:
    """beta^power * scale * column."""

    column: str
    power: int = 1
    scale: int = 1


@dataclass(frozen=True)
class RowBlock:
    """Entries to be looked up; `tags[j]` is the tag of cells in grid column j."""

    label: str
    variables: int
    grid: Grid
    tags: tuple[int, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class TableBlock:
    """A table, padded to 2^variables rows by repetition, with the column of its multiplicities."""

    label: str
    variables: int
    table: Table
    multiplicity: str


@dataclass(frozen=True)
class LeafRelation:
    """p~ + omega q~ = public + sum columns[label] column~ + records * records~ at one leaf point."""

    public: int
    columns: Mapping[str, int]
    records: int


@dataclass(frozen=True)
class LookupSpec:
    """All lookups of one proof. Every column is committed before alpha and beta."""

    columns: tuple[Column, ...]
    rows: tuple[RowBlock, ...]
    tables: tuple[TableBlock, ...]
    layout: LeafLayout = field(init=False)

    def __post_init__(self) -> None:
        blocks = {block.label: block.variables for block in self.rows}
        blocks |= {block.label: block.variables for block in self.tables}
        object.__setattr__(self, "layout", LeafLayout.arrange(blocks))

    def column(self, label: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.label == label)

    @property
    def commitments(self) -> int:
        """Row commitments of all columns together, in the order of `columns`."""
        return sum(column.rows for column in self.columns)

    def local(self, label: str, point: Sequence[int]) -> Sequence[int]:
        """Where a column is evaluated when the leaves are evaluated at `point`."""
        return point[len(point) - self.column(label).variables :]

    def relation(self, point: Sequence[int], alpha: int, beta: int, omega: int) -> LeafRelation:
        """What the leaves' extensions at `point` must be."""
        layout = self.layout
        public = omega * layout.filler(point)
        columns = {column.label: 0 for column in self.columns}
        records = 0
        for block in self.rows:
            weight = layout.weight(block.label, point)
            local = layout.local(block.label, point)
            tag = block.grid.along(local, block.tags)
            public += weight * (block.grid.evaluate(local) + omega * (alpha - tag))
            for term in block.terms:
                share = -omega * weight % ORDER * pow(beta, term.power, ORDER) * term.scale
                if term.column == RECORDS:
                    records += share
                else:
                    columns[term.column] += share
        for table in self.tables:
            weight = layout.weight(table.label, point)
            local = layout.local(table.label, point)
            low = local[len(local) - table.table.variables :]
            public += omega * weight % ORDER * (alpha - table.table.evaluate(low, beta))
            columns[table.multiplicity] -= weight
        return LeafRelation(public % ORDER, {label: value % ORDER for label, value in columns.items()}, records % ORDER)
