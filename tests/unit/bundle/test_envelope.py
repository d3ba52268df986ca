"""Signatures: both of each signer, over exactly these bytes, by exactly those keys."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from core.bundle.envelope import PAYLOAD_TYPE, pre_authentication_encoding, sign, verify_envelope
from core.bundle.keys import SigningKey
from core.bundle.statement import Signer
from core.encoding.canonical import dumps
from core.errors import InternalError, MalformedError, ProofwardError, RejectedError
from tests.unit.bundle.helper import b64, key

STATEMENT = b'{"a":1}'
ADA, BOB = key("Ada"), key("Bob")
ENVELOPE = sign(STATEMENT, [ADA, BOB])
SIGNERS = (ADA.signer, BOB.signer)


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(ENVELOPE)
    change(document)
    return dumps(document)


def refusal(envelope: bytes, statement: bytes = STATEMENT, signers: tuple[Signer, ...] = SIGNERS) -> ProofwardError:
    with pytest.raises((MalformedError, RejectedError)) as caught:
        verify_envelope(envelope, statement, signers)
    return caught.value


def test_encoding_of_the_specification() -> None:
    """The example of the DSSE protocol, version 1.0.2 (secure-systems-lab/dsse, protocol.md)."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pre_authentication_encoding("http://example.com/HelloWorld", b"hello world") == expected


def test_lengths_are_of_bytes() -> None:
    assert pre_authentication_encoding("ä", "é".encode()) == "DSSEv1 2 ä 2 é".encode()


def test_signers_are_returned_in_their_order() -> None:
    verified = verify_envelope(ENVELOPE, STATEMENT, SIGNERS)
    assert [signer.name for signer in verified] == ["Ada", "Bob"]
    assert [signer.fingerprint for signer in verified] == [ADA.fingerprint, BOB.fingerprint]


def test_the_envelope_is_plain_dsse() -> None:
    document = json.loads(ENVELOPE)
    assert document["payloadType"] == PAYLOAD_TYPE == "application/vnd.in-toto+json"
    assert base64.b64decode(document["payload"]) == STATEMENT
    assert [entry["keyid"] for entry in document["signatures"]] == [
        f"{algorithm}:{k.fingerprint}" for k in (ADA, BOB) for algorithm in ("ed25519", "ml-dsa-65")
    ]


@pytest.mark.parametrize("place", range(4))
def test_each_signature_is_checked(place: int) -> None:
    def flip(document: dict[str, Any]) -> None:
        signature = bytearray(base64.b64decode(document["signatures"][place]["sig"]))
        signature[10] ^= 1
        document["signatures"][place]["sig"] = b64(bytes(signature))

    error = refusal(edited(flip))
    assert isinstance(error, RejectedError)
    assert (error.code, error.stage) == ("signature.invalid", "signature")


@pytest.mark.parametrize("place", range(4))
def test_no_signature_may_be_missing(place: int) -> None:
    error = refusal(edited(lambda document: document["signatures"].pop(place)))
    assert isinstance(error, RejectedError)
    assert error.code == "signature.missing"


def test_signatures_of_one_signer_do_not_serve_another() -> None:
    def swap(document: dict[str, Any]) -> None:
        first, third = document["signatures"][0], document["signatures"][2]
        first["sig"], third["sig"] = third["sig"], first["sig"]

    assert refusal(edited(swap)).code == "signature.invalid"


def test_signatures_over_another_statement() -> None:
    assert refusal(ENVELOPE, b'{"a":2}').code == "signature.payload"

    def new_payload(document: dict[str, Any]) -> None:
        document["payload"] = b64(b'{"a":2}')

    assert refusal(edited(new_payload), b'{"a":2}').code == "signature.invalid"


def test_the_payload_type_is_signed() -> None:
    message = pre_authentication_encoding("application/json", STATEMENT)

    def other(document: dict[str, Any]) -> None:
        for place, signature in enumerate((*ADA.sign_both(message), *BOB.sign_both(message))):
            document["signatures"][place]["sig"] = b64(signature)

    assert refusal(edited(other)).code == "signature.invalid"


def test_a_fingerprint_belongs_to_its_keys() -> None:
    """Mallory signs with own keys and shows Ada's fingerprint."""
    mallory = key("Mallory")
    posing = Signer(
        name="Ada",
        role=ADA.role,
        meaning=ADA.meaning,
        fingerprint=ADA.fingerprint,
        ed25519=mallory.signer.ed25519,
        mldsa65=mallory.signer.mldsa65,
    )
    document = json.loads(sign(STATEMENT, [mallory]))
    for entry, algorithm in zip(document["signatures"], ("ed25519", "ml-dsa-65"), strict=True):
        entry["keyid"] = f"{algorithm}:{ADA.fingerprint}"
    assert refusal(dumps(document), STATEMENT, (posing,)).code == "signature.fingerprint"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(extra=1),
        lambda d: d.pop("payloadType"),
        lambda d: d.update(payloadType="application/json"),
        lambda d: d.update(payload=1),
        lambda d: d.update(payload=d["payload"].rstrip("=") + "\n"),
        lambda d: d.update(signatures={}),
        lambda d: d.update(signatures=[]),
        lambda d: d["signatures"].append(d["signatures"][0]),
        lambda d: d["signatures"].reverse(),
        lambda d: d["signatures"].append({"keyid": "ed25519:" + "00" * 32, "sig": b64(bytes(64))}),
        lambda d: d["signatures"].append({"keyid": "rsa:" + "00" * 32, "sig": b64(bytes(64))}),
        lambda d: d["signatures"][0].update(sig=b64(bytes(63))),
        lambda d: d["signatures"][1].update(sig=b64(bytes(3310))),
        lambda d: d["signatures"][0].update(sig="****"),
        lambda d: d["signatures"][0].update(sig=5),
        lambda d: d["signatures"][0].update(keyid=5),
        lambda d: d["signatures"][0].update(cert="x"),
        lambda d: d["signatures"].__setitem__(0, "x"),
        lambda d: d.update(signatures=d["signatures"] * 9),
    ],
)
def test_other_envelopes_are_malformed(change: Callable[[dict[str, Any]], object]) -> None:
    error = refusal(edited(change))
    assert isinstance(error, MalformedError)
    assert error.code == "envelope.form"


def test_every_byte_of_the_envelope_matters() -> None:
    for position in range(0, len(ENVELOPE), 3):
        changed = bytearray(ENVELOPE)
        changed[position] ^= 1 + position % 127
        refusal(bytes(changed))


def test_public_keys_that_are_no_points_are_rejected() -> None:
    bad = SigningKey(name="Bad", ed25519_seed=bytes(32), mldsa65_seed=bytes(32))
    signer = bad.signer
    no_point = bytes([2]) + bytes(31)
    posing = Signer(signer.name, signer.role, signer.meaning, "", no_point, signer.mldsa65)
    fingerprint = _fingerprint(posing)
    posing = Signer(signer.name, signer.role, signer.meaning, fingerprint, no_point, signer.mldsa65)
    document = json.loads(sign(STATEMENT, [bad]))
    for entry, algorithm in zip(document["signatures"], ("ed25519", "ml-dsa-65"), strict=True):
        entry["keyid"] = f"{algorithm}:{fingerprint}"
    assert refusal(dumps(document), STATEMENT, (posing,)).code == "signature.invalid"


def _fingerprint(signer: Signer) -> str:
    from core.bundle.identity import Identity

    return Identity(name=signer.name, ed25519=signer.ed25519, mldsa65=signer.mldsa65).fingerprint


def test_nothing_leaves_unsigned() -> None:
    with pytest.raises(InternalError):
        sign(STATEMENT, [])
