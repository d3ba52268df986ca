"""DSSE: which bytes a signature covers, the envelope around them, and the check of every signature.

Each signer signs the same bytes with Ed25519 (RFC 8032) and with ML-DSA-65 (FIPS 204), and both must hold, so that a
forger has to break both. Whoever holds a key can sign anything with it: a valid signature says who stands behind a
statement, never that the statement is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from core.bundle.identity import Identity, decode_base64, encode_base64
from core.bundle.limits import LIMITS, BundleLimits
from core.bundle.statement import Signer
from core.encoding.canonical import dumps, loads
from core.errors import InternalError, MalformedError, RejectedError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
ED25519 = "ed25519"
MLDSA65 = "ml-dsa-65"
SIGNATURE_BYTES = {ED25519: 64, MLDSA65: 3309}
_STAGE = "signature"


class PrivateSigner(Protocol):
    """What `sign` needs of a signing key."""

    @property
    def identity(self) -> Identity: ...

    def sign_both(self, message: bytes) -> tuple[bytes, bytes]:
        """The Ed25519 and the ML-DSA-65 signature of the message."""


@dataclass(frozen=True, slots=True)
class VerifiedSigner:
    """A signer both of whose signatures hold; name, role and meaning are in the signed bytes, in the signer's words."""

    fingerprint: str
    name: str
    role: str
    meaning: str


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """PAE of DSSE v1: "DSSEv1" SP length SP type SP length SP payload, lengths in decimal; injective."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(statement_bytes: bytes, signers: Sequence[PrivateSigner]) -> bytes:
    """The envelope: the statement and, signer by signer, its two signatures."""
    message = pre_authentication_encoding(PAYLOAD_TYPE, statement_bytes)
    signatures: list[dict[str, object]] = []
    for signer in signers:
        fingerprint = signer.identity.fingerprint
        for algorithm, signature in zip((ED25519, MLDSA65), signer.sign_both(message), strict=True):
            signatures.append({"keyid": f"{algorithm}:{fingerprint}", "sig": encode_base64(signature)})
    if not signatures:
        raise InternalError("signature.none", "A bundle was to be written without a signature.")
    envelope = {"payload": encode_base64(statement_bytes), "payloadType": PAYLOAD_TYPE, "signatures": signatures}
    return dumps(envelope)


def verify_envelope(
    envelope_bytes: bytes, statement_bytes: bytes, signers: Sequence[Signer], *, limits: BundleLimits = LIMITS
) -> tuple[VerifiedSigner, ...]:
    """The signers that the statement names, every signature of theirs checked over exactly these statement bytes.

    MalformedError envelope.* or json.*: not an envelope, or signatures nobody asked for, repeated or out of order.
    RejectedError signature.payload: it signs other bytes; signature.fingerprint: a fingerprint is not that of the keys
    beside it; signature.missing: a signer lacks one of the two; signature.invalid: a signature does not hold.
    """
    payload, signatures = _parse(envelope_bytes, limits.envelope_around(len(statement_bytes)), limits)
    if payload != statement_bytes:
        raise RejectedError(
            "signature.payload",
            "The signatures in this bundle are over another statement.",
            "Ask its maker for the original file.",
            stage=_STAGE,
        )
    expected = [f"{algorithm}:{signer.fingerprint}" for signer in signers for algorithm in (ED25519, MLDSA65)]
    given = dict(signatures)
    for keyid in expected:
        if keyid not in given:
            raise RejectedError(
                "signature.missing",
                "A signature is missing: each signer named in this bundle must sign with Ed25519 and with ML-DSA-65.",
                "Ask its maker for the original file.",
                stage=_STAGE,
                detail=keyid,
            )
    if [keyid for keyid, _ in signatures] != expected:
        raise _malformed("The bundle carries signatures that are repeated, out of order, or of nobody it names.")
    message = pre_authentication_encoding(PAYLOAD_TYPE, statement_bytes)
    return tuple(_verify(signer, message, given) for signer in signers)


def _verify(signer: Signer, message: bytes, signatures: dict[str, bytes]) -> VerifiedSigner:
    identity = Identity(name=signer.name, ed25519=signer.ed25519, mldsa65=signer.mldsa65)
    if identity.fingerprint != signer.fingerprint:
        raise RejectedError(
            "signature.fingerprint",
            "A signer in this bundle shows a fingerprint that is not that of the keys beside it.",
            "Do not trust this bundle: somebody may be posing as that signer.",
            stage=_STAGE,
        )
    by_algorithm = {name: signatures[f"{name}:{signer.fingerprint}"] for name in (ED25519, MLDSA65)}
    try:
        Ed25519PublicKey.from_public_bytes(signer.ed25519).verify(by_algorithm[ED25519], message)
        MLDSA65PublicKey.from_public_bytes(signer.mldsa65).verify(by_algorithm[MLDSA65], message)
    except (InvalidSignature, ValueError) as error:
        raise RejectedError(
            "signature.invalid",
            "A signature in this bundle does not hold: the statement or the signature was changed.",
            "Ask its maker for the original file.",
            stage=_STAGE,
            detail=signer.fingerprint,
        ) from error
    return VerifiedSigner(fingerprint=signer.fingerprint, name=signer.name, role=signer.role, meaning=signer.meaning)


def _parse(data: bytes, longest: int, limits: BundleLimits) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Payload and (keyid, signature) in their order; everything strict."""
    document = loads(data, limit=longest, what="The envelope")
    if not isinstance(document, dict) or set(document) != {"payload", "payloadType", "signatures"}:
        raise _malformed("The envelope around the statement does not have the form that it must have.")
    payload, entries = document["payload"], document["signatures"]
    if document["payloadType"] != PAYLOAD_TYPE or not isinstance(payload, str):
        raise _malformed("The envelope around the statement is of another type.")
    if not isinstance(entries, list) or not 1 <= len(entries) <= 2 * limits.signers:
        raise _malformed("The envelope around the statement has no signatures, or too many.")
    signatures: list[tuple[str, bytes]] = []
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != {"keyid", "sig"}:
            raise _malformed("A signature in this bundle does not have the form that it must have.")
        keyid, signature = entry["keyid"], entry["sig"]
        if not isinstance(keyid, str) or not isinstance(signature, str):
            raise _malformed("A signature in this bundle does not have the form that it must have.")
        decoded = decode_base64(signature, code="envelope.form")
        if SIGNATURE_BYTES.get(keyid.partition(":")[0]) != len(decoded):
            raise _malformed("A signature in this bundle is of an unknown kind or of the wrong length.")
        signatures.append((keyid, decoded))
    return decode_base64(payload, code="envelope.form"), signatures


def _malformed(message: str) -> MalformedError:
    return MalformedError("envelope.form", message, "Ask its maker for the original file.")
