"""From a trained float model to integer weights whose gradient lies in the range that the proof shows.

The interpolated objective (docs/protocol/fixed-point.md, section 5) is strongly convex with a piecewise linear
gradient; Newton's method in the present cells, with the gradient itself in exact integers, ends at its minimum after a
few steps, however the float model was trained (Qi and Sun 1993, semismooth Newton).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from core.errors import InternalError
from core.monitor import Monitor
from core.relations.gradient import is_certified
from core.relations.parameters import OptimumParameters
from core.training.exact import Evaluation, ExactView, Float64
from core.training.keeper import Curvature

MAX_STEPS = 100
_MAX_HALVINGS = 30
# A step may go past the minimum along its direction as long as the slope there is at most half as steep.
_OVERSHOOT = 0.5


class Keep(Protocol):
    """Remembers where the polish is."""

    def __call__(
        self, weights: tuple[int, ...], steps: int, *, at_once: bool = False, curvature: Curvature | None = None
    ) -> None:
        """Offered weights, how many steps led to them, and what there is of the next one's curvature; takes them when
        it likes, or at once.
        """


def _keep_nothing(
    weights: tuple[int, ...], steps: int, *, at_once: bool = False, curvature: Curvature | None = None
) -> None:
    pass


@dataclass(frozen=True, slots=True, repr=False)
class Polished:
    """Integer weights (the bias last) with every G_j in [-B, B), their evaluation, and the Newton steps it took."""

    weights: tuple[int, ...]
    evaluation: Evaluation
    steps: int


def round_weights(weights: Sequence[float] | Float64, parameters: OptimumParameters) -> tuple[int, ...]:
    """The nearest integers at scale 2^f_w; InternalError training.diverged if one is not finite or out of range."""
    scale = 2.0**parameters.weight_scale_bits
    scaled = [float(w) * scale for w in weights]
    if not all(np.isfinite(s) and abs(s) < parameters.weight_bound for s in scaled):
        raise InternalError("training.diverged", "Training ran away from every sensible model.")
    return tuple(round(s) for s in scaled)


def polish(
    view: ExactView,
    start: tuple[int, ...],
    *,
    monitor: Monitor,
    begun: Curvature | None = None,
    keep: Keep = _keep_nothing,
) -> Polished:
    """Newton steps from `start` (from zero, if `start` is out of reach) until the integer gradient is certified.

    begun: the curvature at `start`, as far as an earlier run has formed it.
    keep: is offered all weights before they are evaluated: the first ones at once, and those that take the place of
    others which went too far. Whoever goes on from any of them ends with certified weights, if perhaps with others.
    InternalError training.polish if that does not happen; CancelledError through the monitor.
    """
    p = view.parameters
    weights = start
    if not _within_reach(start, p):
        weights, begun = (0,) * (p.features + 1), None
    keep(weights, 0, at_once=True, curvature=begun)
    evaluation = view.evaluate(weights)
    for step in range(MAX_STEPS):
        monitor.check()
        if is_certified(evaluation.gradient, p):
            return Polished(weights=weights, evaluation=evaluation, steps=step)
        gradient = _as_floats(evaluation, p)

        def after(part: Curvature, step: int = step, weights: tuple[int, ...] = weights) -> None:
            monitor.check()
            keep(weights, step, curvature=part)

        curvature, begun = view.curvature(evaluation, begun=begun, after=after), None
        direction: Float64 = -np.linalg.solve(curvature, gradient).astype(np.float64)
        weights, evaluation = _advance(
            view,
            weights,
            direction,
            descent=float(gradient @ direction),
            monitor=monitor,
            keep=partial(keep, steps=step + 1),
        )
    raise InternalError("training.polish", "The model could not be brought close enough to the optimum.")


def _advance(
    view: ExactView,
    weights: tuple[int, ...],
    direction: Float64,
    *,
    descent: float,
    monitor: Monitor,
    keep: Callable[..., None],
) -> tuple[tuple[int, ...], Evaluation]:
    """The first of the steps 1, 1/2, 1/4, ... along a descent direction that does not go far past the minimum there."""
    p = view.parameters
    for halvings in range(_MAX_HALVINGS):
        monitor.check()
        scaled = direction * 2.0 ** (p.weight_scale_bits - halvings)
        if float(np.abs(scaled).max()) >= p.weight_bound:
            continue
        candidate = tuple(w + round(s) for w, s in zip(weights, scaled.tolist(), strict=True))
        if max(map(abs, candidate)) >= p.weight_bound or not _within_reach(candidate, p):
            continue
        keep(candidate, at_once=halvings > 0)
        evaluation = view.evaluate(candidate)
        if float(_as_floats(evaluation, p) @ direction) <= _OVERSHOOT * abs(descent) or is_certified(
            evaluation.gradient, p
        ):
            return candidate, evaluation
    raise InternalError("training.polish", "The model could not be brought close enough to the optimum.")


def _within_reach(weights: tuple[int, ...], parameters: OptimumParameters) -> bool:
    """Whether no record at all could have a logit beyond the excess limbs at these weights."""
    cells = sum(map(abs, weights)) >> (parameters.weight_scale_bits - parameters.step_bits)
    return cells + 1 < 1 << (parameters.limb_bits * parameters.excess_limbs)


def _as_floats(evaluation: Evaluation, parameters: OptimumParameters) -> Float64:
    """Partial derivatives of the interpolated objective, each correctly rounded."""
    return np.array([g / parameters.gradient_unit for g in evaluation.gradient])
