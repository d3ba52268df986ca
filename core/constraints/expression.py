"""Linear expressions over hidden scalars.

A hidden scalar t_k travels as m_k = t_k + pi_k, where pi is the pad vector that was committed before the first
challenge. Both sides compute with expressions constant + sum a_k t_k; a check "expression = 0" becomes a linear check
on pi, sum a_k pi_k = constant + sum a_k m_k, which the tie settles (core.constraints.tie).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.algebra.field import ORDER


class Expression:
    """constant + sum_k terms[k] t_k over F; immutable."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: int = 0, terms: dict[int, int] | None = None) -> None:
        self.constant = constant % ORDER
        self.terms = terms if terms is not None else {}

    @classmethod
    def slot(cls, index: int) -> Expression:
        """The hidden scalar t_index."""
        return cls(0, {index: 1})

    def __add__(self, other: Expression | int) -> Expression:
        if isinstance(other, int):
            return Expression(self.constant + other, self.terms)
        terms = dict(self.terms)
        for index, coefficient in other.terms.items():
            terms[index] = (terms.get(index, 0) + coefficient) % ORDER
        return Expression(self.constant + other.constant, terms)

    __radd__ = __add__

    def __mul__(self, factor: int) -> Expression:
        return Expression(
            self.constant * factor, {index: value * factor % ORDER for index, value in self.terms.items()}
        )

    __rmul__ = __mul__

    def __neg__(self) -> Expression:
        return self * -1

    def __sub__(self, other: Expression | int) -> Expression:
        return self + (-other)

    def __rsub__(self, other: int) -> Expression:
        return (-self) + other

    def evaluate(self, values: Sequence[int]) -> int:
        """The value under t = `values`."""
        return (self.constant + sum(a * values[k] for k, a in self.terms.items())) % ORDER


def total(expressions: Iterable[Expression | int]) -> Expression:
    """Sum of expressions, with one dictionary instead of many."""
    constant = 0
    terms: dict[int, int] = {}
    for expression in expressions:
        if isinstance(expression, int):
            constant += expression
            continue
        constant += expression.constant
        for index, coefficient in expression.terms.items():
            terms[index] = terms.get(index, 0) + coefficient
    return Expression(constant, {index: value % ORDER for index, value in terms.items()})
