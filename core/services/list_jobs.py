"""The unfinished jobs of this workspace: those that were paused or killed, and those that are running elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from core.services.context import Context


@dataclass(frozen=True, slots=True)
class Request:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class Result:
    """One object a job: job_id, verb (empty if the job is damaged), arguments (JSON values), parts (names of finished
    results), records (that an import has stored so far), running, created.
    """

    jobs: tuple[dict[str, object], ...]
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {"jobs": list(self.jobs)}


def run(request: Request, context: Context) -> Result:
    """List them, oldest first; InputError workspace.*."""
    return Result(
        tuple(
            {
                "job_id": item.job_id,
                "verb": item.verb,
                "arguments": item.arguments,
                "parts": list(item.parts),
                "records": item.records,
                "running": item.running,
                "created": item.created,
            }
            for item in context.workspace.list_jobs()
        )
    )
