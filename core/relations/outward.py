"""Rational bounds that only ever err to the safe side: square roots and decimal strings, both rounded up."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from core.errors import InternalError


def sqrt_up(value: Fraction, *, bits: int = 96) -> Fraction:
    """A rational s with sqrt(value) <= s <= sqrt(value) (1 + 2^(1-bits)); value >= 0.

    Its denominator is a power of two, so later arithmetic stays small.
    """
    if value < 0:
        raise InternalError("relations.sqrt", "A square root of a negative bound was asked for.")
    if value == 0:
        return Fraction(0)
    # Scale by 4^shift so that the integer under the root is at least 4^bits.
    shift = max(0, bits + (value.denominator.bit_length() - value.numerator.bit_length()) // 2 + 1)
    scaled = -((-value.numerator << (2 * shift)) // value.denominator)  # ceiling
    root = isqrt(scaled)
    if root * root < scaled:
        root += 1
    return Fraction(root, 1 << shift)


def decimal_up(value: Fraction, *, digits: int = 3) -> str:
    """The least decimal with at most `digits` significant digits that is >= value, in plain notation; value >= 0.

    Example: 0.00052341 becomes "0.000524", 1234.5 becomes "1240".
    """
    if value < 0:
        raise InternalError("relations.decimal", "A bound must not be negative.")
    if value == 0:
        return "0"
    exponent = _decimal_exponent(value)  # 10^exponent <= value < 10^(exponent + 1)
    places = digits - 1 - exponent
    scaled = value * Fraction(10) ** places
    units = -((-scaled.numerator) // scaled.denominator)
    if places <= 0:
        return str(units * 10**-places)
    whole, part = divmod(units, 10**places)
    text = str(part).rjust(places, "0").rstrip("0")
    return f"{whole}.{text}" if text else str(whole)


def _decimal_exponent(value: Fraction) -> int:
    exponent = 0
    while Fraction(10) ** (exponent + 1) <= value:
        exponent += 1
    while Fraction(10) ** exponent > value:
        exponent -= 1
    return exponent
