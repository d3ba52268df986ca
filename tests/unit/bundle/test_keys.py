"""Keys and identities: two keys, one fingerprint, and private halves that never lie in clear."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from core.bundle.identity import Identity, display_fingerprint, is_plain_text, parse_fingerprint
from core.bundle.keys import SigningKey, open_key, seal_key
from core.bundle.secretbox import KdfParameters, Secretbox, derive_key
from core.encoding.canonical import dumps
from core.errors import InputError, MalformedError
from tests.unit.bundle.helper import b64, key

ADA = key("Ada")
SEALED = seal_key(ADA, "correct horse")


def test_generated_keys_differ() -> None:
    assert SigningKey.generate("A").fingerprint != SigningKey.generate("A").fingerprint


def test_the_fingerprint_covers_both_keys_and_not_the_name() -> None:
    identity = ADA.identity
    expected = hashlib.sha256(b"proofward/signer/v1" + identity.ed25519 + identity.mldsa65).hexdigest()
    assert identity.fingerprint == expected
    renamed = Identity(name="Eve", ed25519=identity.ed25519, mldsa65=identity.mldsa65)
    assert renamed.fingerprint == expected
    assert Identity(name="Ada", ed25519=bytes(32), mldsa65=identity.mldsa65).fingerprint != expected


def test_fingerprints_are_shown_in_groups_and_read_back() -> None:
    shown = display_fingerprint(ADA.fingerprint)
    assert len(shown.split(" ")) == 16
    assert parse_fingerprint(f"  {shown.upper()}\n") == ADA.fingerprint
    for text in ("", "ab", ADA.fingerprint + "0", ADA.fingerprint[:-1] + "g"):
        with pytest.raises(MalformedError):
            parse_fingerprint(text)


def test_identity_file_round_trip() -> None:
    data = ADA.identity.to_bytes()
    assert Identity.from_bytes(data) == ADA.identity
    assert Identity.from_bytes(data + b"\n") == ADA.identity
    assert ADA.ed25519_seed not in data


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"version": 2},
        {"version": True},
        {"name": ""},
        {"name": 1},
        {"name": "a\u202eb"},
        {"fingerprint": "00" * 32},
        {"ed25519": "AAAA"},
        {"mldsa65": "?"},
        {"extra": 1},
    ],
)
def test_other_identity_files_are_malformed(change: dict[str, Any]) -> None:
    document = {**json.loads(ADA.identity.to_bytes()), **change}
    with pytest.raises(MalformedError):
        Identity.from_bytes(dumps(document))


def test_no_private_key_in_any_repr() -> None:
    shown = repr(ADA) + str(ADA) + repr(Secretbox(bytes(32)))
    assert ADA.fingerprint[:16] in shown
    for seed in (ADA.ed25519_seed, ADA.mldsa65_seed):
        assert seed.hex() not in shown
        assert repr(seed) not in shown


def test_key_file_round_trip_and_what_it_shows() -> None:
    assert open_key(SEALED, "correct horse") == ADA
    for secret in (ADA.ed25519_seed, ADA.mldsa65_seed):
        assert secret not in SEALED
        assert secret.hex().encode() not in SEALED
    assert Identity.from_json(json.loads(SEALED)["identity"]) == ADA.identity
    assert seal_key(ADA, "correct horse") != SEALED


def test_accents_typed_in_either_normal_form_are_the_same_passphrase() -> None:
    parameters = KdfParameters(salt=bytes(16))
    assert derive_key("pass\u00e9", parameters) == derive_key("passe\u0301", parameters)
    assert derive_key("pass\u00e9", parameters) != derive_key("passe", parameters)


def test_a_wrong_passphrase_is_an_input_error() -> None:
    with pytest.raises(InputError) as caught:
        open_key(SEALED, "wrong horse")
    assert caught.value.code == "key.passphrase"
    for passphrase in ("", "x" * 1025, "\ud800"):
        with pytest.raises(InputError) as caught:
            seal_key(ADA, passphrase)
        assert caught.value.code == "secret.passphrase"


def test_a_key_file_cannot_be_weakened_or_relabelled() -> None:
    """Costs are bounded on both sides, and everything readable is bound to what is sealed."""
    document = json.loads(SEALED)
    for cost in (
        {"memory_kib": 8},
        {"passes": 1},
        {"lanes": 0},
        {"memory_kib": 1 << 22},
        {"name": "scrypt"},
        {"salt": ""},
    ):
        with pytest.raises(MalformedError) as caught:
            open_key(dumps({**document, "kdf": {**document["kdf"], **cost}}), "correct horse")
        assert caught.value.code == "secret.kdf"
    other = {**document, "identity": key("Bob").identity.to_json()}
    with pytest.raises(InputError):
        open_key(dumps(other), "correct horse")
    with pytest.raises(MalformedError):
        open_key(dumps({**document, "version": 2}), "correct horse")


def test_a_key_file_shows_the_identity_of_its_own_key() -> None:
    """Even whoever knows the passphrase cannot make a file that shows Bob and signs as Ada."""
    document = json.loads(SEALED)
    header = {name: document[name] for name in ("kind", "version", "kdf")}
    header["identity"] = key("Bob").identity.to_json()
    box = Secretbox(derive_key("correct horse", KdfParameters.from_json(document["kdf"])))
    with pytest.raises(MalformedError) as caught:
        open_key(dumps({**header, "sealed": b64(box.seal(ADA.to_secret_bytes(), dumps(header)))}), "correct horse")
    assert caught.value.code == "key.file"


def test_sealed_items_are_bound_to_their_place() -> None:
    box = Secretbox(bytes(32))
    sealed = box.seal(b"secret", b"here")
    assert box.open(sealed, b"here") == b"secret"
    assert box.seal(b"secret", b"here") != sealed
    changed = bytes([sealed[0] ^ 1]) + sealed[1:]
    for item, place in ((sealed, b"there"), (changed, b"here"), (sealed[:-1], b"here"), (b"", b"here")):
        with pytest.raises(MalformedError):
            box.open(item, place)


@pytest.mark.parametrize(
    "text", ["", " a", "a ", "a\nb", "a\tb", "a\u200bb", "a\u202eb", "a\u2066b", "\ufeffa", "x" * 6]
)
def test_texts_that_hide_something(text: str) -> None:
    assert not is_plain_text(text, 5)


@pytest.mark.parametrize("text", ["a", "Ärzte", "医院", "\u0645\u06cc\u200c\u062e\u0648", "👩\u200d⚕"])
def test_texts_of_the_world(text: str) -> None:
    assert is_plain_text(text, 20)
