"""What `validity` means as lookups, from the number of records and the row layout alone.

Over the N x W record matrix X (docs/protocol/validity.md):

    limb16, number   X in [0, 2^16)
    bit              X in {0, 1}            (consent, outcome, group codes)
    flag             X in {0, 65535}        (two-valued features)
    groups           for each grouping attribute the codes of a row sum to 1

Large tables look values up whole in 0..65535. Small ones, for which that table would dominate, commit a high byte h
and look up h and X - 256 h in 0..255; both ranges are exact, so X in [0, 2^16). Which of the two it is follows from
the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from core.channel.shape import ProofShape
from core.claims.grid import RecordGrid
from core.commitments.hyrax import Column, choose_width
from core.lookup.fractions import fraction_products, fraction_steps
from core.lookup.spec import RECORDS, Grid, LookupSpec, RowBlock, TableBlock, Term
from core.lookup.tables import ListedTable, RangeTable
from core.transcript.pattern import Pattern, Step, challenge, hidden, points

VALUE_BITS = 16
BYTE_BITS = 8
WHOLE_FROM = 15
"""log2 of the padded number of cells from which on values are looked up whole."""

LARGEST_VALIDITY = 25
"""log2 of the padded number of cells up to which `validity` is due; beyond it, `bounded` is accepted instead, because
every cell is a leaf of the lookup."""

TAG_RANGE, TAG_BIT, TAG_FLAG = 1, 2, 3
FLAG_ON = (1 << VALUE_BITS) - 1


@dataclass(frozen=True)
class ValidityRelation(RecordGrid):
    """Shape and lookups of the claim for `count` records of `layout`."""

    @property
    def whole(self) -> bool:
        """Whether 16-bit values are looked up whole."""
        return self.cell_variables >= WHOLE_FROM

    def pattern_of(self, *kinds: str) -> tuple[int, ...]:
        """1 for the row columns of these kinds, padded to 2^column_variables."""
        ones = [int(column.kind in kinds) for column in self.layout.columns]
        return tuple(ones + [0] * ((1 << self.column_variables) - len(ones)))

    def tags(self) -> tuple[int, ...]:
        """The table that each row column is looked up in."""
        own = {"limb16": TAG_RANGE, "number": TAG_RANGE, "bit": TAG_BIT, "flag": TAG_FLAG}
        tags = [own[column.kind] for column in self.layout.columns]
        return tuple(tags + [0] * ((1 << self.column_variables) - len(tags)))

    @cached_property
    def spec(self) -> LookupSpec:
        """Columns, row blocks and tables."""
        bits = VALUE_BITS if self.whole else BYTE_BITS
        cells = self.count << self.column_variables
        width = choose_width((1 << bits) + (0 if self.whole else cells))
        if not self.whole:
            width = min(width, self.cell_variables)
        range_table = RangeTable(TAG_RANGE, bits)
        small_table = ListedTable(((TAG_BIT, 0), (TAG_BIT, 1), (TAG_FLAG, 0), (TAG_FLAG, FLAG_ON)))
        range_variables = max(range_table.variables, width)
        small_variables = max(small_table.variables, width)
        tables = (
            TableBlock("range", range_variables, range_table, "range.count"),
            TableBlock("small", small_variables, small_table, "small.count"),
        )
        counts = (
            Column("range.count", 1 << bits, range_variables, width),
            Column("small.count", len(small_table.rows), small_variables, width),
        )
        wide, narrow = self.pattern_of("limb16", "number"), self.pattern_of("bit", "flag")
        value = Term(RECORDS)
        if self.whole:
            every = self.pattern_of("limb16", "number", "bit", "flag")
            cells_block = RowBlock("cells", self.cell_variables, Grid(self.count, every), self.tags(), (value,))
            return LookupSpec(counts, (cells_block,), tables)
        tags = tuple(TAG_RANGE for _ in wide)
        high = Column("high", cells, self.cell_variables, width)
        rows = (
            RowBlock(
                "low", self.cell_variables, Grid(self.count, wide), tags, (value, Term("high", scale=-(1 << BYTE_BITS)))
            ),
            RowBlock("high", self.cell_variables, Grid(self.count, wide), tags, (Term("high"),)),
            RowBlock("bits", self.cell_variables, Grid(self.count, narrow), self.tags(), (value,)),
        )
        return LookupSpec((high, *counts), rows, tables)

    def group_form(self, chi: int) -> tuple[list[int], int]:
        """The batched one-hot statement: coefficients over a record, and the constant that every row must reach."""
        form = [0] * self.layout.width
        constant, power = 0, 1
        for group in self.layout.groups:
            for j in group:
                form[j] += power
            constant += power
            power *= chi
        return form, constant

    def steps(self) -> list[Step]:
        """The claim's own messages."""
        steps = [
            points("validity.columns", self.spec.commitments),
            challenge("validity.beta"),
            challenge("validity.alpha"),
            *fraction_steps(self.spec.layout.depth),
            challenge("validity.omega"),
            hidden("validity.leaves", 2),
        ]
        if self.layout.groups:
            steps += [challenge("validity.rows")] * self.row_variables
            steps += [challenge("validity.chi"), hidden("validity.groups", 1)]
        return steps

    def pattern(self) -> Pattern:
        """The whole proof."""
        shape = ProofShape()
        shape.add(*self.steps())
        shape.product(fraction_products(self.spec.layout.depth))
        shape.opening("validity.records", self.layout.width, 1)
        shape.opening("validity.columns", 1 << self.spec.columns[0].width, 1)
        if self.layout.groups:
            shape.opening("validity.groups", self.layout.width, 1)
        return shape.close()
