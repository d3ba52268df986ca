"""The signed statement: an in-toto Statement v1 whose predicate says what was attested, typed field by field.

`parse_statement` accepts exactly the documents described in docs/bundle-format.md: unknown or missing fields, wrong
types, other spellings of a value and counts over their limits are malformed. What a claim's own parameters mean is the
business of the claim.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from core.bundle import limits as files
from core.bundle.fields import base64_bytes, hexadecimal, integer, malformed, members, moment, text
from core.bundle.identity import ED25519_PUBLIC_BYTES, MLDSA65_PUBLIC_BYTES, encode_base64
from core.bundle.limits import LIMITS, BundleLimits
from core.encoding.canonical import loads
from core.errors import MalformedError
from core.relations.plan import TrainingPlan

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_FAMILY = "https://proofward.org/attestation/v"
PREDICATE_VERSION = 1
PREDICATE_TYPE = f"{PREDICATE_FAMILY}{PREDICATE_VERSION}"
# A claim enters a version of the format together with its place in the proof, so the names are fixed by the version.
CLAIMS = frozenset({"optimum"})

_VERSION_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class DatasetReference:
    """Which records: root, number of records, SHA-256 of the schema, and what is proven of their values' range.

    range_claim: "validity", or "bounded" for large datasets; range_proof: SHA-256 of its proof, which is reused.
    """

    root: bytes
    count: int
    schema: bytes
    range_claim: str
    range_proof: bytes


@dataclass(frozen=True, slots=True)
class ViewSizes:
    """Numbers of the records left out (increasing), and how many records train and test."""

    excluded: tuple[int, ...]
    train: int
    test: int


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which model: the SHA-256 of its file if it is public (32 bytes), else its hiding commitment (48 bytes)."""

    hidden: bool
    value: bytes

    @property
    def subject_digest(self) -> str:
        """The digest that the subject of the statement carries, hexadecimal; never a digest of hidden weights."""
        return hashlib.sha256(self.value).hexdigest() if self.hidden else self.value.hex()


@dataclass(frozen=True, slots=True)
class Signer:
    """One who signs: what they call themselves, as what and meaning what they sign, and their keys.

    name, role and meaning are the signer's own words; the fingerprint is as stated, `verify_envelope` compares it.
    """

    name: str
    role: str
    meaning: str
    fingerprint: str
    ed25519: bytes
    mldsa65: bytes

    def to_json(self) -> dict[str, object]:
        """The signer as it stands in the predicate."""
        return {
            "name": self.name,
            "role": self.role,
            "meaning": self.meaning,
            "fingerprint": self.fingerprint,
            "ed25519": encode_base64(self.ed25519),
            "mldsa65": encode_base64(self.mldsa65),
        }


@dataclass(frozen=True, slots=True)
class Predicate:
    """What is attested, typed; every member is exactly what the signed bytes say."""

    dataset: DatasetReference
    plan: TrainingPlan
    nonce: bytes | None
    views: ViewSizes
    model: ModelReference
    claims: Mapping[str, Mapping[str, Any]]
    files: Mapping[str, str]
    created: str
    tool_name: str
    tool_version: str
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """The parsed statement; `raw` is the predicate as JSON values, for what must be absorbed as it was written."""

    subject_name: str
    subject_digest: str
    predicate: Predicate
    raw: dict[str, Any]


def parse_statement(data: bytes, *, longest: int | None = None, limits: BundleLimits = LIMITS) -> Statement:
    """The statement in these bytes, at most `longest`; MalformedError bundle.*, plan.* or json.*."""
    value = loads(data, limit=limits.statement if longest is None else longest, what="The statement")
    if not isinstance(value, dict):
        raise malformed("statement")
    check_version(value)
    document = members(value, {"_type", "subject", "predicateType", "predicate"}, "statement")
    if document["_type"] != STATEMENT_TYPE:
        raise malformed("_type")
    subjects = document["subject"]
    if not isinstance(subjects, list) or len(subjects) != 1:
        raise malformed("subject")
    subject = members(subjects[0], {"name", "digest"}, "subject")
    digest = members(subject["digest"], {"sha256"}, "subject.digest")
    raw = document["predicate"]
    predicate = _predicate(raw, limits)
    subject_digest = hexadecimal(digest["sha256"], "subject.digest.sha256", 32).hex()
    if subject_digest != predicate.model.subject_digest:
        raise malformed("subject.digest.sha256")
    return Statement(
        subject_name=text(subject["name"], "subject.name", limits.subject_name),
        subject_digest=subject_digest,
        predicate=predicate,
        raw=raw,
    )


def check_version(document: Mapping[str, Any]) -> None:
    """MalformedError bundle.version if a statement is of a later version of the format, bundle.statement if of none."""
    kind = document.get("predicateType")
    if not isinstance(kind, str) or not kind.startswith(PREDICATE_FAMILY):
        raise malformed("predicateType")
    number = kind[len(PREDICATE_FAMILY) :]
    if not _VERSION_NUMBER.fullmatch(number):
        raise malformed("predicateType")
    if int(number) != PREDICATE_VERSION:
        raise MalformedError(
            "bundle.version",
            "This bundle was made by a later version of Proofward and cannot be checked by this one.",
            "Open it with a newer version of Proofward.",
            detail=f"version {number}",
        )


def _predicate(value: object, limits: BundleLimits) -> Predicate:
    names = {"version", "dataset", "plan", "nonce", "views", "model", "claims", "files", "times", "tool", "signers"}
    document = members(value, names, "predicate")
    if integer(document["version"], "predicate.version", 1, 1 << 31) != PREDICATE_VERSION:
        raise malformed("predicate.version")
    times = members(document["times"], {"created"}, "times")
    tool = members(document["tool"], {"name", "version"}, "tool")
    nonce = document["nonce"]
    dataset = _dataset(document["dataset"], limits)
    views = _views(document["views"], dataset.count)
    model = _model(document["model"])
    named_files = _files(document["files"], hidden=model.hidden, range_claim=dataset.range_claim)
    if (
        named_files[files.RANGE_PROOFS[dataset.range_claim]] != dataset.range_proof.hex()
        or named_files[files.SCHEMA] != dataset.schema.hex()
        or (not model.hidden and named_files[files.MODEL] != model.value.hex())
    ):
        raise malformed("files")
    return Predicate(
        dataset=dataset,
        plan=TrainingPlan.from_json(document["plan"]),
        nonce=None if nonce is None else hexadecimal(nonce, "nonce", 1, limits.nonce),
        views=views,
        model=model,
        claims=_claims(document["claims"]),
        files=named_files,
        created=moment(times["created"]),
        tool_name=text(tool["name"], "tool.name", limits.tool),
        tool_version=text(tool["version"], "tool.version", limits.tool),
        signers=_signers(document["signers"], limits),
    )


def _dataset(value: object, limits: BundleLimits) -> DatasetReference:
    claim = "bounded" if isinstance(value, dict) and "bounded" in value else "validity"
    document = members(value, {"root", "count", "schema", claim}, "dataset")
    shown = members(document[claim], {"proof"}, f"dataset.{claim}")
    return DatasetReference(
        root=hexadecimal(document["root"], "dataset.root", 32),
        count=integer(document["count"], "dataset.count", 1, limits.records),
        schema=hexadecimal(document["schema"], "dataset.schema", 32),
        range_claim=claim,
        range_proof=hexadecimal(shown["proof"], f"dataset.{claim}.proof", 32),
    )


def _views(value: object, count: int) -> ViewSizes:
    document = members(value, {"excluded", "train", "test"}, "views")
    listed = document["excluded"]
    if not isinstance(listed, list) or len(listed) > count:
        raise malformed("views.excluded")
    excluded = tuple(integer(number, "views.excluded", 0, files.MAX_RECORD_NUMBER) for number in listed)
    if any(low >= high for low, high in pairwise(excluded)):
        raise malformed("views.excluded")
    train = integer(document["train"], "views.train", 1, count)
    test = integer(document["test"], "views.test", 0, count)
    if len(excluded) + train + test != count:
        raise malformed("views")
    return ViewSizes(excluded=excluded, train=train, test=test)


def _model(value: object) -> ModelReference:
    if isinstance(value, dict) and value.get("visibility") == "hidden":
        document = members(value, {"visibility", "commitment"}, "model")
        return ModelReference(
            hidden=True, value=hexadecimal(document["commitment"], "model.commitment", files.COMMITMENT_BYTES)
        )
    document = members(value, {"visibility", "digest"}, "model")
    if document["visibility"] != "public":
        raise malformed("model.visibility")
    return ModelReference(hidden=False, value=hexadecimal(document["digest"], "model.digest", 32))


def _claims(value: object) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(value, dict) or not value or not all(isinstance(claim, dict) for claim in value.values()):
        raise malformed("claims")
    if not set(value) <= CLAIMS:
        raise MalformedError(
            "bundle.claim",
            "This bundle makes a claim that this version of Proofward does not know.",
            "Open it with a newer version of Proofward.",
        )
    return MappingProxyType(value)


def _files(value: object, *, hidden: bool, range_claim: str) -> Mapping[str, str]:
    document = members(value, set(attached_files(hidden=hidden, range_claim=range_claim)), "files")
    return MappingProxyType({name: hexadecimal(digest, "files", 32).hex() for name, digest in document.items()})


def attached_files(*, hidden: bool, range_claim: str = "validity") -> tuple[str, ...]:
    """Names of the members that the statement binds by digest, in their order in the container."""
    ranges = files.RANGE_PROOFS[range_claim]
    attached = tuple(ranges if name == files.VALIDITY else name for name in files.MEMBER_ORDER[2:])
    return attached[:-1] if hidden else attached


def _signers(value: object, limits: BundleLimits) -> tuple[Signer, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= limits.signers:
        raise malformed("signers")
    signers = tuple(_signer(entry, limits) for entry in value)
    for seen in ({s.fingerprint for s in signers}, {s.ed25519 for s in signers}, {s.mldsa65 for s in signers}):
        if len(seen) != len(signers):
            raise malformed("signers")
    return signers


def _signer(value: object, limits: BundleLimits) -> Signer:
    document = members(value, {"name", "role", "meaning", "fingerprint", "ed25519", "mldsa65"}, "signers")
    return Signer(
        name=text(document["name"], "signers.name", limits.person_name),
        role=text(document["role"], "signers.role", limits.role),
        meaning=text(document["meaning"], "signers.meaning", limits.meaning),
        fingerprint=hexadecimal(document["fingerprint"], "signers.fingerprint", 32).hex(),
        ed25519=base64_bytes(document["ed25519"], "signers.ed25519", ED25519_PUBLIC_BYTES),
        mldsa65=base64_bytes(document["mldsa65"], "signers.mldsa65", MLDSA65_PUBLIC_BYTES),
    )
