"""A small hospital with made-up records: commits, attests and signs in one call; the honest side of every attack."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from core.bundle.container import Member, encode
from core.bundle.envelope import sign
from core.bundle.keys import SigningKey
from core.bundle.limits import ATTESTATION, COMMITMENTS, ENVELOPE, MODEL, RANGE_PROOFS, SCHEMA, STATEMENT
from core.bundle.reader import encode_commitments
from core.bundle.statement import PREDICATE_TYPE, STATEMENT_TYPE
from core.bundle.writer import BundleParts
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.engines.interface import Engine
from core.monitor import SilentMonitor
from core.proving.attest import Attestation, attest
from core.proving.commit import commit_records
from core.proving.dataset import OpenedDataset
from core.randomness import SeededTape
from core.records.layout import RowLayout
from core.records.schema import Column, Level, Range, Schema
from core.relations.plan import TrainingPlan

CREATED = "2026-11-23T12:00:00Z"
YES_NO = (Level("no", ("0",)), Level("yes", ("1",)))


def schema_of(features: int, *, groups: bool = True) -> Schema:
    """Number features x1..xd in [0, 1], an outcome, a consent column, and sex as a group if wanted."""
    columns = [Column(name=f"x{j + 1}", role="feature", type="number", range=Range("0", "1")) for j in range(features)]
    columns.append(Column(name="died", role="outcome", type="flag", levels=YES_NO))
    if groups:
        levels = (Level("female", ("f",)), Level("male", ("m",)))
        columns.append(Column(name="sex", role="group", type="category", levels=levels))
    return Schema(columns=tuple(columns))


def rows_of(schema: Schema, records: int, *, seed: int = 1) -> np.ndarray:
    """Made-up encoded rows, both outcomes present, everybody consenting."""
    layout, generator = RowLayout.from_schema(schema), np.random.default_rng(seed)
    rows = np.zeros((records, layout.width), dtype=np.uint16)
    rows[:, :8] = generator.integers(0, 1 << 16, (records, 8))
    rows[:, layout.consent] = 1
    features = generator.integers(0, 1 << 16, (records, len(layout.features)))
    rows[:, list(layout.features)] = features
    noisy = features[:, 0] + generator.normal(0, 12000, records)
    rows[:, layout.outcome] = noisy > np.median(noisy)
    for group in layout.groups:
        rows[np.arange(records), np.asarray(group)[generator.integers(0, len(group), records)]] = 1
    return rows


@dataclass
class Hospital:
    """Everything that the hospital holds; forgers work from here."""

    schema: Schema
    dataset: OpenedDataset
    plan: TrainingPlan
    nonce: bytes | None
    attestation: Attestation
    key: SigningKey
    engine: Engine
    model_blinding: int

    def parts(self) -> BundleParts:
        """What goes into the bundle, before anybody tampers with it."""
        a = self.attestation
        return BundleParts(
            predicate=a.predicate,
            subject_name=a.subject_name,
            subject_digest=a.subject_digest,
            validity=a.validity,
            attestation=a.attestation,
            numbers=self.dataset.numbers,
            commitments=self.dataset.commitments,
            schema_bytes=dumps(self.schema.to_json()),
            model_bytes=a.model,
        )

    def bundle(self, parts: BundleParts | None = None) -> bytes:
        """The signed bundle; whoever holds the key can sign anything."""
        return assemble(parts or self.parts(), self.key)


def assemble(parts: BundleParts, key: SigningKey) -> bytes:
    """A signed bundle of these parts with every digest recomputed, and no look at whether any of it makes sense.

    The product's own writer reads its result back and would refuse to help a forger.
    """
    members = {
        RANGE_PROOFS["bounded" if "bounded" in parts.predicate["dataset"] else "validity"]: parts.validity,
        ATTESTATION: parts.attestation,
        COMMITMENTS: encode_commitments(parts.numbers, parts.commitments),
        SCHEMA: parts.schema_bytes,
    }
    if parts.model_bytes is not None:
        members[MODEL] = parts.model_bytes
    predicate = {
        **parts.predicate,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
        "times": {"created": CREATED},
        "tool": {"name": "Proofward", "version": parts.tool_version},
        "signers": [key.signer.to_json()],
    }
    statement = dumps(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": parts.subject_name, "digest": {"sha256": parts.subject_digest}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }
    )
    head = [Member(STATEMENT, statement), Member(ENVELOPE, sign(statement, [key]))]
    return encode([*head, *(Member(name, data) for name, data in members.items())])


class RememberingTape(SeededTape):
    """A seeded tape whose draws a forger can look up later, the last one of each label."""

    def __init__(self, seed: bytes) -> None:
        super().__init__(seed)
        self.drawn: dict[str, int] = {}

    def scalar(self, label: str) -> int:
        self.drawn[label] = super().scalar(label)
        return self.drawn[label]


def open_dataset(
    schema: Schema, rows: np.ndarray, *, engine: Engine, tape: SeededTape, numbers: tuple[int, ...] | None = None
) -> OpenedDataset:
    """Commit every row; record numbers 1, 2, 3, ... unless given."""
    commitments, blindings = commit_records(rows, engine=engine, tape=tape, monitor=SilentMonitor())
    numbers = numbers or tuple(range(1, len(rows) + 1))
    root = dataset_root(numbers, commitments, schema.digest())
    return OpenedDataset(root, numbers, tuple(commitments), rows, tuple(blindings), schema)


@cache
def signing_key() -> SigningKey:
    """One key for all tests."""
    return SigningKey.generate("Test hospital", role="hospital", meaning="made by the test suite")


def hospital(
    *,
    records: int = 16,
    features: int = 2,
    hidden: bool = False,
    nonce: bytes | None = None,
    plan: TrainingPlan | None = None,
    rows: np.ndarray | None = None,
    schema: Schema | None = None,
    engine_name: str = "fast",
    seed: bytes = b"hospital",
    validity: bytes | None = None,
    range_claim: str | None = None,
) -> Hospital:
    """An honest attestation over made-up records; validity: a proof to be taken as it is, by the dishonest."""
    schema = schema or schema_of(features)
    rows = rows_of(schema, records) if rows is None else rows
    engine, tape = get_engine(engine_name), RememberingTape(seed)
    plan = plan or TrainingPlan()
    dataset = open_dataset(schema, rows, engine=engine, tape=tape)
    attestation = attest(
        dataset,
        plan=plan,
        nonce=nonce,
        hide_weights=hidden,
        validity=validity,
        range_claim=range_claim,
        engine=engine,
        tape=tape,
        monitor=SilentMonitor(),
    )
    return Hospital(
        schema, dataset, plan, nonce, attestation, signing_key(), engine, tape.drawn.get("model.blinding", 0)
    )


@cache
def honest(hidden: bool = False) -> Hospital:
    """The same small hospital for all tests that only read it."""
    return hospital(hidden=hidden)


def with_parts(parts: BundleParts, **changes: Any) -> BundleParts:
    """A copy with some parts replaced."""
    return replace(parts, **changes)
