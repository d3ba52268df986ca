"""The prover of `bounded`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.algebra.kernels.threads import over_ranges, ranges
from core.channel.journal import Journal
from core.channel.prover import ProverChannel
from core.claims.bounded.relation import (
    PROJECTION_BYTES,
    PROJECTIONS,
    SQUARE_DEGREE,
    BoundedRelation,
    projection_stream,
    projection_weights,
)
from core.claims.statement import DatasetStatement
from core.claims.validity.prover import open_records
from core.constraints.expression import Expression
from core.engines.interface import Engine
from core.lookup.prover import prove_lookup
from core.lookup.witness import Entries, SecretColumns, draw_blindings
from core.monitor import Monitor
from core.polynomials.multilinear import eq_table
from core.randomness import Tape
from core.sumcheck.prover import prove_eq_sumcheck, prove_product_sumcheck, recalled_or
from core.transcript import labels

_BLOCK = 1 << 13
"""Records per exact matrix product of floats: 2^13 * 2^16 is far below 2^53, and so is 2^13 * 2^32."""
_SQUARE_BYTES = 16
"""Signed: the dishonest provers of the tests have rows of any integers."""


@dataclass(frozen=True, eq=False, repr=False)
class Sums:
    """Y = S X, int64 of shape (PROJECTIONS, W), and the sums of the squares of each of the W columns. Secret."""

    projections: NDArray[np.int64]
    squares: tuple[int, ...]

    def to_bytes(self) -> bytes:
        squares = b"".join([square.to_bytes(_SQUARE_BYTES, "little", signed=True) for square in self.squares])
        return squares + self.projections.astype("<i8").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, *, width: int) -> Sums:
        """Inverse of `to_bytes` for so many columns; ValueError."""
        places = range(0, width * _SQUARE_BYTES, _SQUARE_BYTES)
        projections = np.frombuffer(data, dtype="<i8", offset=places.stop).astype(np.int64)
        return cls(
            projections=projections.reshape(PROJECTIONS, width),
            squares=tuple(int.from_bytes(data[at : at + _SQUARE_BYTES], "little", signed=True) for at in places),
        )


def sums_of(rows: NDArray[np.uint16], stream: bytes) -> Sums:
    """Both sums of the records (N, W), exactly."""
    count = len(ranges(len(rows), _BLOCK))
    step = max(1, _BLOCK * min(2, count) // count)  # the floats of two blocks, on however many cores
    bits = np.unpackbits(np.frombuffer(stream, dtype=np.uint8).reshape(-1, PROJECTION_BYTES), axis=1)

    def part(start: int, stop: int) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
        projections = np.zeros((PROJECTIONS, rows.shape[1]), dtype=np.int64)
        squares = np.zeros(rows.shape[1], dtype=object)
        for first in range(start, stop, step):
            last = min(first + step, stop)
            block = rows[first:last].astype(np.float64)
            projections += (bits[first:last].T.astype(np.float64) @ block).astype(np.int64)
            squares += np.einsum("ij,ij->j", block, block).astype(np.int64)
        return projections, squares

    projections, squares = zip(*over_ranges(part, len(rows), _BLOCK), strict=True)
    return Sums(np.sum(projections, axis=0), tuple(map(int, np.sum(squares, axis=0))))


def column_entries(relation: BoundedRelation, sums: Sums) -> dict[str, Entries]:
    """Limbs of projections and slacks, and how often each limb occurs."""
    cells, width = 1 << relation.column_variables, len(sums.squares)
    projections = np.zeros((PROJECTIONS, cells), dtype=np.int64)
    projections[:, :width] = sums.projections
    slacks = [relation.square_limit - square for square in sums.squares] + [relation.square_limit] * (cells - width)
    entries = {
        "projection": _limbs(relation, projections.ravel()),
        "slack": _python_limbs(relation, slacks),
    }
    return entries | {"limb.count": _multiplicities(relation, entries)}


def _limbs(relation: BoundedRelation, values: NDArray[np.int64]) -> Entries:
    grid = relation.projection
    result = np.zeros((len(values), 1 << grid.limb_variables), dtype=np.int64)
    for limb in range(grid.limbs):
        result[:, limb] = (values >> (limb * grid.limb_bits)) & ((1 << grid.limb_bits) - 1)
    return result.ravel()


def _python_limbs(relation: BoundedRelation, values: Sequence[int]) -> Entries:
    """Sums of squares may be longer than 64 bits."""
    grid = relation.slack
    result = np.zeros((len(values), 1 << grid.limb_variables), dtype=np.int64)
    for c, value in enumerate(values):
        for limb in range(grid.limbs):
            result[c, limb] = (value >> (limb * grid.limb_bits)) & ((1 << grid.limb_bits) - 1)
    return result.ravel()


def _multiplicities(relation: BoundedRelation, entries: Mapping[str, Entries]) -> Entries:
    counts = np.zeros(1 << relation.limb_bits, dtype=np.int64)
    for block in relation.spec.rows:
        term = block.terms[0]
        mask = np.tile(np.asarray(block.grid.pattern, dtype=bool), block.grid.count)
        counts += np.bincount(entries[term.column][mask] * term.scale, minlength=len(counts))
    return counts


def prove_bounded(
    statement: DatasetStatement,
    rows: NDArray[np.uint16],
    blindings: Sequence[int],
    *,
    engine: Engine,
    tape: Tape,
    monitor: Monitor,
    journal: Journal | None = None,
) -> bytes:
    """The proof for the committed `rows` (N, W) with these blinding factors."""
    relation = BoundedRelation(statement.count, statement.layout)
    spec, row = relation.spec, range(1 << relation.width)
    channel = ProverChannel(
        labels.DATASET_PROTOCOL,
        statement.canonical("bounded"),
        relation.pattern(),
        engine=engine,
        tape=tape,
        monitor=monitor,
        journal=journal,
    )
    blindings_of_columns = draw_blindings(channel, "bounded.columns", spec.columns)  # before the sums, which take long
    stream = projection_stream(channel.challenge("bounded.seed"), statement.count)
    sums = channel.result(
        "bounded.sums",
        lambda: sums_of(rows, stream).to_bytes(),
        lambda data: Sums.from_bytes(data, width=statement.layout.width),
    )
    columns = SecretColumns(spec.columns, column_entries(relation, sums))
    columns.commit(channel, "bounded.columns", blindings_of_columns)
    prove_lookup(channel, "bounded", spec, columns)

    zeta = channel.challenges("bounded.zeta", relation.projection.coordinate_variables)
    opened = columns.combine(engine, {"projection": 1}, {"projection": relation.projection.point(zeta)})
    form = relation.projection.form(zeta)
    _, slots = channel.evaluation_slots("bounded.projection", [opened.under(form)])
    weights, record_form = relation.split(zeta)
    channel.log.evaluations("bounded.projection", basis=row, objects=[opened], forms=[form], slots=slots)
    projected = channel.opened(
        "bounded.projected",
        statement.layout.width,
        lambda: open_records(engine, rows, blindings, projection_weights(stream, statement.count, weights)),
    )
    channel.log.evaluations(
        "bounded.projected", basis=relation.record_basis, objects=[projected], forms=[record_form], slots=slots
    )

    tau = channel.challenges("bounded.tau", relation.column_variables)
    opened = columns.combine(engine, {"slack": 1}, {"slack": relation.slack.point(tau)})
    form = relation.slack.form(tau)
    (slack,), slots = channel.evaluation_slots("bounded.slack", [opened.under(form)])
    channel.log.evaluations("bounded.slack", basis=row, objects=[opened], forms=[form], slots=slots)
    claim = Expression(relation.square_limit) - slack
    sumcheck = recalled_or(
        channel,
        (relation.row_variables + relation.column_variables) * SQUARE_DEGREE,
        lambda: engine.square_sumcheck(rows, tau, relation.row_variables),
    )
    claim, along = prove_product_sumcheck(channel, "bounded.rows", claim, sumcheck, relation.row_variables)
    claim, across = prove_eq_sumcheck(channel, "bounded.columns.round", claim, tau, sumcheck)
    record = channel.opened(
        "bounded.record",
        statement.layout.width,
        lambda: open_records(engine, rows, blindings, eq_table(along)[: len(rows)]),
    )
    form = eq_table(across)[: statement.layout.width]
    (at,), slots = channel.evaluation_slots("bounded.record", [record.under(form)])
    channel.log.product("bounded.square", at, at, claim)
    channel.log.evaluations("bounded.records", basis=relation.record_basis, objects=[record], forms=[form], slots=slots)
    return channel.settle()
