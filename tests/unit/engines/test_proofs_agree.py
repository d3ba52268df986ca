"""Whole proofs of both engines under one seeded tape, byte for byte."""

from __future__ import annotations

import pytest

from tests.soundness.hospital import hospital


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
