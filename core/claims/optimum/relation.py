"""The optimum certificate as committed columns, lookups and identities (docs/protocol/optimum.md).

For the n records of the training view, with z_i = <x_i, w> + b at scale 2^(k+t):

    (1) z_i = (u_i - Q - 1) 2^k + rho_i + tail_i excess_i 2^k,   rho_i and excess_i in exact limbs
    (2) (u_i, T_i, slope_i, tail_i) is a row of the sigmoid table;  A_i = T_i 2^k + rho_i slope_i
    (3) y_i (y_i - 1) = 0
    (4) G_a = c_num sum_i x_ia (A_i - S y_i) + c_den 2^b W_a, for each feature a and for the bias, whose x is 2^f_x
    (5) G_a + 2^m in [0, 2^(m+1)), in limbs, the top limb exact because it also fits after a shift

(4) is checked at a random point zeta of the coordinates, eta_a = eq(zeta, a); (1), (3) and (4) share one sumcheck:

    sum_i [ v_i (2^k T_i + rho_i slope_i - S y_i)
            + chi eq(tau, i) (z_i - 2^k (u_i - (Q+1) s_i) - rho_i - 2^k tail_i excess_i) + chi^2 eq(tau, i) (y_i^2 -
            y_i) ]
    = (sum_a eta_a G_a - c_den 2^b sum_a eta_a W_a) / c_num,       v_i = sum_a eta_a x_ia, s_i = [i < n].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

from core.algebra.field import ORDER
from core.channel.shape import ProofShape
from core.claims.optimum.statement import OptimumStatement, PublicModel, model_basis
from core.commitments.hyrax import Column, choose_width
from core.constraints.expression import Expression
from core.lookup.fractions import fraction_products, fraction_steps
from core.lookup.limbs import LimbGrid
from core.lookup.spec import Grid, LookupSpec, RowBlock, TableBlock, Term
from core.lookup.tables import RangeTable, SigmoidRows
from core.polynomials.multilinear import eq_table, selector
from core.relations.parameters import FEATURE_BITS, OptimumParameters
from core.relations.sigmoid_table import sigmoid_table
from core.sumcheck.rounds import sumcheck_steps
from core.transcript.pattern import Pattern, Step, challenge, hidden, points

TAG_SIGMOID, TAG_LIMB = 1, 2
RESIDUAL_DEGREE = 3
LOGIT_DEGREE = 2
RESIDUAL_COLUMNS = ("u", "value", "slope", "tail", "excess", "rho")
"""Evaluations of columns at the sumcheck's point, in order; excess and rho are put together from their limbs."""


@dataclass(frozen=True)
class OptimumRelation:
    """Shape, lookups and forms of the claim."""

    statement: OptimumStatement

    @property
    def parameters(self) -> OptimumParameters:
        return self.statement.parameters

    @property
    def rows(self) -> int:
        return len(self.statement.train)

    @property
    def coordinates(self) -> int:
        """Features and bias."""
        return self.parameters.features + 1

    @cached_property
    def width(self) -> int:
        """Common row width of all columns."""
        p = self.parameters
        per_row = 4 + p.excess_limbs + p.remainder_limbs
        limbs = p.gradient_limbs + (p.weight_limbs if self.statement.hidden else 0)
        total = per_row * self.rows + limbs * self.coordinates + p.table_rows + (1 << p.limb_bits)
        return choose_width(total)

    @property
    def row_variables(self) -> int:
        """log2 of the padded training view; a column fills at least one row."""
        return max((self.rows - 1).bit_length(), self.width)

    @property
    def consent_variables(self) -> int:
        """log2 of the padded number of all the dataset's records."""
        return max(1, (self.statement.count - 1).bit_length())

    @property
    def column_variables(self) -> int:
        """log2 of the padded row width of a record, with room for the bias."""
        return self.statement.layout.width.bit_length()

    @cached_property
    def gradient(self) -> LimbGrid:
        p = self.parameters
        return LimbGrid("gradient", self.coordinates, p.gradient_limbs, p.limb_bits, self.width, TAG_LIMB)

    @cached_property
    def weights(self) -> LimbGrid:
        """Limbs of the hidden weights, shifted to be non-negative."""
        p = self.parameters
        return LimbGrid("weights", self.coordinates, p.weight_limbs, p.limb_bits, self.width, TAG_LIMB)

    @property
    def rho_labels(self) -> tuple[str, ...]:
        return tuple(f"rho.{limb}" for limb in range(self.parameters.remainder_limbs))

    @property
    def excess_labels(self) -> tuple[str, ...]:
        return tuple(f"excess.{limb}" for limb in range(self.parameters.excess_limbs))

    @cached_property
    def spec(self) -> LookupSpec:
        """All lookups of the proof."""
        p = self.parameters
        table = partial(sigmoid_table, p.step_bits, p.value_bits)
        sigmoid = SigmoidRows(TAG_SIGMOID, p.table_rows.bit_length() - 1, table)
        limbs = RangeTable(TAG_LIMB, p.limb_bits)
        size, view = self.row_variables, Grid(self.rows)

        def per_row(label: str) -> Column:
            return Column(label, self.rows, size, self.width)

        columns = [per_row(label) for label in ("u", "value", "slope", "tail", *self.excess_labels, *self.rho_labels)]
        lookup = (Term("u", 1), Term("value", 2), Term("slope", 3), Term("tail", 4))
        rows = [RowBlock("sigmoid", size, view, (TAG_SIGMOID,), lookup)]
        rows += [
            RowBlock(label, size, view, (TAG_LIMB,), (Term(label),))
            for label in (*self.excess_labels, *self.rho_labels)
        ]
        columns.append(self.gradient.column)
        rows.append(self.gradient.block("gradient"))
        rows.append(
            self.gradient.block(
                "gradient.top", first=p.gradient_limbs - 1, scale=1 << (p.limb_bits - p.gradient_top_bits)
            )
        )
        if self.statement.hidden:
            columns.append(self.weights.column)
            rows.append(self.weights.block("weights"))
        tables = []
        for label, content in (("table.sigmoid", sigmoid), ("table.limb", limbs)):
            variables = max(content.variables, self.width)
            columns.append(Column(f"{label}.count", 1 << content.variables, variables, self.width))
            tables.append(TableBlock(label, variables, content, f"{label}.count"))
        return LookupSpec(tuple(columns), tuple(rows), tuple(tables))

    @property
    def record_basis(self) -> tuple[int, ...]:
        """Generators that a record may use."""
        return tuple(range(self.statement.layout.width))

    @property
    def model_basis(self) -> tuple[int, ...]:
        """Generators of the hidden model."""
        return model_basis(self.statement.layout)

    def eta(self, zeta: list[int]) -> list[int]:
        """eq(zeta, a) for each coordinate in use."""
        return eq_table(zeta)[: self.coordinates]

    def over_record(self, coefficients: list[int]) -> list[int]:
        """Spread coefficients of the features over a record's columns; the bias has no column."""
        form = [0] * self.statement.layout.width
        for j, coefficient in zip(self.statement.layout.features, coefficients, strict=False):
            form[j] = coefficient % ORDER
        return form

    def logit_form(self) -> list[int]:
        """The public weights over a record; empty for a hidden model, whose logit is reduced by its own sumcheck."""
        model = self.statement.model
        return self.over_record(list(model.weights[:-1])) if isinstance(model, PublicModel) else []

    def public_bias(self, inside: int) -> int:
        """The bias's share of the logit's extension where the selector's is `inside`; 0 for a hidden model."""
        model = self.statement.model
        return model.weights[-1] * inside << FEATURE_BITS if isinstance(model, PublicModel) else 0

    def residual_sum(self, gradient: Expression, weights: Expression, zeta: list[int]) -> Expression:
        """What the residual sumcheck must sum to: (sum_a eta_a G_a - c_den 2^b sum_a eta_a W_a) / c_num.

        gradient: sum_a eta_a (G_a + 2^m), as committed; weights: sum_a eta_a W_a.
        """
        p = self.parameters
        shifted = gradient - p.gradient_bound * selector(zeta, self.coordinates)
        return (shifted - weights * (p.c_den << p.decay_shift)) * pow(p.c_num, -1, ORDER)

    def outcome_form(self) -> list[int]:
        return self._unit(self.statement.layout.outcome)

    def consent_form(self) -> list[int]:
        return self._unit(self.statement.layout.consent)

    def _unit(self, index: int) -> list[int]:
        return [int(j == index) for j in range(self.statement.layout.width)]

    def residual_parts(self) -> list[dict[str, int]]:
        """For each of RESIDUAL_COLUMNS the combination of columns that it is."""
        bits = self.parameters.limb_bits
        excess = {label: 1 << (limb * bits) for limb, label in enumerate(self.excess_labels)}
        rho = {label: 1 << (limb * bits) for limb, label in enumerate(self.rho_labels)}
        return [{"u": 1}, {"value": 1}, {"slope": 1}, {"tail": 1}, excess, rho]

    def steps(self) -> list[Step]:
        """The claim's own messages, in order."""
        steps = [
            points("optimum.columns", self.spec.commitments),
            challenge("optimum.beta"),
            challenge("optimum.alpha"),
            *fraction_steps(self.spec.layout.depth),
            challenge("optimum.omega"),
            hidden("optimum.lookup", 1),
            *[challenge("optimum.zeta")] * self.gradient.coordinate_variables,
            hidden("optimum.gradient", 1),
        ]
        if self.statement.hidden:
            steps += [challenge("optimum.zeta.weights")] * self.weights.coordinate_variables
            steps.append(hidden("optimum.weights", 3))
        steps += [challenge("optimum.tau")] * self.row_variables
        steps.append(challenge("optimum.chi"))
        steps += sumcheck_steps("optimum.residual", self.row_variables, RESIDUAL_DEGREE)
        steps += [
            hidden("optimum.records", 2),
            hidden("optimum.logit", 1),
            hidden("optimum.columns_at", len(RESIDUAL_COLUMNS)),
            hidden("optimum.products", 4),
        ]
        if self.statement.hidden:
            steps += sumcheck_steps("optimum.inner", self.column_variables, LOGIT_DEGREE)
            steps += [hidden("optimum.inner.record", 1), hidden("optimum.inner.weight", 1)]
        steps += [challenge("consent.rows")] * self.consent_variables
        steps.append(hidden("consent.total", 1))
        return steps

    def pattern(self) -> Pattern:
        """The whole proof."""
        shape = ProofShape()
        shape.add(*self.steps())
        shape.product(fraction_products(self.spec.layout.depth) + 4 + int(self.statement.hidden))
        row = 1 << self.width
        width = self.statement.layout.width
        shape.opening("optimum.lookup", row, 1)
        shape.opening("optimum.gradient", row, 1)
        if self.statement.hidden:
            shape.opening("optimum.weights", row, 1)
        shape.opening("optimum.records", width, 3)
        shape.opening("optimum.columns_at", row, len(RESIDUAL_COLUMNS))
        if self.statement.hidden:
            shape.opening("optimum.model", len(self.model_basis), 3)
        shape.opening("consent", width, 1)
        return shape.close()
