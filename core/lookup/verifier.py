"""The verifier's walk from the root of the fraction tree to one point of its leaves."""

from __future__ import annotations

from core.channel.verifier import VerifierChannel
from core.constraints.expression import Expression
from core.lookup.columns import CommittedColumns
from core.lookup.fractions import ROUND_DEGREE, descend, state_level, state_root
from core.lookup.spec import LookupSpec
from core.sumcheck.verifier import verify_eq_sumcheck


def verify_fractions(channel: VerifierChannel, depth: int) -> tuple[Expression, Expression, list[int]]:
    """Reduce "the fractions sum to zero" to the claimed leaf values (p~, q~) at the returned point."""
    denominator, inverse = channel.hidden("fractions.root", 2)
    state_root(channel.log, denominator, inverse)
    numerator = Expression(0)
    point: list[int] = []
    for _ in range(depth):
        weight = channel.challenge("fractions.lambda")
        claim = numerator + denominator * weight
        claim, bound = verify_eq_sumcheck(channel, "fractions.round", claim, point, ROUND_DEGREE)
        children = channel.hidden("fractions.children", 4)
        product = channel.hidden("fractions.product", 1)[0]
        state_level(channel.log, claim, children, product, weight)
        t = channel.challenge("fractions.child")
        numerator, denominator = descend(children, t)
        point = [t, *bound]
    return numerator, denominator, point


def verify_lookup(channel: VerifierChannel, label: str, spec: LookupSpec, columns: CommittedColumns) -> None:
    """The whole argument for lookups of columns alone: fractions, the leaves' relation, one opening for all columns."""
    beta, alpha = channel.challenge(f"{label}.beta"), channel.challenge(f"{label}.alpha")
    numerator, denominator, point = verify_fractions(channel, spec.layout.depth)
    omega = channel.challenge(f"{label}.omega")
    (value,), slots = channel.evaluation_slots(f"{label}.lookup", 1)
    leaves = spec.relation(point, alpha, beta, omega)
    channel.log.zero(f"{label}.lookup", numerator + denominator * omega - value - leaves.public)
    places = {column.label: spec.local(column.label, point) for column in spec.columns}
    first = spec.columns[0]
    channel.log.evaluations(
        f"{label}.lookup",
        basis=range(1 << first.width),
        objects=[columns.combine(leaves.columns, places)],
        forms=[first.form(places[first.label])],
        slots=slots,
    )
