"""Sizes of the optimum claim: each condition recomputed in floats, and known sizes pinned."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.relations.certificate import certify
from core.relations.parameters import OptimumParameters

FIELD_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001


def derive(rows: int, features: int, c: str = "1", target: str = "1/1000") -> OptimumParameters:
    fraction = Fraction(c)
    return OptimumParameters.derive(
        rows=rows, features=features, c_num=fraction.numerator, c_den=fraction.denominator, target=Fraction(target)
    )


@settings(max_examples=150, deadline=None)
@given(
    rows=st.integers(1, 300_000),
    features=st.integers(1, 1024),
    c=st.sampled_from(["1/1000", "1/10", "1/3", "1", "5/2", "10"]),
    target=st.sampled_from(["1/1000", "1/100", "1/10000", "1"]),
)
def test_conditions_hold(rows: int, features: int, c: str, target: str) -> None:
    try:
        p = derive(rows, features, c, target)
    except InputError as error:
        assert error.code == "parameters.uncertifiable"
        # refused only where cells of 2^-14 are too coarse for the target, or weights would need too many bits
        eps = 0.0962251 / 8 * 4.0**-14
        assert rows * float(Fraction(c)) * math.sqrt(features + 1) * eps > 0.59 * float(Fraction(target))
        return
    n_c, root, goal = rows * float(Fraction(c)), math.sqrt(features + 1), float(Fraction(target))

    def eps(t: int) -> float:
        return 0.09622504487 / 8 * 4.0**-t + 2.0 ** -(max(2 * t + 14, 24) + 1) + math.exp(-(32 - 2.0**-t))

    assert n_c * root * eps(p.step_bits) <= 0.6 * goal * 1.0001
    assert p.step_bits == 4 or n_c * root * eps(p.step_bits - 1) > 0.6 * goal * 0.9999
    assert p.value_bits == max(2 * p.step_bits + 14, 24)
    assert 8 <= p.limb_bits <= 16
    assert p.limb_bits == 16 or 2**p.limb_bits > rows
    # fixed point
    assert p.weight_scale_bits == p.remainder_bits + p.step_bits - 16 >= 24
    noise = (0.125 * (features + 1) + 0.5 / n_c) * 2.0**-p.weight_scale_bits
    assert n_c * root * noise <= 0.05 * goal * 1.0001
    # the honest optimum fits
    norm = math.sqrt(2 * math.log(2) * n_c)
    assert (norm + 1) * 2**p.weight_scale_bits < p.weight_bound
    assert (norm + 1) * root * 2**p.step_bits < 2 ** (p.limb_bits * p.excess_limbs)
    # the range of the gradient
    unit = rows * Fraction(c).numerator * 2**16 * p.scale
    assert p.gradient_unit == unit
    assert 2 * noise * unit * 0.9999 <= p.gradient_bound <= 4 * noise * unit * 1.0001
    assert n_c * root * p.gradient_bound / unit <= 0.3 * goal
    assert 1 <= p.gradient_top_bits <= p.limb_bits
    assert p.gradient_bits == p.limb_bits * (p.gradient_limbs - 1) + p.gradient_top_bits
    # nothing wraps
    assert p.largest_integer < FIELD_ORDER // 2
    assert Fraction(certify(p).distance_text) <= Fraction(target)


def test_scales_fit_together() -> None:
    p = derive(455, 30)
    assert p.logit_scale_bits == 16 + p.weight_scale_bits
    assert p.decay_shift == 16 + p.value_bits + p.remainder_bits - p.weight_scale_bits
    assert p.table_rows == 2 * p.half_cells + 2


def test_known_sizes() -> None:
    """Bundles state these numbers: they may not move without a new version."""
    assert derive(455, 30).to_json() == {
        "rows": 455,
        "features": 30,
        "c": "1/1",
        "target": "1/1000",
        "feature_bits": 16,
        "step_bits": 8,
        "value_bits": 30,
        "limb_bits": 10,
        "remainder_limbs": 4,
        "weight_scale_bits": 32,
        "weight_limbs": 4,
        "excess_limbs": 2,
        "gradient_bits": 67,
    }
    assert (derive(3, 1).step_bits, derive(3, 1).value_bits, derive(3, 1).table_rows) == (4, 24, 1024)
    assert derive(100_000, 64).step_bits == 12
    assert derive(262_144, 1024).step_bits == 14


def test_small_c_still_bounds_the_weights() -> None:
    """Where the penalty dominates, its own rounding noise must be inside the range of the gradient."""
    p = derive(3, 1, "1/1000")
    unit = Fraction(p.gradient_unit)
    assert Fraction(p.gradient_bound) / unit >= Fraction(1000, 3) / 2**p.weight_scale_bits


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"rows": 0}, "parameters.rows"),
        ({"rows": 1 << 27}, "parameters.rows"),
        ({"features": 0}, "parameters.features"),
        ({"features": 5000}, "parameters.features"),
        ({"c_num": 0}, "parameters.c"),
        ({"c_num": -1}, "parameters.c"),
        ({"c_num": 2, "c_den": 4}, "parameters.c"),
        ({"c_num": 2**33, "c_den": 1}, "parameters.c"),
        ({"target": Fraction(0)}, "parameters.target"),
        ({"target": Fraction(2)}, "parameters.target"),
        ({"target": Fraction(1, 10**9)}, "parameters.uncertifiable"),
        ({"rows": 10**7, "features": 1000}, "parameters.uncertifiable"),
    ],
)
def test_refusals_are_plain(arguments: dict[str, int | Fraction], code: str) -> None:
    with pytest.raises(InputError) as caught:
        OptimumParameters.derive(**{"rows": 100, "features": 10, "c_num": 1, "c_den": 1, **arguments})  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
