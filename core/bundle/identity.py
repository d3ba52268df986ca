"""The public half of a signer: two public keys, one fingerprint over both, a name; how it is written and shown."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from core.bundle.limits import LIMITS
from core.encoding.canonical import dumps, loads
from core.errors import MalformedError

ED25519_PUBLIC_BYTES = 32
MLDSA65_PUBLIC_BYTES = 1952
_LABEL = b"proofward/signer/v1"
_KIND = "proofward-identity"
_VERSION = 1
_MAX_FILE = 16 * 1024
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
# Characters that do not show, or change the order in which their neighbours show. Written as ranges, because tables of
# character properties differ between versions of Python, and verdicts must not.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A signer's name (as the signer typed it) and the two public keys that every signature of theirs must satisfy."""

    name: str
    ed25519: bytes
    mldsa65: bytes

    def __post_init__(self) -> None:
        if len(self.ed25519) != ED25519_PUBLIC_BYTES or len(self.mldsa65) != MLDSA65_PUBLIC_BYTES:
            raise MalformedError("identity.keys", "The public keys of a signer do not have the right lengths.")
        if not is_plain_text(self.name, LIMITS.person_name):
            raise MalformedError(
                "identity.name", "The name of a signer is empty, too long, or holds hidden characters."
            )

    @property
    def fingerprint(self) -> str:
        """SHA-256("proofward/signer/v1" || Ed25519 key || ML-DSA-65 key) as 64 hex digits; the name is not in it."""
        return hashlib.sha256(_LABEL + self.ed25519 + self.mldsa65).hexdigest()

    def to_json(self) -> dict[str, object]:
        """The identity as JSON values, for a file that others import to recognise the signer."""
        return {
            "kind": _KIND,
            "version": _VERSION,
            "name": self.name,
            "fingerprint": self.fingerprint,
            "ed25519": encode_base64(self.ed25519),
            "mldsa65": encode_base64(self.mldsa65),
        }

    @classmethod
    def from_json(cls, document: object) -> Identity:
        """Strict inverse of `to_json`; MalformedError identity.*, also when the fingerprint is not that of the keys."""
        names = {"kind", "version", "name", "fingerprint", "ed25519", "mldsa65"}
        if not isinstance(document, dict) or set(document) != names or document["kind"] != _KIND:
            raise MalformedError("identity.fields", "This is not the public identity of a signer.")
        if type(document["version"]) is not int or document["version"] != _VERSION:
            raise MalformedError(
                "identity.version", "This identity was made by another version of Proofward.", "Use a newer version."
            )
        name, ed25519, mldsa65 = document["name"], document["ed25519"], document["mldsa65"]
        if not isinstance(name, str) or not isinstance(ed25519, str) or not isinstance(mldsa65, str):
            raise MalformedError("identity.fields", "This is not the public identity of a signer.")
        identity = cls(
            name=name,
            ed25519=decode_base64(ed25519, code="identity.keys"),
            mldsa65=decode_base64(mldsa65, code="identity.keys"),
        )
        if document["fingerprint"] != identity.fingerprint:
            raise MalformedError("identity.fingerprint", "The fingerprint in this identity is not that of its keys.")
        return identity

    def to_bytes(self) -> bytes:
        """The identity file."""
        return dumps(self.to_json())

    @classmethod
    def from_bytes(cls, data: bytes) -> Identity:
        """Strict inverse of `to_bytes`; a final line feed is allowed, because editors add one."""
        return cls.from_json(loads(data.removesuffix(b"\n"), limit=_MAX_FILE, what="The identity"))


def display_fingerprint(fingerprint: str) -> str:
    """The fingerprint in sixteen groups of four digits, for reading aloud and comparing."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def parse_fingerprint(text: str) -> str:
    """The 64 digits of a fingerprint as typed by a person (any case, spaces, colons); MalformedError for other text."""
    digits = re.sub(r"[\s:]", "", text).lower()
    if not _FINGERPRINT.fullmatch(digits):
        raise MalformedError("identity.fingerprint", "A fingerprint consists of 64 hexadecimal digits.")
    return digits


def is_plain_text(text: str, longest: int) -> bool:
    """Whether `text` is 1 to `longest` characters, none of which hides or reorders others."""
    return 1 <= len(text) <= longest and _HIDDEN.search(text) is None and text == text.strip(" ")


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str, *, code: str) -> bytes:
    """Strict inverse of `encode_base64`; MalformedError `code` for any other spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = b""
    if encode_base64(data) != text:
        raise MalformedError(code, "A text in this file is not base64 in its one proper spelling.")
    return data
