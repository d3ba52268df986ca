"""The prover's walk from the root of the fraction tree to one point of its leaves."""

from __future__ import annotations

from core.algebra.field import ORDER
from core.channel.prover import ProverChannel
from core.constraints.expression import Expression
from core.engines.interface import FractionTree
from core.errors import InternalError
from core.lookup.fractions import descend, state_level, state_root
from core.sumcheck.prover import prove_eq_sumcheck


def prove_fractions(channel: ProverChannel, tree: FractionTree) -> tuple[Expression, Expression, list[int]]:
    """Prove that the tree's fractions sum to zero, down to the returned leaf claims and point."""
    root = tree.root()[1]
    if root % ORDER == 0:
        raise InternalError("lookup.pole", "A lookup challenge fell on a value of the data; start the proof again.")
    denominator, inverse = channel.hidden("fractions.root", [root, pow(root, -1, ORDER)])
    state_root(channel.log, denominator, inverse)
    numerator = Expression(0)
    point: list[int] = []
    for level in range(tree.depth):
        channel.monitor.progress(level / tree.depth)
        weight = channel.challenge("fractions.lambda")
        claim = numerator + denominator * weight
        tables = tree.sumcheck(level, point, weight)
        claim, bound = prove_eq_sumcheck(channel, "fractions.round", claim, point, tables)
        p0, p1, q0, q1 = tables.final()
        children = channel.hidden("fractions.children", [p0, p1, q0, q1])
        product = channel.hidden("fractions.product", [(p0 + weight * q0) * q1])[0]
        state_level(channel.log, claim, children, product, weight)
        t = channel.challenge("fractions.child")
        numerator, denominator = descend(children, t)
        point = [t, *bound]
    return numerator, denominator, point
