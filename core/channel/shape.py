"""From what a claim will say to the exact pattern of its proof.

A claim declares its steps, the number of its products and its opening groups; the closing steps, which settle all of
them, are the same for every proof and follow from these counts.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.commitments.opening import opening_steps
from core.constraints.products import message_count
from core.transcript.pattern import Pattern, Step, challenge, hidden, points, scalars


class ProofShape:
    """Collects the steps of all claims of one transcript and closes them."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._products = 0
        self._openings: list[tuple[str, int, int]] = []

    def add(self, *steps: Step) -> None:
        """Steps that travel, or challenges, in order."""
        self._steps.extend(steps)

    def product(self, count: int = 1) -> None:
        """`count` more product checks."""
        self._products += count

    def opening(self, label: str, basis: int, values: int) -> None:
        """One more opening group over `basis` generators with `values` evaluations."""
        self._openings.append((label, basis, values))

    def close(self) -> Pattern:
        """The whole pattern: pad commitment, the claims' steps, and the steps that settle them."""
        steps = [points("pad", 1), *self._steps, *self._settling()]
        return Pattern.of(steps)

    def _settling(self) -> Iterable[Step]:
        messages = message_count(self._products)
        if messages:
            yield hidden("products", messages)
            yield challenge("products.point")
            yield scalars("products.opened", 2)
        for label, _, values in self._openings:
            yield points(f"{label}.values", values)
        for label, _, values in self._openings:
            if values > 1:
                yield challenge(f"{label}.kappa")
            yield challenge(f"{label}.gamma")
        yield challenge("tie.theta")
        yield challenge("tie.mu")
        hidden_count = messages + sum(step.count for step in self._steps if step.kind.value == "hidden")
        for label, basis, _ in self._openings:
            yield from opening_steps(label, basis + 1)
        yield from opening_steps("tie", hidden_count + 1)
        yield challenge("batch")
