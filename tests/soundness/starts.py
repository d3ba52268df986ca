"""Where forgers start from: honest hospitals, and some that commit dishonestly."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from core.errors import InputError, InternalError
from core.records.schema import Column, Level, Missing, Range, Schema
from core.relations.plan import TrainingPlan
from tests.soundness.forge import (
    views_for,
)
from tests.soundness.hospital import YES_NO, Hospital, hospital, rows_of, schema_of

NONCE = bytes(range(32))


def plain() -> Hospital:
    return hospital()


def larger() -> Hospital:
    """So many records that the gradient's top limb is narrower than the others."""
    return hospital(records=33, plan=TrainingPlan(test_fraction=Fraction(0)))


def hidden() -> Hospital:
    return hospital(hidden=True)


def undivided() -> Hospital:
    """No test view, so that the split does not depend on plan and nonce."""
    return hospital(plan=TrainingPlan(test_fraction=Fraction(0), registration={"intended_use": "triage"}), nonce=NONCE)


def with_test_record(
    change: Callable[[np.ndarray, Schema], None], schema: Schema | None = None, range_claim: str | None = None
) -> Hospital:
    """A hospital that commits record 1 dishonestly, in a draw in which it is a test record (so that only `validity`
    looks at its features)."""
    schema = schema or schema_of(2)
    rows = rows_of(schema, 16).astype(np.int64)
    change(rows, schema)
    plan = TrainingPlan(test_fraction=Fraction(1, 2))
    for attempt in range(40):
        try:
            h = hospital(
                schema=schema,
                rows=rows,
                plan=plan,
                seed=b"dishonest %d" % attempt,
                validity=b"to be forged",
                range_claim=range_claim,
            )
        except (InputError, InternalError):  # an unlucky split, or its own trainer refuses; another draw
            continue
        if 0 in views_for(h).test:
            return h
    raise AssertionError("record 1 was never a test record")


def set_feature(value: int) -> Callable[[np.ndarray, Schema], None]:
    def change(rows: np.ndarray, schema: Schema) -> None:
        rows[0, -1] = value

    return change


def set_column(position: int, value: int) -> Callable[[np.ndarray, Schema], None]:
    def change(rows: np.ndarray, schema: Schema) -> None:
        rows[0, position] = value

    return change


def set_group(female: int, male: int) -> Callable[[np.ndarray, Schema], None]:
    def change(rows: np.ndarray, schema: Schema) -> None:
        rows[0, 10], rows[0, 11] = female, male

    return change


def set_long_feature(value: int) -> Callable[[np.ndarray, Schema], None]:
    """A value far out of range, in a column whose other values are small."""

    def change(rows: np.ndarray, schema: Schema) -> None:
        rows[:, -1] %= 1000
        rows[0, -1] = value

    return change


def flag_schema() -> Schema:
    """One number, one two-valued feature."""
    return Schema(
        columns=(
            Column(name="x1", role="feature", type="number", range=Range("0", "1")),
            Column(name="smoker", role="feature", type="flag", levels=YES_NO),
            Column(name="died", role="outcome", type="flag", levels=YES_NO),
        )
    )


def consent_schema() -> Schema:
    """Two numbers and a consent column."""
    columns = [Column(name=f"x{j}", role="feature", type="number", range=Range("0", "1")) for j in (1, 2)]
    columns.append(Column(name="died", role="outcome", type="flag", levels=YES_NO))
    agreed = (Level("no", ("n",)), Level("yes", ("y",)))
    refused = Missing("constant", "no")
    columns.append(Column(name="consent", role="consent", type="flag", levels=agreed, missing=refused))
    return Schema(columns=tuple(columns))


def with_refusal() -> Hospital:
    """Record 3 carries no consent."""
    schema = consent_schema()
    rows = rows_of(schema, 16)
    rows[2, 8] = 0
    return hospital(schema=schema, rows=rows, plan=TrainingPlan(test_fraction=Fraction(0)))


def quiet_refusal() -> Hospital:
    """No consent column in the schema, and yet record 3 is committed without consent, so that it may be left out."""
    schema = schema_of(2)
    rows = rows_of(schema, 16)
    rows[2, 8] = 0
    return hospital(schema=schema, rows=rows, plan=TrainingPlan(test_fraction=Fraction(0)))


def all_consenting() -> Hospital:
    schema = consent_schema()
    return hospital(schema=schema, rows=rows_of(schema, 16), plan=TrainingPlan(test_fraction=Fraction(0)))
