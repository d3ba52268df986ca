"""Go on with a job that was paused or killed: the same verb with the same arguments, from what was finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError
from core.services.context import Context
from core.services.registry import Result as AnyResult
from core.services.registry import find_verb, make_request, run_verb

if TYPE_CHECKING:
    from core.workspace import Workspace
    from core.workspace.jobs import JobInfo


@dataclass(frozen=True, slots=True)
class Request:
    """job: id of an unfinished job or the beginning of it, None for the only one that nobody is at."""

    job: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The verb that was continued, and its result."""

    job_id: str
    verb: str
    result: AnyResult

    @property
    def exit_code(self) -> int:
        return self.result.exit_code

    def to_json(self) -> dict[str, object]:
        """The verb's own members, and `job_id` and `verb`."""
        return {**self.result.to_json(), "job_id": self.job_id, "verb": self.verb}


def run(request: Request, context: Context) -> Result:
    """Continue the job; InputError jobs.none, unknown, several, running or damaged, and the verb's own errors."""
    job = find_job(context.workspace, request.job)
    if not job.verb:
        raise InputError(
            "jobs.damaged", "This unfinished job is damaged and cannot be gone on with.", "Discard it and begin again."
        )
    verb = find_verb(job.verb)
    return Result(job_id=job.job_id, verb=verb.name, result=run_verb(verb, make_request(verb, job.arguments), context))


def find_job(workspace: Workspace, wanted: str | None) -> JobInfo:
    """The one unfinished job whose id begins with `wanted`, or the only one; InputError jobs.*."""
    jobs = workspace.list_jobs()
    if wanted is None:
        idle = tuple(job for job in jobs if not job.running)
        fitting = tuple(job for job in idle if job.verb) or idle
        if not fitting:
            raise InputError("jobs.none", "This workspace has no unfinished job.")
    else:
        text = wanted.strip().lower()
        fitting = tuple(job for job in jobs if text and job.job_id.removeprefix("job-").startswith(_digits(text)))
        if not fitting:
            raise InputError(
                "jobs.unknown",
                "This workspace has no such unfinished job.",
                "List them with `proofward resume --list`.",
            )
    if len(fitting) > 1:
        raise InputError(
            "jobs.several",
            "This workspace has several unfinished jobs that fit.",
            "Say which by its id; `proofward resume --list` shows them.",
        )
    return fitting[0]


def _digits(text: str) -> str:
    return text.removeprefix("job-")
