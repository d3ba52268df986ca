"""Every size that the bundle reader accepts, in one place; checked before anything is read or allocated."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1 << 20

STATEMENT = "statement.json"
ENVELOPE = "envelope.json"
VALIDITY = "proofs/validity.bin"
ATTESTATION = "proofs/attestation.bin"
COMMITMENTS = "commitments.bin"
SCHEMA = "schema.json"
MODEL = "model/model.json"

# The order of the members in a bundle of version 1; the model is absent when it is hidden.
MEMBER_ORDER = (STATEMENT, ENVELOPE, VALIDITY, ATTESTATION, COMMITMENTS, SCHEMA, MODEL)

COMMITMENT_BYTES = 48
COMMITMENT_ENTRY_BYTES = 8 + COMMITMENT_BYTES  # record number (u64, big endian), commitment
# Record numbers also stand in JSON, whose integers are exact up to here.
MAX_RECORD_NUMBER = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """Largest accepted sizes: bytes for members, counts and characters for the rest."""

    statement: int = 12 * _MIB  # room for a list of excluded records as long as the dataset
    envelope: int = 17 * _MIB  # 4/3 of the statement, and the signatures
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
    def commitments(self) -> int:
        """Bytes of the longest list of record commitments."""
        return self.records * COMMITMENT_ENTRY_BYTES

    def member(self, name: str) -> int:
        """Largest size of the member with this name, in bytes."""
        return {
            STATEMENT: self.statement,
            ENVELOPE: self.envelope,
            VALIDITY: self.validity,
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
