"""The training loss and its gradient, in float64 straight from rows of small integers.

F(w, b) = mean log-loss + strength (|w|^2 + b^2) / 2 over the features X / 2^16 and a column of ones. Rows become floats
in blocks that stay in the cache; each is gone through twice there, for its logits and for its part of the
gradient, and is gone before the next one. Blocks are the same on every machine and are added in their order, so the
result does not depend on how many cores there are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray

from core.relations.parameters import FEATURE_BITS
from core.training.rows import Rows

BLOCK = 1 << 19
"""Entries of a block, four megabytes of floats: small for the last cache, large beside what a call costs."""

_LEAST_ROWS = 16


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """One thread a core; torch and numpy let go of the interpreter while they compute."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ThreadPoolExecutor(max_workers=cores, thread_name_prefix="training")


class Objective:
    """F over rows (n, d) of uint16 and outcomes (n,) of 0 and 1."""

    def __init__(self, rows: Rows, outcomes: NDArray[np.integer], *, strength: float) -> None:
        # threads of torch's own would wait for each other at the end of every block
        torch.set_num_threads(1)
        count, features = rows.shape
        self._rows = rows
        self._labels = torch.from_numpy(outcomes.astype(np.float64))
        self._strength = strength
        step = max(_LEAST_ROWS, BLOCK // features)
        self._parts = [slice(start, min(start + step, count)) for start in range(0, count, step)]
        self._spare: list[torch.Tensor] = []
        self._shape = (min(step, count), features)

    def __call__(self, weights: torch.Tensor) -> tuple[float, torch.Tensor]:
        """F and its gradient at d weights and the bias (last)."""
        scaled, bias = weights[:-1] * 2.0**-FEATURE_BITS, float(weights[-1])
        loss, gradient = 0.0, torch.zeros_like(weights)
        for part_loss, part_gradient, part_bias in self._results(scaled, bias):
            loss += part_loss
            gradient[:-1] += part_gradient
            gradient[-1] += part_bias
        count = self._rows.shape[0]
        gradient[:-1] *= 2.0**-FEATURE_BITS
        gradient = gradient / count + self._strength * weights
        return loss / count + 0.5 * self._strength * float((weights * weights).sum()), gradient

    def _results(self, scaled: torch.Tensor, bias: float) -> Iterator[tuple[float, torch.Tensor, float]]:
        if len(self._parts) == 1:
            return iter([self._block(self._parts[0], scaled, bias)])
        return _pool(os.getpid()).map(lambda part: self._block(part, scaled, bias), self._parts)

    def _block(self, part: slice, scaled: torch.Tensor, bias: float) -> tuple[float, torch.Tensor, float]:
        """Sums over the rows of one block: log-losses, X^T (p - y) of the unscaled entries, p - y."""
        try:
            room = self._spare.pop()
        except IndexError:
            room = torch.empty(self._shape, dtype=torch.float64)
        labels = self._labels[part]
        block = room[: len(labels)]
        block.numpy()[:] = self._rows[part]
        logits = torch.mv(block, scaled) + bias
        loss = torch.logaddexp(logits, torch.zeros_like(logits)) - labels * logits
        residual = torch.sigmoid(logits) - labels
        result = float(loss.sum()), torch.mv(block.T, residual), float(residual.sum())
        self._spare.append(room)
        return result
