"""One evaluation of the training loss and its gradient, as a piece of work to be timed before training starts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from core.relations.parameters import FEATURE_BITS


def evaluation(rows: NDArray[np.uint16], outcomes: NDArray[np.integer]) -> Callable[[], None]:
    """What core.training.trainer.fit does with each point that its optimiser asks about, rows (n, d) uint16."""
    count, features = rows.shape
    encoded = np.ones((count, features + 1))
    np.multiply(rows, 2.0**-FEATURE_BITS, out=encoded[:, :-1])
    columns = torch.from_numpy(encoded)
    labels = torch.from_numpy(outcomes.astype(np.float64))
    weights = torch.zeros(features + 1, dtype=torch.float64, requires_grad=True)

    def evaluate() -> None:
        weights.grad = None
        logits = columns @ weights
        loss = (torch.logaddexp(logits, torch.zeros_like(logits)) - labels * logits).mean() + (weights * weights).sum()
        loss.backward()  # type: ignore[no-untyped-call]

    return evaluate
