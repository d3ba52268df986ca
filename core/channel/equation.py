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
    _sparse: list[tuple[Mapping[int, int], int]] = field(default_factory=list)
    _runs: list[tuple[Run, int]] = field(default_factory=list)

    def coefficients(self, places: range) -> list[int]:
        """The coefficient of each of the points with these consecutive handles, reduced."""
        start = places.start
        result = [0] * len(places)
        for combination, factor in self._sparse:
            for handle, coefficient in combination.items():
                if handle in places:
                    result[handle - start] += coefficient * factor
        for run, factor in self._runs:
            run.add_to(result, start, factor)
        return [value % ORDER for value in result]

    @property
    def end(self) -> int:
        """The least handle beyond all points that have a coefficient."""
        few = (handle + 1 for combination, _ in self._sparse for handle in combination)
        return max(max(few, default=0), max((run.end for run, _ in self._runs), default=0))

    def point(self, handle: int, coefficient: int) -> None:
        self._sparse.append(({handle: coefficient}, 1))

    def combination(self, combination: Combination, factor: int) -> None:
        """Add factor times a combination of points; the combination is kept, not copied."""
        if isinstance(combination, Mapping):
            self._sparse.append((combination, factor))
        else:
            self._runs.append((combination, factor))

    def generator(self, index: int, coefficient: int) -> None:
        self.generators[index] = self.generators.get(index, 0) + coefficient

    def add(self, other: Equation, factor: int) -> None:
        """Add factor times another equation."""
        self._sparse += [(combination, own * factor % ORDER) for combination, own in other._sparse]
        self._runs += [(run, own * factor % ORDER) for run, own in other._runs]
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
