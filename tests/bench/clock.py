"""Seconds by stage, and what the process has needed so far."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from core.monitor import SilentMonitor

_Result = TypeVar("_Result")


def processor_seconds() -> float:
    """Of all threads of this process, and of the processes that it started and waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


RUNS = 3
ENOUGH = 60.0
"""Seconds after which a work is not begun again."""


def repeated(work: Callable[[], object]) -> int:
    """Do the work RUNS times, or as often as it begins within ENOUGH seconds; returns how often that was."""
    began = time.perf_counter()
    for done in range(1, RUNS + 1):
        work()
        if time.perf_counter() - began > ENOUGH:
            return done
    return RUNS


class Stopwatch:
    """Wall seconds of every run of a stage, and processor seconds of this process and of those it waited for."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}

    def run(self, name: str, work: Callable[[], _Result]) -> _Result:
        wall, cpu = time.perf_counter(), processor_seconds()
        result = work()
        self.wall.setdefault(name, []).append(time.perf_counter() - wall)
        self.cpu.setdefault(name, []).append(processor_seconds() - cpu)
        return result

    def add(self, name: str, *, wall: float, cpu: float) -> None:
        """A run that was timed elsewhere."""
        self.wall.setdefault(name, []).append(wall)
        self.cpu.setdefault(name, []).append(cpu)

    def medians(self) -> dict[str, dict[str, float]]:
        """{"seconds": by stage, "cpu_seconds": by stage}."""
        return {
            "seconds": {name: statistics.median(runs) for name, runs in self.wall.items()},
            "cpu_seconds": {name: statistics.median(runs) for name, runs in self.cpu.items()},
        }


class StageMonitor(SilentMonitor):
    """Keeps when each announced stage began."""

    def __init__(self) -> None:
        self._begun: list[tuple[str, float, float]] = []

    def stage(self, name: str) -> None:
        self._begun.append((name, time.perf_counter(), processor_seconds()))

    def report(self, watch: Stopwatch) -> None:
        """Every stage's time up to the next one; called when the last one is over."""
        ends = [*self._begun[1:], ("", time.perf_counter(), processor_seconds())]
        for (name, wall, cpu), (_, wall_end, cpu_end) in zip(self._begun, ends, strict=True):
            watch.add(name, wall=wall_end - wall, cpu=cpu_end - cpu)


def peak_mb() -> float:
    """The most memory that this process, or a process it started and waited for, has held at once, in 10^6 bytes."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) * 1024 / 1e6
