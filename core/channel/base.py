"""What both ends share: the transcript, the cursor in the pattern, and the log of what was stated."""

from __future__ import annotations

from core.constraints.log import ConstraintLog
from core.errors import InternalError
from core.transcript import labels
from core.transcript.pattern import Kind, Pattern
from core.transcript.transcript import Transcript


class Channel:
    """Replays `pattern`; any step out of order is our own fault and stops the program."""

    def __init__(self, protocol: str, statement: bytes, pattern: Pattern) -> None:
        self.transcript = Transcript(protocol)
        self.transcript.absorb(labels.STATEMENT, statement)
        self.transcript.absorb(labels.PATTERN, pattern.digest())
        self.log = ConstraintLog()
        self._steps = iter(pattern.steps)

    def challenge(self, label: str) -> int:
        """The next challenge, never zero."""
        self._expect(Kind.CHALLENGE, label, 1)
        return self.transcript.challenge(label)

    def challenges(self, label: str, count: int) -> list[int]:
        """`count` challenges in a row under one label."""
        return [self.challenge(label) for _ in range(count)]

    def _expect(self, kind: Kind, label: str, count: int) -> None:
        step = next(self._steps, None)
        if step is None or (step.kind, step.label, step.count) != (kind, label, count):
            wanted = "the end" if step is None else f"{step.kind} {step.label} ({step.count})"
            raise InternalError(
                "transcript.order", f"The proof's pattern has {wanted} where the program has {kind} {label} ({count})."
            )

    def _expect_end(self) -> None:
        step = next(self._steps, None)
        if step is not None:
            raise InternalError("transcript.order", f"The proof ended before {step.kind} {step.label}.")
