"""The prover of `bounded`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.channel.journal import Journal
from core.channel.prover import ProverChannel
from core.claims.bounded.relation import (
    PROJECTION_BYTES,
    PROJECTIONS,
    BoundedRelation,
    projection_stream,
    projection_weights,
)
from core.claims.statement import DatasetStatement
from core.claims.validity.prover import open_records
from core.constraints.expression import Expression
from core.engines.interface import Engine
from core.lookup.prover import prove_lookup
from core.lookup.witness import Entries, SecretColumns
from core.monitor import Monitor
from core.polynomials.multilinear import eq_table
from core.randomness import Tape
from core.sumcheck.prover import prove_eq_sumcheck, prove_product_sumcheck
from core.transcript import labels

_BLOCK = 1 << 13
"""Records per exact matrix product of floats: 2^13 * 2^16 is far below 2^53."""


def project(rows: NDArray[np.uint16], stream: bytes) -> NDArray[np.int64]:
    """Y = S X, (PROJECTIONS, W), exactly."""
    bits = np.unpackbits(np.frombuffer(stream, dtype=np.uint8).reshape(-1, PROJECTION_BYTES), axis=1)
    total = np.zeros((PROJECTIONS, rows.shape[1]), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK].astype(np.float64)
        total += (bits[start : start + _BLOCK].T.astype(np.float64) @ block).astype(np.int64)
    return total


def column_entries(relation: BoundedRelation, rows: NDArray[np.uint16], stream: bytes) -> dict[str, Entries]:
    """Limbs of projections and slacks, and how often each limb occurs."""
    cells = 1 << relation.column_variables
    projections = np.zeros((PROJECTIONS, cells), dtype=np.int64)
    projections[:, : rows.shape[1]] = project(rows, stream)
    squares = np.zeros(rows.shape[1], dtype=object)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK].astype(np.int64)
        squares += np.einsum("ij,ij->j", block, block)
    slacks = [relation.square_limit - int(s) for s in squares] + [relation.square_limit] * (cells - rows.shape[1])
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
    stream = projection_stream(channel.challenge("bounded.seed"), statement.count)
    columns = SecretColumns(spec.columns, column_entries(relation, rows, stream))
    columns.commit(channel, "bounded.columns")
    prove_lookup(channel, "bounded", spec, columns)

    zeta = channel.challenges("bounded.zeta", relation.projection.coordinate_variables)
    opened = columns.combine(engine, {"projection": 1}, {"projection": relation.projection.point(zeta)})
    form = relation.projection.form(zeta)
    _, slots = channel.evaluation_slots("bounded.projection", [opened.under(form)])
    weights, record_form = relation.split(zeta)
    channel.log.evaluations("bounded.projection", basis=row, objects=[opened], forms=[form], slots=slots)
    projected = open_records(engine, rows, blindings, projection_weights(stream, statement.count, weights))
    channel.log.evaluations(
        "bounded.projected", basis=relation.record_basis, objects=[projected], forms=[record_form], slots=slots
    )

    tau = channel.challenges("bounded.tau", relation.column_variables)
    opened = columns.combine(engine, {"slack": 1}, {"slack": relation.slack.point(tau)})
    form = relation.slack.form(tau)
    (slack,), slots = channel.evaluation_slots("bounded.slack", [opened.under(form)])
    channel.log.evaluations("bounded.slack", basis=row, objects=[opened], forms=[form], slots=slots)
    claim = Expression(relation.square_limit) - slack
    sumcheck = engine.square_sumcheck(rows, tau, relation.row_variables)
    claim, along = prove_product_sumcheck(channel, "bounded.rows", claim, sumcheck, relation.row_variables)
    claim, across = prove_eq_sumcheck(channel, "bounded.columns.round", claim, tau, sumcheck)
    record = open_records(engine, rows, blindings, eq_table(along)[: len(rows)])
    form = eq_table(across)[: statement.layout.width]
    (at,), slots = channel.evaluation_slots("bounded.record", [record.under(form)])
    channel.log.product("bounded.square", at, at, claim)
    channel.log.evaluations("bounded.records", basis=relation.record_basis, objects=[record], forms=[form], slots=slots)
    return channel.settle()
