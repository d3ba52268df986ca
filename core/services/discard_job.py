"""Forget an unfinished job and everything that it has finished."""

from __future__ import annotations

from dataclasses import dataclass

from core.services.context import Context
from core.services.resume import find_job


@dataclass(frozen=True, slots=True)
class Request:
    """job: its id, or the beginning of it."""

    job: str


@dataclass(frozen=True, slots=True)
class Result:
    """Which job it was."""

    job_id: str
    verb: str
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {"job_id": self.job_id, "verb": self.verb}


def run(request: Request, context: Context) -> Result:
    """Forget it; InputError jobs.unknown, jobs.several, jobs.running."""
    job = find_job(context.workspace, request.job)
    context.workspace.discard_job(job.job_id)
    return Result(job_id=job.job_id, verb=job.verb)
