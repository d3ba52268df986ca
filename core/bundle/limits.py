"""Every size that the bundle reader accepts, in one place; checked before anything is read or allocated."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1 << 20

STATEMENT = "statement.json"
ENVELOPE = "envelope.json"
VALIDITY = "proofs/validity.bin"
BOUNDED = "proofs/bounded.bin"
ATTESTATION = "proofs/attestation.bin"
COMMITMENTS = "commitments.bin"
SCHEMA = "schema.json"
MODEL = "model/model.json"

# The order of the members in a bundle of version 1; the model is absent when it is hidden.
# Instead of `validity`, a large dataset has `bounded` in its place.
MEMBER_ORDER = (STATEMENT, ENVELOPE, VALIDITY, ATTESTATION, COMMITMENTS, SCHEMA, MODEL)

RANGE_PROOFS = {"validity": VALIDITY, "bounded": BOUNDED}
"""By the claim about the range of values that the dataset comes with, the member that proves it."""

COMMITMENT_BYTES = 48
COMMITMENT_ENTRY_BYTES = 8 + COMMITMENT_BYTES  # record number (u64, big endian), commitment
# Record numbers also stand in JSON, whose integers are exact up to here.
MAX_RECORD_NUMBER = (1 << 53) - 1

_LISTED_NUMBER_BYTES = len(str(MAX_RECORD_NUMBER)) + 1


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """Largest accepted sizes: bytes for members, counts and characters for the rest."""

    statement: int = 12 * _MIB
    statement_base: int = 2 * _MIB  # without the list of excluded records
    signatures: int = 256 << 10  # of the envelope without its payload
    validity: int = 32 * _MIB
    attestation: int = 32 * _MIB
    records: int = 1 << 20
    schema: int = 4 * _MIB
    model: int = 4 * _MIB
    other_member: int = 4 * _MIB  # of a later version, until the statement has told which version it is

    members: int = 16
    member_name: int = 64
    signers: int = 16
    subject_name: int = 200
    person_name: int = 200
    role: int = 60
    meaning: int = 500
    tool: int = 60
    nonce: int = 64

    @property
    def envelope(self) -> int:
        """Bytes of the longest envelope."""
        return self.envelope_around(self.statement)

    def envelope_around(self, statement: int) -> int:
        """Bytes of the longest envelope around a statement of so many bytes."""
        return 4 * ((statement + 2) // 3) + self.signatures

    def statement_beside(self, commitments: int) -> int:
        """Bytes of the longest statement beside so many bytes of commitments.

        A long statement lists excluded records, so it comes with as many commitments. Checking JSON is the slowest
        thing that a reader does before it knows anything; thus a hostile file pays for it with its weight.
        """
        records = commitments // COMMITMENT_ENTRY_BYTES
        return min(self.statement, self.statement_base + _LISTED_NUMBER_BYTES * records)

    @property
    def commitments(self) -> int:
        """Bytes of the longest list of record commitments."""
        return self.records * COMMITMENT_ENTRY_BYTES

    def member(self, name: str) -> int:
        """Largest size of the member with this name, in bytes."""
        return {
            STATEMENT: self.statement,
            ENVELOPE: self.envelope,
            VALIDITY: self.validity,
            BOUNDED: self.validity,
            ATTESTATION: self.attestation,
            COMMITMENTS: self.commitments,
            SCHEMA: self.schema,
            MODEL: self.model,
        }.get(name, self.other_member)

    @property
    def file(self) -> int:
        """Largest size of a whole bundle, in bytes: all members at their limits and the container around them."""
        return sum(self.member(name) for name in MEMBER_ORDER) + _MIB


LIMITS = BundleLimits()
