"""Why a job ended without a result, as the window tells it; most come from the worker, some from what became of it."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from gui.i18n import tr


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a job ended without a result. kind: "input", "malformed", "rejected", "internal", "cancelled" or "paused"."""

    kind: str
    code: str
    message: str
    remedy: str = ""
    report: str = ""


def cancelled() -> Problem:
    """For a worker that was ended because it did not answer to a cancel, or was not started."""
    return Problem("cancelled", "cancelled", tr("The work was cancelled; nothing of it is kept."))


def paused() -> Problem:
    """For a worker that was ended because it did not answer to a pause: what it had stored is as after a crash."""
    return Problem("paused", "paused", tr("The work was ended; what it had stored until then is kept."))


def broken() -> Problem:
    """For a worker whose events are none."""
    return Problem(
        "internal",
        "worker.protocol",
        tr("The worker process sent something that the window cannot read."),
        tr("Try again. If it happens again, install Proofward again."),
    )


def died(crashed: bool, code: int) -> Problem:
    """For a worker that ended without an outcome; crashed: by a signal, which is then the code."""
    if crashed and code == getattr(signal, "SIGKILL", 9):
        return Problem(
            "internal",
            "worker.killed",
            tr("The system ended the worker process, most likely because memory ran out."),
            tr("Close other programs and try again. Finished work in the workspace is not affected."),
        )
    return Problem(
        "internal",
        "worker.died",
        tr("The worker process ended before its work was done."),
        tr("Try again. Finished work in the workspace is not affected."),
    )


def no_room() -> Problem:
    """For a workspace in which no bundle can be placed."""
    return Problem(
        "input",
        "output.denied",
        tr("The workspace folder cannot be written to."),
        tr("Check the disk and the folder's permissions."),
    )


def not_started() -> Problem:
    """For a worker that the system would not start."""
    return Problem(
        "internal",
        "worker.start",
        tr("The worker process could not be started."),
        tr("Install Proofward again; if that does not help, ask your administrator."),
    )
