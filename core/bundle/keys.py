"""Signing keys: an Ed25519 and an ML-DSA-65 key that always sign together, and the file that keeps them encrypted."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

from core.bundle.identity import Identity, decode_base64, encode_base64, is_plain_text
from core.bundle.limits import LIMITS
from core.bundle.secretbox import KdfParameters, Secretbox, derive_key
from core.bundle.statement import Signer
from core.encoding.canonical import dumps, loads
from core.errors import InputError, MalformedError

SEED_BYTES = 32  # of each of the two private keys
DEFAULT_ROLE = "attester"
DEFAULT_MEANING = "I made this attestation from records in my keeping and stand by what it states."
_KIND = "proofward-signing-key"
_VERSION = 1
_MAX_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Both private keys as their seeds, and the words under which they sign. Secret: its repr shows the fingerprint."""

    name: str
    ed25519_seed: bytes = field(repr=False)
    mldsa65_seed: bytes = field(repr=False)
    role: str = DEFAULT_ROLE
    meaning: str = DEFAULT_MEANING

    def __post_init__(self) -> None:
        if len(self.ed25519_seed) != SEED_BYTES or len(self.mldsa65_seed) != SEED_BYTES:
            raise InputError("key.seed", "A signing key does not have the right length.")
        for text, longest in (
            (self.name, LIMITS.person_name),
            (self.role, LIMITS.role),
            (self.meaning, LIMITS.meaning),
        ):
            if not is_plain_text(text, longest):
                raise InputError(
                    "key.text",
                    "The name, role or meaning of a signing key is empty, too long, or holds hidden characters.",
                    f"Use at most {LIMITS.person_name}, {LIMITS.role} and {LIMITS.meaning} characters on one line.",
                )

    def __repr__(self) -> str:
        return f"SigningKey({self.identity.fingerprint[:16]}…, <secret>)"

    @classmethod
    def generate(cls, name: str, *, role: str = DEFAULT_ROLE, meaning: str = DEFAULT_MEANING) -> SigningKey:
        """A new key from the operating system's generator; InputError key.text for unusable words."""
        return cls(
            name=name,
            ed25519_seed=secrets.token_bytes(SEED_BYTES),
            mldsa65_seed=secrets.token_bytes(SEED_BYTES),
            role=role,
            meaning=meaning,
        )

    @property
    def identity(self) -> Identity:
        """The public half."""
        return Identity(
            name=self.name,
            ed25519=Ed25519PrivateKey.from_private_bytes(self.ed25519_seed).public_key().public_bytes_raw(),
            mldsa65=MLDSA65PrivateKey.from_seed_bytes(self.mldsa65_seed).public_key().public_bytes_raw(),
        )

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the public half, 64 hexadecimal digits."""
        return self.identity.fingerprint

    @property
    def signer(self) -> Signer:
        """The entry for the statement."""
        identity = self.identity
        return Signer(
            name=self.name,
            role=self.role,
            meaning=self.meaning,
            fingerprint=identity.fingerprint,
            ed25519=identity.ed25519,
            mldsa65=identity.mldsa65,
        )

    def sign_both(self, message: bytes) -> tuple[bytes, bytes]:
        """(Ed25519 signature, ML-DSA-65 signature), 64 and 3,309 bytes; the second is randomised (FIPS 204, hedged)."""
        return (
            Ed25519PrivateKey.from_private_bytes(self.ed25519_seed).sign(message),
            MLDSA65PrivateKey.from_seed_bytes(self.mldsa65_seed).sign(message),
        )

    def to_secret_bytes(self) -> bytes:
        """The whole key in clear, to be sealed and nothing else."""
        return dumps(
            {
                "name": self.name,
                "role": self.role,
                "meaning": self.meaning,
                "ed25519": encode_base64(self.ed25519_seed),
                "mldsa65": encode_base64(self.mldsa65_seed),
            }
        )

    @classmethod
    def from_secret_bytes(cls, data: bytes) -> SigningKey:
        """Strict inverse of `to_secret_bytes`; MalformedError key.file."""
        document = loads(data, limit=_MAX_FILE, what="The signing key")
        names = {"name", "role", "meaning", "ed25519", "mldsa65"}
        if not isinstance(document, dict) or set(document) != names:
            raise _malformed()
        if not all(isinstance(text, str) for text in document.values()):
            raise _malformed()
        return cls(
            name=document["name"],
            ed25519_seed=decode_base64(document["ed25519"], code="key.file"),
            mldsa65_seed=decode_base64(document["mldsa65"], code="key.file"),
            role=document["role"],
            meaning=document["meaning"],
        )


def seal_key(key: SigningKey, passphrase: str, *, kdf: KdfParameters | None = None) -> bytes:
    """A file with the private key under a passphrase, for moving it to another machine; the identity is readable."""
    parameters = KdfParameters.fresh() if kdf is None else kdf
    header = {"kind": _KIND, "version": _VERSION, "kdf": parameters.to_json(), "identity": key.identity.to_json()}
    box = Secretbox(derive_key(passphrase, parameters))
    return dumps({**header, "sealed": encode_base64(box.seal(key.to_secret_bytes(), dumps(header)))})


def open_key(data: bytes, passphrase: str) -> SigningKey:
    """The key in such a file; MalformedError key.file, InputError key.passphrase (a wrong one, or a changed file)."""
    document = loads(data, limit=_MAX_FILE, what="The signing key")
    names = {"kind", "version", "kdf", "identity", "sealed"}
    if not isinstance(document, dict) or set(document) != names or document["kind"] != _KIND:
        raise _malformed()
    if type(document["version"]) is not int or document["version"] != _VERSION:
        raise MalformedError("key.version", "This key file was made by another version of Proofward.")
    parameters = KdfParameters.from_json(document["kdf"])
    identity = Identity.from_json(document["identity"])
    if not isinstance(document["sealed"], str):
        raise _malformed()
    sealed = decode_base64(document["sealed"], code="key.file")
    header = {name: value for name, value in document.items() if name != "sealed"}
    try:
        plain = Secretbox(derive_key(passphrase, parameters)).open(sealed, dumps(header))
    except MalformedError:
        raise InputError(
            "key.passphrase", "The passphrase does not open this key file, or the file was changed."
        ) from None
    key = SigningKey.from_secret_bytes(plain)
    if key.identity != identity:
        raise _malformed()
    return key


def _malformed() -> MalformedError:
    return MalformedError("key.file", "This is not a signing key of Proofward, or it is damaged.")
