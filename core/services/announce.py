"""What an auditor notes before drawing a nonce: the dataset's root and the plan's digest. Nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.services.context import Context
from core.services.datasets import find_dataset
from core.services.plans import read_plan


@dataclass(frozen=True, slots=True)
class Request:
    """dataset: id, root or a unique beginning; plan or plan_path as for `attest`."""

    dataset: str
    plan: Mapping[str, object] | None = None
    plan_path: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    dataset_id: str
    root: str
    records: int
    plan: dict[str, object]
    plan_digest: str
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "dataset_id": self.dataset_id,
            "root": self.root,
            "records": self.records,
            "plan": self.plan,
            "plan_digest": self.plan_digest,
        }


def run(request: Request, context: Context) -> Result:
    """Look both up; InputError dataset.*, attest.plan, workspace.*; MalformedError plan.*, json.*."""
    plan = read_plan(request.plan, request.plan_path)
    info = find_dataset(context.workspace, request.dataset)
    return Result(
        dataset_id=info.dataset_id,
        root=info.root,
        records=info.records,
        plan=plan.to_json(),
        plan_digest=plan.digest().hex(),
    )
