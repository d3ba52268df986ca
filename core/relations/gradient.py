"""Logits, cells and the gradient of the optimum claim in plain integers: the oracle for every faster way.

Notation of docs/protocol/fixed-point.md. A training view is n rows of d integers X_ij in [0, 2^16) with outcomes y_i in
{0, 1}; weights are d integers W_j and the bias W_d, all at scale 2^f_w. Nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InternalError
from core.relations.parameters import FEATURE_BITS, OptimumParameters
from core.relations.sigmoid_table import SigmoidTable, sigmoid_table


@dataclass(frozen=True, slots=True)
class Cell:
    """z = (row - Q - 1) 2^k + remainder + tail * excess * 2^k, 0 <= remainder < 2^k, 0 <= excess < 2^(l excess_limbs).

    row: the table row u; tail: that row's -1, 0 or +1; excess: cells beyond the table, 0 wherever tail is 0.
    """

    row: int
    remainder: int
    excess: int
    tail: int


def logits(
    rows: Sequence[Sequence[int]], weights: Sequence[int], bias: int, *, parameters: OptimumParameters
) -> list[int]:
    """z_i = sum_j X_ij W_j + 2^f_x W_d for each row, at scale 2^(f_x + f_w)."""
    _check_shape(rows, weights, parameters)
    return [sum(x * w for x, w in zip(row, weights, strict=True)) + (bias << FEATURE_BITS) for row in rows]


def decompose(logit: int, parameters: OptimumParameters) -> Cell:
    """The one decomposition of a logit; InternalError if it lies beyond the range that the excess limbs cover."""
    k, half = parameters.remainder_bits, parameters.half_cells
    cell, remainder = logit >> k, logit & ((1 << k) - 1)
    if cell >= half:
        row, excess, tail = parameters.table_rows - 1, cell - half, 1
    elif cell < -half:
        row, excess, tail = 0, -half - 1 - cell, -1
    else:
        row, excess, tail = cell + half + 1, 0, 0
    if excess >> (parameters.limb_bits * parameters.excess_limbs):
        raise InternalError("optimum.excess", "A logit lies beyond the range of the optimum claim.")
    return Cell(row=row, remainder=remainder, excess=excess, tail=tail)


def interpolate(cell: Cell, *, table: SigmoidTable, remainder_bits: int) -> int:
    """A = T(u) 2^k + rho slope(u), the interpolated sigmoid at scale S = 2^(f_s + k)."""
    return (table.value[cell.row] << remainder_bits) + cell.remainder * table.slope[cell.row]


def gradient(
    rows: Sequence[Sequence[int]],
    outcomes: Sequence[int],
    weights: Sequence[int],
    bias: int,
    *,
    parameters: OptimumParameters,
) -> list[int]:
    """The d + 1 integers G_j = c_num sum_i X_ij (A_i - S y_i) + c_den 2^b W_j, the bias column being 2^f_x."""
    table = sigmoid_table(parameters.step_bits, parameters.value_bits)
    if len(outcomes) != len(rows) or any(y not in (0, 1) for y in outcomes):
        raise InternalError("optimum.outcomes", "The gradient needs one outcome, 0 or 1, for each row.")
    residuals = [
        interpolate(decompose(z, parameters), table=table, remainder_bits=parameters.remainder_bits)
        - parameters.scale * y
        for z, y in zip(logits(rows, weights, bias, parameters=parameters), outcomes, strict=True)
    ]
    sums = [sum(row[j] * e for row, e in zip(rows, residuals, strict=True)) for j in range(len(weights))]
    sums.append(sum(residuals) << FEATURE_BITS)
    decay = parameters.c_den << parameters.decay_shift
    return [parameters.c_num * s + decay * w for s, w in zip(sums, (*weights, bias), strict=True)]


def is_certified(values: Sequence[int], parameters: OptimumParameters) -> bool:
    """Whether all G_j lie in [-B, B), which is what the range check of the claim proves."""
    return all(-parameters.gradient_bound <= g < parameters.gradient_bound for g in values)


def _check_shape(rows: Sequence[Sequence[int]], weights: Sequence[int], parameters: OptimumParameters) -> None:
    shape_holds = len(rows) == parameters.rows and len(weights) == parameters.features
    if not shape_holds or any(len(row) != parameters.features for row in rows):
        raise InternalError("optimum.shape", "Rows, weights and the parameters of the claim do not fit together.")
