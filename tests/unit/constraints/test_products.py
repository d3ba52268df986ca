"""The product argument: interpolation against the textbook, true products pass at every point, false ones at few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.algebra.field import ORDER
from core.constraints.expression import Expression
from core.constraints.log import ConstraintLog
from core.constraints.products import extend, lagrange, message_count, state_products

FIELD = st.integers(0, ORDER - 1)


@given(st.lists(FIELD, min_size=1, max_size=7), FIELD | st.integers(0, 9))
def test_lagrange_evaluates_the_polynomial(coefficients: list[int], point: int) -> None:
    def at(x: int) -> int:
        return sum(c * pow(x, k, ORDER) for k, c in enumerate(coefficients)) % ORDER

    nodes = len(coefficients)
    values = [at(x) for x in range(nodes)]
    assert sum(w * v for w, v in zip(lagrange(nodes, point), values, strict=True)) % ORDER == at(point)
    assert extend(values, [point, point + 1]) == [at(point), at(point + 1)]
    assert sum(lagrange(nodes, point)) % ORDER == 1


def test_number_of_messages() -> None:
    assert [message_count(k) for k in (0, 1, 2, 10)] == [0, 4, 5, 13]


def settled(factors: list[tuple[int, int, int]], e: int, *, f0: int = 17, g0: int = 19) -> list[str]:
    """Labels of the linear statements that do not hold when h is the product of f and g."""
    log, values = ConstraintLog(), []
    for a, b, c in factors:
        slots = [Expression.slot(len(values) + i) for i in range(3)]
        values += [a, b, c]
        log.product("product", *slots)
    count = len(factors)
    left, right = [f0, *(a for a, _, _ in factors)], [g0, *(b for _, b, _ in factors)]
    beyond = range(count + 1, 2 * count + 1)
    upper = [x * y % ORDER for x, y in zip(extend(left, beyond), extend(right, beyond), strict=True)]
    sent = [f0, g0, f0 * g0 % ORDER, *upper]
    assert len(sent) == message_count(count)
    messages = [Expression.slot(len(values) + i) for i in range(len(sent))]
    values += sent
    f_e, g_e = extend(left, [e])[0], extend(right, [e])[0]
    state_products(log, messages, e, f_e, g_e)
    return [check.label for check in log.linear if check.expression.evaluate(values)]


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=5), st.integers(6, ORDER - 1))
def test_true_products_hold_everywhere(pairs: list[tuple[int, int]], e: int) -> None:
    assert settled([(a, b, a * b % ORDER) for a, b in pairs], e) == []


@pytest.mark.parametrize("wrong", range(4))
@given(e=st.integers(9, ORDER - 1))
def test_one_false_product_is_seen(wrong: int, e: int) -> None:
    factors = [(a, b, a * b) for a, b in ((2, 3), (0, 5), (7, 7), (ORDER - 1, 4))]
    a, b, c = factors[wrong]
    factors[wrong] = (a, b, c + 1)
    assert settled(factors, e) == ["products.result"]


def test_a_false_product_is_missed_at_2k_points_only() -> None:
    """h - f g has degree 2K and vanishes at the other nodes: the soundness error is 2K/r, as stated."""
    false = [(2, 3, 6), (0, 5, 1), (7, 7, 49)]
    missed = [e for e in range(40) if settled(false, e) == []]
    assert missed == [0, 1, 3, 4, 5, 6]


def test_points_in_one_to_k_would_reveal_a_product() -> None:
    """At e = k the opened values are a_k and b_k themselves: the channels refuse such a challenge."""
    factors = [(2, 3, 6), (5, 7, 35)]
    for e in (1, 2):
        assert extend([17, 2, 5], [e])[0] == factors[e - 1][0]
        assert lagrange(3, e)[0] == 0
    assert lagrange(3, 3)[0] != 0
