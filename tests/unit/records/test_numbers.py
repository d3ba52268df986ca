from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.affine import STEPS, decode_number, encode_number
from core.records.cells import NOT_A_NUMBER, OUT_OF_RANGE, NumberCells
from core.records.coarse import outward_range, step_above
from core.records.decimals import declared, is_declared, parse_cell, write_declared
from core.records.schema import Column, Level, Missing, Range, Schema

OUTCOME = Column(name="y", role="outcome", type="flag", levels=(Level("no", ("0",)), Level("yes", ("1",))))
decimals = st.decimals(-(10**6), 10**6, places=6, allow_nan=False)


def number_cells(low: str, high: str, decimal: str = ".", missing: Missing | None = None) -> NumberCells:
    column = Column(name="x", role="feature", type="number", range=Range(low, high), missing=missing or Missing())
    return NumberCells(column, Schema(columns=(OUTCOME, column), decimal=decimal, missing_values=("", "NA")))


def encode(cells: list[str], encoder: NumberCells) -> tuple[list[list[int]], dict[int, str]]:
    out = np.zeros((len(cells), encoder.width), dtype=np.uint16)
    problems = encoder.encode(cells, out)
    return out.tolist(), problems


@given(decimals, decimals, decimals)
def test_code_is_the_nearest_step_and_ties_are_even(a: Decimal, b: Decimal, v: Decimal) -> None:
    low, high = sorted((Fraction(a), Fraction(b)))
    if low == high:
        return
    code = encode_number(v, low, high)
    if not low <= Fraction(v) <= high:
        assert code is None
        return
    assert code is not None and 0 <= code <= STEPS
    off = abs(decode_number(code, low, high) - Fraction(v))
    half = (high - low) / STEPS / 2
    assert off < half or (off == half and code % 2 == 0)


@given(st.integers(0, STEPS), decimals, decimals)
def test_decoding_then_encoding_gives_the_code_back(code: int, a: Decimal, b: Decimal) -> None:
    low, high = sorted((Fraction(a), Fraction(b)))
    if low < high:
        assert encode_number(decode_number(code, low, high), low, high) == code


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("0", "1"),
        ("-4", "4"),
        ("0.04", "0.18"),
        ("0", "65535"),
        ("0", "131070"),
        ("1000000000", "1000000001"),
        ("-0.000000000001", "0.000000000001"),
        ("0", "999999999999999999"),
        ("999999999999999998", "999999999999999999"),
    ],
)
def test_fast_encoding_is_the_exact_one_around_every_kind_of_boundary(low: str, high: str) -> None:
    a, b = declared(low), declared(high)
    step = (b - a) / STEPS
    marks = [0, 1, 2, 77, 32766, 32767, 32768, 65533, 65534, 65535]
    near = [Fraction(0), Fraction(1, 2), Fraction(1, 2) + Fraction(1, 10**9), Fraction(1, 2) - Fraction(1, 10**15)]
    cells = []
    for mark in marks:
        for offset in [*near, *(-n for n in near), Fraction(1, 10**18)]:
            value = a + (mark + offset) * step
            cells.append(f"{Decimal(value.numerator) / Decimal(value.denominator):f}"[:60])
    codes, problems = encode(cells, number_cells(low, high))
    for place, cell in enumerate(cells):
        expected = encode_number(Decimal(cell), a, b)
        assert (problems.get(place) == OUT_OF_RANGE) == (expected is None)
        if expected is not None:
            assert codes[place] == [expected]


@given(st.lists(st.decimals(-10, 130, places=4), min_size=1, max_size=30), decimals, decimals)
def test_fast_encoding_is_the_exact_one(values: list[Decimal], a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    ends = write_declared(low), write_declared(high)
    if low == high or ends[0] is None or ends[1] is None:
        return
    codes, problems = encode([str(value) for value in values], number_cells(*ends))
    for place, value in enumerate(values):
        expected = encode_number(value, Fraction(low), Fraction(high))
        assert codes[place] == [expected] if expected is not None else problems[place] == OUT_OF_RANGE


def test_ends_of_the_range_belong_to_it() -> None:
    codes, problems = encode(
        ["-4", "4", "+4.000", "-4.0000000000000000001", "4.00000000000000001"], number_cells("-4", "4")
    )
    assert codes[:3] == [[0], [STEPS], [STEPS]]
    assert problems == {3: OUT_OF_RANGE, 4: OUT_OF_RANGE}


def test_spellings_of_numbers() -> None:
    cells = [" 1 ", "1.", "+1", "1e0", "0.1E1", "100e-2", "01", "1" + "0" * 400, "1e400", "1e-400", "-1e999"]
    codes, problems = encode(cells, number_cells("0", "2"))
    assert codes[:7] == [[32768]] * 7
    assert codes[9] == [0]
    assert problems == {7: NOT_A_NUMBER, 8: OUT_OF_RANGE, 10: OUT_OF_RANGE}


@pytest.mark.parametrize(
    "cell",
    [
        "x",
        "1,5",
        "1_0",
        "1 0",
        "nan",
        "inf",
        "-",
        ".",
        "e5",
        "1e",
        "1e1000",
        "0x1",
        "\u0661",
        "\uff11",
        "--1",
        "1.2.3",
        "1" * 65,
    ],
)
def test_what_is_no_number(cell: str) -> None:
    assert parse_cell(cell) is None
    _, problems = encode([cell, "1"], number_cells("0", "2"))
    assert problems == {0: NOT_A_NUMBER}


def test_decimal_comma() -> None:
    codes, problems = encode(["1,0", "1.0", "1", "0,5e0", "1,0,0"], number_cells("0", "2", ","))
    assert [codes[0], codes[2]] == [[32768], [32768]]
    assert problems == {1: NOT_A_NUMBER, 4: NOT_A_NUMBER}


def test_missing_number_becomes_the_constant_and_its_indicator() -> None:
    encoder = number_cells("0", "2", missing=Missing("constant", "1"))
    codes, problems = encode(["2", "", " NA ", "na"], encoder)
    assert codes[:3] == [[STEPS, 0], [32768, STEPS], [32768, STEPS]]
    assert problems == {3: NOT_A_NUMBER}


@given(decimals)
def test_declared_numbers_keep_their_value(value: Decimal) -> None:
    text = write_declared(value)
    assert text is not None and is_declared(text) and declared(text) == Fraction(value)


def test_numbers_with_too_many_digits_are_not_declared() -> None:
    assert write_declared(Decimal("1e40")) is None
    assert write_declared(Decimal("1e-999")) is None
    assert write_declared(Decimal("0." + "1" * 30)) is None


@given(decimals, decimals)
def test_coarse_range_holds_its_values_and_nothing_finer(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    bounds = outward_range(low, high)
    assert bounds is not None
    first, last = bounds.ends
    assert first <= Fraction(low) and Fraction(high) <= last and first < last
    if low < high:
        step = Fraction(step_above((high - low) / 10))
        # Both ends are marks of a grid that is at least a tenth of the span wide, and the nearest ones.
        assert (first / step).denominator == (last / step).denominator == 1
        assert Fraction(low) - first < step and last - Fraction(high) < step
        assert step * 10 >= Fraction(high) - Fraction(low)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("18", "97", ("10", "100")),
        ("-3.2", "3.9", ("-4", "4")),
        ("0", "0", ("0", "1")),
        ("5", "5", ("0", "5")),
        ("-7", "-7", ("-7", "0")),
        ("6.981", "28.11", ("5", "30")),
        ("0.05263", "0.1634", ("0.04", "0.18")),
    ],
)
def test_coarse_ranges(low: str, high: str, expected: tuple[str, str]) -> None:
    bounds = outward_range(Decimal(low), Decimal(high))
    assert bounds is not None and (bounds.low, bounds.high) == expected
