"""The prover's randomness: one tape, drawn in the order of the protocol, each draw with a label.

In use the tape is the operating system's generator. Tests use a seeded tape, under which two engines must give the same
proof byte for byte. Blinding factors in use never come from a seed.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Protocol

from core.algebra.field import ORDER


class Tape(Protocol):
    """Uniform field elements on demand."""

    def scalar(self, label: str) -> int:
        """One uniform element of F."""

    def scalars(self, label: str, count: int) -> list[int]:
        """`count` independent uniform elements of F."""


class SystemTape:
    """The operating system's generator."""

    def scalar(self, label: str) -> int:
        return secrets.randbelow(ORDER)

    def scalars(self, label: str, count: int) -> list[int]:
        return [secrets.randbelow(ORDER) for _ in range(count)]


class SeededTape:
    """A reproducible tape for tests: SHAKE-256 of seed, position and label, 64 bytes reduced modulo the order."""

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.sha3_256(seed).digest()
        self._position = 0

    def scalar(self, label: str) -> int:
        block = self._seed + self._position.to_bytes(8, "big") + label.encode()
        self._position += 1
        return int.from_bytes(hashlib.shake_256(block).digest(64), "big") % ORDER

    def scalars(self, label: str, count: int) -> list[int]:
        return [self.scalar(label) for _ in range(count)]
