"""Stages of a verb as its caller sees them: inner work folded into one stage, and seconds kept by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from core.monitor import Monitor

VERIFY_STAGES = {"open": 0.05, "signatures": 0.01, "statements": 0.1, "proofs": 1.0}
"""Of a verification, and how they compare."""


class StageClock:
    """A monitor that passes everything on and keeps the seconds of each stage, for timings in results."""

    def __init__(self, outer: Monitor, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self._outer = outer
        self._clock = clock
        self._stage: str | None = None
        self._started = 0.0

    def expect(self, seconds: Mapping[str, float]) -> None:
        self._outer.expect(seconds)

    def stage(self, name: str) -> None:
        self.finish()
        self._stage, self._started = name, self._clock()
        self._outer.stage(name)

    def progress(self, done: float) -> None:
        self._outer.progress(done)

    def metric(self, name: str, step: int, value: float) -> None:
        self._outer.metric(name, step, value)

    def check(self) -> None:
        self._outer.check()

    def finish(self) -> None:
        """The current stage, if any, ends now."""
        if self._stage is not None:
            spent = self._clock() - self._started
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + spent
            self._stage = None


class Laps:
    """Seconds by what they were spent on, for work that goes to and fro."""

    def __init__(self, *names: str, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds = dict.fromkeys(names, 0.0)
        self._clock = clock
        self._last = clock()

    def lap(self, name: str) -> None:
        """Everything since the last call was spent on this."""
        now = self._clock()
        self.seconds[name] += now - self._last
        self._last = now


class FoldedMonitor:
    """Shows the stages of some inner work as one stage of the outer work.

    The inner work is expected to have the `stages`, in order, each of so many relative seconds; others count as part of
    the one before.
    """

    def __init__(self, outer: Monitor, *, name: str, stages: Mapping[str, float]) -> None:
        self._outer = outer
        self._stages = dict(stages)
        self._whole = sum(stages.values()) or 1.0
        self._before = 0.0  # what the stages before the present one take
        self._present = 0.0
        outer.stage(name)

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Of the inner stages, which the outer work does not know."""

    def stage(self, name: str) -> None:
        names = list(self._stages)
        if name in names:
            before = sum(self._stages[earlier] for earlier in names[: names.index(name)])
            if before >= self._before:
                self._before, self._present = before, self._stages[name]
        self.progress(0.0)

    def progress(self, done: float) -> None:
        self._outer.progress((self._before + self._present * min(max(done, 0.0), 1.0)) / self._whole)

    def metric(self, name: str, step: int, value: float) -> None:
        self._outer.metric(name, step, value)

    def check(self) -> None:
        self._outer.check()
