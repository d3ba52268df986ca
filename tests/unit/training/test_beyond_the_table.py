"""Honest models whose logits lie far beyond the table are trained, proven and accepted: tails are no corner case."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from core.records.layout import RowLayout
from core.relations.plan import TrainingPlan
from core.training.quantise import optimum_witness
from core.verification.verify import verify_bundle
from tests.soundness.hospital import hospital, rows_of, schema_of


@pytest.mark.parametrize("hidden", [False, True])
def test_logits_beyond_the_table(hidden: bool) -> None:
    """A narrow gap makes the weights large, and half of the records lie far from it."""
    schema = schema_of(2)
    layout = RowLayout.from_schema(schema)
    rows = rows_of(schema, 16)
    outcomes = rows[:, layout.outcome].astype(np.int64)
    features = list(layout.features)
    near, far = np.where(outcomes == 1, 33_500, 32_000), np.where(outcomes == 1, 65_535, 0)
    rows[:, features[0]] = np.where(np.arange(16) < 8, far, near)
    plan = TrainingPlan(c=Fraction(100_000), target=Fraction(1), test_fraction=Fraction(0))
    attested = hospital(rows=rows, schema=schema, hidden=hidden, plan=plan)
    model = attested.attestation.trained
    witness = optimum_witness(
        rows[:, features], outcomes, weights=model.weights, bias=model.bias, parameters=model.parameters
    )
    assert set(witness.tail.tolist()) == {-1, 0, 1}
    assert int(witness.excess.max()) > model.parameters.table_rows
    report = verify_bundle(attested.bundle())
    assert report.verdict == "accepted"
    assert report.numbers["distance"] == model.certificate.distance_text
