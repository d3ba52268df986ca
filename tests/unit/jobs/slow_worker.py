"""A worker with verbs of a test's own: one that checks for cancel, one that does not, noisy and broken ones."""

from __future__ import annotations

import os
import sys
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.jobs import worker
from core.services import files, registry
from core.services.context import Context


@dataclass(frozen=True, slots=True)
class Request:
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    value: str = "done"
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {"value": self.value}


def patient(request: Request, context: Context) -> Result:
    """Work that looks at cancel and holds an unfinished file meanwhile."""
    assert request.path is not None
    with files.replacing(request.path) as part:
        part.write_text("half")
        context.monitor.stage("patient")
        for step in range(6000):
            context.monitor.check()
            context.monitor.progress(step / 6000)
            time.sleep(0.01)
    return Result()


def deaf(request: Request, context: Context) -> Result:
    """Work that never looks at cancel, such as a long call into a library."""
    assert request.path is not None
    with files.replacing(request.path) as part:
        part.write_text("half")
        context.monitor.stage("deaf")
        time.sleep(60)
    return Result()


def noisy(request: Request, context: Context) -> Result:
    """Prints where only events belong, from Python and from below it."""
    print("noise from python")
    os.write(1, b"noise from a library\n")
    return Result()


def broken(request: Request, context: Context) -> Result:
    """Fails with a patient's value in the error's text."""
    mrn = "canary-4711"
    raise ValueError(f"cannot handle {mrn}")


def verdict(request: Request, context: Context) -> Result:
    """A result that is not a success."""
    return Result(exit_code=3)


def install() -> None:
    """Register the verbs of this module."""
    verbs: tuple[Callable[[Request, Context], Result], ...] = (patient, deaf, noisy, broken, verdict)
    for run in verbs:
        module = types.ModuleType(f"core.services.{run.__name__}")
        module.Request, module.run = Request, run  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        registry.VERBS = {**registry.VERBS, run.__name__: registry.Verb(run.__name__)}


if __name__ == "__main__":
    install()
    worker.main()
