"""Sums over blocks of points that survive the process which formed them.

Who verifies its own work may be killed before the verdict. A sum over a block is a function of encodings and scalars,
so one that was kept beside a digest of both, where nobody else can write, need not be formed again, nor the block
decoded; whatever the scalars follow from is verified again as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

_LABEL = b"proofward/block-sum/v1"


class KeptSums(Protocol):
    """Where the sums of one verification are kept; only for who trusts it as it trusts itself."""

    def load(self) -> Mapping[int, tuple[bytes, bytes]]:
        """By the place of each block's first point: digest, and the sum as x || y, empty for the identity."""

    def save(self, sums: Mapping[int, tuple[bytes, bytes]]) -> None:
        """Keep these sums, all that there are so far: also those loaded that have not been compared yet."""


def digest_of(backend: str, first: int, blobs: Sequence[bytes], scalars: bytes) -> bytes:
    """Of all that a block's sum follows from: blobs of 48 bytes each, scalars as frames.pack_scalars packs them."""
    digest = hashlib.sha256(_LABEL)
    digest.update(b"%s %d %d " % (backend.encode(), first, len(blobs)))
    digest.update(b"".join(blobs))
    digest.update(scalars)
    return digest.digest()
