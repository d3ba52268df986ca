"""Tools of the tamper manifest: take a bundle apart, change one thing, recompute what hangs on it, sign again."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

import core.verification.claims as verification_claims
from core.bundle.container import Member, decode, encode
from core.bundle.envelope import sign
from core.bundle.limits import (
    ATTESTATION,
    BOUNDED,
    COMMITMENTS,
    ENVELOPE,
    MODEL,
    RANGE_PROOFS,
    SCHEMA,
    STATEMENT,
    VALIDITY,
)
from core.bundle.reader import encode_commitments, read_bundle
from core.claims.attestation import views_of
from core.claims.bounded.relation import BoundedRelation
from core.claims.optimum.relation import OptimumRelation
from core.claims.validity.relation import ValidityRelation
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps, loads
from core.records.schema import Column, Level, Missing, Range, Schema
from core.relations.plan import TrainingPlan
from core.transcript.pattern import Kind, Pattern, Step
from core.verification.claims import StatedBundle, state
from tests.soundness.hospital import YES_NO, Hospital, hospital, rows_of, signing_key

NONCE = bytes(range(32))
REFUSING = (4, 11)
"""Record numbers without consent."""


def full_schema() -> Schema:
    """Numbers, a flag, an outcome, a consent column and a group: every kind of row column."""
    columns = [Column(name=f"x{j}", role="feature", type="number", range=Range("0", "1")) for j in (1, 2)]
    columns.append(Column(name="smoker", role="feature", type="flag", levels=YES_NO))
    columns.append(Column(name="died", role="outcome", type="flag", levels=YES_NO))
    agreed = (Level("no", ("n",)), Level("yes", ("y",)))
    unasked = Missing("constant", "no")
    columns.append(Column(name="consent", role="consent", type="flag", levels=agreed, missing=unasked))
    sexes = (Level("female", ("f",)), Level("male", ("m",)))
    columns.append(Column(name="sex", role="group", type="category", levels=sexes))
    return Schema(columns=tuple(columns))


def full_rows(records: int, seed: int) -> np.ndarray:
    schema = full_schema()
    rows = rows_of(schema, records, seed=seed)
    rows[:, -1] = np.where(rows[:, -1] >> 15, 65535, 0)
    rows[[number - 1 for number in REFUSING], 8] = 0
    return rows


PLAN = TrainingPlan(test_fraction=Fraction(1, 4), registration={"intended_use": "triage"})


@cache
def base(kind: str = "public") -> Hospital:
    """public, hidden: the same records; other: other records; later: the public one's records, another nonce; bounded:
    the same records with the other claim about the range of values."""
    seed = {"other": 5}.get(kind, 1)
    nonce = bytes(32) if kind == "later" else NONCE
    return hospital(
        rows=full_rows(20, seed),
        schema=full_schema(),
        plan=PLAN,
        nonce=nonce,
        hidden=kind == "hidden",
        range_claim="bounded" if kind == "bounded" else "validity",
        seed=b"other" if kind == "other" else b"manifest",
    )


def bounded_for_small_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the verification take `bounded` in the place of `validity` over the few records of a test."""
    monkeypatch.setattr(verification_claims, "LARGEST_VALIDITY", 0)


@cache
def honest_bundle(kind: str = "public") -> bytes:
    return base(kind).bundle()


@cache
def stated(kind: str = "public") -> StatedBundle:
    return state(read_bundle(honest_bundle(kind)))


@cache
def patterns(kind: str = "public") -> dict[str, Pattern]:
    """The patterns of both proofs, by the member that holds them."""
    known = stated(kind)
    member, relation = (BOUNDED, BoundedRelation) if known.bounded else (VALIDITY, ValidityRelation)
    ranges = relation(known.dataset.count, known.dataset.layout).pattern()
    return {member: ranges, ATTESTATION: OptimumRelation(known.optimum).pattern()}


@dataclass
class Draft:
    """A bundle in pieces: the statement as JSON values, the attached files, and the envelope as it was signed."""

    statement: dict[str, Any]
    files: dict[str, bytes]
    envelope: bytes

    @classmethod
    def of(cls, kind: str) -> Draft:
        members = {member.name: member.data for member in decode(honest_bundle(kind))}
        statement = loads(members.pop(STATEMENT), limit=1 << 24, what="The statement")
        assert isinstance(statement, dict)
        envelope = members.pop(ENVELOPE)
        return cls(copy.deepcopy(statement), members, envelope)

    @property
    def predicate(self) -> dict[str, Any]:
        predicate = self.statement["predicate"]
        assert isinstance(predicate, dict)
        return predicate

    def follow(self) -> None:
        """Recompute every digest that the statement carries."""
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}
        self.predicate["files"] = digests
        self.predicate["dataset"]["schema"] = digests[SCHEMA]
        for claim, member in RANGE_PROOFS.items():
            if claim in self.predicate["dataset"] and member in digests:
                self.predicate["dataset"][claim]["proof"] = digests[member]
        model = self.predicate["model"]
        if model.get("visibility") == "public" and MODEL in digests:
            model["digest"] = subject = digests[MODEL]
        else:
            subject = hashlib.sha256(bytes.fromhex(model["commitment"])).hexdigest()
        self.statement["subject"][0]["digest"]["sha256"] = subject

    def split_again(self) -> None:
        """Recompute the sizes of the views, as far as records, plan and nonce give any."""
        numbers, _ = self.records()
        predicate = self.predicate
        views = views_of(
            numbers,
            excluded=predicate["views"]["excluded"],
            root=bytes.fromhex(predicate["dataset"]["root"]),
            plan=TrainingPlan.from_json(predicate["plan"]),
            nonce=None if predicate["nonce"] is None else bytes.fromhex(predicate["nonce"]),
        )
        predicate["views"] |= {"train": len(views.train), "test": len(views.test)}

    def records(self) -> tuple[list[int], list[bytes]]:
        data = self.files[COMMITMENTS]
        entries = [data[at : at + 56] for at in range(0, len(data), 56)]
        return [int.from_bytes(entry[:8], "big") for entry in entries], [entry[8:] for entry in entries]

    def list_records(self, numbers: list[int], commitments: list[bytes], *, root: bool) -> None:
        """Another list of records; `root`: with its own root, count and views."""
        self.files[COMMITMENTS] = encode_commitments(numbers, commitments)
        self.predicate["dataset"]["count"] = len(numbers)
        if root:
            digest = full_schema().digest()
            self.predicate["dataset"]["root"] = dataset_root(numbers, commitments, digest).hex()
            self.split_again()
        else:
            train = len(numbers) - len(self.predicate["views"]["excluded"]) - self.predicate["views"]["test"]
            self.predicate["views"]["train"] = train
        self.follow()

    def seal(self, *, signed: bool = True) -> bytes:
        """The bundle; signed anew, or under the old envelope."""
        statement = dumps(self.statement)
        envelope = sign(statement, [signing_key()]) if signed else self.envelope
        pairs = [(STATEMENT, statement), (ENVELOPE, envelope), *self.files.items()]
        return encode([Member(name, data) for name, data in pairs])


Change = Callable[[Draft], None]


def at(path: str) -> tuple[Callable[[Draft], Any], Callable[[Draft, Any], None]]:
    """Getter and setter of a field of the statement; a number in the path is a place in a list."""
    *way, last = (int(part) if part.isdigit() else part for part in path.split("/"))

    def holder(draft: Draft) -> Any:
        value: Any = draft.statement
        for part in way:
            value = value[part]
        return value

    def put(draft: Draft, value: Any) -> None:
        holder(draft)[last] = value

    return lambda draft: holder(draft)[last], put


def put(path: str, value: Any) -> Change:
    """Set a field; a function gets the old value."""
    read, write = at(path)
    return lambda draft: write(draft, value(read(draft)) if callable(value) else value)


def both(*changes: Change) -> Change:
    def change(draft: Draft) -> None:
        for each in changes:
            each(draft)

    return change


def split_again(draft: Draft) -> None:
    draft.split_again()


def follow(draft: Draft) -> None:
    draft.follow()


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Paths of all fields of a statement; lists of numbers and the plan's free texts count as one field."""
    if isinstance(value, dict) and not path.endswith(("registration", "claims/optimum")):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}/{name}" if path else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{path}/{place}")
    else:
        yield path


# proofs ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A step of a pattern: its first byte in the proof, and the step itself."""

    offset: int
    step: Step

    @property
    def unit(self) -> int:
        return 48 if self.step.kind is Kind.POINTS else 32


def places(pattern: Pattern) -> dict[str, Place]:
    """The first step of each kind and label that travels, keyed "kind label"."""
    found: dict[str, Place] = {}
    offset = 0
    for step in pattern.steps:
        if step.kind is not Kind.CHALLENGE:
            found.setdefault(f"{step.kind} {step.label}", Place(offset, step))
            offset += step.size
    return found


def splice(data: bytes, offset: int, new: bytes) -> bytes:
    return data[:offset] + new + data[offset + len(new) :]


def decoded_base64(text: str) -> bytes:
    return base64.b64decode(text)
