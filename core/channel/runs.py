"""Combinations over all records, kept as what their coefficients follow from.

A verifier adds several of them up, each times a factor. Where coefficients are products, or sums over a small table,
the factor goes into what they are made of, and what is added up is reduced once for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import add, le
from typing import Protocol

from core.errors import InternalError
from core.polynomials.multilinear import eq_multiples


class Run(Protocol):
    """A combination of points with consecutive handles."""

    @property
    def end(self) -> int:
        """The least handle beyond all of its points."""

    def add_to(self, coefficients: list[int], start: int, factor: int) -> None:
        """Add factor times its own coefficients to those of the points with handles start, start + 1, ...

        None need be reduced. Points that have none of its own keep theirs.
        """


@dataclass(frozen=True)
class Consecutive(ABC):
    """A `Run` over the points with handles first + i, i < count, with a coefficient for each i."""

    first: int
    count: int

    @property
    def end(self) -> int:
        """As every `Run`."""
        return self.first + self.count

    def add_to(self, coefficients: list[int], start: int, factor: int) -> None:
        """As every `Run`; InternalError if there are fewer multiples than points."""
        low = min(max(start - self.first, 0), self.count)
        places = range(low, max(low, min(start + len(coefficients) - self.first, self.count)))
        at = self.first + low - start
        sums = list(map(add, coefficients[at : at + len(places)], self.multiples(places, factor)))
        if len(sums) != len(places):
            raise InternalError("equation.run", "A combination of points has not as many coefficients as points.")
        coefficients[at : at + len(places)] = sums

    @abstractmethod
    def multiples(self, places: range, factor: int) -> Iterable[int]:
        """factor times the coefficient of each of these i, not reduced."""


@dataclass(frozen=True)
class EqRun(Consecutive):
    """sum_i eq(point, i) C_i over the points C_i with handles first + i, i < count <= 2^len(point)."""

    point: Sequence[int]

    def multiples(self, places: range, factor: int) -> Iterable[int]:
        return eq_multiples(self.point, factor, places)


@dataclass(frozen=True)
class EqView:
    """sum_p eq(point, p) C_(view[p]) over the positions p < 2^len(point) of a view, which increases, of the points with
    handles first + i.
    """

    first: int
    view: Sequence[int]
    point: Sequence[int]

    def __post_init__(self) -> None:
        if len(self.view) > 1 << len(self.point) or any(map(le, self.view[1:], self.view)):
            raise InternalError("equation.view", "A view of points is too long or not in their order.")

    @property
    def end(self) -> int:
        """As every `Run`."""
        return self.first + (self.view[-1] + 1 if self.view else 0)

    def add_to(self, coefficients: list[int], start: int, factor: int) -> None:
        """As every `Run`."""
        low, high = (bisect_left(self.view, end - self.first) for end in (start, start + len(coefficients)))
        shift = self.first - start
        multiples = eq_multiples(self.point, factor, range(low, high))
        for place, multiple in zip(self.view[low:high], multiples, strict=True):
            coefficients[shift + place] += multiple
