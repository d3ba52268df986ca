"""The verifier's side of a sumcheck."""

from __future__ import annotations

from collections.abc import Sequence

from core.channel.verifier import VerifierChannel
from core.constraints.expression import Expression
from core.sumcheck.rounds import eq_round, product_round


def verify_product_sumcheck(
    channel: VerifierChannel, label: str, claim: Expression, rounds: int, degree: int
) -> tuple[Expression, list[int]]:
    """Reduce sum_x g(x) = claim to g(point) = returned expression."""
    point = []
    for _ in range(rounds):
        coefficients = channel.hidden(label, degree)
        r = channel.challenge(label)
        claim = product_round(claim, coefficients, r)
        point.append(r)
    return claim, point


def verify_eq_sumcheck(
    channel: VerifierChannel, label: str, claim: Expression, tau: Sequence[int], degree: int
) -> tuple[Expression, list[int]]:
    """Reduce sum_x eq(tau, x) g(x) = claim to g(point) = returned expression."""
    point = []
    for coordinate in tau:
        coefficients = channel.hidden(label, degree)
        r = channel.challenge(label)
        claim = eq_round(claim, coefficients, coordinate, r)
        point.append(r)
    return claim, point
