"""The public affine map of a declared range onto 0..65535, and back; exact.

X = (v - low) / (high - low) * 65535, rounded half to even. The committed integer X stands for X / 2^16, so that a range
is mapped onto [0, 65535/65536]; it depends on the schema and on no other record.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from core.records.layout import FLAG_ON

STEPS = FLAG_ON
"""The largest code: low is coded 0, high is coded STEPS."""


def encode_number(value: Decimal | Fraction, low: Fraction, high: Fraction) -> int | None:
    """The code of a value, or None if it lies outside [low, high]."""
    exact = Fraction(value)
    if not low <= exact <= high:
        return None
    # Python rounds fractions half to even.
    return round((exact - low) * STEPS / (high - low))


def decode_number(code: int, low: Fraction, high: Fraction) -> Fraction:
    """The value that a code in 0..65535 stands for; at most half a step, (high - low) / 131070, off."""
    return low + code * (high - low) / STEPS
