"""How the stages of an attestation compare, for the time left of the whole: by the data's size, and what is at hand."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from core.services.memory_plan import likely_shape

if TYPE_CHECKING:
    from core.relations.plan import TrainingPlan
    from core.workspace import Workspace
    from core.workspace.datasets import DatasetInfo

RANGES = ("validity", "bounded")


def expected_seconds(
    workspace: Workspace, info: DatasetInfo, *, plan: TrainingPlan, hidden: bool, parts: Collection[str]
) -> dict[str, float]:
    """Seconds of every stage on an ordinary machine, nothing for what is not done or was done before.

    parts: what an interrupted run of the job has left.
    """
    from core.proving.checkpoint import TRAINED
    from core.proving.finished import ATTESTATION
    from core.proving.forecast.typical import OPENED, typical_seconds
    from core.workspace.opening import would_help

    shape = likely_shape(info, plan, hidden=hidden)
    seconds = dict.fromkeys(RANGES, 0.0) | typical_seconds(shape)
    if would_help(info.records):
        # opened by a helper while the arithmetic is prepared, and what is left then by both
        left = seconds["open"] - OPENED - seconds["prepare"]
        seconds |= {"open": OPENED, "prepare": seconds["prepare"] + max(left, 0.0) / 2}
    if TRAINED in parts:
        seconds["train"] = 0.0
    if shape.range_claim in parts or workspace.validity(info.dataset_id) is not None:
        seconds[shape.range_claim] = 0.0
    if ATTESTATION in parts:
        # no record is opened any more
        seconds |= dict.fromkeys(("open", "prepare", "split", "train", *RANGES, "optimum"), 0.0)
    return seconds
