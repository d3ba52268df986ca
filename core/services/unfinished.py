"""The jobs that this process is at, and what becomes of their kept results when the work stops or fails."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from core.errors import (
    CancelledError,
    InputError,
    InternalError,
    MalformedError,
    PausedError,
    ProofwardError,
    RejectedError,
)

if TYPE_CHECKING:
    from core.workspace import Workspace
    from core.workspace.jobs import RunningJob

# what a person can mend without asking for anything else: the same job may then go on
_MENDED_OUTSIDE = ("output.", "workspace.", "machine.", "csv.missing", "csv.unreadable")
_leaving: list[Callable[[], None]] = []


@contextlib.contextmanager
def kept_job(workspace: Workspace, verb: str, arguments: Mapping[str, object]) -> Iterator[RunningJob]:
    """The job of exactly these arguments, with what an interrupted run of it left.

    Its results stay if the block is paused, or dies of a full disk or with the process; they are forgotten when it ends
    well, is cancelled, or fails in a way that it would fail in again. What an interrupted import had stored stays if
    its table cannot be read when it is to go on: that may be another file in its place. InputError jobs.running.
    """
    with workspace.begin_job(verb, arguments) as job:
        workspace.sweep_imports()
        _leaving.append(job.discard_on_leaving)
        stored = job.records
        try:
            yield job
            _discard(workspace, job)
        except PausedError:
            raise
        except (CancelledError, InternalError, MalformedError, RejectedError):
            _discard(workspace, job)
            raise
        except InputError as error:
            if not (stored and error.code.startswith("csv.")) and not error.code.startswith(_MENDED_OUTSIDE):
                _discard(workspace, job)
            raise
        finally:
            _leaving.remove(job.discard_on_leaving)


def discard_all() -> None:
    """Forget the jobs of this process; for one that was cancelled and is about to end without unwinding."""
    for discard in tuple(_leaving):
        discard()


def _discard(workspace: Workspace, job: RunningJob) -> None:
    """Forget the job; how the work ended is what counts, so a database that refuses is passed over."""
    with contextlib.suppress(ProofwardError):
        job.discard()
        workspace.sweep_imports()
