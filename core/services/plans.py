"""The training plan of a request: given as JSON values, as a file, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.services.documents import read_document

if TYPE_CHECKING:
    from core.relations.plan import TrainingPlan


def read_plan(plan: Mapping[str, object] | None, path: Path | None) -> TrainingPlan:
    """The plan, the default one if there is none; InputError attest.plan, input.*; MalformedError plan.*, json.*."""
    from core.relations.plan import TrainingPlan

    if plan is not None and path is not None:
        raise InputError("attest.plan", "There are two plans, and only one can be followed.", "Give one of them.")
    if path is not None:
        return TrainingPlan.from_json(read_document(path, "plan"))
    return TrainingPlan() if plan is None else TrainingPlan.from_json(dict(plan))
