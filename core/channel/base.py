"""What both ends share: the transcript, the cursor in the pattern, and the log of what was stated."""

from __future__ import annotations

from core.constraints.log import ConstraintLog
from core.errors import InternalError
from core.transcript import labels
from core.transcript.pattern import Kind, Pattern, Step
from core.transcript.transcript import Transcript


class Channel:
    """Replays `pattern`; any step out of order is our own fault and stops the program."""

    def __init__(self, protocol: str, statement: bytes, pattern: Pattern) -> None:
        self.transcript = Transcript(protocol)
        self.transcript.absorb(labels.STATEMENT, statement)
        self.transcript.absorb(labels.PATTERN, pattern.digest())
        self.log = ConstraintLog()
        self._steps = pattern.steps
        self._at = 0

    def challenge(self, label: str) -> int:
        """The next challenge, never zero."""
        self._expect(Kind.CHALLENGE, label, 1)
        return self.transcript.challenge(label)

    def challenges(self, label: str, count: int) -> list[int]:
        """`count` challenges in a row under one label."""
        return [self.challenge(label) for _ in range(count)]

    @property
    def _next_step(self) -> Step | None:
        return self._steps[self._at] if self._at < len(self._steps) else None

    def _expect(self, kind: Kind, label: str, count: int) -> None:
        step = self._next_step
        if step is None or (step.kind, step.label, step.count) != (kind, label, count):
            wanted = "the end" if step is None else f"{step.kind} {step.label} ({step.count})"
            raise InternalError(
                "transcript.order", f"The proof's pattern has {wanted} where the program has {kind} {label} ({count})."
            )
        self._at += 1

    def _expect_end(self) -> None:
        step = self._next_step
        if step is not None:
            raise InternalError("transcript.order", f"The proof ended before {step.kind} {step.label}.")
