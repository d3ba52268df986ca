"""The fraction tree as a protocol (GKR for a sum of fractions, Papini-Haboeck 2023), what both sides share.

The leaves are p_i/q_i; a node adds its children, p = p0 q1 + p1 q0, q = q0 q1. The statement is that the root has p =
0 and q != 0. q stays hidden; its inverse is sent hidden too, and their product is 1. From the root to the leaves, with
the claims p~(x), q~(x) at a point of one level:

    challenge lambda; sumcheck of sum_x eq(point, x) [(p0 + lambda q0) q1 + p1 q0](x) = p~ + lambda q~;
    hidden p0, p1, q0, q1 at its challenge point; two products; challenge t;
    next claims (1 - t) p0 + t p1 and (1 - t) q0 + t q1 at (t, point), the first coordinate choosing the child.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.constraints.expression import Expression
from core.constraints.log import ConstraintLog
from core.sumcheck.rounds import sumcheck_steps
from core.transcript.pattern import Step, challenge, hidden

ROUND_DEGREE = 2
CHILDREN = 4
"""p0, p1, q0, q1 at the end of a level's sumcheck."""


def fraction_steps(depth: int) -> list[Step]:
    """Pattern of the protocol over 2^depth leaves."""
    steps = [hidden("fractions.root", 2)]
    for level in range(depth):
        steps.append(challenge("fractions.lambda"))
        steps.extend(sumcheck_steps("fractions.round", level, ROUND_DEGREE))
        steps.append(hidden("fractions.children", CHILDREN))
        steps.append(hidden("fractions.product", 1))
        steps.append(challenge("fractions.child"))
    return steps


def fraction_products(depth: int) -> int:
    """Number of product checks over 2^depth leaves."""
    return 1 + 2 * depth


def state_root(log: ConstraintLog, denominator: Expression, inverse: Expression) -> None:
    """The root's denominator is not zero."""
    log.product("fractions.root", denominator, inverse, Expression(1))


def state_level(
    log: ConstraintLog, claim: Expression, children: Sequence[Expression], product: Expression, weight: int
) -> None:
    """(p0 + weight q0) q1 + p1 q0 = claim at the sumcheck's end."""
    p0, p1, q0, q1 = children
    log.product("fractions.first", p0 + q0 * weight, q1, product)
    log.product("fractions.second", p1, q0, claim - product)


def descend(children: Sequence[Expression], t: int) -> tuple[Expression, Expression]:
    """Claims at the next level from the children's values."""
    p0, p1, q0, q1 = children
    return p0 + (p1 - p0) * t, q0 + (q1 - q0) * t
