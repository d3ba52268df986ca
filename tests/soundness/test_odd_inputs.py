"""Odd but honest datasets go all the way, from committing to verifying; where no model makes sense, that is said."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from core.bundle.writer import BundleParts
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.errors import InputError
from core.monitor import SilentMonitor
from core.proving.attest import attest
from core.randomness import SeededTape
from core.records.layout import RowLayout
from core.records.schema import Column, Level, Range, Schema
from core.relations.plan import TrainingPlan
from core.verification.verify import verify_bundle
from tests.soundness.hospital import YES_NO, Hospital, assemble, hospital, open_dataset, rows_of, schema_of, signing_key
from tests.soundness.tamper import full_rows, full_schema

ALL = TrainingPlan(test_fraction=Fraction(0))
"""Trains on every record: too few to split."""


def accepted(h: Hospital, *, reference: bool = False) -> None:
    """On the native backend, and where asked for on the reference backend."""
    bundle, known = h.bundle(), h.key.fingerprint
    for backend in ("native", "reference")[: 2 if reference else 1]:
        report = verify_bundle(bundle, backend=backend, signer=known)
        assert report.verdict == "accepted", report.to_text()
        assert report.numbers["records"] == str(len(h.dataset.numbers))


def made(schema: Schema, rows: np.ndarray, *, hidden: bool = False, plan: TrainingPlan = ALL) -> Hospital:
    return hospital(schema=schema, rows=rows, hidden=hidden, plan=plan, engine_name="fast", seed=b"odd")


# sizes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("records", [3, 4, 5, 7, 8, 9, 16, 17, 63, 64, 65, 257, 1023, 1024, 1025])
def test_number_of_records(records: int) -> None:
    """Around powers of two, hidden and public weights in turn; split from 63 on."""
    plan = ALL if records < 63 else TrainingPlan()
    schema = schema_of(2)
    h = made(schema, rows_of(schema, records, seed=records), hidden=records % 2 == 1, plan=plan)
    accepted(h, reference=records in (3, 8, 17))


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(("features", "groups"), [(1, False), (1, True), (5, False), (6, True), (300, True)])
def test_number_of_columns(features: int, groups: bool, hidden: bool) -> None:
    """One feature; widths that leave the bias its column just before and just after a power of two; 300."""
    schema = schema_of(features, groups=groups)
    h = made(schema, rows_of(schema, 12, seed=features), hidden=hidden)
    accepted(h, reference=features == 1)


def test_a_row_of_exactly_a_power_of_two_columns() -> None:
    """16 columns: the bias's generator is the 17th, in a grid of 32."""
    schema = schema_of(6, groups=False)
    assert RowLayout.from_schema(schema).width == 16
    accepted(made(schema, rows_of(schema, 9), hidden=True), reference=True)


def test_record_numbers_may_have_gaps() -> None:
    engine, tape, schema = get_engine("fast"), SeededTape(b"gaps"), schema_of(2)
    numbers = (0, 3, 4, 1000, 2**40, 2**53 - 1)
    dataset = open_dataset(schema, rows_of(schema, 6), engine=engine, tape=tape, numbers=numbers)
    a = attest(
        dataset,
        plan=ALL,
        nonce=None,
        hide_weights=False,
        validity=None,
        engine=engine,
        tape=tape,
        monitor=SilentMonitor(),
    )
    parts = BundleParts(
        a.predicate,
        a.subject_name,
        a.subject_digest,
        a.validity,
        a.attestation,
        numbers,
        dataset.commitments,
        dumps(schema.to_json()),
        a.model,
    )
    for backend in ("native", "reference"):
        assert verify_bundle(assemble(parts, signing_key()), backend=backend).verdict == "accepted"


# values --------------------------------------------------------------------------------------------------------------


def _with_features(change: Callable[[np.ndarray], None]) -> tuple[Schema, np.ndarray]:
    schema = schema_of(3)
    rows = rows_of(schema, 14, seed=4)
    features = rows[:, -3:]
    change(features)
    return schema, rows


def constant(value: int) -> Callable[[np.ndarray], None]:
    def change(features: np.ndarray) -> None:
        features[:, 1] = value

    return change


def both_ends(features: np.ndarray) -> None:
    features[:] = np.where(features >> 15, 65535, 0)


def all_constant(features: np.ndarray) -> None:
    features[:] = 65535


def equal_columns(features: np.ndarray) -> None:
    features[:, 1] = features[:, 2] = features[:, 0]


def equal_records(features: np.ndarray) -> None:
    features[:] = features[0]


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    "change",
    [constant(0), constant(65535), constant(1), both_ends, all_constant, equal_columns, equal_records],
    ids=["zeros", "largest", "ones", "both ends", "all constant", "equal columns", "equal records"],
)
def test_values_at_the_ends_of_their_ranges(change: Callable[[np.ndarray], None], hidden: bool) -> None:
    schema, rows = _with_features(change)
    accepted(made(schema, rows, hidden=hidden), reference=change is both_ends and hidden)


def test_records_that_differ_in_their_blinding_alone() -> None:
    """The same encoded row twice is two records: their commitments differ."""
    schema = schema_of(2)
    rows = rows_of(schema, 10)
    rows[4] = rows[5]
    h = made(schema, rows)
    assert h.dataset.commitments[4] != h.dataset.commitments[5]
    accepted(h)


def test_perfectly_separated_classes() -> None:
    """Without the penalty there would be no optimum; with it there is one."""
    schema = schema_of(1)
    rows = rows_of(schema, 12)
    rows[:, -1] = np.where(rows[:, 9] == 1, 65535, 0)
    accepted(made(schema, rows))


@pytest.mark.parametrize("outcomes", [[1] + [0] * 19, [0] + [1] * 19])
def test_one_single_record_of_a_class(outcomes: list[int]) -> None:
    schema = schema_of(2)
    rows = rows_of(schema, 20)
    rows[:, 9] = outcomes
    accepted(made(schema, rows))


# schemas -------------------------------------------------------------------------------------------------------------


def several_groups() -> Schema:
    columns = [Column(name=f"x{j}", role="feature", type="number", range=Range("-1", "1")) for j in range(2)]
    columns.append(Column(name="outcome", role="outcome", type="flag", levels=YES_NO))
    for name, count in (("sex", 2), ("ward", 5), ("Größe", 3)):
        levels = tuple(Level(f"{name} {k}", (str(k),)) for k in range(count))
        columns.append(Column(name=name, role="group", type="category", levels=levels))
    return Schema(columns=tuple(columns))


def categories() -> Schema:
    levels = tuple(Level(name, (name,)) for name in ("mild", "moderate", "severe"))
    return Schema(
        columns=(
            Column(name="grade", role="feature", type="category", levels=levels),
            Column(name="smoker", role="feature", type="flag", levels=YES_NO),
            Column(name="died", role="outcome", type="flag", levels=YES_NO),
        )
    )


def category_rows() -> np.ndarray:
    schema = categories()
    layout = RowLayout.from_schema(schema)
    rows = rows_of(schema, 15)
    features = list(layout.features)
    rows[:, features] = 0
    for i in range(15):
        rows[i, features[i % 3]] = 65535
        rows[i, features[3]] = 65535 * (i % 2)
    return rows


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("schema", "rows"),
    [
        (schema_of(2, groups=False), rows_of(schema_of(2, groups=False), 11)),
        (several_groups(), rows_of(several_groups(), 21)),
        (categories(), category_rows()),
        (full_schema(), full_rows(20, 1)),
    ],
    ids=["no groups", "three groups", "categories and flags", "consent, refused by two"],
)
def test_kinds_of_columns(schema: Schema, rows: np.ndarray, hidden: bool) -> None:
    accepted(made(schema, rows, hidden=hidden), reference=hidden)


@pytest.mark.parametrize(("c", "target"), [("1/100", "1/1000"), ("100", "1/10"), ("22/7", "1/100")])
def test_other_penalties(c: str, target: str) -> None:
    schema = schema_of(2)
    plan = TrainingPlan(c=Fraction(c), target=Fraction(target), test_fraction=Fraction(0))
    h = made(schema, rows_of(schema, 13), plan=plan)
    accepted(h)
    assert Fraction(verify_bundle(h.bundle()).numbers["distance"]) <= Fraction(target)


# refusals ------------------------------------------------------------------------------------------------------------


def refusal(schema: Schema, rows: np.ndarray, plan: TrainingPlan = ALL) -> str:
    with pytest.raises(InputError) as caught:
        made(schema, rows, plan=plan)
    assert caught.value.message.endswith(".") and caught.value.exit_code == 2
    return caught.value.code


@pytest.mark.parametrize("outcome", [0, 1])
def test_one_class_is_refused(outcome: int) -> None:
    schema = schema_of(2)
    rows = rows_of(schema, 12)
    rows[:, 9] = outcome
    assert refusal(schema, rows) == "views.one_class"


def test_one_class_on_one_side_of_the_split_is_refused() -> None:
    """A single positive record is on one side only."""
    schema = schema_of(2)
    rows = rows_of(schema, 40)
    rows[:, 9] = 0
    rows[7, 9] = 1
    assert refusal(schema, rows, TrainingPlan(test_fraction=Fraction(1, 2))) == "views.one_class"


def test_an_empty_side_is_refused() -> None:
    schema = schema_of(2)
    assert refusal(schema, rows_of(schema, 4), TrainingPlan(test_fraction=Fraction(1, 10**6))) == "views.empty"


def test_nobody_consenting_is_refused() -> None:
    rows = full_rows(12, 1)
    rows[:, 8] = 0
    assert refusal(full_schema(), rows) == "views.no_consent"


def test_a_target_out_of_reach_is_refused() -> None:
    schema = schema_of(2)
    plan = TrainingPlan(target=Fraction(1, 10**9), test_fraction=Fraction(0))
    assert refusal(schema, rows_of(schema, 12), plan) == "parameters.uncertifiable"
