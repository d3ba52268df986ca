"""L2-regularised logistic regression in torch, float64: where the polish to certified integers begins.

F(w, b) = mean log-loss + (|w|^2 + b^2) / (2 C n) over the encoded features X / 2^16 and a column of ones, which is the
objective of scikit-learn's LogisticRegression(fit_intercept=False) divided by C n. It imports torch; load it in the
worker process alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from core.monitor import Monitor
from core.relations.plan import OptimiserSettings, TrainingPlan
from core.training.descent import Run
from core.training.keeper import Keeper
from core.training.loading import leave_the_compiler_out
from core.training.objective import Objective
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
