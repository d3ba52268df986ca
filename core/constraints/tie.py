"""The tie: one linear-form opening that settles every linear check and ties each opened value to its hidden message.

After the last value commitment V_k = v_k K_val + blinding H has been absorbed, theta and mu != 0 are drawn, and
Z = Com(pi) + mu sum_k theta^k V_k is opened over exactly (K_1..K_P, K_val) with the form

    on K_j:    sum_k theta^k [j = slot(k)] + sum_q theta^(n+q) a_qj
    on K_val:  1/mu
    value:     sum_k theta^k m_slot(k) + sum_q theta^(n+q) c_q

where check q says sum_j a_qj pi_j = c_q. Read as a polynomial in mu, the coefficient at mu^0 is the claim, 1/mu
catches pad weight on K_val and mu catches foreign weight in some V_k; unit weights would let a false sum pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.algebra.field import ORDER
from core.constraints.log import LinearCheck


@dataclass(frozen=True)
class Tie:
    """The public form over (K_1..K_P, K_val), its claimed value, and the weight mu theta^k of each V_k in Z."""

    form: list[int]
    value: int
    weights: list[int]


def build_tie(slots: Sequence[int], checks: Sequence[LinearCheck], messages: Sequence[int], theta: int, mu: int) -> Tie:
    """`slots[k]` is the hidden scalar of V_k; `messages` are all padded messages m_1..m_P."""
    form = [0] * (len(messages) + 1)
    value = 0
    weights = []
    power = 1
    for slot in slots:
        form[slot] += power
        value += power * messages[slot]
        weights.append(mu * power % ORDER)
        power = power * theta % ORDER
    for check in checks:
        constant = check.expression.constant
        for index, coefficient in check.expression.terms.items():
            form[index] += power * coefficient
            constant += coefficient * messages[index]
        value += power * constant
        power = power * theta % ORDER
    form[-1] = pow(mu, -1, ORDER)
    return Tie([coefficient % ORDER for coefficient in form], value % ORDER, weights)
