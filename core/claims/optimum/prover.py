"""The prover of `optimum`, and of consent on every record of the views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import ORDER
from core.channel.journal import Journal
from core.channel.prover import Opened, ProverChannel
from core.claims.optimum.relation import LOGIT_DEGREE, RESIDUAL_DEGREE, OptimumRelation
from core.claims.optimum.residual import ResidualAt, state_residual
from core.claims.optimum.statement import OptimumStatement
from core.claims.optimum.witness import column_entries
from core.constraints.expression import Expression
from core.engines.interface import Engine, Vector
from core.lookup.prover import prove_lookup
from core.lookup.witness import Entries, SecretColumns
from core.monitor import Monitor
from core.polynomials.multilinear import eq_index, eq_points, eq_table, selector
from core.randomness import Tape
from core.relations.parameters import FEATURE_BITS
from core.sumcheck.prover import prove_product_sumcheck, recalled_or
from core.training.quantise import OptimumWitness
from core.transcript import labels

_BLOCK = 1 << 13
"""Records of the training view copied out at a time."""


@dataclass(frozen=True, repr=False)
class OptimumSecrets:
    """What the prover knows: the whole record matrix (N, W) with its blindings, the model and its cells, and for a
    hidden model the blinding of its commitment."""

    rows: NDArray[np.uint16]
    blindings: Sequence[int]
    witness: OptimumWitness
    model_blinding: int = 0

    @property
    def weights(self) -> list[int]:
        """W_0..W_d, the bias last."""
        return [*self.witness.weights, self.witness.bias]

    def combine(self, engine: Engine, view: Sequence[int], point: Sequence[int]) -> Opened:
        """The opening of sum_p eq(point, p) C_{view[p]}."""
        weights = [0] * len(self.rows)
        for i, weight in zip(view, eq_table(point), strict=False):
            weights[i] = weight
        values = engine.row_combination(engine.vector(weights), self.rows)
        return Opened(values, sum(w * b for w, b in zip(weights, self.blindings, strict=True)) % ORDER)


def prove_optimum(
    statement: OptimumStatement,
    secrets: OptimumSecrets,
    *,
    engine: Engine,
    tape: Tape,
    monitor: Monitor,
    journal: Journal | None = None,
    entries: Mapping[str, Entries] | None = None,
) -> bytes:
    """The proof that the statement's model is the certified optimum on its training view.

    `entries` replaces the honest columns; only the dishonest provers of the tests give it.
    """
    relation = OptimumRelation(statement)
    channel = ProverChannel(
        labels.BUNDLE_PROTOCOL,
        statement.context,
        relation.pattern(),
        engine=engine,
        tape=tape,
        monitor=monitor,
        journal=journal,
    )
    honest = column_entries(relation, secrets.witness) if entries is None else entries
    columns = SecretColumns(relation.spec.columns, honest)
    columns.commit(channel, "optimum.columns")
    prove_lookup(channel, "optimum", relation.spec, columns)

    grid = relation.gradient
    zeta = channel.challenges("optimum.zeta", grid.coordinate_variables)
    opened = columns.combine(engine, {"gradient": 1}, {"gradient": grid.point(zeta)})
    form = grid.form(zeta)
    (gradient,), slots = channel.evaluation_slots("optimum.gradient", [opened.under(form)])
    channel.log.evaluations(
        "optimum.gradient", basis=range(1 << relation.width), objects=[opened], forms=[form], slots=slots
    )
    eta = relation.eta(zeta)
    model = Opened(secrets.weights, secrets.model_blinding)
    at_zeta, model_slots, zeta_weights = _weights(channel, relation, columns, model, eta)

    tau = channel.challenges("optimum.tau", relation.row_variables)
    chi = channel.challenge("optimum.chi")
    claim = relation.residual_sum(gradient, at_zeta, zeta)
    tables = _Residual(relation, secrets, columns.entries, engine)
    sumcheck = recalled_or(
        channel,
        relation.row_variables * RESIDUAL_DEGREE,
        lambda: engine.product_sumcheck(tables.build(eta, tau), tables.terms(chi), RESIDUAL_DEGREE),
    )
    claim, point = prove_product_sumcheck(channel, "optimum.residual", claim, sumcheck, relation.row_variables)
    inside = selector(point, relation.rows)
    width = statement.layout.width
    record = channel.opened("optimum.record", width, lambda: secrets.combine(engine, statement.train, point))
    record_forms = [relation.over_record(eta), relation.outcome_form()]
    (linear, outcome), record_slots = channel.evaluation_slots(
        "optimum.records", [record.under(form) for form in record_forms]
    )
    weights = secrets.weights
    over_features = record.under(relation.over_record(weights[:-1]))
    bias_share = weights[-1] * inside << FEATURE_BITS if statement.hidden else 0
    (logit,), logit_slots = channel.evaluation_slots("optimum.logit", [over_features + bias_share])
    parts = [columns.combine(engine, part, dict.fromkeys(part, point)) for part in relation.residual_parts()]
    column_form = relation.spec.column("u").form(point)
    at, column_slots = channel.evaluation_slots("optimum.columns_at", [part.under(column_form) for part in parts])
    products = channel.hidden("optimum.products", _products(channel, relation, at, linear, outcome, eta[-1] * inside))
    residual = ResidualAt(linear=linear, outcome=outcome, logit=logit, columns=tuple(at), products=tuple(products))
    state_residual(
        channel.log, relation, residual, claim, equality=eq_points(tau, point), chi=chi, inside=inside, eta_bias=eta[-1]
    )

    inner: list[int] = []
    inner_slots = logit_slots
    if statement.hidden:
        inner, inner_slots, weight_slots = _logit(channel, relation, record, model, logit, inside)
        model_slots = [*model_slots, *weight_slots]
    third_form = eq_table(inner)[:width] if statement.hidden else relation.logit_form()
    channel.log.evaluations(
        "optimum.records",
        basis=relation.record_basis,
        objects=[record],
        forms=[*record_forms, third_form],
        slots=[*record_slots, *inner_slots],
    )
    channel.log.evaluations(
        "optimum.columns_at",
        basis=range(1 << relation.width),
        objects=parts,
        forms=[column_form],
        slots=column_slots,
    )
    if statement.hidden:
        inner_form = [eq_index(inner, j) for j in relation.model_basis]
        channel.log.evaluations(
            "optimum.model",
            basis=relation.model_basis,
            objects=[model],
            forms=[eta, relation.eta(zeta_weights), inner_form],
            slots=model_slots,
        )
    _consent(channel, relation, secrets)
    return channel.settle()


def _weights(
    channel: ProverChannel, relation: OptimumRelation, columns: SecretColumns, model: Opened, eta: list[int]
) -> tuple[Expression, list[int], list[int]]:
    """sum_a eta_a W_a, the slots of the model's evaluations, and their second point; the latter empty if public."""
    if not relation.statement.hidden:
        return Expression(model.under(eta)), [], []
    grid = relation.weights
    zeta = channel.challenges("optimum.zeta.weights", grid.coordinate_variables)
    opened = columns.combine(channel.engine, {"weights": 1}, {"weights": grid.point(zeta)})
    form = grid.form(zeta)
    (at_zeta, committed, limbs), slots = channel.evaluation_slots(
        "optimum.weights", [model.under(eta), model.under(relation.eta(zeta)), opened.under(form)]
    )
    shift = relation.parameters.weight_bound * selector(zeta, relation.coordinates)
    channel.log.zero("optimum.weights", limbs - shift - committed)
    channel.log.evaluations(
        "optimum.weights", basis=range(1 << relation.width), objects=[opened], forms=[form], slots=slots[2:]
    )
    return at_zeta, slots[:2], zeta


def _products(
    channel: ProverChannel,
    relation: OptimumRelation,
    columns: Sequence[Expression],
    linear: Expression,
    outcome: Expression,
    bias: int,
) -> list[int]:
    p = relation.parameters
    _, value, slope, tail, excess, rho = (channel.value(column) for column in columns)
    y = channel.value(outcome)
    coefficient = channel.value(linear) + (bias << FEATURE_BITS)
    residual = (value << p.remainder_bits) + rho * slope - p.scale * y
    return [rho * slope, coefficient * residual, tail * excess, y * y]


def _logit(
    channel: ProverChannel, relation: OptimumRelation, record: Opened, model: Opened, logit: Expression, inside: int
) -> tuple[list[int], list[int], list[int]]:
    """The sumcheck of <x~(r), w> for a hidden model: its point, and the slots of the record and of the model there."""
    engine, width = channel.engine, relation.statement.layout.width
    size = 1 << relation.column_variables
    extended = [*record.values, inside << FEATURE_BITS] + [0] * (size - width - 1)
    spread = [0] * size
    for j, weight in zip(relation.model_basis, model.values, strict=True):
        spread[j] = weight
    tables = engine.product_sumcheck([engine.vector(extended), engine.vector(spread)], [(1, (0, 1))], LOGIT_DEGREE)
    rest, point = prove_product_sumcheck(channel, "optimum.inner", logit, tables, relation.column_variables)
    form = eq_table(point)[:width]
    (record_at,), record_slots = channel.evaluation_slots("optimum.inner.record", [record.under(form)])
    (weight_at,), weight_slots = channel.evaluation_slots(
        "optimum.inner.weight", [model.under([eq_index(point, j) for j in relation.model_basis])]
    )
    bias = eq_index(point, width) * inside << FEATURE_BITS
    channel.log.product("optimum.inner", record_at + bias, weight_at, rest)
    return point, record_slots, weight_slots


def _consent(channel: ProverChannel, relation: OptimumRelation, secrets: OptimumSecrets) -> None:
    statement = relation.statement
    rows = channel.challenges("consent.rows", relation.consent_variables)
    opened = channel.opened(
        "consent.record",
        statement.layout.width,
        lambda: secrets.combine(channel.engine, range(statement.count), rows),
    )
    form = relation.consent_form()
    (total,), slots = channel.evaluation_slots("consent.total", [opened.under(form)])
    weights = eq_table(rows)
    channel.log.zero("consent", total - sum(weights[i] for i in statement.members))
    channel.log.evaluations("consent", basis=relation.record_basis, objects=[opened], forms=[form], slots=slots)


class _Residual:
    """Tables and terms of the sumcheck over the training view (core.claims.optimum.relation)."""

    def __init__(
        self, relation: OptimumRelation, secrets: OptimumSecrets, entries: Mapping[str, Entries], engine: Engine
    ) -> None:
        self._relation = relation
        self._weights = secrets.weights
        self._rows = secrets.rows
        self._train = np.asarray(relation.statement.train)
        self._entries = entries
        self._engine = engine

    def build(self, eta: list[int], tau: list[int]) -> list[Vector]:
        """v, T, rho, slope, y, eq(tau), z - 2^k (u - (Q+1) s) - rho, tail, excess."""
        relation, p, engine = self._relation, self._relation.parameters, self._engine
        size = 1 << relation.row_variables
        ones = np.ones(relation.rows, dtype=np.int64)
        outcome = self._rows[self._train, relation.statement.layout.outcome].astype(np.int64)
        rho = [(1 << (p.limb_bits * i), self._entries[label]) for i, label in enumerate(relation.rho_labels)]
        excess = [(1 << (p.limb_bits * i), self._entries[label]) for i, label in enumerate(relation.excess_labels)]
        column = self._entries
        bias = (self._weights[-1] << FEATURE_BITS) + ((p.half_cells + 1) << p.remainder_bits)
        rest = [(bias, ones), (-(1 << p.remainder_bits), column["u"]), *((-c, limb) for c, limb in rho)]
        return [
            self._linear(eta[:-1], [(eta[-1] << FEATURE_BITS, ones)]),
            engine.affine(0, [(1, column["value"])], size),
            engine.affine(0, rho, size),
            engine.affine(0, [(1, column["slope"])], size),
            engine.affine(0, [(1, outcome)], size),
            engine.eq_table(tau),
            self._linear(self._weights[:-1], rest),
            engine.affine(0, [(1, column["tail"])], size),
            engine.affine(0, excess, size),
        ]

    def _linear(self, coefficients: list[int], rest: list[tuple[int, NDArray[np.int64]]]) -> Vector:
        """<x_i, coefficients> plus a combination of columns, zero past the view."""
        engine, size = self._engine, 1 << self._relation.row_variables
        form = self._relation.over_record(coefficients)
        # the view is a choice of rows: copied out block by block, never whole
        blocks = (self._train[start : start + _BLOCK] for start in range(0, len(self._train), _BLOCK))
        products = [engine.matrix_form(self._rows[block], form) for block in blocks]
        missing = size - self._relation.rows
        if missing:
            products.append(engine.affine(0, [(1, np.zeros(0, dtype=np.int64))], missing))
        return engine.combine(engine.affine(0, rest, size), [(1, engine.concat(products))])

    def terms(self, chi: int) -> list[tuple[int, tuple[int, ...]]]:
        """The summand over those tables."""
        p = self._relation.parameters
        unit = 1 << p.remainder_bits
        square = chi * chi % ORDER
        return [
            (unit, (0, 1)),
            (1, (0, 2, 3)),
            (-p.scale, (0, 4)),
            (chi, (5, 6)),
            (-chi * unit, (5, 7, 8)),
            (square, (5, 4, 4)),
            (-square, (5, 4)),
        ]
