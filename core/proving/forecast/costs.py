"""What work costs: seconds on the clock, which are longer while other work takes the machine, and processor seconds,
which are longer on several cores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.proving.forecast.work import Work


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of processors."""

    wall: float
    cpu: float

    def __mul__(self, factor: float) -> Cost:
        return Cost(self.wall * factor, self.cpu * factor)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def less(self, other: Cost) -> Cost:
        """The difference, where noise may not make it negative."""
        return Cost(max(self.wall - other.wall, 0.0), max(self.cpu - other.cpu, 0.0))


NOTHING = Cost(0.0, 0.0)


def cost_of(work: Work, costs: Mapping[str, Cost]) -> Cost:
    """The sum over all units; KeyError for one that was not measured."""
    return sum((costs[name] * count for name, count in work.items() if count), NOTHING)


def timed(work: Callable[[], object], runs: int = 1, *, warm: bool = True) -> Cost:
    """The cost of one run; after one that is thrown away, if `warm`."""
    if warm:
        work()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(runs):
        work()
    return Cost((time.perf_counter() - wall) / runs, (time.process_time() - cpu) / runs)
