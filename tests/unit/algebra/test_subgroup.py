"""The subgroup test and the complete formulas under it, against multiplication by the order in py_ecc."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point
from py_ecc.optimized_bls12_381.optimized_curve import Z1, curve_order, is_inf, multiply, neg
from py_ecc.optimized_bls12_381.optimized_curve import add as py_add

from core.algebra.backends import subgroup
from core.algebra.field import ORDER
from tests.unit.algebra import curve

SPECIAL = {
    "identity": Z1,
    "generator": curve.generator(0),
    "its negative": neg(curve.generator(0)),
    "its double": multiply(curve.generator(0), 2),
    "order 3": curve.torsion(3),
    "minus order 3": neg(curve.torsion(3)),
    "order 11": curve.torsion(11),
    "sum with order 3": curve.shifted(0, 3),
    "sum with order 11": curve.shifted(0, 11),
}


def integers(point: tuple[curve.FQ, curve.FQ, curve.FQ]) -> subgroup.Projective:
    return (0, 1, 0) if is_inf(point) else (*curve.affine(point), 1)


def same(a: subgroup.Projective, b: tuple[curve.FQ, curve.FQ, curve.FQ]) -> bool:
    if is_inf(b):
        return a[2] == 0 and a[0] == 0 and a[1] != 0
    x, y = curve.affine(b)
    return a[2] != 0 and (a[0] - x * a[2]) % curve.P == 0 and (a[1] - y * a[2]) % curve.P == 0


@pytest.mark.parametrize("first", SPECIAL)
@pytest.mark.parametrize("second", SPECIAL)
def test_the_formulas_are_complete(first: str, second: str) -> None:
    a, b = SPECIAL[first], SPECIAL[second]
    assert same(subgroup.add(integers(a), integers(b)), py_add(a, b))
    assert same(subgroup.double(integers(a)), py_add(a, a))


@pytest.mark.parametrize("name", SPECIAL)
def test_multiplication_by_u(name: str) -> None:
    assert same(subgroup.times_u(integers(SPECIAL[name])), multiply(SPECIAL[name], subgroup.U))


def test_beta_is_a_primitive_cube_root_of_unity() -> None:
    assert pow(subgroup.BETA, 3, curve.P) == 1 != subgroup.BETA
    assert subgroup.U**4 - subgroup.U**2 + 1 == ORDER


@settings(max_examples=20)
@given(st.integers(1, ORDER - 1))
def test_points_of_the_group_are_accepted(factor: int) -> None:
    assert subgroup.in_subgroup(*curve.affine(multiply(curve.generator(2), factor)))


@settings(max_examples=40)
@given(st.integers(0, curve.P - 1).filter(curve.has_point), st.sampled_from([1, 3, 11, 33, curve.COFACTOR]))
def test_the_verdict_is_that_of_the_order(x: int, factor: int) -> None:
    """Multiplying by part of the cofactor removes part of the torsion, by all of it all."""
    point = multiply(curve.lift(x), factor)
    if is_inf(point):
        return
    coordinates = curve.affine(point)
    expected = is_inf(multiply(point, curve_order))
    assert subgroup.in_subgroup(*coordinates) == expected
    data = b"".join(value.to_bytes(48, "big") for value in coordinates)
    assert G1Point.from_xy_bytes_unchecked_be(data).is_in_subgroup() == expected
    assert expected or factor != curve.COFACTOR


@pytest.mark.parametrize("order", [3, 11, 10177])
def test_small_orders_are_refused_alone_and_in_sums(order: int) -> None:
    assert not subgroup.in_subgroup(*curve.affine(curve.torsion(order)))
    assert not subgroup.in_subgroup(*curve.affine(neg(curve.torsion(order))))
    assert not subgroup.in_subgroup(*curve.affine(curve.shifted(5, order)))
