"""Stages of a verb as its caller sees them: inner work folded into one stage, and seconds kept by stage."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.monitor import Monitor


class StageClock:
    """A monitor that passes everything on and keeps the seconds of each stage, for timings in results."""

    def __init__(self, outer: Monitor, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self._outer = outer
        self._clock = clock
        self._stage: str | None = None
        self._started = 0.0

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
    """Shows the stages of some inner work as one stage of the outer work, its share given by the inner stages' order.

    The inner work is expected to have the stages `names`; others count as part of the one before.
    """

    def __init__(self, outer: Monitor, *, name: str, names: tuple[str, ...]) -> None:
        self._outer = outer
        self._names = names
        self._position = 0
        outer.stage(name)

    def stage(self, name: str) -> None:
        if name in self._names:
            self._position = max(self._position, self._names.index(name))
        self.progress(0.0)

    def progress(self, done: float) -> None:
        self._outer.progress((self._position + min(max(done, 0.0), 1.0)) / max(len(self._names), 1))

    def metric(self, name: str, step: int, value: float) -> None:
        self._outer.metric(name, step, value)

    def check(self) -> None:
        self._outer.check()
