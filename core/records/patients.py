"""Which patients had a record already: their digests, 16 bytes each, however many there are."""

from __future__ import annotations

import numpy as np

from core.records.identity import DIGEST_BYTES


class Patients:
    """A set of patients' digests, most of them in one sorted array. Secret."""

    def __init__(self, digests: bytes = b"") -> None:
        self._settled = np.sort(np.frombuffer(digests, dtype=f"S{DIGEST_BYTES}"))
        self._recent: set[bytes] = set()

    def __repr__(self) -> str:
        return f"Patients({len(self._settled) + len(self._recent)}, redacted)"

    def add(self, digest: bytes) -> bool:
        """Whether the patient is new; it is one of the set from now on."""
        if digest in self._recent or self._has(digest):
            return False
        self._recent.add(digest)
        return True

    def settle(self) -> None:
        """Put those that came last into the array, after as many as fit well into a set."""
        if self._recent:
            recent = np.frombuffer(b"".join(self._recent), dtype=self._settled.dtype)
            # A stable sort takes runs that are in order as they are.
            self._settled = np.sort(np.concatenate([self._settled, np.sort(recent)]), kind="stable")
            self._recent.clear()

    def _has(self, digest: bytes) -> bool:
        # Zero bytes at the end are cut off when numpy hands such a text out, and count for nothing when it compares.
        place = int(np.searchsorted(self._settled, np.bytes_(digest)))
        return place < len(self._settled) and self._settled[place] == digest.rstrip(b"\0")
