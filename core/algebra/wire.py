"""Untrusted proof bytes, read front to back into scalars and point encodings.

The caller derives every count from the statement, never from the bytes, and nothing is allocated before the bytes are
known to be there (pitfall 2). Points stay encoded here; the group backend decodes all of them at once.
"""

from __future__ import annotations

from core.algebra.field import SCALAR_BYTES, scalar_from_bytes
from core.errors import InternalError, MalformedError

POINT_BYTES = 48
"""Length of a compressed point of G1."""


class Reader:
    """A cursor over `data`; every short read and every leftover byte is a MalformedError."""

    def __init__(self, data: bytes) -> None:
        self._data = bytes(data)
        self._position = 0

    def scalars(self, count: int) -> list[int]:
        """The next `count` field elements, 32 bytes each; MalformedError "proof.short" or "proof.scalar"."""
        start = self._advance(count, SCALAR_BYTES)
        return [
            scalar_from_bytes(self._data[start + i * SCALAR_BYTES : start + (i + 1) * SCALAR_BYTES])
            for i in range(count)
        ]

    def points(self, count: int) -> list[bytes]:
        """The next `count` slices of 48 bytes, not decoded; MalformedError "proof.short"."""
        start = self._advance(count, POINT_BYTES)
        return [self._data[start + i * POINT_BYTES : start + (i + 1) * POINT_BYTES] for i in range(count)]

    def done(self) -> None:
        """MalformedError "proof.trailing" unless every byte was read."""
        if self._position != len(self._data):
            raise MalformedError(
                "proof.trailing",
                "The proof is longer than its statement allows.",
                detail=f"{len(self._data) - self._position} bytes after offset {self._position}",
            )

    def _advance(self, count: int, size: int) -> int:
        if count < 0:
            raise InternalError("wire.count", "A negative number of elements was to be read.")
        start, end = self._position, self._position + count * size
        if end > len(self._data):
            raise MalformedError(
                "proof.short",
                "The proof is shorter than its statement requires.",
                detail=f"{count * size} bytes wanted at offset {start}, {len(self._data) - start} there",
            )
        self._position = end
        return start
