"""The verifier of `validity`."""

from __future__ import annotations

from core.channel.equation import Equation
from core.channel.points import PointTable
from core.channel.runs import EqRun
from core.channel.verifier import VerifierChannel
from core.claims.statement import DatasetStatement
from core.claims.validity.relation import ValidityRelation
from core.lookup.columns import CommittedColumns
from core.lookup.verifier import verify_fractions
from core.polynomials.multilinear import eq_table, selector
from core.transcript import labels


def verify_validity(
    statement: DatasetStatement, proof: bytes, table: PointTable, records: range
) -> list[tuple[int, Equation]]:
    """Read the proof over the records with these consecutive point handles; returns the weighted equations that remain.

    Raises MalformedError for a proof of the wrong length or with non-canonical scalars.
    """
    relation = ValidityRelation(statement.count, statement.layout)
    spec = relation.spec
    channel = VerifierChannel(labels.DATASET_PROTOCOL, statement.canonical(), relation.pattern(), proof, table)
    columns = CommittedColumns.read(channel, "validity.columns", spec.columns)
    beta, alpha = channel.challenge("validity.beta"), channel.challenge("validity.alpha")
    numerator, denominator, point = verify_fractions(channel, spec.layout.depth)
    omega = channel.challenge("validity.omega")
    (record_value, column_value), (record_slot, column_slot) = channel.evaluation_slots("validity.leaves", 2)
    leaves = spec.relation(point, alpha, beta, omega)
    channel.log.zero(
        "validity.leaves",
        numerator + denominator * omega - record_value * leaves.records - column_value - leaves.public,
    )
    local = point[len(point) - relation.cell_variables :]
    row_point, column_point = local[: relation.row_variables], local[relation.row_variables :]
    channel.log.evaluations(
        "validity.records",
        basis=relation.record_basis,
        objects=[EqRun(records.start, len(records), row_point)],
        forms=[eq_table(column_point)[: relation.layout.width]],
        slots=[record_slot],
    )
    places = {column.label: spec.local(column.label, point) for column in spec.columns}
    first = spec.columns[0]
    channel.log.evaluations(
        "validity.columns",
        basis=range(1 << first.width),
        objects=[columns.combine(leaves.columns, places)],
        forms=[first.form(places[first.label])],
        slots=[column_slot],
    )
    if relation.layout.groups:
        rows = channel.challenges("validity.rows", relation.row_variables)
        form, constant = relation.group_form(channel.challenge("validity.chi"))
        (total,), slots = channel.evaluation_slots("validity.groups", 1)
        channel.log.zero("validity.groups", total - constant * selector(rows, statement.count))
        channel.log.evaluations(
            "validity.groups",
            basis=relation.record_basis,
            objects=[EqRun(records.start, len(records), rows)],
            forms=[form],
            slots=slots,
        )
    return channel.settle()
