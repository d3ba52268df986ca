"""Progress on standard error: one line that changes on a terminal, plain lines elsewhere, nothing for quick work."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TextIO

from core.cli.texts import duration, safe
from core.jobs.protocol import Event

QUIET = 1.0  # seconds before anything is shown
REDRAW = 0.2
PLAIN_INTERVAL = 5.0

STAGE_TITLES = {
    "inspect": "Looking at the columns",
    "write": "Writing the cohort",
    "worker": "Starting a worker process",
    "read": "Reading the table",
    "commit": "Reading, committing to and storing each record",
    "store": "Storing the dataset",
    "open": "Opening",
    "signatures": "Checking the signatures",
    "statements": "Reading what is stated",
    "proofs": "Checking the proofs",
    "prepare": "Preparing the arithmetic (longer at the first start)",
    "calibrate": "Measuring this machine",
    "split": "Splitting into training and test records",
    "train": "Training the model",
    "validity": "Proving that every value is admissible",
    "bounded": "Proving that all values are bounded",
    "optimum": "Proving that the model is the optimum",
    "bundle": "Signing the bundle",
    "check": "Checking the bundle before it is released",
    "verify native": "Verifying (native backend)",
    "verify reference": "Verifying (reference backend)",
}


class ProgressLine:
    """Follows events from the working thread and draws from the caller's. `stream`: usually standard error."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._lock = threading.Lock()
        self._started = clock()
        self._stage = ""
        self._event: Event = {}
        self._drawn = -REDRAW
        self._line = ""
        self._plain_stage = ""
        self._terminal = stream.isatty() and os.environ.get("TERM") != "dumb"

    def emit(self, event: Event) -> None:
        """Take an event; called from the working thread."""
        with self._lock:
            if event["event"] == "stage":
                self._stage, self._event = str(event["name"]), {}
            elif event["event"] == "progress":
                self._event = event

    def draw(self) -> None:
        """Show where the work stands; called a few times a second."""
        now = self._clock()
        with self._lock:
            stage, event = self._stage, self._event
        if now - self._started < QUIET or not stage:
            return
        interval = REDRAW if self._terminal else PLAIN_INTERVAL
        if now - self._drawn < interval and (self._terminal or stage == self._plain_stage):
            return
        line = describe(stage, event)
        if not self._terminal:
            if line != self._line:
                self._write(line + "\n")
        else:
            self._write("\r" + self._fit(line).ljust(len(self._line)))
        self._drawn, self._line, self._plain_stage = now, self._fit(line) if self._terminal else line, stage

    def close(self) -> None:
        """Take the changing line away."""
        if self._terminal and self._line:
            self._write("\r" + " " * len(self._line) + "\r")
            self._line = ""

    def _fit(self, line: str) -> str:
        try:
            width = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            width = 80
        return line[: max(width - 1, 20)]

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._terminal = False


def describe(stage: str, event: Event) -> str:
    """One line: stage, share done, time left of the stage and of the whole."""
    line = STAGE_TITLES.get(stage, safe(stage).capitalize())
    done, left, total = event.get("done"), event.get("left_s"), event.get("total_left_s")
    if not isinstance(done, float | int) or done <= 0:
        return f"{line} ..."
    parts = [f"{int(done * 100)} %"]
    if isinstance(left, float | int) and done < 1:
        parts.append(f"about {duration(_coarse(left))} left")
    if isinstance(total, float | int) and total > (left if isinstance(left, float | int) else 0) + 1:
        parts.append(f"in all {duration(_coarse(total))}")
    return f"{line}: {', '.join(parts)}"


def _coarse(seconds: float) -> float:
    """Whole seconds, at least one: an estimate has no decimals."""
    return max(float(round(seconds)), 1.0)
