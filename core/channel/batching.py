"""How the evaluations of one opening group become one linear-form statement.

With V_k = v_k K_val + blinding H for each claimed value, and challenges kappa, gamma drawn after all V_k:

    one object U, forms L_k:   P = U + gamma sum kappa^k V_k,             form (sum kappa^k L_k, -1/gamma), value 0
    objects U_k, one form L:   P = sum kappa^k U_k + gamma sum kappa^k V_k,  form (L, -1/gamma), value 0

over exactly (basis, K_val). As a polynomial in gamma the coefficient at gamma^0 is the claim; 1/gamma catches weight
of an object on K_val (a record could otherwise carry weight there), gamma catches weight of a V_k outside K_val.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.algebra.field import ORDER
from core.constraints.log import OpeningGroup
from core.errors import InternalError


@dataclass(frozen=True)
class Batch:
    """Weights of objects and of value commitments in P, and the form over (basis, K_val)."""

    object_weights: list[int]
    value_weights: list[int]
    form: list[int]


def batch_group(group: OpeningGroup, kappa: int, gamma: int) -> Batch:
    """The statement of one group under kappa (ignored for a single value) and gamma != 0."""
    count = len(group.slots)
    powers = [1]
    for _ in range(count - 1):
        powers.append(powers[-1] * kappa % ORDER)
    value_weights = [gamma * power % ORDER for power in powers]
    last = -pow(gamma, -1, ORDER) % ORDER
    if len(group.forms) == 1 and len(group.objects) == count:
        return Batch(powers, value_weights, [*group.forms[0], last])
    if len(group.objects) == 1 and len(group.forms) == count:
        form = [0] * len(group.basis)
        for power, part in zip(powers, group.forms, strict=True):
            for index, coefficient in enumerate(part):
                if coefficient:
                    form[index] += power * coefficient
        return Batch([1], value_weights, [*(coefficient % ORDER for coefficient in form), last])
    raise InternalError("opening.group", "An opening group needs one object or one form.")
