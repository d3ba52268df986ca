"""What the sumcheck over the training view must end in, stated once for both sides."""

from __future__ import annotations

from dataclasses import dataclass

from core.claims.optimum.relation import OptimumRelation
from core.constraints.expression import Expression
from core.constraints.log import ConstraintLog
from core.relations.parameters import FEATURE_BITS


@dataclass(frozen=True)
class ResidualAt:
    """Hidden scalars at the sumcheck's point r.

    linear: sum_a eta_a x~_a(r) over the features; outcome: y~(r); logit: <x~(r), w> over the features, and for a hidden
    model with the bias; columns: RESIDUAL_COLUMNS in order; products: rho slope, v (2^k T + rho slope - S y),
    tail excess, y y.
    """

    linear: Expression
    outcome: Expression
    logit: Expression
    columns: tuple[Expression, ...]
    products: tuple[Expression, ...]


def state_residual(
    log: ConstraintLog,
    relation: OptimumRelation,
    at: ResidualAt,
    claim: Expression,
    *,
    equality: int,
    chi: int,
    inside: int,
    eta_bias: int,
) -> None:
    """The sumcheck's last claim is the summand at r; equality: eq(tau, r), inside: s~(r), eta_bias: eta of the bias."""
    p = relation.parameters
    cell, value, slope, tail, excess, rho = at.columns
    interpolated, weighted, beyond, square = at.products
    unit = 1 << p.remainder_bits
    residual = value * unit + interpolated - at.outcome * p.scale
    coefficient = at.linear + (eta_bias * inside << FEATURE_BITS)
    logit = at.logit + relation.public_bias(inside)
    log.product("optimum.slope", rho, slope, interpolated)
    log.product("optimum.gradient", coefficient, residual, weighted)
    log.product("optimum.tail", tail, excess, beyond)
    log.product("optimum.outcome", at.outcome, at.outcome, square)
    decomposition = logit - (cell - (p.half_cells + 1) * inside) * unit - rho - beyond * unit
    log.zero(
        "optimum.residual",
        claim - weighted - decomposition * (chi * equality) - (square - at.outcome) * (chi * chi * equality),
    )
