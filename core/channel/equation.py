"""Group equations that must vanish, kept as coefficients until one multi-scalar multiplication settles them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from core.algebra.field import ORDER
from core.channel.runs import Run

Combination = Mapping[int, int] | Run
"""A public linear combination of committed points: coefficient by point handle, or one over all records."""


@dataclass
class Equation:
    """sum of combinations of points + sum generators[j] g_j = 0; `stage` names what fails when it does not hold.

    Combinations run over all records, so they are kept with their factors and added up when their coefficients are
    asked for, which may be part by part.
    """

    stage: str
    generators: dict[int, int] = field(default_factory=dict)
    _combinations: list[tuple[Combination, int]] = field(default_factory=list)

    def coefficients(self, places: range) -> list[int]:
        """The coefficient of each of the points with these consecutive handles, reduced."""
        start = places.start
        result = [0] * len(places)
        for combination, factor in self._combinations:
            if isinstance(combination, Run):
                combination.add_to(result, start, factor)
            else:
                for handle, coefficient in combination.items():
                    if handle in places:
                        result[handle - start] += coefficient * factor
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
