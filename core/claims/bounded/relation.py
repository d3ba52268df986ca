"""What `bounded` means, from the number of records and the row layout alone (docs/protocol/bounded.md).

Over the N x W record matrix X, with K random 0/1 vectors S_s drawn after the records were committed and R = 2^16 - 1:

    (1) Y = S X, Y_sc in [0, 2^b) for b the width of N R, in limbs: so that |X_ic| < 2^b but with probability W 2^-K
    (2) slack_c = N R^2 - sum_i X_ic^2 >= 0 for every column c, in limbs

(1) is checked at a random point zeta = (zeta_s, zeta_c): Y~(zeta) = sum_i c_i X~(i, zeta_c) where
c_i = sum_s eq(zeta_s, s) S_si, a linear form of a public combination of the record commitments. (2) is one sumcheck at
a random tau:

    sum_{i,c} eq(tau, c) X_ic^2 = N R^2 - slack~(tau).

Columns past W belong to the grid as zeros, so (2) gives them the slack N R^2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.algebra.field import ORDER
from core.channel.runs import Consecutive
from core.channel.shape import ProofShape
from core.claims.grid import RecordGrid
from core.commitments.hyrax import Column, choose_width
from core.lookup.fractions import fraction_products, fraction_steps
from core.lookup.limbs import LimbGrid
from core.lookup.spec import LookupSpec, TableBlock
from core.lookup.tables import RangeTable
from core.polynomials.multilinear import eq_table
from core.sumcheck.rounds import sumcheck_steps
from core.transcript.pattern import Pattern, Step, challenge, hidden, points

PROJECTIONS = 144
"""K: with at most 1,101 columns the error of (1) is below 2^-133."""
PROJECTION_BYTES = PROJECTIONS // 8
LARGEST = (1 << 16) - 1
TAG_LIMB = 1
SQUARE_DEGREE = 2
SMALL_CELLS = 15
"""log2 of the padded number of cells below which limbs have 8 bits instead of 16, so that the table stays small."""


def projection_stream(seed: int, count: int) -> bytes:
    """S as bytes, PROJECTION_BYTES a record; bit s of a record is bit 7 - s mod 8 of its byte s // 8."""
    return hashlib.shake_256(b"proofward/bounded/v1" + seed.to_bytes(32, "big")).digest(count * PROJECTION_BYTES)


def projection_weights(stream: bytes, count: int, weights: Sequence[int]) -> list[int]:
    """c_i = sum_s weights[s] S_si for each record; weights has PROJECTIONS entries."""
    return [value % ORDER for value in _projections(stream, count, weights)]


@dataclass(frozen=True)
class Projected(Consecutive):
    """sum_i c_i C_i over the points C_i with handles first + i, i < count."""

    stream: bytes
    weights: Sequence[int]

    def multiples(self, places: range, factor: int) -> Iterator[int]:
        part = self.stream[places.start * PROJECTION_BYTES : places.stop * PROJECTION_BYTES]
        return _projections(part, len(places), [factor * weight % ORDER for weight in self.weights])


def _projections(stream: bytes, count: int, weights: Sequence[int]) -> Iterator[int]:
    """The sums c_i, not reduced."""
    tables = []
    for start in range(0, PROJECTIONS, 8):
        table = [0]
        for weight in weights[start : start + 8]:
            table = [entry + extra for entry in table for extra in (0, weight)]
        tables.append(table)
    # byte by byte of all records, so that the loops run inside the interpreter
    columns = [stream[place : count * PROJECTION_BYTES : PROJECTION_BYTES] for place in range(PROJECTION_BYTES)]
    found = [map(table.__getitem__, column) for table, column in zip(tables, columns, strict=True)]
    return map(sum, zip(*found, strict=True))


@dataclass(frozen=True)
class BoundedRelation(RecordGrid):
    """Shape and lookups of the claim for `count` records of `layout`."""

    @property
    def projection_bits(self) -> int:
        """b: Y_sc < 2^b, and so |X_ic| < 2^b."""
        return (self.count * LARGEST).bit_length()

    @property
    def square_limit(self) -> int:
        """N R^2, the largest sum of squares of a column."""
        return self.count * LARGEST * LARGEST

    @property
    def limb_bits(self) -> int:
        return 16 if self.cell_variables >= SMALL_CELLS else 8

    @property
    def projection_limbs(self) -> int:
        return -(-self.projection_bits // self.limb_bits)

    @property
    def slack_limbs(self) -> int:
        return -(-self.square_limit.bit_length() // self.limb_bits)

    @cached_property
    def width(self) -> int:
        """Common row width of all columns; never longer than the shortest grid."""
        cells = 1 << self.column_variables
        total = cells * (PROJECTIONS * self.projection_limbs + self.slack_limbs) + (1 << self.limb_bits)
        return min(choose_width(total), self.column_variables + (self.slack_limbs - 1).bit_length())

    @cached_property
    def projection(self) -> LimbGrid:
        """Y, coordinate s 2^column_variables + c."""
        coordinates = PROJECTIONS << self.column_variables
        return LimbGrid("projection", coordinates, self.projection_limbs, self.limb_bits, self.width, TAG_LIMB)

    @cached_property
    def slack(self) -> LimbGrid:
        """slack_c for every column of the grid."""
        return LimbGrid("slack", 1 << self.column_variables, self.slack_limbs, self.limb_bits, self.width, TAG_LIMB)

    @cached_property
    def spec(self) -> LookupSpec:
        """Columns, row blocks and the one table."""
        table = RangeTable(TAG_LIMB, self.limb_bits)
        variables = max(table.variables, self.width)
        rows = []
        for grid, bits in ((self.projection, self.projection_bits), (self.slack, self.square_limit.bit_length())):
            top = bits - (grid.limbs - 1) * self.limb_bits
            rows.append(grid.block(grid.label))
            rows.append(grid.block(f"{grid.label}.top", first=grid.limbs - 1, scale=1 << (self.limb_bits - top)))
        count = Column("limb.count", 1 << self.limb_bits, variables, self.width)
        blocks = (TableBlock("limb", variables, table, "limb.count"),)
        return LookupSpec((self.projection.column, self.slack.column, count), tuple(rows), blocks)

    def split(self, zeta: Sequence[int]) -> tuple[list[int], list[int]]:
        """(weights over the projections, form over a record) at a point of the projections' grid."""
        at = len(zeta) - self.column_variables
        return eq_table(zeta[:at])[:PROJECTIONS], eq_table(zeta[at:])[: self.layout.width]

    def steps(self) -> list[Step]:
        """The claim's own messages."""
        return [
            challenge("bounded.seed"),
            points("bounded.columns", self.spec.commitments),
            challenge("bounded.beta"),
            challenge("bounded.alpha"),
            *fraction_steps(self.spec.layout.depth),
            challenge("bounded.omega"),
            hidden("bounded.lookup", 1),
            *[challenge("bounded.zeta")] * self.projection.coordinate_variables,
            hidden("bounded.projection", 1),
            *[challenge("bounded.tau")] * self.column_variables,
            hidden("bounded.slack", 1),
            *sumcheck_steps("bounded.rows", self.row_variables, SQUARE_DEGREE),
            *sumcheck_steps("bounded.columns.round", self.column_variables, SQUARE_DEGREE),
            hidden("bounded.record", 1),
        ]

    def pattern(self) -> Pattern:
        """The whole proof."""
        shape = ProofShape()
        shape.add(*self.steps())
        shape.product(fraction_products(self.spec.layout.depth) + 1)
        row, record = 1 << self.width, self.layout.width
        shape.opening("bounded.lookup", row, 1)
        shape.opening("bounded.projection", row, 1)
        shape.opening("bounded.projected", record, 1)
        shape.opening("bounded.slack", row, 1)
        shape.opening("bounded.records", record, 1)
        return shape.close()
