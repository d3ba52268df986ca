"""All points of a bundle by handle, so that they are decoded in one batch and used in one multi-scalar
multiplication.
"""

from __future__ import annotations

from collections.abc import Sequence


class PointTable:
    """Hands out consecutive handles for 48-byte encodings; decoding happens once, after everything was read."""

    def __init__(self) -> None:
        self.blobs: list[bytes] = []

    def add(self, blobs: Sequence[bytes]) -> range:
        """Handles of newly read encodings."""
        start = len(self.blobs)
        self.blobs.extend(blobs)
        return range(start, start + len(blobs))
