"""How an attestation is to use memory, decided before it begins: the quicker way, the leaner one, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.services.memory import MemoryLimit, require_memory

if TYPE_CHECKING:
    from core.proving.forecast.memory import MemoryPlan
    from core.proving.forecast.shape import Shape
    from core.relations.plan import TrainingPlan
    from core.workspace import Workspace
    from core.workspace.datasets import DatasetInfo


def affordable_plan(
    workspace: Workspace, info: DatasetInfo, limit: MemoryLimit, *, plan: TrainingPlan, hidden: bool
) -> MemoryPlan:
    """The quickest way that fits; InputError machine.memory for what would end half-way.

    The split is not known yet, its size nearly is.
    """
    from core.proving.forecast.memory import plan_memory

    shape = likely_shape(info, plan, hidden=hidden)
    known = workspace.validity(info.dataset_id) is not None
    memory = plan_memory(shape, limit=limit.size, range_proof=not known)
    require_memory(memory.peak, limit, records=info.records, features=len(shape.layout.features), matrix=memory.matrix)
    return memory


def likely_shape(info: DatasetInfo, plan: TrainingPlan, *, hidden: bool) -> Shape:
    """The shape with the share of test records that the plan aims at, all records consenting."""
    from core.proving.forecast.shape import Shape

    test = int(info.records * plan.test_fraction)
    return Shape(info.schema, info.records, info.records - test, test, plan, hidden=hidden)
