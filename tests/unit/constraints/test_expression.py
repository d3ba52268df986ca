"""Linear expressions against the same arithmetic on their values."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.algebra.field import ORDER
from core.constraints.expression import Expression, total

NUMBERS = st.integers(-(1 << 300), 1 << 300)
VALUES = [3, 5, ORDER - 1, 7 << 200, 0]
EXPRESSIONS = st.builds(
    Expression, NUMBERS, st.dictionaries(st.integers(0, len(VALUES) - 1), st.integers(0, ORDER - 1), max_size=4)
)


def worth(value: Expression | int) -> int:
    return value.evaluate(VALUES) if isinstance(value, Expression) else value


@pytest.mark.parametrize("operation", [operator.add, operator.sub])
@given(left=EXPRESSIONS, right=EXPRESSIONS, number=NUMBERS)
def test_sums_and_differences(
    operation: Callable[[object, object], Expression], left: Expression, right: Expression, number: int
) -> None:
    for a, b in ((left, right), (left, number), (number, right)):
        assert worth(operation(a, b)) == operation(worth(a), worth(b)) % ORDER


@given(EXPRESSIONS, NUMBERS)
def test_multiples(expression: Expression, factor: int) -> None:
    expected = worth(expression) * factor % ORDER
    assert worth(expression * factor) == worth(factor * expression) == expected
    assert worth(-expression) == -worth(expression) % ORDER


@given(st.lists(EXPRESSIONS | NUMBERS, max_size=5))
def test_total_is_the_sum(parts: list[Expression | int]) -> None:
    assert total(parts).evaluate(VALUES) == sum(worth(part) for part in parts) % ORDER


@given(EXPRESSIONS, EXPRESSIONS)
def test_operands_are_left_alone(left: Expression, right: Expression) -> None:
    before = dict(left.terms), dict(right.terms), left.constant, right.constant
    _ = left + right, left - right, left * 3, total([left, right])
    assert before == (left.terms, right.terms, left.constant, right.constant)


def test_a_slot_is_its_value() -> None:
    assert [Expression.slot(k).evaluate(VALUES) for k in range(len(VALUES))] == VALUES


def test_an_expression_times_an_expression_is_refused() -> None:
    """Products of hidden scalars are statements of their own, never expressions."""
    with pytest.raises(TypeError):
        Expression.slot(0) * Expression.slot(1)  # type: ignore[operator]
