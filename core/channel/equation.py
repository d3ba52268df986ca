"""Group equations that must vanish, kept as coefficients until one multi-scalar multiplication settles them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.algebra.field import ORDER


@dataclass(frozen=True)
class Run:
    """A combination of points with consecutive handles from `first` on: how one over all records is kept."""

    first: int
    coefficients: Sequence[int]


Combination = Mapping[int, int] | Run
"""A public linear combination of committed points: coefficient by point handle."""


@dataclass
class Equation:
    """sum of combinations of points + sum generators[j] g_j = 0; `stage` names what fails when it does not hold.

    Combinations run over all records, so they are kept with their factors and added up once, when the points are asked
    for.
    """

    stage: str
    generators: dict[int, int] = field(default_factory=dict)
    _combinations: list[tuple[Combination, int]] = field(default_factory=list)

    def coefficients(self, count: int) -> list[int]:
        """The coefficient of each of the points with handles 0..count - 1, reduced."""
        result = [0] * count
        for combination, factor in self._combinations:
            if isinstance(combination, Run):
                place = slice(combination.first, combination.first + len(combination.coefficients))
                pairs = zip(result[place], combination.coefficients, strict=True)
                result[place] = [held + factor * coefficient for held, coefficient in pairs]
            else:
                for handle, coefficient in combination.items():
                    result[handle] += coefficient * factor
        return [value % ORDER for value in result]

    def point(self, handle: int, coefficient: int) -> None:
        self._combinations.append(({handle: coefficient}, 1))

    def combination(self, combination: Combination, factor: int) -> None:
        """Add factor times a combination of points; the combination is kept, not copied."""
        self._combinations.append((combination, factor))

    def generator(self, index: int, coefficient: int) -> None:
        self.generators[index] = self.generators.get(index, 0) + coefficient

    def add(self, other: Equation, factor: int) -> None:
        """Add factor times another equation."""
        self._combinations += [(combination, own * factor % ORDER) for combination, own in other._combinations]
        for index, coefficient in other.generators.items():
            self.generator(index, coefficient * factor % ORDER)

    def renamed(self, stage: str) -> Equation:
        """The same equation under another name."""
        return replace(self, stage=stage)


def weighted_sum(equations: Iterable[tuple[int, Equation]]) -> Equation:
    """sum weight_k equation_k, the batch that one multi-scalar multiplication checks."""
    result = Equation("batch")
    for weight, equation in equations:
        result.add(equation, weight)
    return result
