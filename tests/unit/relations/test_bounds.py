"""No integer of the claim reaches r/2, whatever a prover puts into the ranges that the lookups enforce.

The maxima are recomputed here from the sizes alone, by the definitions of docs/protocol/fixed-point.md.
"""

from __future__ import annotations

import random
import re
from fractions import Fraction
from math import gcd
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import InputError, InternalError
from core.relations.gradient import decompose
from core.relations.parameters import OptimumParameters
from core.relations.sigmoid_table import sigmoid_table

FIELD_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
PAGE = Path(__file__).parents[3] / "docs" / "protocol" / "fixed-point.md"
SIZES = ((569, 30), (10_000, 32), (100_000, 64), (262_144, 1024))


def maxima(p: OptimumParameters) -> dict[str, int]:
    """The largest absolute value of each intermediate over all values inside the enforced ranges."""
    k = p.limb_bits * p.remainder_limbs
    scale = 2 ** (p.value_bits + k)
    largest_weight = 2 ** (p.limb_bits * p.weight_limbs - 1)
    last_cell = 2 ** (p.step_bits + 5)  # Q + 1
    largest_excess = 2 ** (p.limb_bits * p.excess_limbs) - 1
    weight_scale_bits = k + p.step_bits - 16
    decay = p.c_den * 2 ** (16 + p.value_bits + k - weight_scale_bits) * largest_weight
    logit = (p.features * 65535 + 65536) * largest_weight
    beyond = largest_excess * 2**k
    cell = max((last_cell - 1) * 2**k + 2**k - 1 + beyond, last_cell * 2**k + beyond)
    fit = p.rows * 65536 * scale
    shifted = 2**p.gradient_bits - 1
    return {
        "W": largest_weight,
        "z from the weights": logit,
        "rho": 2**k - 1,
        "tail excess 2^k": beyond,
        "z from the cell": cell,
        "both sides of (1)": logit + cell,
        "T 2^k": scale,
        "A - S y": scale,
        "X (A - S y)": 65536 * scale,
        "sum_i X (A - S y)": fit,
        "c_num sum_i X (A - S y)": p.c_num * fit,
        "c_den 2^b W": decay,
        "G + 2^m": shifted,
        "both sides of (4)": p.c_num * fit + decay + shifted,
    }


@st.composite
def allowed(draw: st.DrawFn) -> OptimumParameters:
    """Sizes from the whole range that `derive` accepts, extremes included."""
    rows = min(2 ** draw(st.integers(0, 26)) + draw(st.integers(0, 5)), 2**26)
    features = min(2 ** draw(st.integers(0, 12)) + draw(st.integers(0, 5)), 4095)
    c_num = draw(st.one_of(st.integers(1, 2**32), st.just(2**32 - 1), st.just(1)))
    steepness = Fraction(2) ** draw(st.integers(-38, 40))
    c_den = max(1, min(2**32, round(rows * c_num / steepness)))
    common = gcd(c_num, c_den)
    target = Fraction(1, 10 ** draw(st.integers(0, 9)))
    try:
        return OptimumParameters.derive(
            rows=rows, features=features, c_num=c_num // common, c_den=c_den // common, target=target
        )
    except InputError as error:
        assert error.code == "parameters.uncertifiable"
        assume(False)
        raise


@settings(max_examples=400, deadline=None)
@given(allowed())
def test_no_intermediate_reaches_half_the_order(p: OptimumParameters) -> None:
    largest = maxima(p)
    # both sides of an identity may differ by the sum of their maxima; below r they are equal iff equal modulo r
    assert max(largest.values()) < 2**184 < FIELD_ORDER // 2
    assert largest["both sides of (1)"] <= p.largest_integer
    assert largest["both sides of (4)"] <= p.largest_integer
    # limbs add up to exact widths, and one limb table serves them all
    assert p.limb_bits <= 16
    assert p.limb_bits * (p.gradient_limbs - 1) < p.gradient_bits <= p.limb_bits * p.gradient_limbs
    # what a prover keeps per record fits into a signed 64-bit word, and so does a remainder with its carries
    assert 2 ** (p.limb_bits * p.excess_limbs) < 2**54
    assert p.limb_bits * p.remainder_limbs <= 60
    assert 2**p.value_bits <= 2**42


@pytest.mark.parametrize(("rows", "features"), SIZES)
def test_the_page_states_these_maxima(rows: int, features: int) -> None:
    p = OptimumParameters.derive(rows=rows, features=features, c_num=1, c_den=1)
    expected = {name: value.bit_length() for name, value in maxima(p).items()}
    column = 1 + SIZES.index((rows, features))
    section = PAGE.read_text(encoding="utf-8").split("<!-- bounds -->")[1]
    lines = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith("| `")]
    stated = {cells[0].strip().strip("`"): int(cells[column]) for cells in lines}
    assert stated == expected


def test_the_page_states_the_sizes() -> None:
    section = PAGE.read_text(encoding="utf-8").split("<!-- sizes -->")[1]
    rows = [re.split(r"\s*\|\s*", line.strip("| ")) for line in section.splitlines() if re.match(r"\| \d", line)]
    stated = {(int(cells[0].replace(",", "")), int(cells[1].replace(",", ""))): cells[2:] for cells in rows}
    assert set(stated) == set(SIZES)
    for (n, d), cells in stated.items():
        p = OptimumParameters.derive(rows=n, features=d, c_num=1, c_den=1)
        sizes = (p.step_bits, p.value_bits, p.limb_bits, p.remainder_bits, p.weight_scale_bits)
        limbs = (p.remainder_limbs, p.weight_limbs, p.excess_limbs, p.gradient_limbs, p.gradient_bits - 1)
        assert tuple(int(cell) for cell in cells[:10]) == (*sizes, *limbs)


def test_interpolated_values_never_leave_the_scale() -> None:
    """0 <= A <= S for every row of the table and every remainder in [0, 2^k): the maximum of A - S y is S."""
    p = OptimumParameters.derive(rows=455, features=30, c_num=1, c_den=1)
    table = sigmoid_table(p.step_bits, p.value_bits)
    for value, slope in zip(table.value, table.slope, strict=True):
        for remainder in (0, 2**p.remainder_bits - 1):
            assert 0 <= value * 2**p.remainder_bits + remainder * slope <= p.scale


def test_a_logit_has_one_decomposition() -> None:
    """Of all table rows only one can write a logit, so a prover has no choice; beyond the range none can."""
    p = OptimumParameters.derive(rows=5, features=2, c_num=1, c_den=1)
    table = sigmoid_table(p.step_bits, p.value_bits)
    unit, last = 2**p.remainder_bits, 2 ** (p.step_bits + 5) - 1
    limit = 2 ** (p.limb_bits * p.excess_limbs)
    top = (last + limit) * unit
    generator = random.Random(3)
    cells = (-last - 1, -last, -1, 0, last - 1, last, last + 1)
    logits = [cell * unit + shift for cell in cells for shift in (-1, 0, 1)]
    logits += [top - 1, -top, top, -top - 1]
    logits += [generator.randint(-top - unit, top + unit) for _ in range(20)]
    for z in logits:
        found = []
        for row, tail in enumerate(table.tail):
            rest = z - (row - last - 1) * unit
            # rest = remainder + tail * excess * unit, 0 <= remainder < unit
            excess = tail * (rest // unit)
            if (0 <= excess < limit) if tail else rest // unit == 0:
                found.append((row, tail, excess, rest % unit))
        if -top <= z < top:
            cell = decompose(z, p)
            assert found == [(cell.row, cell.tail, cell.excess, cell.remainder)]
        else:
            assert found == []
            with pytest.raises(InternalError):
                decompose(z, p)
