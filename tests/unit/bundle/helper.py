"""A small bundle with made-up proofs: the form is real, and nothing here looks at what proofs say."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from core.bundle import limits as files
from core.bundle.container import Member, decode, encode
from core.bundle.envelope import sign
from core.bundle.keys import SigningKey
from core.bundle.reader import encode_commitments
from core.bundle.writer import BundleParts, build_bundle
from core.encoding.canonical import dumps
from core.relations.plan import TrainingPlan

CREATED = "2026-01-31T12:00:00Z"
NUMBERS = (0, 3, 4, 9)
COMMITMENTS = tuple(bytes([number]) * 48 for number in (1, 2, 3, 4))
VALIDITY = b"made-up proof of validity"
ATTESTATION = b"made-up proof of the optimum"
SCHEMA = dumps({"columns": []})
MODEL = dumps({"weights": ["1", "-2"]})
HIDDEN_COMMITMENT = bytes(range(48))


@cache
def key(name: str = "Dr. Ada Müller") -> SigningKey:
    """A key that is the same in every run; in use, keys come from the operating system."""
    seed = hashlib.sha256(name.encode()).digest()
    return SigningKey(name=name, ed25519_seed=seed, mldsa65_seed=hashlib.sha256(seed).digest())


def parts(*, hidden: bool = False) -> BundleParts:
    """What `attest` would hand over."""
    model = {"visibility": "public", "digest": sha256(MODEL)}
    if hidden:
        model = {"visibility": "hidden", "commitment": HIDDEN_COMMITMENT.hex()}
    predicate: dict[str, Any] = {
        "version": 1,
        "dataset": {
            "root": "ab" * 32,
            "count": len(NUMBERS),
            "schema": sha256(SCHEMA),
            "validity": {"proof": sha256(VALIDITY)},
        },
        "plan": TrainingPlan().to_json(),
        "nonce": "00ff" * 16,
        "views": {"excluded": [3], "train": 2, "test": 1},
        "model": model,
        "claims": {"optimum": {}},
    }
    return BundleParts(
        predicate=predicate,
        subject_name="model/model.json",
        subject_digest=sha256(HIDDEN_COMMITMENT if hidden else MODEL),
        validity=VALIDITY,
        attestation=ATTESTATION,
        numbers=NUMBERS,
        commitments=COMMITMENTS,
        schema_bytes=SCHEMA,
        model_bytes=None if hidden else MODEL,
    )


@cache
def bundle(*, hidden: bool = False) -> bytes:
    """A bundle that reads and verifies."""
    return build_bundle(parts(hidden=hidden), signers=[key()], created=CREATED)


def statement_of(data: bytes) -> dict[str, Any]:
    """The statement as a fresh JSON value."""
    value: dict[str, Any] = json.loads(decode(data)[0].data)
    return value


def resigned(
    change: Callable[[dict[str, Any]], object], *, signers: Sequence[SigningKey] = (), hidden: bool = False
) -> bytes:
    """A bundle whose statement was changed and signed again, as anybody with a key can do."""
    data = bundle(hidden=hidden)
    statement = statement_of(data)
    change(statement)
    return with_statement(data, dumps(statement), signers=signers or [key()])


def with_statement(data: bytes, statement: bytes, *, signers: Sequence[SigningKey]) -> bytes:
    """The other members of `data` behind another signed statement."""
    rest = decode(data)[2:]
    envelope = sign(statement, signers)
    return encode([Member(files.STATEMENT, statement), Member(files.ENVELOPE, envelope), *rest])


def replaced(data: bytes, name: str, content: bytes) -> bytes:
    """The bundle with the content of one member replaced, nothing else."""
    return encode([Member(m.name, content if m.name == name else m.data) for m in decode(data)])


def commitments(numbers: Sequence[int], points: Sequence[bytes]) -> bytes:
    return encode_commitments(numbers, points)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
