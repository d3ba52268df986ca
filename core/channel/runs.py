"""Combinations over all records, kept as what their coefficients follow from.

A verifier adds several of them up, each times a factor. Where coefficients are products, or sums over a small table,
the factor goes into what they are made of, and what is added up is reduced once for all of them.
"""

from __future__ import annotations

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


def overlap(first: int, count: int, start: int, length: int) -> range:
    """Which of `count` points with handles first + i are among the `length` with handles from `start` on, as i."""
    low = min(max(start - first, 0), count)
    return range(low, max(low, min(start + length - first, count)))


def add_multiples(coefficients: list[int], at: int, count: int, multiples: Iterable[int]) -> None:
    """Add one of so many multiples to each coefficient from `at` on; InternalError if there are fewer of either."""
    sums = list(map(add, coefficients[at : at + count], multiples))
    if len(sums) != count:
        raise InternalError("equation.run", "A combination of points has not as many coefficients as points.")
    coefficients[at : at + count] = sums


@dataclass(frozen=True)
class EqRun:
    """sum_i eq(point, i) C_i over the points C_i with handles first + i, i < count <= 2^len(point)."""

    first: int
    count: int
    point: Sequence[int]

    @property
    def end(self) -> int:
        """As every `Run`."""
        return self.first + self.count

    def add_to(self, coefficients: list[int], start: int, factor: int) -> None:
        """As every `Run`."""
        places = overlap(self.first, self.count, start, len(coefficients))
        multiples = eq_multiples(self.point, factor, places)
        add_multiples(coefficients, self.first + places.start - start, len(places), multiples)


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
