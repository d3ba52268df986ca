"""A schema for a table that is not there yet: so many numbers, one grouping column, consent and a patient id."""

from __future__ import annotations

from core.records.columns import Column, Level, Missing, Range
from core.records.layout import MAX_WIDTH, RowLayout
from core.records.schema import MAX_COLUMNS, Schema


def plain_schema(features: int) -> Schema:
    """The schema of a synthetic cohort with x1 to x`features`; MalformedError schema.* for too many."""
    numbers = [
        Column(name=f"x{j}", role="feature", type="number", range=Range("-4", "4")) for j in range(1, features + 1)
    ]
    return Schema(
        columns=(
            Column(name="patient_id", role="patient_id", type="text"),
            *numbers,
            _levels("sex", "group", "category", Missing(), "f", "m"),
            _levels("consent", "consent", "flag", Missing("constant", "no"), "no", "yes"),
            _levels("outcome", "outcome", "flag", Missing(), "0", "1"),
        )
    )


def most_features() -> int:
    """How many features fit into a record, and their columns into a schema."""
    one = plain_schema(1)
    return 1 + min(MAX_WIDTH - RowLayout.from_schema(one).width, MAX_COLUMNS - len(one.columns))


def _levels(name: str, role: str, kind: str, missing: Missing, *levels: str) -> Column:
    return Column(
        name=name, role=role, type=kind, missing=missing, levels=tuple(Level(level, (level,)) for level in levels)
    )
