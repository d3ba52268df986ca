"""The order of a proof's messages, declared once from the statement and replayed by prover and verifier.

A pattern is the list of steps: points and scalars that travel, hidden scalars (one-time padded), and challenges. All
lengths come from the statement, so the exact size of a proof is known before its first byte is read; a step that is
missing, extra or out of order on either side stops the program, not the proof (pitfalls 2 and 6).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

POINT_BYTES = 48
SCALAR_BYTES = 32


class Kind(StrEnum):
    POINTS = "points"
    HIDDEN = "hidden"
    SCALARS = "scalars"
    CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True)
class Step:
    """`count` messages of one kind under one label; challenges have count 1."""

    kind: Kind
    label: str
    count: int

    @property
    def size(self) -> int:
        """Bytes that travel."""
        if self.kind is Kind.CHALLENGE:
            return 0
        return self.count * (POINT_BYTES if self.kind is Kind.POINTS else SCALAR_BYTES)


def points(label: str, count: int) -> Step:
    return Step(Kind.POINTS, label, count)


def hidden(label: str, count: int) -> Step:
    return Step(Kind.HIDDEN, label, count)


def scalars(label: str, count: int) -> Step:
    return Step(Kind.SCALARS, label, count)


def challenge(label: str) -> Step:
    return Step(Kind.CHALLENGE, label, 1)


@dataclass(frozen=True)
class Pattern:
    """All steps of one proof, from the pad commitment to the last opening."""

    steps: tuple[Step, ...]

    @classmethod
    def of(cls, steps: Iterable[Step]) -> Pattern:
        return cls(tuple(steps))

    @property
    def size(self) -> int:
        """Exact length of the proof in bytes."""
        return sum(step.size for step in self.steps)

    @property
    def hidden_count(self) -> int:
        """Number of one-time pads that the proof uses."""
        return sum(step.count for step in self.steps if step.kind is Kind.HIDDEN)

    def digest(self) -> bytes:
        """SHA-256 of the steps; absorbed before the first message."""
        text = "\n".join(f"{step.kind} {step.label} {step.count}" for step in self.steps)
        return hashlib.sha256(text.encode()).digest()
