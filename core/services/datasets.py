"""Find a dataset by what a person types: its id, its root, or the beginning of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from core.workspace import Workspace
    from core.workspace.datasets import DatasetInfo

_LEAST = 3


def find_dataset(workspace: Workspace, wanted: str) -> DatasetInfo:
    """The one dataset whose id or root is or begins with `wanted`; InputError dataset.unknown, dataset.several."""
    text = wanted.strip().lower()
    known = workspace.list_datasets()
    exact = [item for item in known if text in (item.dataset_id, item.root)]
    fitting = exact or [
        item
        for item in known
        if len(text) >= _LEAST and (item.dataset_id.startswith(text) or item.root.startswith(text))
    ]
    if not fitting:
        raise InputError(
            "dataset.unknown",
            "This workspace has no dataset with this id or root.",
            "`proofward import` prints both; check that PROOFWARD_HOME names the right workspace.",
        )
    if len(fitting) > 1:
        raise InputError(
            "dataset.several", "Several datasets of this workspace begin like this.", "Give more of the id or root."
        )
    return fitting[0]
