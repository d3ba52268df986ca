"""The logistic function as a table of integers, correctly rounded, and the error of interpolating in it.

Notation of docs/protocol/fixed-point.md: cells of width h = 2^-t, Q = 2^(t+5) - 1, row u = q + Q + 1 for q = -Q-1..Q.
The table is *the* correctly rounded one: any machine that follows the definition gets the same integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from core.errors import InternalError

# Range of the step bits t; the table has 2^(t+6) rows, 2^10 to 2^20.
MIN_STEP_BITS = 4
MAX_STEP_BITS = 14
# The table covers |z| < 32 - h; there 1 - sigma < 2^-46, see TAIL_ERROR.
RANGE_BITS = 5

# max |sigma''| = sqrt(3)/18 = 0.096225044..., rounded up.
_MAX_SECOND_DERIVATIVE = Fraction(9622505, 10**8)
# e^-Z with Z = Q h = 32 - 2^-t >= 31.9375 > 46 ln 2 = 31.8848.
TAIL_ERROR = Fraction(1, 1 << 46)

_SLACK = 2  # bound on the error of the bits behind the point that decide a rounding, in units of the last one


@dataclass(frozen=True, slots=True)
class SigmoidTable:
    """Rows u = 0..2^(t+6)-1: value T (scale 2^f_s), slope T(q+1) - T(q), tail -1, 0 or +1 (-1 first, +1 last)."""

    step_bits: int
    value_bits: int
    value: tuple[int, ...]
    slope: tuple[int, ...]
    tail: tuple[int, ...]


@lru_cache(maxsize=4)
def sigmoid_table(step_bits: int, value_bits: int) -> SigmoidTable:
    """The table for cells of width 2^-step_bits and values at scale 2^value_bits, 1 <= value_bits <= 45; memoised."""
    if not MIN_STEP_BITS <= step_bits <= MAX_STEP_BITS or not 1 <= value_bits <= 45:
        raise InternalError("relations.table", "A sigmoid table outside the supported sizes was asked for.")
    upper = None
    guard_bits = 64
    while upper is None:
        upper = _upper_half(step_bits, value_bits, guard_bits)
        guard_bits *= 2
    one = 1 << value_bits
    # sigma(-z) = 1 - sigma(z), and no value but sigma(0) is ever half-way: sigma(q h) is transcendental for q != 0.
    nodes = [one - upper[q] for q in range(len(upper) - 1, 0, -1)] + upper  # q = -Q..Q
    if nodes[0] != 0 or nodes[-1] != one:
        raise InternalError("relations.table", "The sigmoid table does not meet its tails.")
    value = (0, *nodes)  # row 0 is the lower tail, the last row (q = Q) is the upper tail and holds 2^f_s
    slope = (0, *(after - before for before, after in pairwise(nodes)), 0)
    tail = (-1, *([0] * (len(nodes) - 1)), 1)
    return SigmoidTable(step_bits, value_bits, tuple(value), slope, tail)


def interpolation_error(step_bits: int, value_bits: int) -> Fraction:
    """An upper bound eps on |a(z) - sigma(z)| over all real z, a being the interpolated table with its tails.

    eps = h^2/8 max|sigma''| + 2^(-f_s-1) + e^-Z (docs/protocol/fixed-point.md, lemma 2).
    """
    cell = _MAX_SECOND_DERIVATIVE / (8 << (2 * step_bits))
    return cell + Fraction(1, 2 << value_bits) + TAIL_ERROR


def _upper_half(step_bits: int, value_bits: int, guard_bits: int) -> list[int] | None:
    """round(2^value_bits sigma(q h)) for q = 0..Q, or None where guard_bits do not settle one of the roundings.

    E_q approximates 2^P exp(-q h) from below by E_q = floor(E_(q-1) E_1 / 2^P) with an error of at most 3 q < 2^21
    (lemma 1), so of 2^f_s sigma the g/2 bits behind the point are off by less than 2 units, P = f_s + g and g >= 64.
    """
    precision = value_bits + guard_bits
    one = 1 << precision
    factor = _exp_below(step_bits, precision)
    fraction_bits = guard_bits // 2
    numerator = 1 << (value_bits + precision + fraction_bits)
    half = 1 << (fraction_bits - 1)
    mask = (1 << fraction_bits) - 1
    rows = [1 << (value_bits - 1)]
    power = one
    for _ in range((1 << (step_bits + RANGE_BITS)) - 1):
        power = (power * factor) >> precision
        scaled = numerator // (one + power)
        if -_SLACK <= (scaled & mask) - half <= _SLACK:
            return None
        rows.append((scaled + half) >> fraction_bits)
    return rows


def _exp_below(step_bits: int, precision: int) -> int:
    """An integer E with 2^P exp(-h) - 2 <= E <= 2^P exp(-h), h = 2^-step_bits, P = precision; Taylor's series."""
    extra = 16
    term = 1 << (precision + extra)
    total = 0
    sign = 1
    terms = 0
    while term:
        total += sign * term
        terms += 1
        term = term // (terms << step_bits)
        sign = -sign
    # Each term is short by less than 2 units (its own floor and its predecessor's, divided), the rest of the series by
    # less than 2 more; 2 (terms + 1) units of 2^-16 stay below 1, since there are fewer than 2^14 terms.
    return (total - 2 * (terms + 1)) >> extra
