"""Every size of the optimum claim as a public function of rows, features, C and the target distance.

Nothing here depends on a witness, and nothing is a float: prover and verifier derive the same integers from the
statement. Symbols, bounds and proofs are in docs/protocol/fixed-point.md; each property names its symbol.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from core.errors import InputError, InternalError
from core.relations.outward import sqrt_up
from core.relations.sigmoid_table import MAX_STEP_BITS, MIN_STEP_BITS, RANGE_BITS, interpolation_error

FEATURE_BITS = 16  # f_x: the integer X stands for X / 2^16
MIN_WEIGHT_SCALE_BITS = 24
MAX_REMAINDER_BITS = 60  # a remainder and three carries fit into a signed 64-bit word
# r/2 of BLS12-381 is above 2^253; integers that stay below agree with their residues modulo r.
SAFE_BITS = 253
MAX_ROWS = 1 << 26
MAX_FEATURES = 4095
MAX_C_PART = 1 << 32

DEFAULT_TARGET = Fraction(1, 1000)
# Shares of the target distance: interpolation of the sigmoid, rounding of the weights, range of the gradient.
INTERPOLATION_SHARE = Fraction(6, 10)
ROUNDING_SHARE = Fraction(5, 100)
GRADIENT_SHARE = Fraction(3, 10)

_LN2_UP = Fraction(6931471806, 10**10)


@dataclass(frozen=True, slots=True)
class OptimumParameters:
    """Sizes of one optimum claim; build it with `derive`, never field by field.

    rows n, features d (without the bias), C = c_num / c_den reduced, target: the distance asked for.
    """

    rows: int
    features: int
    c_num: int
    c_den: int
    target: Fraction
    step_bits: int  # t: cells of width h = 2^-t
    value_bits: int  # f_s: table values at scale 2^f_s
    limb_bits: int  # l: every limb is looked up in [0, 2^l)
    remainder_limbs: int  # rho has exactly k = l * remainder_limbs bits
    weight_limbs: int  # |W_j| < 2^(l * weight_limbs - 1)
    excess_limbs: int  # excess < 2^(l * excess_limbs)
    gradient_bits: int  # m + 1: G_j + 2^m lies in [0, 2^(m+1))

    @classmethod
    def derive(
        cls, *, rows: int, features: int, c_num: int, c_den: int, target: Fraction = DEFAULT_TARGET
    ) -> OptimumParameters:
        """The one set of sizes that certifies `target` for these numbers.

        InputError parameters.* when a number is out of range, C is not reduced, or the target cannot be certified.
        """
        _check_numbers(rows, features, c_num, c_den, target)
        c = Fraction(c_num, c_den)
        steepness = rows * c  # n C = 1 / lambda
        columns = features + 1
        # The conditions contain sqrt(d + 1); comparing squares keeps them exact.
        step_bits = MIN_STEP_BITS
        allowed = (INTERPOLATION_SHARE * target) ** 2
        while columns * (steepness * interpolation_error(step_bits, _value_bits(step_bits))) ** 2 > allowed:
            step_bits += 1
            if step_bits > MAX_STEP_BITS:
                raise _uncertifiable(rows, features, c, target)
        value_bits = _value_bits(step_bits)
        limb_bits = min(16, max(8, rows.bit_length() + 1))

        remainder_limbs = 1
        while not _fine_enough(limb_bits * remainder_limbs + step_bits - FEATURE_BITS, columns, steepness, target):
            remainder_limbs += 1
            if limb_bits * remainder_limbs > MAX_REMAINDER_BITS:
                raise _uncertifiable(rows, features, c, target)
        weight_scale_bits = limb_bits * remainder_limbs + step_bits - FEATURE_BITS

        # |w| <= sqrt(2 ln 2 C n) at the optimum; a certified model is nearer to it than the target, which is at most 1.
        weight_norm = sqrt_up(2 * _LN2_UP * steepness) + 1
        weight_limbs = _limbs_above(weight_norm * (1 << weight_scale_bits), limb_bits, sign_bit=1)
        cells = weight_norm * sqrt_up(Fraction(columns)) * (1 << step_bits)
        excess_limbs = _limbs_above(cells, limb_bits, sign_bit=0)

        # Twice the rounding noise, in units of G: 2 (0.125 (d+1) + lambda/2) 2^-f_w * n c_num 2^f_x S.
        decay_shift = 2 * FEATURE_BITS + value_bits - step_bits
        noise = (Fraction(columns * rows * c_num, 4) + c_den) * (1 << decay_shift)
        gradient_limit_bits = 0
        while (1 << gradient_limit_bits) < noise:
            gradient_limit_bits += 1

        parameters = cls(
            rows=rows,
            features=features,
            c_num=c_num,
            c_den=c_den,
            target=target,
            step_bits=step_bits,
            value_bits=value_bits,
            limb_bits=limb_bits,
            remainder_limbs=remainder_limbs,
            weight_limbs=weight_limbs,
            excess_limbs=excess_limbs,
            gradient_bits=gradient_limit_bits + 1,
        )
        if columns * (steepness * parameters.gradient_range) ** 2 > (GRADIENT_SHARE * target) ** 2:
            raise _uncertifiable(rows, features, c, target)
        if parameters.largest_integer >> SAFE_BITS:
            raise InternalError("parameters.overflow", "An integer of the optimum claim would not fit into the field.")
        return parameters

    @property
    def half_cells(self) -> int:
        """Q = 2^(t+5) - 1: cells -Q..Q-1 interpolate, -Q-1 and Q are tails."""
        return (1 << (self.step_bits + RANGE_BITS)) - 1

    @property
    def table_rows(self) -> int:
        """2^(t+6), the number of rows u."""
        return 2 << (self.step_bits + RANGE_BITS)

    @property
    def remainder_bits(self) -> int:
        """k: a cell is 2^k units of z wide."""
        return self.limb_bits * self.remainder_limbs

    @property
    def weight_scale_bits(self) -> int:
        """f_w = k + t - f_x: the integer W_j stands for W_j / 2^f_w."""
        return self.remainder_bits + self.step_bits - FEATURE_BITS

    @property
    def logit_scale_bits(self) -> int:
        """f_x + f_w = k + t: the integer z_i stands for z_i / 2^(k+t)."""
        return self.remainder_bits + self.step_bits

    @property
    def scale(self) -> int:
        """S = 2^(f_s+k): the integer A_i stands for A_i / S."""
        return 1 << (self.value_bits + self.remainder_bits)

    @property
    def decay_shift(self) -> int:
        """b = f_x + f_s + k - f_w = 2 f_x + f_s - t: W_j enters G_j with the factor c_den 2^b."""
        return 2 * FEATURE_BITS + self.value_bits - self.step_bits

    @property
    def gradient_bound(self) -> int:
        """B = 2^m: every G_j lies in [-B, B)."""
        return 1 << (self.gradient_bits - 1)

    @property
    def gradient_unit(self) -> int:
        """n c_num 2^f_x S: the integer G_j stands for the partial derivative G_j / gradient_unit."""
        return self.rows * self.c_num * self.scale << FEATURE_BITS

    @property
    def gradient_range(self) -> Fraction:
        """B / (n c_num 2^f_x S): bound on a partial derivative of the interpolated objective."""
        return Fraction(self.gradient_bound, self.gradient_unit)

    @property
    def gradient_limbs(self) -> int:
        """Number of limbs of G_j + 2^m, the last one having `gradient_top_bits` bits."""
        return -(-self.gradient_bits // self.limb_bits)

    @property
    def gradient_top_bits(self) -> int:
        """Width of the most significant limb of G_j + 2^m, 1..l; exact if the limb shifted left fits l bits too."""
        return self.gradient_bits - self.limb_bits * (self.gradient_limbs - 1)

    @property
    def weight_bound(self) -> int:
        """2^(l * weight_limbs - 1): every W_j and the bias lie in [-bound, bound)."""
        return 1 << (self.limb_bits * self.weight_limbs - 1)

    @property
    def largest_integer(self) -> int:
        """A bound on both sides of every equation of the claim, for any witness inside its ranges."""
        logit = ((self.features + 1) << FEATURE_BITS) * self.weight_bound
        cell = (self.half_cells + 1 + (1 << (self.limb_bits * self.excess_limbs))) << self.remainder_bits
        fit = self.rows * self.c_num * self.scale << FEATURE_BITS
        decay = self.c_den * self.weight_bound << self.decay_shift
        return max(logit + cell, fit + decay + 2 * self.gradient_bound)

    def to_json(self) -> dict[str, int | str]:
        """The sizes for display and for equality; a verifier derives them again and trusts none of these."""
        return {
            "rows": self.rows,
            "features": self.features,
            "c": f"{self.c_num}/{self.c_den}",
            "target": str(self.target),
            "feature_bits": FEATURE_BITS,
            "step_bits": self.step_bits,
            "value_bits": self.value_bits,
            "limb_bits": self.limb_bits,
            "remainder_limbs": self.remainder_limbs,
            "weight_scale_bits": self.weight_scale_bits,
            "weight_limbs": self.weight_limbs,
            "excess_limbs": self.excess_limbs,
            "gradient_bits": self.gradient_bits,
        }


def _value_bits(step_bits: int) -> int:
    """f_s = max(2t + 14, 24): rounding a table value then costs at most 1/390 of what interpolation costs."""
    return max(2 * step_bits + 14, 24)


def _fine_enough(weight_scale_bits: int, columns: int, steepness: Fraction, target: Fraction) -> bool:
    """Whether rounding weights to 2^-f_w costs at most its share: n C sqrt(d+1) noise <= 0.05 target."""
    if weight_scale_bits < MIN_WEIGHT_SCALE_BITS:
        return False
    noise = (columns * steepness / 8 + Fraction(1, 2)) / (1 << weight_scale_bits)
    return columns * noise**2 <= (ROUNDING_SHARE * target) ** 2


def _limbs_above(bound: Fraction, limb_bits: int, *, sign_bit: int) -> int:
    """Least count >= 1 with bound < 2^(limb_bits * count - sign_bit)."""
    count = 1
    while bound >= 1 << (limb_bits * count - sign_bit):
        count += 1
    return count


def _check_numbers(rows: int, features: int, c_num: int, c_den: int, target: Fraction) -> None:
    if not 1 <= rows <= MAX_ROWS:
        raise InputError("parameters.rows", f"A model can be attested on 1 to {MAX_ROWS} training records.")
    if not 1 <= features <= MAX_FEATURES:
        raise InputError("parameters.features", f"A model can be attested with 1 to {MAX_FEATURES} features.")
    if not (1 <= c_num <= MAX_C_PART and 1 <= c_den <= MAX_C_PART) or gcd(c_num, c_den) != 1:
        raise InputError("parameters.c", "C must be a reduced positive fraction with parts of at most 32 bits.")
    if not 0 < target <= 1 or target.denominator > 1 << 40:
        raise InputError("parameters.target", "The target distance must lie between 0 and 1.")


def _uncertifiable(rows: int, features: int, c: Fraction, target: Fraction) -> InputError:
    return InputError(
        "parameters.uncertifiable",
        f"A distance of {target} to the optimum cannot be certified for {rows} training records, "
        f"{features} features and C = {c}.",
        "Choose a smaller C, fewer features, or a larger target distance.",
    )
