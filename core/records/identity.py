"""The 128-bit digest by which a row names its patient: a public formula without salt, for every data set.

    with a patient id column      SHA-256(frame("proofward/patient-id/v1", id))[:16]
    without one                   SHA-256(frame("proofward/record-number/v1", number as u64, big endian))[:16]

The id is tidied first: Unicode NFC, no spaces at its ends, one space for each run of white space. The digest stands
only inside the hiding commitment of its record. That the id is the patient's is entered by a person, not proven.
"""

from __future__ import annotations

import hashlib

from core.encoding.framing import framed
from core.records.layout import ID_LIMBS, LIMB_BITS
from core.records.names import tidy

DIGEST_BYTES = ID_LIMBS * LIMB_BITS // 8


def patient_digest(patient_id: str) -> bytes:
    """Digest of a patient id, 16 bytes."""
    return _digest("proofward/patient-id/v1", tidy(patient_id).encode("utf-8"))


def record_digest(number: int) -> bytes:
    """What stands in its place, 16 bytes, where the source has no patient ids: every record is its own patient."""
    return _digest("proofward/record-number/v1", number.to_bytes(8, "big"))


def digest_limbs(digest: bytes) -> tuple[int, ...]:
    """The eight 16-bit limbs of a digest, most significant first."""
    return tuple(int.from_bytes(digest[i : i + 2], "big") for i in range(0, DIGEST_BYTES, 2))


def _digest(label: str, data: bytes) -> bytes:
    return hashlib.sha256(framed(label, data)).digest()[:DIGEST_BYTES]
