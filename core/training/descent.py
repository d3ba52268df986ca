"""Steps of one torch optimiser after the other on the same weights, which a killed training goes on with.

Before each step the whole state may be kept, what the optimiser remembers included: a continued training takes the
very steps that an undisturbed one takes.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from core.monitor import Monitor
from core.training.keeper import Descent, Iterate, Keeper
from core.training.memory import remember, remind
from core.training.objective import Objective

_ROUNDING = 2.0**-48
"""Share of a loss by which it may be better or worse for no other reason than how its sum was rounded."""


class Run:
    """Goes down to the least loss, remembering the best point met."""

    def __init__(
        self,
        *,
        start: torch.Tensor,
        objective: Objective,
        magnification: float,
        epochs: int,
        tolerance: float,
        monitor: Monitor,
        keeper: Keeper | None,
        before: Iterate | None,
    ) -> None:
        """start: float64 weights (d + 1); magnification: of the loss, for the optimisers; epochs: most steps of each;
        tolerance: Euclidean norm of the gradient that is small enough; before: of d + 1 weights, where to go on.
        """
        self.evaluations = 0
        self.losses = [] if before is None else list(before.losses)
        self._pending = None if before is None else before.descent
        here = start if before is None else _tensor(before.weights)
        self._best = here.clone()
        self._best_loss = math.inf
        if self._pending is not None:
            self._best_loss = self._pending.best_loss
            here = _tensor(self._pending.here)
        self._weights = here.clone().requires_grad_()
        self._objective = objective
        self._magnification = magnification
        self._epochs = epochs
        self._tolerance = tolerance
        self._monitor = monitor
        self._keeper = keeper
        self._point: torch.Tensor | None = None
        self._value = 0.0
        self._gradient = torch.zeros_like(here)

    @property
    def best(self) -> NDArray[np.float64]:
        """The best weights met, (d + 1,)."""
        return self._best.numpy().copy()

    def descend(
        self,
        phase: int,
        make: Callable[[torch.Tensor], torch.optim.Optimizer],
        *,
        patience: int,
        shares: tuple[float, float],
    ) -> None:
        """At most `epochs` steps; stops within tolerance, after `patience` steps in vain, or if the loss is not finite.

        Ends at the best point so far, so a learning rate that makes the last steps worse does no harm. A phase before
        the one to go on with has been gone through already. shares: of the progress, where it begins and ends.
        """
        begun = self._pending
        if begun is not None and phase < begun.phase:
            return
        self._pending = None
        optimiser = make(self._weights)
        first, stalled = 0, 0
        if begun is not None and phase == begun.phase:
            first, stalled = begun.step, begun.stalled
            remind(optimiser, begun.memory)
        for step in range(first, self._epochs):
            self._monitor.check()
            self._offer(phase, step, stalled, optimiser)
            before = self._best_loss
            value, steepness = self._evaluate()
            if not math.isfinite(value) or not math.isfinite(steepness):
                break
            self.losses.append(value)
            self._monitor.metric("loss", len(self.losses), value)
            self._monitor.progress(shares[0] + (shares[1] - shares[0]) * step / self._epochs)
            stalled = 0 if value < before - _ROUNDING * abs(value) else stalled + 1
            if steepness <= self._tolerance or stalled >= patience:
                break
            optimiser.step(self._closure)
        self._evaluate()
        with torch.no_grad():
            self._weights.copy_(self._best)
        self._monitor.progress(shares[1])

    def _offer(self, phase: int, step: int, stalled: int, optimiser: torch.optim.Optimizer) -> None:
        """Let the keeper have the present state, if it likes."""
        if self._keeper is None:
            return

        def iterate() -> Iterate:
            here = tuple(self._weights.tolist())
            descent = Descent(phase, step, here, self._best_loss, stalled, remember(optimiser))
            return Iterate(tuple(self._best.tolist()), tuple(self.losses), descent)

        self._keeper.keep(iterate)

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


def _tensor(weights: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(weights, dtype=torch.float64)
