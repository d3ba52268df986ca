"""Jobs and events as they travel between a window and its worker: one JSON object a line, UTF-8.

To the worker: the job, then nothing, or the word "cancel" or "pause"; the end of input means that the window is gone,
and pauses. From the worker: events, the last of which is a result, an error, or that the job is paused. A passphrase
travels in the job and never in an argument list, where every user of the machine could read it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TypeAlias

from core.encoding.canonical import loads
from core.errors import (
    CancelledError,
    InputError,
    InternalError,
    MalformedError,
    PausedError,
    ProofwardError,
    RejectedError,
)

Event: TypeAlias = dict[str, object]

CANCEL = "cancel"
PAUSE = "pause"
MAX_JOB_BYTES = 16 << 20
_FIELDS = {"verb", "arguments", "home", "passphrase", "create"}
_KINDS: dict[str, type[ProofwardError]] = {
    kind.kind: kind for kind in (InternalError, InputError, RejectedError, MalformedError)
}


@dataclass(frozen=True, slots=True)
class Job:
    """A verb of core.services with its arguments as JSON values, and the workspace it may open.

    home: workspace folder, None for the environment's; passphrase: None if the verb needs no workspace; create: whether
    one may be made where there is none.
    """

    verb: str
    arguments: dict[str, object] = field(default_factory=dict)
    home: str | None = None
    passphrase: str | None = field(default=None, repr=False)
    create: bool = True

    def to_line(self) -> str:
        """The job as one line with its newline."""
        document = {
            "verb": self.verb,
            "arguments": self.arguments,
            "home": self.home,
            "passphrase": self.passphrase,
            "create": self.create,
        }
        return json.dumps(document, ensure_ascii=True, allow_nan=False) + "\n"

    @classmethod
    def from_line(cls, line: str | bytes) -> Job:
        """Strict inverse of `to_line`; InputError job.*. All but the verb may be absent."""
        data = line.encode("utf-8", "replace") if isinstance(line, str) else line
        try:
            # not json.loads: nested deep enough it ends the process, once a library has raised the recursion limit
            document = loads(data, limit=MAX_JOB_BYTES, what="The job", canonical=False)
        except MalformedError as error:
            raise InputError("job.json", error.message) from None
        if not isinstance(document, dict) or not {"verb"} <= set(document) <= _FIELDS:
            raise InputError("job.fields", "The job does not have the expected fields.")
        verb, arguments = document["verb"], document.get("arguments", {})
        home, passphrase, create = document.get("home"), document.get("passphrase"), document.get("create", True)
        if not isinstance(verb, str) or not isinstance(arguments, dict):
            raise InputError("job.fields", "The job does not name a verb and its arguments.")
        if not isinstance(home, str | None) or not isinstance(passphrase, str | None) or type(create) is not bool:
            raise InputError("job.fields", "The job names its workspace in an unusable way.")
        return cls(verb=verb, arguments=arguments, home=home, passphrase=passphrase, create=create)


def stage_event(name: str) -> Event:
    """A named stage begins."""
    return {"event": "stage", "name": name}


def progress_event(
    stage: str, done: float, left_s: float | None, *, overall: float | None, total_left_s: float | None
) -> Event:
    """Share done (0 to 1) of the stage and of the whole job, and the seconds left of each; None where unknown."""
    return {
        "event": "progress",
        "stage": stage,
        "done": round(done, 4),
        "left_s": _seconds(left_s),
        "overall": None if overall is None else round(overall, 4),
        "total_left_s": _seconds(total_left_s),
    }


def metric_event(name: str, step: int, value: float) -> Event:
    """A figure worth drawing; null where it is not a finite number."""
    return {"event": "metric", "name": name, "step": step, "value": value if math.isfinite(value) else None}


def result_event(value: dict[str, object]) -> Event:
    """The job is done; `value` is the result's JSON."""
    return {"event": "result", "value": value}


def error_event(error: ProofwardError, *, report: str | None = None) -> Event:
    """The job stopped or was paused; `report` is the path of a crash report, for internal errors only."""
    if isinstance(error, PausedError):
        return {"event": "paused", "kind": error.kind, "code": error.code, "message": error.message}
    return {
        "event": "error",
        "kind": error.kind,
        "code": error.code,
        "message": error.message,
        "remedy": error.remedy,
        "report": report,
    }


def error_from(event: Event) -> ProofwardError:
    """The typed error that an error event speaks of; InternalError if it is none that is known."""
    kind, message = event.get("kind"), str(event.get("message", ""))
    if kind == PausedError.kind:
        return PausedError(message)
    if kind == CancelledError.kind:
        return CancelledError(message)
    known = _KINDS.get(kind, InternalError) if isinstance(kind, str) else InternalError
    return known(str(event.get("code", "job.error")), message, str(event.get("remedy", "")))


def to_line(event: Event) -> bytes:
    """One event as a line with its newline."""
    return json.dumps(event, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
