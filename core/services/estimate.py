"""What attesting a dataset would take, before it starts: seconds by stage, peak memory, and the size of the bundle.

Sizes are exact but for the digits of a public model's weights. Seconds are counted work times costs that are measured
on this machine for about a second; what this verb does itself on the way, opening the dataset and preparing the
arithmetic, is simply timed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError, RejectedError
from core.services.context import Context
from core.services.datasets import find_dataset
from core.services.loading import load_dataset
from core.services.memory import MemoryLimit, available_memory, memory_limit
from core.services.plans import parse_nonce, read_plan
from core.services.signing import choose_key
from core.services.stages import StageClock
from core.settings import VERSION

if TYPE_CHECKING:
    from core.bundle.keys import SigningKey
    from core.engines.interface import Engine
    from core.proving.dataset import OpenedDataset
    from core.proving.forecast.memory import MemoryPlan
    from core.proving.forecast.shape import Shape
    from core.proving.forecast.sizes import Sizes
    from core.relations.plan import TrainingPlan


@dataclass(frozen=True, slots=True)
class Request:
    """All as for `attest`."""

    dataset: str
    nonce: str | None = None
    plan: Mapping[str, object] | None = None
    plan_path: Path | None = None
    hide_weights: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """seconds, processor_seconds: by stage; memory: the way that would be taken; limit: what it may have.

    available: bytes that the machine has to spare, None if unknown.

    dataset_id: None for a table that is not imported; known: whether the dataset's own proof is at hand, so that its
    stage takes no time.
    """

    dataset_id: str | None
    shape: Shape
    known: bool
    seconds: Mapping[str, float]
    processor_seconds: Mapping[str, float]
    memory: MemoryPlan
    limit: MemoryLimit
    available: int | None
    sizes: Sizes
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        shape, peak = self.shape, self.memory.peak
        suffices = self.limit.suffices(peak)
        return {
            "dataset_id": self.dataset_id,
            "records": shape.count,
            "features": len(shape.layout.features),
            "train_records": shape.train,
            "test_records": shape.test,
            "hidden_weights": shape.hidden,
            "range_claim": shape.range_claim,
            "range_proof_known": self.known,
            "seconds": {name: round(spent, 3) for name, spent in self.seconds.items()},
            "processor_seconds": {name: round(spent, 3) for name, spent in self.processor_seconds.items()},
            "total_seconds": round(sum(self.seconds.values()), 3),
            "memory": {
                "peak": peak,
                "stages": dict(self.memory.stages),
                "lean": self.memory.lean,
                "limit": self.limit.size,
                "available": self.available,
                "suffices": suffices,
                "remedy": "" if suffices else self.limit.remedy(peak),
            },
            "sizes": self.sizes.to_json(),
        }


def run(request: Request, context: Context) -> Result:
    """Foretell; nothing is trained, proven or stored. Stages open, prepare, calibrate.

    InputError as `attest` would raise it for this dataset, plan, nonce or key.
    """
    nonce, plan = parse_nonce(request.nonce), read_plan(request.plan, request.plan_path)
    clock = StageClock(context.monitor)
    clock.stage("open")
    workspace = context.workspace
    dataset_id = find_dataset(workspace, request.dataset).dataset_id
    key = choose_key(workspace, request.key).key
    dataset, engine = load_dataset(context, clock, dataset_id, torch=True)
    shape = _shape(dataset, plan=plan, nonce=nonce, hidden=request.hide_weights)
    del dataset
    known = workspace.validity(dataset_id) is not None
    return foretell(shape, engine, context, clock, key=key, dataset_id=dataset_id, known=known)


def foretell(
    shape: Shape,
    engine: Engine,
    context: Context,
    clock: StageClock,
    *,
    key: SigningKey,
    dataset_id: str | None,
    known: bool,
) -> Result:
    """The estimate for a shape; the stages of `clock` up to now count as they were."""
    from core.proving.forecast.calibration import calibrate
    from core.proving.forecast.costs import cost_of
    from core.proving.forecast.memory import plan_memory
    from core.proving.forecast.sizes import sizes_of
    from core.proving.forecast.work import work_of

    sizes = sizes_of(shape, signers=[key], tool_version=VERSION)
    clock.stage("calibrate")
    costs = calibrate(shape, engine=engine, monitor=clock)
    clock.finish()
    done = {shape.range_claim} if known else set()
    if dataset_id is not None:
        done.add("commit")  # a part of the import
    stages = {stage: cost_of(work, costs) for stage, work in work_of(shape).items() if stage not in done}
    measured = {name: spent for name, spent in clock.seconds.items() if name != "calibrate"}
    limit = memory_limit(context.settings.memory)
    return Result(
        dataset_id=dataset_id,
        shape=shape,
        known=known,
        seconds={**measured, **{stage: cost.wall for stage, cost in stages.items()}},
        processor_seconds={stage: cost.cpu for stage, cost in stages.items()},
        memory=plan_memory(shape, limit=limit.size, range_proof=not known),
        limit=limit,
        available=available_memory() if limit.chosen else limit.size,
        sizes=sizes,
    )


def _shape(dataset: OpenedDataset, *, plan: TrainingPlan, nonce: bytes | None, hidden: bool) -> Shape:
    """The exact shape: the split is the one that `attest` would make with this plan and nonce."""
    from core.claims.attestation import views_of
    from core.proving.attest import excluded_numbers
    from core.proving.forecast.shape import Shape

    excluded = excluded_numbers(dataset)
    if len(excluded) == len(dataset.numbers):
        raise InputError(
            "views.no_consent", "No record has consent, so there is nothing to train on.", "Check the consent column."
        )
    try:
        views = views_of(dataset.numbers, excluded=excluded, root=dataset.root, plan=plan, nonce=nonce)
    except RejectedError as error:  # nobody has claimed anything yet: the plan does not suit the data
        raise InputError(error.code, error.message, error.remedy) from error
    return Shape(
        schema=dataset.schema,
        count=len(dataset.numbers),
        train=len(views.train),
        test=len(views.test),
        plan=plan,
        nonce=nonce,
        excluded=tuple(excluded),
        hidden=hidden,
    )
