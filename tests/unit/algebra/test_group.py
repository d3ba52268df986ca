"""The group's laws on both backends, against py_ecc and against each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.optimized_bls12_381 import curve_order
from py_ecc.optimized_bls12_381.optimized_curve import Z1, add, multiply, neg

from core.algebra.backends.reference import signed_digits, window_bits
from core.algebra.field import ORDER
from core.algebra.group import GroupBackend, Point, get_backend
from core.commitments import generators
from core.errors import InternalError
from tests.unit.algebra import curve

EDGES = [0, 1, 2, 3, -1, -2, ORDER - 1, ORDER, ORDER + 1, ORDER // 2, ORDER // 2 + 1, 1 << 254, 1 << 300, -(1 << 256)]
scalars = st.sampled_from(EDGES) | st.integers(-(2**17), 2**17) | st.integers(0, ORDER - 1)


@pytest.fixture(params=["native", "reference"])
def backend(request: pytest.FixtureRequest) -> GroupBackend:
    return get_backend(request.param)


def test_the_identity(backend: GroupBackend) -> None:
    zero, g = backend.identity, generators.points(backend)[0]
    assert backend.encode(zero) == bytes([0xC0]) + bytes(47)
    assert backend.is_identity(zero) and not backend.is_identity(g)
    assert backend.is_identity(backend.add(g, backend.neg(g)))
    assert backend.is_identity(backend.neg(zero))
    assert backend.is_identity(backend.mul(g, ORDER))
    assert backend.is_identity(backend.mul(zero, 5))
    assert backend.encode(backend.add(zero, g)) == backend.encode(backend.add(g, zero)) == backend.encode(g)


def test_sums_are_py_eccs(backend: GroupBackend) -> None:
    g, h = generators.points(backend)[:2]
    p, q = curve.generator(0), curve.generator(1)
    assert backend.encode(backend.add(g, h)) == curve.compressed(add(p, q))
    assert backend.encode(backend.add(g, g)) == curve.compressed(multiply(p, 2))
    assert backend.encode(backend.add(g, backend.neg(h))) == curve.compressed(add(p, neg(q)))


@pytest.mark.parametrize("scalar", EDGES)
def test_multiples_are_py_eccs(backend: GroupBackend, scalar: int) -> None:
    expected = curve.compressed(multiply(curve.generator(3), scalar % curve_order))
    assert backend.encode(backend.mul(generators.points(backend)[3], scalar)) == expected


def test_operations_leave_their_points_alone(backend: GroupBackend) -> None:
    points = list(generators.points(backend)[:3])
    before = [backend.encode(point) for point in points]
    backend.add(points[0], points[1])
    backend.neg(points[0])
    backend.mul(points[1], 7)
    backend.msm(points, [1, 2, 3])
    assert [backend.encode(point) for point in points] == before


def naive(count: int, values: list[int]) -> bytes:
    total = Z1
    for index, value in zip(range(count), values, strict=True):
        total = add(total, multiply(curve.generator(index), value % curve_order))
    return curve.compressed(total)


@settings(max_examples=25)
@given(st.lists(scalars, max_size=9))
def test_multi_scalar_multiplication_is_the_sum_of_the_multiples(values: list[int]) -> None:
    expected = naive(len(values), values)
    for name in ("native", "reference"):
        backend = get_backend(name)
        assert backend.encode(backend.msm(generators.points(backend)[: len(values)], values)) == expected


def test_sums_with_repeated_opposite_and_zero_points(backend: GroupBackend) -> None:
    g, h = generators.points(backend)[:2]

    def total(points: list[Point], values: list[int]) -> bytes:
        return backend.encode(backend.msm(points, values))

    zero = backend.encode(backend.identity)
    assert total([], []) == zero
    assert total([g], [0]) == total([backend.identity], [77]) == total([g, h], [ORDER, 0]) == zero
    assert total([g, g, backend.neg(g)], [5, ORDER - 3, 2]) == zero
    assert total([g, backend.neg(g)], [9, 9]) == zero
    assert total([g] * 40, [1] * 40) == total([g], [40]) == backend.encode(backend.mul(g, 40))
    assert total([g, backend.identity, h], [3, 4, 5]) == total([g, h], [3, 5])


@pytest.mark.parametrize("count", [1, 2, 31, 300, 1200])
def test_backends_agree_on_long_sums(count: int) -> None:
    values = [pow(7, 3 * k + 1, ORDER) if k % 3 else (-1) ** k * k * 65537 for k in range(count)]
    sums = set()
    for name in ("native", "reference"):
        backend = get_backend(name)
        sums.add(backend.encode(backend.msm(generators.points(backend)[:count], values)))
    assert len(sums) == 1


def test_sums_of_unequal_lengths_are_our_own_fault(backend: GroupBackend) -> None:
    with pytest.raises(InternalError):
        backend.msm(generators.points(backend)[:2], [1])


@given(st.integers(0, 1 << 260), st.integers(1, 16))
def test_signed_digits_add_up_and_stay_small(value: int, c: int) -> None:
    digits = signed_digits(value, c)
    assert sum(digit << c * k for k, digit in enumerate(digits)) == value
    assert all(-(1 << c - 1) < digit <= 1 << c - 1 for digit in digits)
    assert len(digits) <= -(-(value.bit_length() + 1) // c)


def test_windows_grow_with_the_sum() -> None:
    widths = [window_bits(count, 255) for count in (1, 10, 100, 1000, 10_000, 100_000)]
    assert widths == sorted(widths)
    assert window_bits(0, 0) >= 1
