"""One evaluation of the training loss and its gradient, as a piece of work to be timed before training starts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from core.training.objective import Objective


def evaluation(rows: NDArray[np.uint16], outcomes: NDArray[np.integer]) -> Callable[[], None]:
    """What core.training.trainer.fit does with each point that its optimiser asks about, rows (n, d) uint16."""
    objective = Objective(rows, outcomes, strength=1.0)
    weights = torch.zeros(rows.shape[1] + 1, dtype=torch.float64)

    def evaluate() -> None:
        objective(weights)

    return evaluate
