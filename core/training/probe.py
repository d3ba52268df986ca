"""Pieces of training as work to be timed before training starts: the very functions that training calls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from core.monitor import SilentMonitor
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan
from core.training.exact import ExactView
from core.training.objective import Objective
from core.training.rows import Rows
from core.training.trainer import fit


def evaluation(rows: Rows, outcomes: NDArray[np.integer]) -> Callable[[], object]:
    """What core.training.trainer.fit does with each point that its optimiser asks about, rows (n, d) uint16."""
    objective = Objective(rows, outcomes, strength=1.0)
    weights = torch.zeros(rows.shape[1] + 1, dtype=torch.float64)
    return lambda: objective(weights)


def fit_a_few(rows: Rows, outcomes: NDArray[np.integer]) -> int:
    """Train on rows (n, d) uint16, so few that the optimiser itself is all there is to it; returns its evaluations."""
    return fit(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor()).evaluations


def polishing(
    rows: Rows, outcomes: NDArray[np.integer], weights: tuple[int, ...], parameters: OptimumParameters
) -> tuple[Callable[[], object], Callable[[], object]]:
    """What the polish does at d + 1 integer weights: an exact evaluation, and the curvature of a Newton step."""
    view = ExactView(rows, outcomes, parameters=parameters)
    evaluation = view.evaluate(weights)
    return (lambda: view.evaluate(weights)), (lambda: view.curvature(evaluation))
