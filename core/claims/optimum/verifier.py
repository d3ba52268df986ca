"""The verifier of `optimum`, and of consent on every record of the views."""

from __future__ import annotations

from dataclasses import dataclass

from core.algebra.field import ORDER
from core.channel.equation import Equation
from core.channel.points import PointTable
from core.channel.runs import EqRun, EqView
from core.channel.verifier import VerifierChannel
from core.claims.optimum.relation import LOGIT_DEGREE, RESIDUAL_COLUMNS, RESIDUAL_DEGREE, OptimumRelation
from core.claims.optimum.residual import ResidualAt, state_residual
from core.claims.optimum.statement import OptimumStatement, PublicModel
from core.constraints.expression import Expression
from core.lookup.columns import CommittedColumns
from core.lookup.verifier import verify_lookup
from core.polynomials.multilinear import eq_index, eq_points, eq_table, evaluate, selector
from core.relations.parameters import FEATURE_BITS
from core.sumcheck.verifier import verify_product_sumcheck
from core.transcript import labels


@dataclass(frozen=True)
class _Weights:
    """The model at the gradient's point: sum_a eta_a W_a, and the slots of its evaluations where it is hidden."""

    at_zeta: Expression
    slots: list[int]
    zeta: list[int]


def verify_optimum(
    statement: OptimumStatement, proof: bytes, table: PointTable, records: range, model: int | None = None
) -> list[tuple[int, Equation]]:
    """Read the proof over the records with these consecutive point handles; returns the weighted equations that remain.

    model: handle of the committed model where it is hidden. Raises MalformedError for a proof of the wrong length or
    with non-canonical scalars.
    """
    relation = OptimumRelation(statement)
    spec = relation.spec
    channel = VerifierChannel(labels.BUNDLE_PROTOCOL, statement.context, relation.pattern(), proof, table)
    columns = CommittedColumns.read(channel, "optimum.columns", spec.columns)
    verify_lookup(channel, "optimum", spec, columns)

    zeta = channel.challenges("optimum.zeta", relation.gradient.coordinate_variables)
    (gradient,), slots = channel.evaluation_slots("optimum.gradient", 1)
    channel.log.evaluations(
        "optimum.gradient",
        basis=range(1 << relation.width),
        objects=[columns.combine({"gradient": 1}, {"gradient": relation.gradient.point(zeta)})],
        forms=[relation.gradient.form(zeta)],
        slots=slots,
    )
    eta = relation.eta(zeta)
    weights = _weights(channel, relation, columns, eta)

    tau = channel.challenges("optimum.tau", relation.row_variables)
    chi = channel.challenge("optimum.chi")
    claim = relation.residual_sum(gradient, weights.at_zeta, zeta)
    claim, point = verify_product_sumcheck(channel, "optimum.residual", claim, relation.row_variables, RESIDUAL_DEGREE)
    inside = selector(point, relation.rows)
    (linear, outcome), record_slots = channel.evaluation_slots("optimum.records", 2)
    (logit,), logit_slots = channel.evaluation_slots("optimum.logit", 1)
    at, column_slots = channel.evaluation_slots("optimum.columns_at", len(RESIDUAL_COLUMNS))
    products = channel.hidden("optimum.products", 4)
    residual = ResidualAt(linear=linear, outcome=outcome, logit=logit, columns=tuple(at), products=tuple(products))
    state_residual(
        channel.log, relation, residual, claim, equality=eq_points(tau, point), chi=chi, inside=inside, eta_bias=eta[-1]
    )

    third_form, inner_slots = relation.logit_form(), logit_slots
    inner: list[int] = []
    if statement.hidden:
        rest, inner = verify_product_sumcheck(channel, "optimum.inner", logit, relation.column_variables, LOGIT_DEGREE)
        (record_at,), inner_slots = channel.evaluation_slots("optimum.inner.record", 1)
        (weight_at,), weight_slots = channel.evaluation_slots("optimum.inner.weight", 1)
        bias = eq_index(inner, statement.layout.width) * inside << FEATURE_BITS
        channel.log.product("optimum.inner", record_at + bias, weight_at, rest)
        third_form = eq_table(inner)[: statement.layout.width]
        weights.slots.extend(weight_slots)
    channel.log.evaluations(
        "optimum.records",
        basis=relation.record_basis,
        objects=[EqView(records.start, statement.train, point)],
        forms=[relation.over_record(eta), relation.outcome_form(), third_form],
        slots=[*record_slots, *inner_slots],
    )
    channel.log.evaluations(
        "optimum.columns_at",
        basis=range(1 << relation.width),
        objects=[columns.combine(part, dict.fromkeys(part, point)) for part in relation.residual_parts()],
        forms=[spec.column("u").form(point)],
        slots=column_slots,
    )
    if statement.hidden:
        inner_form = [eq_index(inner, j) for j in relation.model_basis]
        channel.log.evaluations(
            "optimum.model",
            basis=relation.model_basis,
            objects=[{model: 1}],
            forms=[eta, relation.eta(weights.zeta), inner_form],
            slots=weights.slots,
        )
    _consent(channel, relation, records)
    return channel.settle()


def _weights(
    channel: VerifierChannel, relation: OptimumRelation, columns: CommittedColumns, eta: list[int]
) -> _Weights:
    model = relation.statement.model
    if isinstance(model, PublicModel):
        value = sum(a * w for a, w in zip(eta, model.weights, strict=True)) % ORDER
        return _Weights(Expression(value), [], [])
    grid = relation.weights
    zeta = channel.challenges("optimum.zeta.weights", grid.coordinate_variables)
    (at_zeta, committed, limbs), slots = channel.evaluation_slots("optimum.weights", 3)
    shift = relation.parameters.weight_bound * selector(zeta, relation.coordinates)
    channel.log.zero("optimum.weights", limbs - shift - committed)
    channel.log.evaluations(
        "optimum.weights",
        basis=range(1 << relation.width),
        objects=[columns.combine({"weights": 1}, {"weights": grid.point(zeta)})],
        forms=[grid.form(zeta)],
        slots=slots[2:],
    )
    return _Weights(at_zeta, slots[:2], zeta)


def _consent(channel: VerifierChannel, relation: OptimumRelation, records: range) -> None:
    """Over all records, consent is 1 in the views and 0 outside: none is used without it, none left out with it."""
    rows = channel.challenges("consent.rows", relation.consent_variables)
    (total,), slots = channel.evaluation_slots("consent.total", 1)
    inside = [0] * relation.statement.count
    for i in relation.statement.members:
        inside[i] = 1
    channel.log.zero("consent", total - evaluate(inside, rows))
    channel.log.evaluations(
        "consent",
        basis=relation.record_basis,
        objects=[EqRun(records.start, relation.statement.count, rows)],
        forms=[relation.consent_form()],
        slots=slots,
    )
