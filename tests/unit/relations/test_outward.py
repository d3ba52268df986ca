"""Bounds that are rounded must be rounded up, and not by much."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InternalError
from core.relations.outward import decimal_up, sqrt_up

positive = st.fractions(min_value=Fraction(1, 10**18), max_value=10**18, max_denominator=10**18)


@given(positive)
def test_square_root_is_above_and_close(value: Fraction) -> None:
    root = sqrt_up(value)
    assert value <= root**2 <= value * (1 + Fraction(1, 2**95)) ** 2


def test_square_root_of_squares_and_zero() -> None:
    assert sqrt_up(Fraction(0)) == 0
    assert sqrt_up(Fraction(49, 4)) == Fraction(7, 2)
    assert sqrt_up(Fraction(10**80)) >= 10**40
    with pytest.raises(InternalError):
        sqrt_up(Fraction(-1))


@given(positive)
def test_decimal_is_above_and_has_three_digits(value: Fraction) -> None:
    text = decimal_up(value)
    assert "e" not in text.lower()
    assert value <= Fraction(text) < value * Fraction(101, 100)
    assert len(Decimal(text).normalize().as_tuple().digits) <= 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(52341, 10**8), "0.000524"),
        (Fraction(12345, 10), "1240"),
        (Fraction(9996, 10**4), "1"),
        (Fraction(1, 10**3), "0.001"),
        (Fraction(999), "999"),
        (Fraction(9991, 10), "1000"),
        (Fraction(1, 10**30), "0." + "0" * 29 + "1"),
    ],
)
def test_decimal_examples(value: Fraction, text: str) -> None:
    assert decimal_up(value) == text
