"""Group equations that must vanish, kept as coefficients until one multi-scalar multiplication settles them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.algebra.field import ORDER

Combination = Mapping[int, int]
"""A public linear combination of committed points: coefficient by point handle."""


@dataclass
class Equation:
    """sum points[h] P_h + sum generators[j] g_j = 0; `stage` names what fails when it does not hold."""

    stage: str
    points: dict[int, int] = field(default_factory=dict)
    generators: dict[int, int] = field(default_factory=dict)

    def point(self, handle: int, coefficient: int) -> None:
        self.points[handle] = self.points.get(handle, 0) + coefficient

    def combination(self, combination: Combination, factor: int) -> None:
        """Add factor times a combination of points."""
        points = self.points
        for handle, coefficient in combination.items():
            points[handle] = points.get(handle, 0) + coefficient * factor % ORDER

    def generator(self, index: int, coefficient: int) -> None:
        self.generators[index] = self.generators.get(index, 0) + coefficient


def weighted_sum(equations: Iterable[tuple[int, Equation]]) -> Equation:
    """sum weight_k equation_k, the batch that one multi-scalar multiplication checks."""
    result = Equation("batch")
    for weight, equation in equations:
        result.combination(equation.points, weight)
        for index, coefficient in equation.generators.items():
            result.generator(index, coefficient * weight % ORDER)
    return result
