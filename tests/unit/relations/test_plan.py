"""Plans: strict JSON both ways, and a digest that every field moves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction

import pytest

from core.errors import InputError, MalformedError
from core.relations.plan import OptimiserSettings, TrainingPlan

PLAN = TrainingPlan(
    c=Fraction(5, 2),
    test_fraction=Fraction(1, 4),
    target=Fraction(1, 500),
    optimiser=OptimiserSettings(method="adam", epochs=20, learning_rate=Fraction(1, 10), seed=3),
    registration={"intended_use": "Screening – nur zur Probe"},
)


def test_round_trip() -> None:
    for plan in (TrainingPlan(), PLAN):
        assert TrainingPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_digest_is_of_the_canonical_form() -> None:
    text = json.dumps(TrainingPlan().to_json(), sort_keys=True, separators=(",", ":"))
    assert TrainingPlan().digest() == hashlib.sha256(text.encode()).digest()


def test_every_field_moves_the_digest() -> None:
    changed = [
        replace(PLAN, c=Fraction(1)),
        replace(PLAN, test_fraction=Fraction(0)),
        replace(PLAN, target=Fraction(1)),
        replace(PLAN, registration={}),
        replace(PLAN, optimiser=replace(PLAN.optimiser, method="lbfgs")),
        replace(PLAN, optimiser=replace(PLAN.optimiser, epochs=21)),
        replace(PLAN, optimiser=replace(PLAN.optimiser, learning_rate=Fraction(1))),
        replace(PLAN, optimiser=replace(PLAN.optimiser, seed=4)),
    ]
    assert len({plan.digest() for plan in (PLAN, *changed)}) == len(changed) + 1


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("c",), "0", "plan.c"),
        (("c",), "5000000000", "plan.c"),
        (("c",), "2/4", "plan.fraction"),
        (("c",), "1/1", "plan.fraction"),
        (("c",), "-1", "plan.fraction"),
        (("c",), "1.5", "plan.fraction"),
        (("c",), "1/0", "plan.fraction"),
        (("c",), 1, "plan.fraction"),
        (("c",), "99999999999", "plan.fraction"),
        (("c",), "\u0661", "plan.fraction"),
        (("test_fraction",), "1", "plan.test_fraction"),
        (("target",), "0", "plan.target"),
        (("target",), "2", "plan.target"),
        (("version",), 2, "plan.version"),
        (("version",), True, "plan.version"),
        (("registration",), [], "plan.registration"),
        (("registration",), {"Upper": "x"}, "plan.registration"),
        (("registration",), {"x": 1}, "plan.registration"),
        (("registration",), {"x": "a" * 5000}, "plan.registration"),
        (("registration",), {f"n{i}": "" for i in range(40)}, "plan.registration"),
        (("optimiser",), None, "plan.fields"),
        (("optimiser", "method"), "sgd", "plan.method"),
        (("optimiser", "method"), None, "plan.method"),
        (("optimiser", "epochs"), 0, "plan.epochs"),
        (("optimiser", "epochs"), True, "plan.epochs"),
        (("optimiser", "epochs"), "5", "plan.epochs"),
        (("optimiser", "seed"), -1, "plan.seed"),
        (("optimiser", "learning_rate"), "0", "plan.learning_rate"),
        (("optimiser", "more"), 1, "plan.fields"),
        (("more",), 1, "plan.fields"),
    ],
)
def test_documents_that_are_no_plan(path: tuple[str, ...], value: object, code: str) -> None:
    document = json.loads(json.dumps(PLAN.to_json()))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(MalformedError) as caught:
        TrainingPlan.from_json(document)
    assert caught.value.code == code


def test_missing_fields() -> None:
    for name in PLAN.to_json():
        document = {key: value for key, value in PLAN.to_json().items() if key != name}
        with pytest.raises(MalformedError):
            TrainingPlan.from_json(document)
    for nonsense in (None, [], "plan", 3):
        with pytest.raises(MalformedError):
            TrainingPlan.from_json(nonsense)


def test_a_person_who_chooses_badly_made_an_input_error() -> None:
    with pytest.raises(InputError):
        TrainingPlan(c=Fraction(0))
    with pytest.raises(InputError):
        OptimiserSettings(epochs=0)
    with pytest.raises(InputError):
        TrainingPlan(registration={"intended_use": "\ud800"})
