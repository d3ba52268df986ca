"""What the check of one's own bundle finds out and need not find out again after an interruption.

Each part is a function of bytes of the bundle, kept beside their digest where nobody else can write; whatever else the
verdict follows from is verified again (docs/protocol/interrupted.md). Nobody who checks a bundle of another gives one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from core.algebra.batch.kept import KeptSums


class KeptCheck(KeptSums, Protocol):
    """Where the sums over the record commitments, and their tree, are kept."""

    def tree(self, digest: str, make: Callable[[], bytes]) -> bytes:
        """The root of the record tree over the list whose encoding has this SHA-256: what `make` gives, or gave."""
