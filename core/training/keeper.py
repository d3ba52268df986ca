"""Where training is, as it may be kept and gone on from; where it begins does not matter to the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, repr=False)
class Descent:
    """Where an optimiser is, before one of its steps: all that the steps to come depend on. Secret.

    phase: which of the plan's optimisers, in their order; step: how many steps it has made; here: the weights (d + 1,
    the bias last); best_loss: of the best weights met (infinite before the first loss); stalled: steps since a better
    loss; memory: what the optimiser itself remembers, as JSON values (core.training.memory).
    """

    phase: int
    step: int
    here: tuple[float, ...]
    best_loss: float
    stalled: int
    memory: Any


@dataclass(frozen=True, slots=True, repr=False)
class Curvature:
    """The matrix (d + 1, d + 1) of a Newton step in the making: the sum over the first `rows` training rows. Secret."""

    rows: int
    total: NDArray[np.float64]

    def to_bytes(self) -> bytes:
        """The upper triangle, row by row."""
        return b"".join(line[k:].astype("<f8").tobytes() for k, line in enumerate(self.total))

    @classmethod
    def from_bytes(cls, rows: int, data: bytes, *, columns: int) -> Curvature:
        """Inverse of `to_bytes`; ValueError."""
        entries = np.frombuffer(data, dtype="<f8")
        if len(entries) != columns * (columns + 1) // 2:
            raise ValueError("another number of entries")
        total, start = np.empty((columns, columns)), 0
        for k in range(columns):
            stop = start + columns - k
            total[k, k:] = total[k:, k] = entries[start:stop]
            start = stop
        return cls(rows, total)


@dataclass(frozen=True, slots=True, repr=False)
class Iterate:
    """weights: the best float point (d + 1, the bias last); losses: those met until there.

    descent: where the optimiser is, None once the polish has begun; integers: where the polish is, None before; steps:
    Newton steps until there; curvature: of the next one, as far as it is formed. Secret.
    """

    weights: tuple[float, ...]
    losses: tuple[float, ...]
    descent: Descent | None = None
    integers: tuple[int, ...] | None = None
    steps: int = 0
    curvature: Curvature | None = None


class Keeper(Protocol):
    """Remembers where training is, so that it can go on after a crash."""

    def start(self) -> Iterate | None:
        """Where to go on, None for the plan's own beginning."""

    def keep(self, iterate: Callable[[], Iterate], *, at_once: bool = False) -> None:
        """Offered the point before each step, of torch and of the polish; takes it when it likes, or now."""
