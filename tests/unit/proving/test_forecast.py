"""What is foretold of an attestation: sizes as they are, work and memory that grow with the data."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.bundle.keys import SigningKey
from core.bundle.writer import BundleParts, build_bundle
from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.engines import get_engine
from core.errors import InputError, MalformedError
from core.monitor import SilentMonitor
from core.proving.attest import attest, excluded_numbers
from core.proving.commit import commit_records
from core.proving.dataset import OpenedDataset
from core.proving.forecast.calibration import calibrate
from core.proving.forecast.costs import cost_of
from core.proving.forecast.memory import PROGRAM, memory_of, plan_memory
from core.proving.forecast.shape import Shape
from core.proving.forecast.sizes import sizes_of
from core.proving.forecast.table import most_features, plain_schema
from core.proving.forecast.typical import typical_seconds
from core.proving.forecast.work import work_of
from core.randomness import SeededTape
from core.records.encode import encode_csv
from core.records.infer import infer_schema
from core.records.layout import RowLayout
from core.records.synthetic import write_cohort
from core.relations.plan import OptimiserSettings, TrainingPlan
from core.services.registry import VERBS

CREATED = "2026-11-23T19:00:00Z"


def shape_of(rows: int, features: int, *, hidden: bool = False, plan: TrainingPlan | None = None) -> Shape:
    plan = plan or TrainingPlan()
    test = int(rows * plan.test_fraction)
    return Shape(plain_schema(features), rows, rows - test, test, plan, hidden=hidden)


@pytest.mark.parametrize(("hidden", "nonce"), [(True, None), (True, b"drawn by an auditor"), (False, None)])
def test_the_bundle_has_the_size_that_was_foretold(hidden: bool, nonce: bytes | None, tmp_path: Path) -> None:
    """To the byte where the model is hidden; a public model's digits are guessed, all else is exact there too."""
    engine, tape, monitor = get_engine("fast"), SeededTape(b"forecast"), SilentMonitor()
    plan = TrainingPlan(registration={"intended_use": "a test"})
    path = tmp_path / "cohort.csv"
    write_cohort(path, rows=70, columns=3, seed=5)
    schema = infer_schema(path, outcome="outcome", patient_id="patient_id", consent="consent", groups=("sex",))
    encoded = encode_csv(path, schema)
    commitments, blindings = commit_records(encoded.rows, engine=engine, tape=tape, monitor=monitor)
    root = dataset_root(encoded.numbers, commitments, schema.digest())
    dataset = OpenedDataset(root, encoded.numbers, tuple(commitments), encoded.rows, tuple(blindings), schema)
    made = attest(
        dataset,
        plan=plan,
        nonce=nonce,
        hide_weights=hidden,
        validity=None,
        engine=engine,
        tape=tape,
        monitor=monitor,
    )
    key = SigningKey.generate("Somebody", role="attester", meaning="I stand by it.")
    parts = BundleParts(
        predicate=made.predicate,
        subject_name=made.subject_name,
        subject_digest=made.subject_digest,
        validity=made.validity,
        attestation=made.attestation,
        numbers=dataset.numbers,
        commitments=dataset.commitments,
        schema_bytes=dumps(schema.to_json()),
        model_bytes=made.model,
        tool_version="7.8.9",
    )
    bundle = build_bundle(parts, signers=[key], created=CREATED)
    views = made.predicate["views"]
    shape = Shape(
        schema,
        len(dataset.numbers),
        views["train"],
        views["test"],
        plan,
        nonce,
        tuple(excluded_numbers(dataset)),
        hidden,
    )
    sizes = sizes_of(shape, signers=[key], tool_version="7.8.9")
    assert shape.excluded, "a cohort in which somebody withholds consent"
    assert sizes.validity_proof == len(made.validity)
    assert sizes.attestation_proof == len(made.attestation)
    if hidden:
        assert sizes.bundle == len(bundle)
    else:
        model = made.model
        assert model is not None
        guessed = 4 * len(str(1 << shape.parameters.weight_scale_bits))
        assert abs(sizes.bundle - len(bundle)) <= guessed


def test_the_plain_schema_is_that_of_a_cohort(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    write_cohort(path, rows=30, columns=4, seed=1)
    schema = infer_schema(path, outcome="outcome", patient_id="patient_id", consent="consent", groups=("sex",))
    real, plain = RowLayout.from_schema(schema), RowLayout.from_schema(plain_schema(4))
    assert [column.kind for column in real.columns] == [column.kind for column in plain.columns]
    assert real.groups == plain.groups and real.feature_names == plain.feature_names
    assert len(RowLayout.from_schema(plain_schema(most_features())).features) == most_features()
    with pytest.raises(MalformedError):
        plain_schema(most_features() + 1)


def growing(measure: Callable[[Shape], float], shapes: list[Shape]) -> bool:
    values = [measure(shape) for shape in shapes]
    return values == sorted(values) and values[0] < values[-1]


def total_cost(shape: Shape) -> float:
    return sum(typical_seconds(shape).values())


@pytest.mark.parametrize(
    "shapes",
    [
        [shape_of(rows, 12) for rows in (100, 300, 1_000, 5_000, 20_000, 60_000)],
        [shape_of(2_000, features) for features in (1, 4, 16, 64, 256, 1_000)],
    ],
    ids=["records", "features"],
)
def test_more_data_takes_more_of_everything(shapes: list[Shape]) -> None:
    key = SigningKey.generate("Somebody")
    assert growing(lambda shape: sizes_of(shape, signers=[key], tool_version="1").bundle, shapes)
    assert growing(lambda shape: max(memory_of(shape).values()), shapes)
    assert growing(total_cost, shapes)
    for stage in ("open", "validity", "optimum", "check"):
        first, last = (typical_seconds(shape)[stage] for shape in (shapes[0], shapes[-1]))
        assert first < last, stage


@pytest.mark.parametrize("size", [(40, 1), (2_000, 16), (150_000, 26), (200_000, 800)])
@pytest.mark.parametrize("hidden", [False, True])
def test_typical_seconds_are_those_of_the_stages_in_their_order(size: tuple[int, int], hidden: bool) -> None:
    shape = shape_of(*size, hidden=hidden)
    seconds = typical_seconds(shape)
    planned = [stage for stage in VERBS["attest"].stages if stage not in {"validity", "bounded"} - {shape.range_claim}]
    assert list(seconds) == planned
    assert all(0 < spent < 1_000 for spent in seconds.values())


def test_many_records_take_longest_to_check_and_wide_ones_to_train() -> None:
    """What the plan of a small sample cannot know."""
    many, wide = typical_seconds(shape_of(1_000_000, 3)), typical_seconds(shape_of(200_000, 800))
    assert max(many, key=lambda stage: many[stage]) == "check"
    assert wide["train"] > wide["optimum"] and "bounded" in wide


def test_a_proof_at_hand_needs_no_memory() -> None:
    shape = shape_of(100_000, 64)
    assert max(memory_of(shape, range_proof=False).values()) < max(memory_of(shape).values())
    assert "validity" not in memory_of(shape, range_proof=False)
    assert min(memory_of(shape).values()) > PROGRAM


def test_the_quicker_way_is_taken_as_long_as_it_fits() -> None:
    shape = shape_of(100_000, 64)
    free = plan_memory(shape, limit=None)
    assert not free.lean and free.stages == memory_of(shape)
    assert plan_memory(shape, limit=free.peak) == free
    tight = plan_memory(shape, limit=free.peak - 1)
    assert tight.matrix == free.matrix == 2 * 100_000 * shape.layout.width
    assert tight.lean and tight.peak < free.peak and tight.stages == memory_of(shape, lean=True)
    assert plan_memory(shape, limit=1) == tight, "the leanest way is what a refusal names"
    assert plan_memory(shape, limit=free.peak - 1, range_proof=False).lean is False


def test_adam_takes_its_epochs() -> None:
    quick = shape_of(1_000, 8)
    slow = shape_of(1_000, 8, plan=TrainingPlan(optimiser=OptimiserSettings("adam", 900, Fraction(1, 100))))
    assert work_of(slow)["train"]["step"] >= 900 > work_of(quick)["train"]["step"]


def test_large_data_is_bounded_and_its_work_is_measured() -> None:
    """Every unit that is counted has a cost; no cost is judged here."""
    shape = shape_of(1_048_576, 22)
    assert shape.range_claim == "bounded" and shape_of(1_000, 22).range_claim == "validity"
    costs = calibrate(shape, engine=get_engine("fast"), monitor=SilentMonitor())
    for stage, work in work_of(shape).items():
        cost = cost_of(work, costs)
        assert cost.wall > 0 and cost.cpu >= 0 and np.isfinite(cost.wall), stage
    assert costs["square"].wall > 0 and costs["projected"].wall > 0
    with pytest.raises(KeyError):
        cost_of({"something else": 1.0}, costs)


def test_sizes_that_cannot_be_certified_are_refused() -> None:
    with pytest.raises(InputError, match="certified"):
        _ = shape_of(1_000, 8, plan=TrainingPlan(c=Fraction(1 << 32), target=Fraction(1, 1 << 38))).parameters
