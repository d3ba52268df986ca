"""Closed forms of public multilinear polynomials against the definition: interpolation over the cube."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.algebra.field import ORDER
from core.polynomials.multilinear import eq_index, eq_points, eq_table, evaluate, identity, selector

FIELD = st.integers(0, ORDER - 1) | st.integers(0, 3) | st.integers(ORDER - 2, ORDER - 1)
POINTS = st.lists(FIELD, max_size=5)


def extension(function: Callable[[int], int], point: list[int]) -> int:
    """sum_x f(x) prod_i (x_i r_i + (1 - x_i)(1 - r_i)), the first coordinate most significant."""
    total = 0
    for bits in product((0, 1), repeat=len(point)):
        weight = 1
        for bit, coordinate in zip(bits, point, strict=True):
            weight = weight * (coordinate if bit else 1 - coordinate) % ORDER
        index = int("0" + "".join(map(str, bits)), 2)
        total += weight * function(index)
    return total % ORDER


@given(POINTS)
def test_eq_table_holds_the_weights(point: list[int]) -> None:
    table = eq_table(point)
    assert len(table) == 1 << len(point)
    assert sum(table) % ORDER == 1
    for index, weight in enumerate(table):
        assert 0 <= weight < ORDER
        assert weight == extension(lambda x, index=index: int(x == index), point) == eq_index(point, index)


@given(st.lists(st.tuples(FIELD, FIELD), max_size=6))
def test_eq_of_two_points(pairs: list[tuple[int, int]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    weights = zip(eq_table(first), eq_table(second), strict=True)
    assert eq_points(first, second) == sum(a * b for a, b in weights) % ORDER
    assert eq_points(first, second) == eq_points(second, first)


@pytest.mark.parametrize("variables", range(5))
def test_selector_for_every_count(variables: int) -> None:
    point = [(7919 * (i + 3)) ** 7 % ORDER for i in range(variables)]
    for count in range((1 << variables) + 1):
        assert selector(point, count) == extension(lambda x, count=count: int(x < count), point)


def test_selector_on_the_cube_is_the_indicator() -> None:
    for index, bits in enumerate(product((0, 1), repeat=4)):
        for count in range(17):
            assert selector(list(bits), count) == int(index < count)


@given(POINTS)
def test_identity_is_the_index(point: list[int]) -> None:
    assert identity(point) == extension(lambda x: x, point)


@given(st.lists(FIELD, max_size=32), st.lists(FIELD, max_size=5))
def test_a_short_list_is_zero_past_its_end(values: list[int], point: list[int]) -> None:
    values = values[: 1 << len(point)]
    assert evaluate(values, point) == extension(lambda x: values[x] if x < len(values) else 0, point)


def test_no_variables() -> None:
    assert eq_table([]) == [1]
    assert (selector([], 0), selector([], 1)) == (0, 1)
    assert (identity([]), evaluate([5], []), eq_points([], [])) == (0, 5, 1)
