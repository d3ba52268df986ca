"""The prover of `validity`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.channel.journal import Journal
from core.channel.prover import Opened, ProverChannel
from core.claims.statement import DatasetStatement
from core.claims.validity.relation import BYTE_BITS, FLAG_ON, VALUE_BITS, ValidityRelation
from core.engines.interface import Engine
from core.lookup.prover import prove_fractions
from core.lookup.spec import RECORDS
from core.lookup.witness import Entries, SecretColumns, build_tree
from core.monitor import Monitor
from core.polynomials.multilinear import eq_table
from core.randomness import Tape
from core.transcript import labels

_BLOCK = 1 << 12
"""Records whose values are counted at a time."""


def column_entries(relation: ValidityRelation, rows: NDArray[np.uint16]) -> dict[str, Entries]:
    """High bytes (where they are used) and multiplicities for the record matrix `rows` (N, W)."""
    wide = np.array(relation.pattern_of("limb16", "number"), dtype=bool)[: rows.shape[1]]
    bits = np.array(relation.pattern_of("bit"), dtype=bool)[: rows.shape[1]]
    flags = np.array(relation.pattern_of("flag"), dtype=bool)[: rows.shape[1]]
    small = [
        (rows[:, bits] == 0).sum(),
        (rows[:, bits] == 1).sum(),
        (rows[:, flags] == 0).sum(),
        (rows[:, flags] == FLAG_ON).sum(),
    ]
    entries: dict[str, Entries] = {"small.count": np.array(small, dtype=np.int64)}
    if relation.whole:
        counts = np.zeros(1 << VALUE_BITS, dtype=np.int64)
        for start in range(0, len(rows), _BLOCK):  # a copy of all values would be memory that nobody has touched yet
            counts += np.bincount(rows[start : start + _BLOCK][:, wide].ravel(), minlength=len(counts))
        entries["range.count"] = counts
        return entries
    values = rows[:, wide]
    high = np.zeros((rows.shape[0], 1 << relation.column_variables), dtype=np.int64)
    high[:, : rows.shape[1]][:, wide] = values >> BYTE_BITS
    parts = np.concatenate([(values >> BYTE_BITS).ravel(), (values & 0xFF).ravel()])
    entries["high"] = high.ravel()
    entries["range.count"] = np.bincount(parts, minlength=1 << BYTE_BITS).astype(np.int64)
    return entries


def record_cells(relation: ValidityRelation, rows: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The record matrix as one vector over the padded grid."""
    cells = np.zeros((rows.shape[0], 1 << relation.column_variables), dtype=np.uint16)
    cells[:, : rows.shape[1]] = rows
    return cells.ravel()


def open_records(engine: Engine, rows: NDArray[np.uint16], blindings: Sequence[int], weights: Sequence[int]) -> Opened:
    """The opening of sum_i weights[i] C_i."""
    values = engine.row_combination(engine.vector(weights), rows)
    return Opened(values, sum(w * b for w, b in zip(weights, blindings, strict=False)))


def prove_validity(
    statement: DatasetStatement,
    rows: NDArray[np.uint16],
    blindings: Sequence[int],
    *,
    engine: Engine,
    tape: Tape,
    monitor: Monitor,
    journal: Journal | None = None,
    entries: Mapping[str, Entries] | None = None,
) -> bytes:
    """The proof for the committed `rows` (N, W) with these blinding factors.

    `entries` replaces the honest columns; only the dishonest provers of the tests give it.
    """
    relation = ValidityRelation(statement.count, statement.layout)
    spec = relation.spec
    channel = ProverChannel(
        labels.DATASET_PROTOCOL,
        statement.canonical(),
        relation.pattern(),
        engine=engine,
        tape=tape,
        monitor=monitor,
        journal=journal,
    )
    columns = SecretColumns(spec.columns, column_entries(relation, rows) if entries is None else entries)
    columns.commit(channel, "validity.columns")
    beta, alpha = channel.challenge("validity.beta"), channel.challenge("validity.alpha")
    tree = build_tree(engine, spec, {**columns.entries, RECORDS: record_cells(relation, rows)}, alpha, beta)
    _, _, point = claims = prove_fractions(channel, tree)
    omega = channel.challenge("validity.omega")
    leaves = spec.relation(point, alpha, beta, omega)
    local = point[len(point) - relation.cell_variables :]
    row_point, column_point = local[: relation.row_variables], local[relation.row_variables :]
    record_form = eq_table(column_point)[: relation.layout.width]
    record = channel.opened(
        "validity.record",
        relation.layout.width,
        lambda: open_records(engine, rows, blindings, eq_table(row_point)[: len(rows)]),
    )
    places = {column.label: spec.local(column.label, point) for column in spec.columns}
    first = spec.columns[0]
    column_form = first.form(places[first.label])
    combined = columns.combine(engine, leaves.columns, places)
    (record_value, column_value), (record_slot, column_slot) = channel.evaluation_slots(
        "validity.leaves", [record.under(record_form), combined.under(column_form)]
    )
    numerator, denominator, _ = claims
    channel.log.zero(
        "validity.leaves",
        numerator + denominator * omega - record_value * leaves.records - column_value - leaves.public,
    )
    channel.log.evaluations(
        "validity.records", basis=relation.record_basis, objects=[record], forms=[record_form], slots=[record_slot]
    )
    channel.log.evaluations(
        "validity.columns",
        basis=range(1 << first.width),
        objects=[combined],
        forms=[column_form],
        slots=[column_slot],
    )
    if relation.layout.groups:
        _prove_groups(channel, relation, rows, blindings)
    return channel.settle()


def _prove_groups(
    channel: ProverChannel, relation: ValidityRelation, rows: NDArray[np.uint16], blindings: Sequence[int]
) -> None:
    weights = eq_table(channel.challenges("validity.rows", relation.row_variables))[: len(rows)]
    form, constant = relation.group_form(channel.challenge("validity.chi"))
    opened = channel.opened(
        "validity.groups", relation.layout.width, lambda: open_records(channel.engine, rows, blindings, weights)
    )
    (total,), slots = channel.evaluation_slots("validity.groups", [opened.under(form)])
    channel.log.zero("validity.groups", total - constant * sum(weights))
    channel.log.evaluations("validity.groups", basis=relation.record_basis, objects=[opened], forms=[form], slots=slots)
