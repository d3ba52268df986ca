"""Seconds by stage, and what the process has needed so far."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


class Stopwatch:
    """Wall seconds of every run of a stage, and processor seconds of this process's threads in it."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}

    def run(self, name: str, work: Callable[[], _Result]) -> _Result:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.wall.setdefault(name, []).append(time.perf_counter() - wall)
        self.cpu.setdefault(name, []).append(time.process_time() - cpu)
        return result

    def add(self, name: str, seconds: float) -> None:
        """A run that was timed elsewhere."""
        self.wall.setdefault(name, []).append(seconds)

    def medians(self) -> dict[str, dict[str, float]]:
        """{"seconds": by stage, "cpu_seconds": by stage}."""
        return {
            "seconds": {name: statistics.median(runs) for name, runs in self.wall.items()},
            "cpu_seconds": {name: statistics.median(runs) for name, runs in self.cpu.items()},
        }


def peak_mb() -> float:
    """The most memory that this process, or a process it started and waited for, has held at once, in 10^6 bytes."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) * 1024 / 1e6
