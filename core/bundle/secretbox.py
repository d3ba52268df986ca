"""Secrets at rest: a key from a passphrase by Argon2id (RFC 9106), and AES-256-GCM bound to what the secret is.

Sealed bytes are nonce (12, from the operating system, fresh each time) || ciphertext || tag (16).
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.bundle.identity import decode_base64, encode_base64
from core.errors import InputError, MalformedError

KEY_BYTES = 32
NONCE_BYTES = 12
SALT_BYTES = 16
SEALED_OVERHEAD = NONCE_BYTES + 16
_MAX_PASSPHRASE = 1024


@dataclass(frozen=True, slots=True)
class KdfParameters:
    """Cost and salt of one derivation; the costs are the second recommended option of RFC 9106, section 4."""

    salt: bytes
    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    @classmethod
    def fresh(cls) -> KdfParameters:
        """The recommended costs with a new salt."""
        return cls(salt=secrets.token_bytes(SALT_BYTES))

    def to_json(self) -> dict[str, object]:
        """The parameters as JSON values."""
        return {
            "name": "argon2id",
            "version": 19,
            "salt": encode_base64(self.salt),
            "memory_kib": self.memory_kib,
            "passes": self.passes,
            "lanes": self.lanes,
        }

    @classmethod
    def from_json(cls, document: object) -> KdfParameters:
        """Strict inverse of `to_json`; MalformedError secret.kdf, also for costs that are too weak, or absurd."""
        names = {"name", "version", "salt", "memory_kib", "passes", "lanes"}
        if not isinstance(document, dict) or set(document) != names:
            raise _malformed()
        salt, costs = document["salt"], [document[name] for name in ("memory_kib", "passes", "lanes")]
        if document["name"] != "argon2id" or document["version"] != 19 or not isinstance(salt, str):
            raise _malformed()
        if not all(type(cost) is int for cost in costs):
            raise _malformed()
        memory, passes, lanes = costs
        if not (64 * 1024 <= memory <= 1024 * 1024 and 3 <= passes <= 16 and 1 <= lanes <= 16):
            raise _malformed()
        decoded = decode_base64(salt, code="secret.kdf")
        if len(decoded) != SALT_BYTES:
            raise _malformed()
        return cls(salt=decoded, memory_kib=memory, passes=passes, lanes=lanes)


class Secretbox:
    """Seals and opens under one 256-bit key; every sealed item names what it is by its associated data."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "Secretbox(<secret>)"

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """nonce || ciphertext || tag; at most 2^32 items under one key (NIST SP 800-38D, 8.3)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """The plain bytes; MalformedError secret.sealed if key, bytes or associated data are not those of `seal`."""
        return self.open_all((sealed,), (associated,))[0]

    def open_all(self, sealed: Sequence[bytes], associated: Iterable[bytes]) -> list[bytes]:
        """The same for many items, each with its own associated data, and without a call of ours for each."""
        if min(map(len, sealed), default=SEALED_OVERHEAD) < SEALED_OVERHEAD:
            raise MalformedError("secret.sealed", "An encrypted item is damaged.")
        decrypt = self._cipher.decrypt
        try:
            return [
                decrypt(item[:NONCE_BYTES], item[NONCE_BYTES:], place)
                for item, place in zip(sealed, associated, strict=True)
            ]
        except InvalidTag:
            raise MalformedError("secret.sealed", "An encrypted item is damaged, or the key is not its own.") from None


def derive_key(passphrase: str, parameters: KdfParameters) -> bytes:
    """32 bytes: Argon2id of the passphrase (normal form C); InputError secret.passphrase."""
    if not passphrase or len(passphrase) > _MAX_PASSPHRASE:
        raise InputError(
            "secret.passphrase", "The passphrase is empty or too long.", "Choose one of 1 to 1024 characters."
        )
    try:
        material = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("secret.passphrase", "The passphrase holds characters that are not text.") from None
    return Argon2id(
        salt=parameters.salt,
        length=KEY_BYTES,
        iterations=parameters.passes,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    ).derive(material)


def _malformed() -> MalformedError:
    return MalformedError("secret.kdf", "The description of how a key is protected is damaged or was weakened.")
