"""Where training is, as it may be kept and gone on from; where it begins does not matter to the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, repr=False)
class Iterate:
    """weights: the best float point (d + 1, the bias last); losses: those met until there.

    integers: where the polish is, None while torch is at work; steps: Newton steps until there. Secret.
    """

    weights: tuple[float, ...]
    losses: tuple[float, ...]
    integers: tuple[int, ...] | None = None
    steps: int = 0


class Keeper(Protocol):
    """Remembers where training is, so that it can go on after a crash."""

    def start(self) -> Iterate | None:
        """Where to go on, None for the plan's own beginning."""

    def keep(self, iterate: Callable[[], Iterate]) -> None:
        """Offered the point after each step, of torch and of the polish; takes it when it likes."""
