"""The verbs by name. Their modules are loaded when they are used: verifying must not wait for torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from core.errors import InputError
from core.services.context import Context
from core.services.requests import from_arguments
from core.services.stages import VERIFY_STAGES


class Result(Protocol):
    """What a verb returns. exit_code: 0, or 3 and 4 for a verdict that is not "accepted"."""

    @property
    def exit_code(self) -> int: ...

    def to_json(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class Verb:
    """needs_workspace: whether a passphrase is asked for; resumable: whether it keeps what it has finished when it is
    paused; stages: name -> relative seconds, for the time left; other_stages: where it may do one of two things.
    """

    name: str
    needs_workspace: bool = False
    resumable: bool = False
    stages: Mapping[str, float] = field(default_factory=dict)
    other_stages: Mapping[str, float] = field(default_factory=dict)

    @property
    def module(self) -> str:
        return f"core.services.{self.name}"


# Seconds on one ordinary machine for the embedded sample; only their proportions matter.
IMPORT_STAGES = {"read": 0.4, "prepare": 0.6, "commit": 0.2, "store": 0.1}
ATTEST_STAGES = {
    "open": 0.1,
    "prepare": 0.6,
    "split": 0.05,
    "train": 3.0,
    "validity": 0.6,
    "bounded": 0.0,  # in the place of the stage before where the data ask for it
    "optimum": 0.4,
    "bundle": 0.1,
    "check": 0.2,
}
ESTIMATE_STAGES = {"open": 0.1, "prepare": 2.5, "calibrate": 1.0}
DEMO_STAGES = {
    **IMPORT_STAGES,
    **{name: spent for name, spent in ATTEST_STAGES.items() if name != "prepare"},
    "verify native": 0.2,
    "verify reference": 3.5,
}
_VERBS = (
    Verb("infer_schema"),
    Verb("preview"),
    Verb("import_dataset", needs_workspace=True, resumable=True, stages=IMPORT_STAGES),
    Verb("list_datasets", needs_workspace=True),
    Verb("attest", needs_workspace=True, resumable=True, stages=ATTEST_STAGES),
    Verb("resume", needs_workspace=True, resumable=True, stages=ATTEST_STAGES, other_stages=IMPORT_STAGES),
    Verb("list_jobs", needs_workspace=True),
    Verb("discard_job", needs_workspace=True),
    Verb("announce", needs_workspace=True),
    Verb("estimate", needs_workspace=True, stages=ESTIMATE_STAGES),
    Verb("estimate_size", stages=ESTIMATE_STAGES),
    Verb("verify", stages=VERIFY_STAGES),
    Verb("receipt", needs_workspace=True),
    Verb("list_keys", needs_workspace=True),
    Verb("new_key", needs_workspace=True),
    Verb("export_key", needs_workspace=True),
    Verb("sample"),
    Verb("demo", stages=DEMO_STAGES),
    Verb("self_test", stages={**DEMO_STAGES, "worker": 0.5}),
)
VERBS: Mapping[str, Verb] = {verb.name: verb for verb in _VERBS}


def find_verb(name: str) -> Verb:
    """The verb of that name; InputError job.verb if there is none."""
    try:
        return VERBS[name]
    except KeyError:
        raise InputError("job.verb", "This version of Proofward has no such verb.") from None


def make_request(verb: Verb, arguments: Mapping[str, object]) -> object:
    """The verb's request from JSON values; InputError job.arguments."""
    return from_arguments(importlib.import_module(verb.module).Request, arguments)


def run_verb(verb: Verb, request: object, context: Context) -> Result:
    """Run the verb; raises the typed errors that it raises."""
    run = cast(Callable[[object, Context], Result], importlib.import_module(verb.module).run)
    return run(request, context)
