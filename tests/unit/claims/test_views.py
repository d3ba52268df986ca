"""The split recomputed by hand, and what each statement binds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.claims.attestation import views_of
from core.claims.statement import DatasetStatement, proven_part
from core.errors import RejectedError
from core.relations.plan import OptimiserSettings, TrainingPlan
from core.relations.views import derive_views, is_test, split_seed
from tests.soundness.hospital import schema_of

ROOT = bytes(range(32))


def seed_by_hand(root: bytes, plan: TrainingPlan, nonce: bytes | None) -> bytes:
    """SHA-256 over label, root, plan digest and nonce, each with its length; the plan's digest from its JSON."""
    text = json.dumps(plan.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).digest()
    message = b""
    for part in (b"proofward/split/v1", root, digest, b"\0" if nonce is None else b"\1" + nonce):
        message += len(part).to_bytes(8, "big") + part
    return hashlib.sha256(message).digest()


def split_by_hand(numbers: list[int], excluded: set[int], seed: bytes, share: Fraction) -> tuple[list[int], list[int]]:
    train, test = [], []
    for position, number in enumerate(numbers):
        if number in excluded:
            continue
        draw = Fraction(int.from_bytes(hashlib.sha256(seed + number.to_bytes(8, "big")).digest(), "big"), 1 << 256)
        (test if draw < share else train).append(position)
    return train, test


NUMBERS = st.lists(st.integers(0, 2**53 - 1), min_size=8, max_size=60, unique=True).map(sorted)


@given(NUMBERS, st.binary(min_size=1, max_size=64) | st.none(), st.sampled_from(["1/5", "1/2", "999/1000"]), st.data())
def test_views_are_those_recomputed_by_hand(
    numbers: list[int], nonce: bytes | None, share: str, data: st.DataObject
) -> None:
    plan = TrainingPlan(test_fraction=Fraction(share), registration={"intended_use": "größer"})
    excluded = set(data.draw(st.lists(st.sampled_from(numbers), max_size=3)))
    train, test = split_by_hand(numbers, excluded, seed_by_hand(ROOT, plan, nonce), plan.test_fraction)
    try:
        views = views_of(numbers, excluded=excluded, root=ROOT, plan=plan, nonce=nonce)
    except RejectedError as error:
        assert error.code == "views.empty" and not (train and test)
        return
    assert (list(views.train), list(views.test)) == (train, test)
    assert list(views.members) == sorted(train + test)
    assert len(views.members) == len(numbers) - len(excluded)


def test_the_seed_depends_on_every_part() -> None:
    plan = TrainingPlan()
    digest = plan.digest()
    seeds = {
        split_seed(root=ROOT, plan_digest=digest, nonce=None),
        split_seed(root=ROOT, plan_digest=digest, nonce=b""),
        split_seed(root=ROOT, plan_digest=digest, nonce=b"\0"),
        split_seed(root=bytes(32), plan_digest=digest, nonce=None),
        split_seed(root=ROOT, plan_digest=bytes(32), nonce=None),
    }
    assert len(seeds) == 5


@pytest.mark.parametrize(
    "other",
    [
        TrainingPlan(c=Fraction(2)),
        TrainingPlan(test_fraction=Fraction(1, 4)),
        TrainingPlan(target=Fraction(1, 999)),
        TrainingPlan(optimiser=OptimiserSettings(seed=1)),
        TrainingPlan(optimiser=OptimiserSettings(epochs=499)),
        TrainingPlan(optimiser=OptimiserSettings(method="adam")),
        TrainingPlan(optimiser=OptimiserSettings(learning_rate=Fraction(1, 2))),
        TrainingPlan(registration={"intended_use": "triage"}),
    ],
)
def test_every_part_of_the_plan_moves_the_split(other: TrainingPlan) -> None:
    numbers = range(1, 400)
    first = views_of(numbers, excluded=(), root=ROOT, plan=TrainingPlan(), nonce=None)
    assert views_of(numbers, excluded=(), root=ROOT, plan=other, nonce=None) != first


def test_a_share_of_nought_trains_on_all() -> None:
    views = views_of([3, 5], excluded=(), root=ROOT, plan=TrainingPlan(test_fraction=Fraction(0)), nonce=None)
    assert (views.train, views.test) == ((0, 1), ())


def test_the_share_is_met_within_what_chance_allows() -> None:
    views = derive_views(range(20000), excluded=(), seed=bytes(32), share=Fraction(1, 5))
    assert abs(len(views.test) - 4000) < 6 * (20000 * 0.16) ** 0.5


def test_the_edge_belongs_to_training() -> None:
    """value < p 2^256 exactly: at p = value / 2^256 the record is not a test record."""
    value = int.from_bytes(hashlib.sha256(bytes(32) + (7).to_bytes(8, "big")).digest(), "big")
    assert not is_test(bytes(32), 7, Fraction(value, 1 << 256))
    assert is_test(bytes(32), 7, Fraction(value + 1, 1 << 256))


def test_unknown_records_cannot_be_left_out() -> None:
    with pytest.raises(RejectedError) as caught:
        derive_views([1, 2, 3], excluded=[4], seed=bytes(32), share=Fraction(1, 5))
    assert caught.value.code == "views.excluded"


# statements ----------------------------------------------------------------------------------------------------------


def test_the_dataset_statement_binds_each_of_its_parts() -> None:
    honest = DatasetStatement(root=ROOT, count=7, schema=schema_of(2))
    others = [
        honest.canonical("bounded"),
        replace(honest, root=bytes(32)).canonical(),
        replace(honest, count=8).canonical(),
        replace(honest, schema=schema_of(3)).canonical(),
        replace(honest, schema=schema_of(2, groups=False)).canonical(),
    ]
    assert len({honest.canonical(), *others}) == 1 + len(others)
    document = json.loads(honest.canonical())
    assert set(document) == {"claim", "count", "root", "schema", "version"}


def test_the_proven_part_leaves_out_what_is_only_signed_and_nothing_else() -> None:
    predicate = {name: {"own": name} for name in ("version", "dataset", "plan", "nonce", "views", "model", "claims")}
    signed = {name: [name] for name in ("files", "times", "tool", "signers")}
    assert json.loads(proven_part({**predicate, **signed})) == predicate
    assert json.loads(proven_part({**predicate, **signed, "later": 1})) == {**predicate, "later": 1}
