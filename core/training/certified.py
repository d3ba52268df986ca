"""Training as a whole: torch's float model, and its polish to integers that the proof can speak of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.monitor import Monitor
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan
from core.training.exact import ExactView
from core.training.keeper import Curvature, Iterate, Keeper
from core.training.polish import polish, round_weights
from core.training.quantise import TrainedModel
from core.training.rows import Rows


def train(
    rows: Rows,
    outcomes: NDArray[np.integer],
    *,
    plan: TrainingPlan,
    monitor: Monitor,
    keeper: Keeper | None = None,
) -> TrainedModel:
    """The certified fixed-point model of a training view: rows (n, d) uint16, outcomes (n,) of 0 and 1.

    Reports metric "loss" and progress within the caller's stage. InputError training.* or parameters.* where no model
    makes sense, CancelledError through the monitor.
    """
    parameters = training_parameters(rows, outcomes, plan=plan)
    view = ExactView(rows, outcomes, parameters=parameters)
    before = None if keeper is None else keeper.start()
    if before is not None and before.integers is not None and len(before.integers) == rows.shape[1] + 1:
        reached, start = before, before.integers
    else:
        # torch takes seconds to load, which a training that is polished already need not wait for
        from core.training.trainer import fit

        model = fit(rows, outcomes, plan=plan, monitor=monitor, keeper=keeper)
        reached, start = Iterate(tuple(model.weights.tolist()), model.losses), round_weights(model.weights, parameters)

    def keep(
        weights: tuple[int, ...], steps: int, *, at_once: bool = False, curvature: Curvature | None = None
    ) -> None:
        if keeper is None or (steps == 0 and weights == reached.integers and curvature is reached.curvature):
            return  # which is kept already
        point = replace(reached, integers=weights, steps=reached.steps + steps, curvature=curvature)
        keeper.keep(lambda: point, at_once=at_once)

    polished = polish(view, start, monitor=monitor, begun=reached.curvature, keep=keep)
    monitor.progress(1.0)
    return TrainedModel(
        parameters=parameters,
        weights=polished.weights[:-1],
        bias=polished.weights[-1],
        float_weights=reached.weights,
        losses=reached.losses,
        polish_steps=reached.steps + polished.steps,
    )


def training_parameters(rows: Rows, outcomes: NDArray[np.integer], *, plan: TrainingPlan) -> OptimumParameters:
    """The claim's sizes for this view and plan; InputError where training makes no sense or cannot be certified."""
    if len(rows.shape) != 2 or rows.shape[0] == 0 or rows.shape[1] == 0:
        raise InputError("training.empty", "There are no training records, or they have no features.")
    if bool((outcomes == outcomes[0]).all()):
        raise InputError(
            "training.one_class",
            "All training records have the same outcome, so there is nothing to learn.",
            "Import more records, choose another outcome, or train on a larger share of the records.",
        )
    return OptimumParameters.derive(
        rows=rows.shape[0],
        features=rows.shape[1],
        c_num=plan.c.numerator,
        c_den=plan.c.denominator,
        target=plan.target,
    )
