"""The prover's side of a sumcheck.

A round that was sent before an interruption is not computed again: the tables are only bound to its challenge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.channel.prover import ProverChannel
from core.constraints.expression import Expression
from core.engines.interface import SumcheckProver
from core.errors import InternalError
from core.sumcheck.rounds import eq_round, product_round


class Recalled:
    """In the place of tables: a sumcheck all of whose messages were sent before an interruption."""

    def round(self) -> list[int]:
        raise InternalError("sumcheck.recalled", "A sumcheck without tables was asked for a message.")

    def bind(self, challenge: int) -> None:
        """Nothing is there to be bound."""

    def final(self) -> list[int]:
        return self.round()


def recalled_or(channel: ProverChannel, scalars: int, make: Callable[[], SumcheckProver]) -> SumcheckProver:
    """`make`'s tables, or none if they are to make so many hidden scalars, all sent before an interruption."""
    return Recalled() if channel.holds(scalars) else make()


def prove_product_sumcheck(
    channel: ProverChannel, label: str, claim: Expression, tables: SumcheckProver, rounds: int
) -> tuple[Expression, list[int]]:
    """Reduce sum_x g(x) = claim to g(point) = returned expression; `tables` end bound to the point."""
    point = []
    for _ in range(rounds):
        coefficients = channel.hidden(label, channel.recalled() or tables.round())
        r = channel.challenge(label)
        tables.bind(r)
        claim = product_round(claim, coefficients, r)
        point.append(r)
    return claim, point


def prove_eq_sumcheck(
    channel: ProverChannel, label: str, claim: Expression, tau: Sequence[int], tables: SumcheckProver
) -> tuple[Expression, list[int]]:
    """Reduce sum_x eq(tau, x) g(x) = claim to g(point) = returned expression; `tables` end bound to the point."""
    point = []
    for coordinate in tau:
        coefficients = channel.hidden(label, channel.recalled() or tables.round())
        r = channel.challenge(label)
        tables.bind(r)
        claim = eq_round(claim, coefficients, coordinate, r)
        point.append(r)
    return claim, point
