"""Writes bundles: adds to the predicate what is only signed, signs it, and reads the result back before it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.bundle import limits as files
from core.bundle.container import Member, encode
from core.bundle.envelope import sign, verify_envelope
from core.bundle.keys import SigningKey
from core.bundle.limits import LIMITS
from core.bundle.reader import encode_commitments, read_bundle
from core.bundle.statement import PREDICATE_TYPE, STATEMENT_TYPE
from core.encoding.canonical import dumps
from core.errors import InputError, InternalError, MalformedError, RejectedError

TOOL_NAME = "Proofward"


@dataclass(frozen=True, slots=True)
class BundleParts:
    """Everything that goes into a bundle except signatures and the time.

    predicate: the proven members (no files, times, tool or signers); subject_digest: hexadecimal; numbers, commitments:
    of the records, 48 bytes each; schema_bytes, model_bytes: canonical JSON, model_bytes None when the model is hidden.
    """

    predicate: Mapping[str, Any] = field(repr=False)
    subject_name: str
    subject_digest: str
    validity: bytes = field(repr=False)
    attestation: bytes = field(repr=False)
    numbers: Sequence[int] = field(repr=False)
    commitments: Sequence[bytes] = field(repr=False)
    schema_bytes: bytes = field(repr=False)
    model_bytes: bytes | None = field(repr=False)
    tool_version: str = "0.1.0"


def build_bundle(parts: BundleParts, *, signers: Sequence[SigningKey], created: str) -> bytes:
    """The signed bundle; `created` is UTC as 2026-11-23T17:31:10Z.

    InputError bundle.too_large when a part is over its limit; InternalError bundle.unreadable when our own reader would
    not take the result, so that no bundle leaves that nobody can open.
    """
    attached = _attached(parts)
    if any(len(data) > LIMITS.member(name) for name, data in attached.items()):
        raise _too_large()
    predicate = {
        **parts.predicate,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in attached.items()},
        "times": {"created": created},
        "tool": {"name": TOOL_NAME, "version": parts.tool_version},
        "signers": [key.signer.to_json() for key in signers],
    }
    statement = dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": parts.subject_name, "digest": {"sha256": parts.subject_digest}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }
    )
    if len(statement) > LIMITS.statement_beside(len(attached[files.COMMITMENTS])):
        raise _too_large()
    members = (
        Member(files.STATEMENT, statement),
        Member(files.ENVELOPE, sign(statement, signers)),
        *(Member(name, data) for name, data in attached.items()),
    )
    bundle = encode(members)
    try:
        contents = read_bundle(bundle)
        verify_envelope(contents.envelope_bytes, contents.statement_bytes, contents.typed.signers)
    except (MalformedError, RejectedError) as error:
        raise InternalError(
            "bundle.unreadable", f"A bundle was written that cannot be read back ({error.code}, {error.detail})."
        ) from error
    return bundle


def _too_large() -> InputError:
    return InputError(
        "bundle.too_large", "This attestation is too large for a bundle.", "Attest fewer records or fewer columns."
    )


def _attached(parts: BundleParts) -> dict[str, bytes]:
    """The members that the statement binds by digest, in their order in the container."""
    ranges = "bounded" if "bounded" in parts.predicate["dataset"] else "validity"
    attached = {
        files.RANGE_PROOFS[ranges]: parts.validity,
        files.ATTESTATION: parts.attestation,
        files.COMMITMENTS: encode_commitments(parts.numbers, parts.commitments),
        files.SCHEMA: parts.schema_bytes,
    }
    if parts.model_bytes is not None:
        attached[files.MODEL] = parts.model_bytes
    return attached
