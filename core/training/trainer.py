"""L2-regularised logistic regression in torch, float64, followed by the polish to certified integers.

F(w, b) = mean log-loss + (|w|^2 + b^2) / (2 C n) over the encoded features X / 2^16 and a column of ones, which is the
objective of scikit-learn's LogisticRegression(fit_intercept=False) divided by C n. It imports torch; load it in the
worker process alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.monitor import Monitor
from core.relations.parameters import OptimumParameters
from core.relations.plan import OptimiserSettings, TrainingPlan
from core.training.descent import Run
from core.training.exact import ExactView
from core.training.keeper import Iterate, Keeper
from core.training.loading import leave_the_compiler_out
from core.training.objective import Objective
from core.training.polish import polish, round_weights
from core.training.quantise import TrainedModel
from core.training.rows import Rows

leave_the_compiler_out()

# Training stops when the float model is within this share of the target distance, or when it no longer moves.
_FLOAT_SHARE = 1e-3
_PATIENCE = {"lbfgs": 5, "adam": 100}  # steps without a better loss; Adam does not descend at every step
_START_DEVIATION = 0.01
_LINE_SEARCH = 25  # evaluations of the loss in one step; torch's default for single steps leaves none
# torch's L-BFGS forgets steps along which the gradient changes by less than 1e-10, an absolute bound. The optimisers
# see the loss magnified until its least curvature is this.
_CURVATURE = 2.0**20
_TRAIN_SHARE = 0.8  # of the progress bar; the polish has the rest


@dataclass(frozen=True, slots=True, repr=False)
class FloatModel:
    """What torch found: d + 1 weights (the bias last), the loss before each step, and how often all records were gone
    through for it.
    """

    weights: NDArray[np.float64]
    losses: tuple[float, ...]
    evaluations: int


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
        model = fit(rows, outcomes, plan=plan, monitor=monitor, keeper=keeper)
        reached, start = Iterate(tuple(model.weights.tolist()), model.losses), round_weights(model.weights, parameters)

    def keep(weights: tuple[int, ...], steps: int) -> None:
        if keeper is not None:
            keeper.keep(lambda: replace(reached, integers=weights, steps=reached.steps + steps))

    polished = polish(view, start, monitor=monitor, keep=keep)
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


def fit(
    rows: Rows,
    outcomes: NDArray[np.integer],
    *,
    plan: TrainingPlan,
    monitor: Monitor,
    keeper: Keeper | None = None,
) -> FloatModel:
    """Minimise F in float64 with the plan's optimiser; one metric "loss" and one look at cancel per step."""
    count, features = rows.shape
    strength = 1.0 / (float(plan.c) * count)
    settings = plan.optimiser
    generator = torch.Generator().manual_seed(settings.seed)
    start = torch.randn(features + 1, generator=generator, dtype=torch.float64) * _START_DEVIATION
    before = None if keeper is None else keeper.start()
    if before is not None and len(before.weights) != features + 1:
        before = None
    run = Run(
        start=start,
        objective=Objective(rows, outcomes, strength=strength),
        magnification=_CURVATURE / strength,
        epochs=settings.epochs,
        # strong convexity: a gradient this small puts the float model within its share of the target
        tolerance=strength * float(plan.target) * _FLOAT_SHARE,
        monitor=monitor,
        keeper=keeper,
        before=before,
    )
    phases = _phases(settings)
    for phase, (make, patience) in enumerate(phases):
        shares = phase / len(phases) * _TRAIN_SHARE, (phase + 1) / len(phases) * _TRAIN_SHARE
        run.descend(phase, make, patience=patience, shares=shares)
    return FloatModel(weights=run.best, losses=tuple(run.losses), evaluations=run.evaluations)


def _phases(settings: OptimiserSettings) -> list[tuple[Callable[[torch.Tensor], torch.optim.Optimizer], int]]:
    """The plan's optimisers, and after how many steps in vain each is to stop."""
    rate = float(settings.learning_rate)
    descent = (partial(_lbfgs, rate=1.0 if settings.method == "adam" else rate), _PATIENCE["lbfgs"])
    if settings.method == "adam":
        return [(lambda weights: torch.optim.Adam([weights], lr=rate), _PATIENCE["adam"]), descent]
    return [descent]


def _lbfgs(weights: torch.Tensor, *, rate: float) -> torch.optim.Optimizer:
    return torch.optim.LBFGS(
        [weights],
        lr=rate,
        max_iter=1,
        max_eval=_LINE_SEARCH,
        history_size=20,
        tolerance_grad=0.0,
        tolerance_change=0.0,
        line_search_fn="strong_wolfe",
    )
