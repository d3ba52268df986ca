"""Relations in plain integers: sums over the cube against the statement's own formula, patterns against the proof."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from core.algebra.field import ORDER
from core.bundle.reader import read_bundle
from core.claims.bounded.relation import (
    LARGEST,
    PROJECTION_BYTES,
    PROJECTIONS,
    BoundedRelation,
    projection_stream,
    projection_weights,
)
from core.claims.optimum.relation import OptimumRelation
from core.claims.validity.relation import ValidityRelation
from core.constraints.expression import Expression
from core.polynomials.multilinear import eq_table, selector
from core.randomness import SeededTape
from core.records.layout import RowLayout
from core.relations.gradient import decompose, gradient, interpolate, logits
from core.relations.plan import TrainingPlan
from core.relations.sigmoid_table import sigmoid_table
from core.transcript.pattern import Kind
from core.verification.claims import state
from tests.soundness.hospital import Hospital, hospital, rows_of, schema_of
from tests.soundness.tamper import full_schema

# validity ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("records", [1, 3, 8, 9, 1025])
def test_every_cell_of_a_record_is_in_exactly_one_table(records: int) -> None:
    relation = ValidityRelation(records, RowLayout.from_schema(full_schema()))
    tags = relation.tags()
    assert len(tags) == 1 << relation.column_variables > relation.layout.width
    kinds = [column.kind for column in relation.layout.columns]
    own = {"limb16": 1, "number": 1, "bit": 2, "flag": 3}
    assert list(tags[: len(kinds)]) == [own[kind] for kind in kinds]
    assert set(tags[len(kinds) :]) == {0}
    looked_up = [0] * len(tags)
    for block in relation.spec.rows:
        if block.label != "high":  # high bytes are looked up besides
            looked_up = [a + b for a, b in zip(looked_up, block.grid.pattern, strict=True)]
            assert block.grid.count == records
    assert looked_up == [int(j < len(kinds)) for j in range(len(tags))]


def test_the_group_form_is_one_hot_for_each_group() -> None:
    layout = RowLayout.from_schema(full_schema())
    relation = ValidityRelation(5, layout)
    form, constant = relation.group_form(chi=1009)
    assert constant == 1
    (sex,) = layout.groups
    assert [j for j, a in enumerate(form) if a] == list(sex)
    assert {form[j] for j in sex} == {1}


@pytest.mark.parametrize("records", [1, 2, 5, 700])
@pytest.mark.parametrize("make", [ValidityRelation, BoundedRelation])
def test_patterns_grow_by_no_witness(make: type, records: int) -> None:
    """The pattern is a function of count and layout: twice the same, and each step's label is one of the claim's."""
    layout = RowLayout.from_schema(schema_of(2))
    pattern = make(records, layout).pattern()
    assert pattern == make(records, layout).pattern()
    assert pattern.digest() == make(records, layout).pattern().digest()
    assert pattern.steps[0].label == "pad" and pattern.steps[-1].label == "batch"
    assert pattern.hidden_count == sum(step.count for step in pattern.steps if step.kind is Kind.HIDDEN)


# bounded -------------------------------------------------------------------------------------------------------------


def test_projections_against_the_matrix_written_out() -> None:
    stream = projection_stream(12345, 7)
    assert len(stream) == 7 * PROJECTION_BYTES
    weights = SeededTape(b"projections").scalars("weight", PROJECTIONS)
    expected = []
    for i in range(7):
        own = stream[i * PROJECTION_BYTES : (i + 1) * PROJECTION_BYTES]
        bits = [own[s // 8] >> (7 - s % 8) & 1 for s in range(PROJECTIONS)]
        expected.append(sum(w for w, bit in zip(weights, bits, strict=True) if bit) % ORDER)
    assert projection_weights(stream, 7, weights) == expected
    assert projection_stream(12346, 7) != stream
    assert projection_stream(12345, 8)[: len(stream)] == stream


@pytest.mark.parametrize("records", [1, 2, 3, 1000, 1 << 20])
def test_bounds_hold_for_the_largest_honest_records(records: int) -> None:
    relation = BoundedRelation(records, RowLayout.from_schema(schema_of(2)))
    assert records * LARGEST < 1 << relation.projection_bits <= 2 * records * LARGEST
    assert relation.square_limit == records * LARGEST**2
    for bits, limbs in (
        (relation.projection_bits, relation.projection_limbs),
        (relation.square_limit.bit_length(), relation.slack_limbs),
    ):
        assert relation.limb_bits * (limbs - 1) < bits <= relation.limb_bits * limbs
    assert PROJECTIONS == 8 * PROJECTION_BYTES >= 128


# optimum -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[False, True], ids=["public", "hidden"])
def attested(request: pytest.FixtureRequest) -> Hospital:
    return hospital(records=9, hidden=request.param, plan=TrainingPlan(test_fraction=Fraction(0)), seed=b"relations")


def test_the_sum_over_the_view_is_what_the_statement_says(attested: Hospital) -> None:
    """Identities (1), (3) and (4), summed up in integers from the records and weights alone."""
    statement = state(read_bundle(attested.bundle())).optimum
    relation, p = OptimumRelation(statement), statement.parameters
    rows, layout, trained = attested.dataset.rows, statement.layout, attested.attestation.trained
    features = [[int(rows[i, j]) for j in layout.features] for i in statement.train]
    outcomes = [int(rows[i, layout.outcome]) for i in statement.train]
    table = sigmoid_table(p.step_bits, p.value_bits)
    tape = SeededTape(b"relation")
    zeta = tape.scalars("zeta", relation.gradient.coordinate_variables)
    tau = eq_table(tape.scalars("tau", relation.row_variables))
    chi = tape.scalar("chi")
    eta = relation.eta(zeta)
    total = 0
    for i, (x, y, z) in enumerate(
        zip(features, outcomes, logits(features, trained.weights, trained.bias, parameters=p), strict=True)
    ):
        cell = decompose(z, p)
        v = sum(a * b for a, b in zip(eta, [*x, 1 << 16], strict=True))
        total += v * (interpolate(cell, table=table, remainder_bits=p.remainder_bits) - p.scale * y)
        unit = 1 << p.remainder_bits
        off = z - unit * (cell.row - p.half_cells - 1) - cell.remainder - unit * cell.tail * cell.excess
        total += chi * tau[i] * off + chi * chi * tau[i] * (y * y - y)
    values = gradient(features, outcomes, trained.weights, trained.bias, parameters=p)
    shifted = sum(a * (g + p.gradient_bound) for a, g in zip(eta, values, strict=True))
    weights = sum(a * w for a, w in zip(eta, (*trained.weights, trained.bias), strict=True))
    claim = relation.residual_sum(Expression(shifted), Expression(weights), zeta)
    assert claim.evaluate([]) == total % ORDER
    assert relation.residual_sum(Expression(shifted + 1), Expression(weights), zeta).evaluate([]) != total % ORDER


def test_selector_counts_the_coordinates_in_use(attested: Hospital) -> None:
    relation = OptimumRelation(state(read_bundle(attested.bundle())).optimum)
    zeta = SeededTape(b"zeta").scalars("zeta", relation.gradient.coordinate_variables)
    assert sum(relation.eta(zeta)) % ORDER == selector(zeta, relation.coordinates)
    assert len(relation.eta(zeta)) == relation.coordinates == 3


def test_forms_pick_their_columns(attested: Hospital) -> None:
    relation = OptimumRelation(state(read_bundle(attested.bundle())).optimum)
    row = rows_of(attested.schema, 9)[4].astype(object)
    layout = attested.dataset.layout
    assert int(np.dot(relation.outcome_form(), row)) == int(row[layout.outcome])
    assert int(np.dot(relation.consent_form(), row)) == int(row[layout.consent])
    spread = relation.over_record([5, 7])
    assert int(np.dot(spread, row)) == 5 * int(row[layout.features[0]]) + 7 * int(row[layout.features[1]])
    assert layout.width in relation.model_basis and relation.model_basis[:-1] == layout.features


def test_the_pattern_follows_from_public_sizes_alone(attested: Hospital) -> None:
    """Another honest proof over other records of the same sizes has the same pattern."""
    other = hospital(
        rows=rows_of(attested.schema, 9, seed=3),
        schema=attested.schema,
        hidden=attested.attestation.model is None,
        plan=attested.plan,
        seed=b"others",
    )
    patterns = [OptimumRelation(state(read_bundle(h.bundle())).optimum).pattern() for h in (attested, other)]
    assert patterns[0] == patterns[1]
    assert patterns[0].size == len(attested.attestation.attestation) == len(other.attestation.attestation)
