"""How a claim passes through one round, as expressions over hidden coefficients.

Product shape, sum over x of g(x), g of degree D in each variable: the prover sends c_1..c_D of s(X); s(0) + s(1) =
claim gives c_0 = (claim - c_1 - ... - c_D) / 2, and the next claim is s(r).

Eq shape, sum over x of eq(tau, x) g(x): the round polynomial is eq(tau_i, X) h(X), with the eq factors of earlier
rounds left out; (1 - tau_i) h(0) + tau_i h(1) = claim gives c_0 = claim - tau_i (c_1 + ... + c_D), and the next claim
is h(r). After the last round the claim is g at the challenge point (Gruen 2024, section 3). No division, one degree
less.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.field import ORDER
from core.constraints.expression import Expression, total
from core.transcript.pattern import Step, challenge, hidden

HALF = pow(2, -1, ORDER)


def product_round(claim: Expression, coefficients: Sequence[Expression], r: int) -> Expression:
    """s(r) for the product shape."""
    constant = (claim - total(coefficients)) * HALF
    return _evaluate(constant, coefficients, r)


def eq_round(claim: Expression, coefficients: Sequence[Expression], tau: int, r: int) -> Expression:
    """h(r) for the eq shape."""
    constant = claim - total(coefficients) * tau
    return _evaluate(constant, coefficients, r)


def _evaluate(constant: Expression, coefficients: Sequence[Expression], r: int) -> Expression:
    parts = [constant]
    power = 1
    for coefficient in coefficients:
        power = power * r % ORDER
        parts.append(coefficient * power)
    return total(parts)


def sumcheck_steps(label: str, rounds: int, degree: int) -> list[Step]:
    """Pattern of a sumcheck: `degree` hidden coefficients and a challenge a round."""
    return [hidden(label, degree), challenge(label)] * rounds
