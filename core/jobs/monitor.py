"""The monitor of a job: long work's reports as events, at most ten a second, and the request to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from core.jobs.estimate import Estimator
from core.jobs.protocol import Event, metric_event, progress_event, stage_event
from core.jobs.stop import Stop

MIN_INTERVAL = 0.1  # seconds between two events of one kind


class JobMonitor:
    """A core.monitor.Monitor that emits events; once `cancel` is set, `check` raises CancelledError or PausedError.

    emit: called from the working thread; expected: relative seconds of the stages, for the time left of the whole job;
    otherwise: those of a job that turns out to be of another kind.
    What comes too soon after the event before it is held back and superseded, or sent at the next stage.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        *,
        expected: Mapping[str, float] | None = None,
        otherwise: Mapping[str, float] | None = None,
        cancel: Stop | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cancel = cancel or Stop()
        self._emit = emit
        self._clock = clock
        self._estimator = Estimator(expected or {}, otherwise)
        self._stage = ""
        self._last = -1.0  # time of the last progress event of this stage, negative before the first
        self._held: float | None = None
        self._metrics: dict[str, tuple[float, Event | None]] = {}

    def expect(self, seconds: Mapping[str, float]) -> None:
        self._estimator.expect(seconds)

    def stage(self, name: str) -> None:
        self.flush()
        self._stage, self._last = name, -1.0
        self._estimator.stage(name, self._clock())
        self._emit(stage_event(name))

    def progress(self, done: float) -> None:
        now = self._clock()
        if self._last >= 0 and now - self._last < MIN_INTERVAL:
            self._held = done
            return
        self._send(done, now)

    def metric(self, name: str, step: int, value: float) -> None:
        now = self._clock()
        last = self._metrics.get(name, (-1.0, None))[0]
        event = metric_event(name, step, value)
        if last >= 0 and now - last < MIN_INTERVAL:
            self._metrics[name] = (last, event)
            return
        self._metrics[name] = (now, None)
        self._emit(event)

    def check(self) -> None:
        if self.cancel.is_set():
            raise self.cancel.error()

    def flush(self) -> None:
        """Send what was held back, so that the last figure of a stage or of a job is never lost."""
        if self._held is not None:
            self._send(self._held, self._clock())
        for name, (last, event) in self._metrics.items():
            if event is not None:
                self._metrics[name] = (last, None)
                self._emit(event)

    def _send(self, done: float, now: float) -> None:
        outlook = self._estimator.progress(done, now)
        self._held, self._last = None, now
        self._emit(
            progress_event(
                self._stage, outlook.done, outlook.left, overall=outlook.overall, total_left_s=outlook.total_left
            )
        )
