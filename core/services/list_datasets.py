"""The datasets of this workspace."""

from __future__ import annotations

from dataclasses import dataclass

from core.services.context import Context


@dataclass(frozen=True, slots=True)
class Request:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class Result:
    """One object a dataset: dataset_id, root, name, records, features, outcome, created."""

    datasets: tuple[dict[str, object], ...]
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {"datasets": list(self.datasets)}


def run(request: Request, context: Context) -> Result:
    """List them, oldest first; InputError workspace.*."""
    return Result(
        tuple(
            {
                "dataset_id": item.dataset_id,
                "root": item.root,
                "name": item.name,
                "records": item.records,
                "features": [column.name for column in item.schema.features],
                "outcome": item.schema.outcome.name,
                "created": item.created,
            }
            for item in context.workspace.list_datasets()
        )
    )
