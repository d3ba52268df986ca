"""Logits, cells and the gradient in exact integers, vectorised; equal to core.relations.gradient to the last bit.

Numbers of up to 100 bits are cut into limbs of 24 bits. A matrix product of floats is exact as long as the absolute
values of all summands add up to less than 2^53, in whatever order BLAS adds; 2^16 (a feature) times 2^24 (a limb) times
2^12 (columns, or rows of one block) is 2^52.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.errors import InternalError
from core.relations.parameters import FEATURE_BITS, OptimumParameters
from core.relations.sigmoid_table import sigmoid_table
from core.training.keeper import Curvature
from core.training.rows import Rows

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

_LIMB = 24
_LIMB_MASK = (1 << _LIMB) - 1
_BLOCK_ROWS = 1 << 12


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation:
    """A training view at given weights: per row the cell of its logit, and the integer gradient. Secret.

    row: table row u; value: T(u); slope: slope(u); tail: -1, 0, +1; excess, remainder: of the logit's decomposition
    (core.relations.gradient.Cell); all int64 of shape (n,). gradient: G_0..G_d, Python integers, the bias last.
    """

    row: Int64
    value: Int64
    slope: Int64
    tail: Int64
    excess: Int64
    remainder: Int64
    gradient: tuple[int, ...]


class ExactView:
    """Training rows (n, d) of uint16 and outcomes (n,) of 0 and 1, to be evaluated at integer weights."""

    def __init__(self, rows: Rows, outcomes: NDArray[np.integer], *, parameters: OptimumParameters) -> None:
        if rows.dtype != np.uint16 or rows.shape != (parameters.rows, parameters.features):
            raise InternalError("training.shape", "Training rows and the parameters of the claim do not fit together.")
        if outcomes.shape != (parameters.rows,) or not bool(np.isin(outcomes, (0, 1)).all()):
            raise InternalError("training.outcomes", "Training needs one outcome, 0 or 1, for each row.")
        self.parameters = parameters
        self._rows = rows
        self._outcomes = outcomes.astype(np.int64)

    def evaluate(self, weights: tuple[int, ...]) -> Evaluation:
        """Cells and gradient at d weights and the bias (last), all integers at scale 2^f_w.

        InternalError optimum.excess if a logit lies beyond the range of the claim.
        """
        p = self.parameters
        table = _table_arrays(p.step_bits, p.value_bits)
        limbs = _weight_limbs(weights, p)
        arrays = {name: np.empty(p.rows, np.int64) for name in ("row", "tail", "excess", "remainder")}
        factors = [1 << (p.remainder_bits + _LIMB * a) for a in range(2)] + [1 << (_LIMB * a) for a in range(4)]
        sums = [0] * (p.features + 1)
        room = self._room()
        for start in range(0, p.rows, _BLOCK_ROWS):
            part = slice(start, min(start + _BLOCK_ROWS, p.rows))
            block = self._columns(part, room)
            cell, remainder = _combine(block @ limbs, p.remainder_bits)
            row = np.clip(cell, -p.half_cells - 1, p.half_cells) + (p.half_cells + 1)
            tail = table.tail[row]
            excess = np.where(tail == 0, 0, np.abs(cell - (row - p.half_cells - 1)))
            difference = table.value[row] - (self._outcomes[part] << p.value_bits)
            columns = _residual_limbs(difference, remainder, table.slope[row])
            for j, line in enumerate((block.T @ columns).astype(np.int64).tolist()):
                sums[j] += sum(entry * factor for entry, factor in zip(line, factors, strict=True))
            for name, values in (("row", row), ("tail", tail), ("excess", excess), ("remainder", remainder)):
                arrays[name][part] = values
        if int(arrays["excess"].max()) >> (p.limb_bits * p.excess_limbs):
            raise InternalError("optimum.excess", "A logit lies beyond the range of the optimum claim.")
        decay = p.c_den << p.decay_shift
        return Evaluation(
            **arrays,
            value=table.value[arrays["row"]],
            slope=table.slope[arrays["row"]],
            gradient=tuple(p.c_num * s + decay * w for s, w in zip(sums, weights, strict=True)),
        )

    def curvature(
        self,
        evaluation: Evaluation,
        *,
        begun: Curvature | None = None,
        after: Callable[[Curvature], None] = lambda part: None,
    ) -> Float64:
        """Hessian of the interpolated objective in its present cells, (d + 1, d + 1) float64, in the encoded space.

        begun: where to go on; after: is told after each block of rows how far it is.
        """
        p = self.parameters
        steepness = evaluation.slope * (2.0**p.step_bits / 2.0**p.value_bits / p.rows)
        done, hessian = (0, np.zeros((p.features + 1, p.features + 1))) if begun is None else (begun.rows, begun.total)
        room = self._room()
        for start in range(done, p.rows, _BLOCK_ROWS):
            part = slice(start, min(start + _BLOCK_ROWS, p.rows))
            block = self._columns(part, room)
            block *= (np.sqrt(steepness[part]) / 2.0**FEATURE_BITS)[:, None]
            hessian += block.T @ block
            after(Curvature(part.stop, hessian))
        return hessian + np.eye(p.features + 1) * (p.c_den / (p.c_num * p.rows))

    def _room(self) -> Float64:
        """For one block of rows after the other: memory that is new each time costs as much as what is done in it."""
        return np.empty((min(_BLOCK_ROWS, self.parameters.rows), self.parameters.features + 1))

    def _columns(self, part: slice, room: Float64) -> Float64:
        """Features and the bias column 2^f_x of some rows, as floats that are integers, in `room`."""
        rows = self._rows[part]
        block = room[: len(rows)]
        block[:, :-1] = rows
        block[:, -1] = 1 << FEATURE_BITS
        return block


@dataclass(frozen=True, slots=True)
class _TableArrays:
    value: Int64
    slope: Int64
    tail: Int64


@lru_cache(maxsize=2)
def _table_arrays(step_bits: int, value_bits: int) -> _TableArrays:
    table = sigmoid_table(step_bits, value_bits)
    return _TableArrays(*(np.array(column, dtype=np.int64) for column in (table.value, table.slope, table.tail)))


def _weight_limbs(weights: tuple[int, ...], parameters: OptimumParameters) -> Float64:
    """Weights as 24-bit limbs, least significant first, the last one signed: (d + 1, limbs) floats."""
    if len(weights) != parameters.features + 1 or parameters.features >= 1 << 12:
        raise InternalError("training.shape", "Weights and the parameters of the claim do not fit together.")
    bits = max(w.bit_length() for w in weights)
    if bits + FEATURE_BITS + parameters.features.bit_length() - parameters.remainder_bits > 60:
        raise InternalError("optimum.weights", "A weight lies far beyond the range of the optimum claim.")
    count = bits // _LIMB + 1  # one bit more than `bits` for the sign
    limbs = np.empty((len(weights), count))
    for j, weight in enumerate(weights):
        for a in range(count - 1):
            limbs[j, a] = (weight >> (_LIMB * a)) & _LIMB_MASK
        limbs[j, count - 1] = weight >> (_LIMB * (count - 1))
    return limbs


def _combine(products: Float64, remainder_bits: int) -> tuple[Int64, Int64]:
    """sum_a products[:, a] 2^(24 a) as (floor(. / 2^k), . mod 2^k), k = remainder_bits <= 60, both int64."""
    cell = np.zeros(products.shape[0], np.int64)
    remainder = np.zeros(products.shape[0], np.int64)
    for a in range(products.shape[1]):
        product, shift = products[:, a].astype(np.int64), _LIMB * a
        if shift >= remainder_bits:
            cell += product << (shift - remainder_bits)
            continue
        room = remainder_bits - shift
        cell += product >> room
        remainder += (product & ((1 << room) - 1)) << shift  # at most three summands below 2^60
    return cell + (remainder >> remainder_bits), remainder & ((1 << remainder_bits) - 1)


def _residual_limbs(difference: Int64, remainder: Int64, slope: Int64) -> Float64:
    """Limbs of difference (two, the upper signed) and of remainder * slope (four), as (rows, 6) floats below 2^24.

    |difference| <= 2^42, remainder < 2^60, 0 <= slope < 2^28: no product here reaches 2^53.
    """
    limbs = np.empty((difference.shape[0], 6))
    limbs[:, 0] = difference & _LIMB_MASK
    limbs[:, 1] = difference >> _LIMB
    carry = np.zeros_like(remainder)
    for a in range(3):
        product = ((remainder >> (_LIMB * a)) & _LIMB_MASK) * slope + carry
        limbs[:, 2 + a] = product & _LIMB_MASK
        carry = product >> _LIMB
    limbs[:, 5] = carry
    return limbs
