"""Whole proofs of both engines under one seeded tape, byte for byte."""

from __future__ import annotations

import pytest

from core.claims.bounded.prover import prove_bounded
from core.claims.statement import DatasetStatement
from core.engines import get_engine
from core.monitor import SilentMonitor
from core.randomness import SeededTape
from tests.soundness.hospital import hospital, open_dataset, rows_of, schema_of


@pytest.mark.parametrize(
    ("records", "features", "hidden"), [(16, 2, False), (16, 2, True), (9, 1, False), (37, 5, True), (65, 3, False)]
)
def test_both_engines_give_the_same_proofs(records: int, features: int, hidden: bool) -> None:
    plain, fast = (
        hospital(records=records, features=features, hidden=hidden, engine_name=name) for name in ("plain", "fast")
    )
    assert fast.dataset.commitments == plain.dataset.commitments
    assert fast.attestation.validity == plain.attestation.validity
    assert fast.attestation.attestation == plain.attestation.attestation
    assert fast.attestation.predicate == plain.attestation.predicate


@pytest.mark.parametrize(("records", "features"), [(3, 1), (16, 2), (37, 5)])
def test_both_engines_bound_alike(records: int, features: int) -> None:
    schema = schema_of(features)
    rows = rows_of(schema, records)
    proofs = set()
    for name in ("plain", "fast"):
        engine, tape = get_engine(name), SeededTape(b"bounded")
        dataset = open_dataset(schema, rows, engine=engine, tape=tape)
        statement = DatasetStatement(root=dataset.root, count=records, schema=schema)
        proofs.add(prove_bounded(statement, rows, dataset.blindings, engine=engine, tape=tape, monitor=SilentMonitor()))
    assert len(proofs) == 1
