"""The worker process: reads one job from standard input, writes events to standard output, ends when its window does.

It stops for good at the word "cancel". At "pause", at SIGTERM, at the end of input and when its parent is gone it stops
for now: a window that crashed must not cost an hour of proving.

Started as `python -m core.jobs.worker`, or by the frozen program with `--worker`. Torch, numba and everything that can
take time or crash lives here, so that a window stays responsive and survives.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from core.errors import InputError
from core.jobs.leaving import abandon
from core.jobs.protocol import CANCEL, MAX_JOB_BYTES, PAUSE, Event, Job, error_event, to_line
from core.jobs.runner import Outcome, outcome_of, run_job
from core.jobs.stop import Stop
from core.services.registry import VERBS
from core.settings import HOME_VARIABLE, PASSPHRASE_VARIABLE, Settings, checked_passphrase

GRACE = 1.0  # seconds that work has to notice a cancel before the process ends under it
_PARENT_INTERVAL = 0.5
_TICK = 0.2  # seconds; where a wait cannot be interrupted, a signal is heard after so long
_CHUNK = 65536


class EventPipe:
    """Writes events to a file descriptor of its own, one whole line at a time; silent once the window is gone."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._closed = False

    def emit(self, event: Event, *, last: bool = False) -> None:
        """Write one event; nothing follows the `last`."""
        with self._lock:
            if self._closed:
                return
            self._closed = last
            data = memoryview(to_line(event))
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                self._closed = True


class Instructions:
    """Reads standard input: the job's line, then the word "cancel" or "pause", or its end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = bytearray()

    def line(self) -> bytes | None:
        """The next line without its end; None at the end of input. InputError job.size for an endless one."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_JOB_BYTES:
                raise InputError("job.size", "The job is too large.")
            try:
                chunk = os.read(self._descriptor, _CHUNK)
            except OSError:
                chunk = b""
            if not chunk:
                return None
            self._buffer += chunk
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.rstrip(b"\r")

    def watch(self, stop: Stop) -> None:
        """Stop when told so, or for now when nobody is there to tell any more."""
        try:
            while (line := self.line()) is not None:
                if line.strip() == CANCEL.encode():
                    stop.cancel()
                    return
                if line.strip() == PAUSE.encode():
                    stop.pause()  # a cancel may still follow
        except InputError:
            pass
        stop.pause()


def main() -> NoReturn:
    """Run the worker and end the process, with the exit code that the command line would have."""
    multiprocessing.freeze_support()
    pipe = EventPipe(_take_stdout())
    instructions = Instructions(0)
    settings = Settings(home=Path.home())
    verb = ""
    try:
        line = instructions.line()
        if line is None:
            raise InputError("job.missing", "The worker got no job.")
        job = Job.from_line(line)
        verb = job.verb
        settings = _settings(job)
    except BaseException as error:
        outcome = outcome_of(error, verb=verb, settings=settings)
    else:
        known = VERBS.get(verb)
        stop = Stop(resumable=known is not None and known.resumable)
        signal.signal(signal.SIGTERM, lambda number, frame: stop.pause())
        _start(instructions.watch, stop)
        _start(_watch_parent, stop)
        finished = threading.Event()
        _start(_enforce, stop, finished, pipe)
        outcome = _run(job, settings, pipe, stop)
        finished.set()
    pipe.emit(outcome.event(), last=True)
    # without the interpreter's own clearing up, which takes seconds after torch and of which nobody has anything
    abandon()
    sys.stderr.flush()
    os._exit(outcome.exit_code)


def _run(job: Job, settings: Settings, pipe: EventPipe, stop: Stop) -> Outcome:
    """Run the job on a thread of its own, so that this one can hear a signal during a long call into a library."""
    outcomes: list[Outcome] = []
    work = threading.Thread(
        target=lambda: outcomes.append(run_job(job, settings=settings, emit=pipe.emit, cancel=stop)), daemon=True
    )
    work.start()
    while work.is_alive():
        work.join(_TICK)
    return outcomes[0]


def _take_stdout() -> int:
    """A private copy of standard output; what libraries print from now on goes to standard error."""
    sys.stdout.flush()
    descriptor = os.dup(1)
    os.dup2(2, 1)
    os.set_inheritable(descriptor, False)
    sys.stdout = sys.stderr
    return descriptor


def _settings(job: Job) -> Settings:
    environment = dict(os.environ)
    os.environ.pop(PASSPHRASE_VARIABLE, None)  # children of this process have no use for it
    if job.home is not None:
        environment[HOME_VARIABLE] = job.home
    settings = Settings.from_environment(environment)
    if job.passphrase is not None:
        settings = replace(settings, passphrase=checked_passphrase(job.passphrase))
    return replace(settings, create=job.create)


def _watch_parent(stop: Stop) -> None:
    """Stop for now when the parent process is gone: a third process may hold the other end of standard input open."""
    if sys.platform == "win32":
        return
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(_PARENT_INTERVAL)
    stop.pause()


def _enforce(stop: Stop, finished: threading.Event, pipe: EventPipe) -> None:
    """End the process if the work does not stop by itself soon after it was told to."""
    stop.wait()
    if not finished.wait(GRACE):
        abandon(discard=not stop.for_now)
        error = stop.error()
        pipe.emit(error_event(error), last=True)
        os._exit(error.exit_code)


def _start(target: object, *arguments: object) -> None:
    threading.Thread(target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
