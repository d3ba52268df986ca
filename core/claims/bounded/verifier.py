"""The verifier of `bounded`."""

from __future__ import annotations

from core.channel.equation import Equation
from core.channel.points import PointTable
from core.channel.runs import EqRun
from core.channel.verifier import VerifierChannel
from core.claims.bounded.relation import SQUARE_DEGREE, BoundedRelation, Projected, projection_stream
from core.claims.statement import DatasetStatement
from core.constraints.expression import Expression
from core.lookup.columns import CommittedColumns
from core.lookup.verifier import verify_lookup
from core.polynomials.multilinear import eq_table
from core.sumcheck.verifier import verify_eq_sumcheck, verify_product_sumcheck
from core.transcript import labels


def verify_bounded(
    statement: DatasetStatement, proof: bytes, table: PointTable, records: range
) -> list[tuple[int, Equation]]:
    """Read the proof over the records with these consecutive point handles; returns the weighted equations that remain.

    Raises MalformedError for a proof of the wrong length or with non-canonical scalars.
    """
    relation = BoundedRelation(statement.count, statement.layout)
    spec, row = relation.spec, range(1 << relation.width)
    channel = VerifierChannel(labels.DATASET_PROTOCOL, statement.canonical("bounded"), relation.pattern(), proof, table)
    stream = projection_stream(channel.challenge("bounded.seed"), statement.count)
    columns = CommittedColumns.read(channel, "bounded.columns", spec.columns)
    verify_lookup(channel, "bounded", spec, columns)

    zeta = channel.challenges("bounded.zeta", relation.projection.coordinate_variables)
    _, slots = channel.evaluation_slots("bounded.projection", 1)
    weights, form = relation.split(zeta)
    channel.log.evaluations(
        "bounded.projection",
        basis=row,
        objects=[columns.combine({"projection": 1}, {"projection": relation.projection.point(zeta)})],
        forms=[relation.projection.form(zeta)],
        slots=slots,
    )
    channel.log.evaluations(
        "bounded.projected",
        basis=relation.record_basis,
        objects=[Projected(records.start, statement.count, stream, weights)],
        forms=[form],
        slots=slots,
    )

    tau = channel.challenges("bounded.tau", relation.column_variables)
    (slack,), slots = channel.evaluation_slots("bounded.slack", 1)
    channel.log.evaluations(
        "bounded.slack",
        basis=row,
        objects=[columns.combine({"slack": 1}, {"slack": relation.slack.point(tau)})],
        forms=[relation.slack.form(tau)],
        slots=slots,
    )
    claim = Expression(relation.square_limit) - slack
    claim, along = verify_product_sumcheck(channel, "bounded.rows", claim, relation.row_variables, SQUARE_DEGREE)
    claim, across = verify_eq_sumcheck(channel, "bounded.columns.round", claim, tau, SQUARE_DEGREE)
    (record,), slots = channel.evaluation_slots("bounded.record", 1)
    channel.log.product("bounded.square", record, record, claim)
    channel.log.evaluations(
        "bounded.records",
        basis=relation.record_basis,
        objects=[EqRun(records.start, len(records), along)],
        forms=[eq_table(across)[: statement.layout.width]],
        slots=slots,
    )
    return channel.settle()
