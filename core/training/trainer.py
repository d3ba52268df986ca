"""L2-regularised logistic regression in torch, float64, followed by the polish to certified integers.

F(w, b) = mean log-loss + (|w|^2 + b^2) / (2 C n) over the encoded features X / 2^16 and a column of ones, which is the
objective of scikit-learn's LogisticRegression(fit_intercept=False) divided by C n. The only module that imports torch;
load it in the worker process alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.monitor import Monitor
from core.relations.parameters import OptimumParameters
from core.relations.plan import OptimiserSettings, TrainingPlan
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
    if before is not None and len(before.weights) == features + 1:
        start = torch.tensor(before.weights, dtype=torch.float64)
    weights = start.requires_grad_()

    # strong convexity: a gradient this small puts the float model within its share of the target
    tolerance = strength * float(plan.target) * _FLOAT_SHARE
    run = _Run(
        weights=weights,
        objective=Objective(rows, outcomes, strength=strength),
        magnification=_CURVATURE / strength,
        settings=settings,
        tolerance=tolerance,
        monitor=monitor,
        losses=[] if before is None else list(before.losses),
        keeper=keeper,
    )
    if settings.method == "adam":
        adam = torch.optim.Adam([weights], lr=float(settings.learning_rate))
        run.steps(adam, patience=_PATIENCE["adam"], first_share=0.0, last_share=0.5)
    first_share = 0.5 if settings.method == "adam" else 0.0
    rate = 1.0 if settings.method == "adam" else float(settings.learning_rate)
    run.steps(
        torch.optim.LBFGS(
            [weights],
            lr=rate,
            max_iter=1,
            max_eval=_LINE_SEARCH,
            history_size=20,
            tolerance_grad=0.0,
            tolerance_change=0.0,
            line_search_fn="strong_wolfe",
        ),
        patience=_PATIENCE["lbfgs"],
        first_share=first_share,
        last_share=1.0,
    )
    return FloatModel(
        weights=weights.detach().numpy().copy(), losses=tuple(run.losses), evaluations=run.evaluations
    )


class _Run:
    """Steps of one optimiser after the other on the same weights, remembering the best point met."""

    def __init__(
        self,
        *,
        weights: torch.Tensor,
        objective: Objective,
        magnification: float,
        settings: OptimiserSettings,
        tolerance: float,
        monitor: Monitor,
        losses: list[float],
        keeper: Keeper | None,
    ) -> None:
        self.losses = losses
        self.evaluations = 0
        self._keeper = keeper
        self._weights = weights
        self._objective = objective
        self._magnification = magnification
        self._epochs = settings.epochs
        self._tolerance = tolerance
        self._monitor = monitor
        self._best_loss = math.inf
        self._best = weights.detach().clone()
        self._point: torch.Tensor | None = None
        self._value = 0.0
        self._gradient = torch.zeros_like(weights)

    def steps(self, optimiser: torch.optim.Optimizer, *, patience: int, first_share: float, last_share: float) -> None:
        """At most `epochs` steps; stops within tolerance, after `patience` steps in vain, or if the loss is not finite.

        Ends at the best point so far, so a learning rate that makes the last steps worse does no harm.
        """
        stalled = 0
        for step in range(self._epochs):
            self._monitor.check()
            before = self._best_loss
            value, steepness = self._evaluate()
            if not math.isfinite(value) or not math.isfinite(steepness):
                break
            self.losses.append(value)
            self._monitor.metric("loss", len(self.losses), value)
            share = first_share + (last_share - first_share) * step / self._epochs
            self._monitor.progress(_TRAIN_SHARE * share)
            stalled = 0 if value < before else stalled + 1
            if steepness <= self._tolerance or stalled >= patience:
                break
            if self._keeper is not None:
                self._keeper.keep(lambda: Iterate(tuple(self._best.tolist()), tuple(self.losses)))
            optimiser.step(self._closure)
        self._evaluate()
        with torch.no_grad():
            self._weights.copy_(self._best)
        self._monitor.progress(_TRAIN_SHARE * last_share)

    def _evaluate(self) -> tuple[float, float]:
        """Loss and Euclidean norm of the gradient at the present weights."""
        value = self._closure() / self._magnification
        gradient = self._weights.grad
        steepness = math.inf if gradient is None else float(gradient.norm()) / self._magnification
        if value < self._best_loss:
            self._best_loss = value
            self._best.copy_(self._weights.detach())
        return value, steepness

    def _closure(self) -> float:
        """The loss and, in the weights' `grad`, its gradient.

        A step ends where the next one begins, and both ask for the same point: all records are gone through once.
        """
        here = self._weights.detach()
        if self._point is None or not torch.equal(self._point, here):
            self.evaluations += 1
            value, gradient = self._objective(here)
            self._value, self._gradient = value * self._magnification, gradient * self._magnification
            self._point = here.clone()
        self._weights.grad = self._gradient.clone()
        return self._value
