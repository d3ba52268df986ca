"""Runs a job for a person at a terminal: progress while it works, and an end within two seconds of Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from core.cli.progress import ProgressLine
from core.jobs.leaving import abandon
from core.jobs.protocol import Job
from core.jobs.runner import Outcome, run_job
from core.jobs.stop import Stop
from core.services.registry import find_verb
from core.settings import Settings

GRACE = 1.0  # seconds that work has to notice a cancel before the process ends under it
_TICK = 0.05


def run(job: Job, settings: Settings) -> Outcome:
    """Run `job`, of a known verb, on a thread of its own, so that this one can draw and can hear Ctrl-C."""
    line = ProgressLine(sys.stderr)
    cancel = Stop(resumable=find_verb(job.verb).resumable)
    outcomes: list[Outcome] = []

    def work() -> None:
        outcomes.append(run_job(job, settings=settings, emit=line.emit, cancel=cancel))

    thread = threading.Thread(target=work, name="work", daemon=True)
    with _interrupts(cancel):
        thread.start()
        deadline: float | None = None
        while thread.is_alive():
            thread.join(_TICK)
            line.draw()
            if cancel.is_set():
                deadline = deadline or time.monotonic() + GRACE
                if time.monotonic() > deadline and thread.is_alive():
                    line.close()
                    _leave(cancel)
    line.close()
    return outcomes[0]


@contextmanager
def _interrupts(cancel: Stop) -> Iterator[None]:
    """SIGINT asks the work to stop for good, SIGTERM for now; a second one does not wait. Only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(number: int, _frame: FrameType | None) -> None:
        if cancel.is_set():
            _leave(cancel)
        if number == signal.SIGTERM:
            cancel.pause()
        else:
            cancel.cancel()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _leave(stop: Stop) -> None:
    """End now, without unwinding: nothing half-written stays, the database rolls back by itself."""
    abandon(discard=not stop.for_now)
    error = stop.error()
    os.write(2, f"{error}\n".encode())
    os._exit(error.exit_code)
