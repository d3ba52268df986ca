"""Runs one verb as a job: every way in which it can end becomes an event and an exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import CancelledError, InputError, InternalError, ProofwardError
from core.jobs.crash import write_report
from core.jobs.monitor import JobMonitor
from core.jobs.protocol import Event, Job, error_event, result_event
from core.jobs.stop import Stop
from core.services.context import open_context
from core.services.files import write_error
from core.services.registry import Result, find_verb, make_request, run_verb
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended: a result or an error, never both; report: path of a crash report."""

    exit_code: int
    result: Result | None = None
    error: ProofwardError | None = None
    report: Path | None = None

    def event(self) -> Event:
        """The last event of the job."""
        if self.result is not None:
            return result_event(self.result.to_json())
        error = self.error or InternalError("internal", "The job ended without a result.")
        return error_event(error, report=None if self.report is None else str(self.report))


def run_job(
    job: Job, *, settings: Settings, emit: Callable[[Event], None], cancel: Stop
) -> Outcome:
    """Run `job`; `emit` gets stages, progress and metrics, not the outcome. Never raises."""
    try:
        verb = find_verb(job.verb)
        request = make_request(verb, job.arguments)
        monitor = JobMonitor(emit, expected=verb.stages, otherwise=verb.other_stages, cancel=cancel)
        with open_context(settings, monitor) as context:
            result = run_verb(verb, request, context)
        monitor.flush()
        return Outcome(exit_code=result.exit_code, result=result)
    except BaseException as error:  # the last line of defence: a traceback could show a patient's value
        return outcome_of(error, verb=job.verb, settings=settings)


def outcome_of(error: BaseException, *, verb: str, settings: Settings) -> Outcome:
    """The outcome that an exception means; internal errors leave a report."""
    typed = _typed(error)
    if typed is None or isinstance(typed, InternalError):
        report = write_report(error, verb, settings.reports)
        where = f"A report without patient values is in {report}." if report else "No report could be written."
        code = typed.code if typed else "internal.unexpected"
        message = typed.message if typed else "Proofward ran into an error of its own."
        typed = InternalError(code, message, where)
        return Outcome(exit_code=typed.exit_code, error=typed, report=report)
    return Outcome(exit_code=typed.exit_code, error=typed)


def _typed(error: BaseException) -> ProofwardError | None:
    if isinstance(error, ProofwardError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return CancelledError()
    if isinstance(error, MemoryError):
        return InputError(
            "machine.memory",
            "There is not enough memory for this work on this machine.",
            "Close other programs, or use fewer records or features.",
        )
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        mapped = write_error(error)
        return mapped if mapped.code != "output.failed" else None
    return None
