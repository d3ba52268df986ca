"""Training that was killed goes on from where it was, and ends where it would have ended."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.encoding.canonical import dumps, loads
from core.errors import InputError
from core.monitor import SilentMonitor
from core.proving.checkpoint import (
    INTERVAL,
    ITERATE,
    TRAINED,
    IterateKeeper,
    load_trained,
    save_trained,
    torch_is_needed,
)
from core.relations.plan import OptimiserSettings, TrainingPlan
from core.training.certified import train, training_parameters
from core.training.exact import Evaluation, ExactView
from core.training.keeper import Curvature, Iterate
from core.training.memory import remember, remind
from core.training.trainer import fit
from tests.unit.training.test_trainer import cohort


class Shelf:
    """A checkpoint in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load(self, part: str) -> bytes | None:
        return self.kept.get(part)

    def save(self, part: str, data: bytes) -> None:
        self.kept[part] = data

    def drop(self, part: str) -> None:
        self.kept.pop(part, None)


class Clock:
    """Time passes when it is looked at."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class Killed(BaseException):
    """The process is gone."""


class KilledAfter(SilentMonitor):
    """Dies after so many steps."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def metric(self, name: str, step: int, value: float) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Killed


class KilledInThePolish(SilentMonitor):
    """Dies at a look at cancel after the last loss, `looks` of them later; counts steps of torch and those looks."""

    def __init__(self, losses: int, looks: int) -> None:
        self.steps, self.looks = 0, 0
        self._losses, self._last = losses, looks

    def metric(self, name: str, step: int, value: float) -> None:
        self.steps += 1

    def check(self) -> None:
        if self.steps >= self._losses:
            self.looks += 1
            if self.looks == self._last:
                raise Killed


@pytest.mark.parametrize(
    ("looks", "steps", "formed"), [(2, 0, 0), (3, 0, 100), (4, 0, 200), (6, 1, 0), (7, 1, 100), (8, 1, 200)]
)
def test_the_polish_goes_on_within_its_newton_step(
    looks: int, steps: int, formed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torch has nothing left to do and is not loaded; the model is the same to the last bit, its account included."""
    monkeypatch.setattr("core.training.exact._BLOCK_ROWS", 100)
    rows, outcomes = cohort()
    # torch stops far from the optimum, so that the polish has a few steps to make: a look before each, one after each
    # block of the curvature, and one before it advances
    plan = TrainingPlan(optimiser=OptimiserSettings(epochs=1))
    straight = train(rows, outcomes, plan=plan, monitor=SilentMonitor())
    assert straight.polish_steps >= 3
    shelf = Shelf()
    with pytest.raises(Killed):
        keeper = IterateKeeper(shelf, clock=Clock(INTERVAL))
        train(rows, outcomes, plan=plan, monitor=KilledInThePolish(1, looks), keeper=keeper)
    kept = IterateKeeper(shelf).start()
    assert kept is not None and kept.integers is not None and kept.steps == steps
    assert (0 if kept.curvature is None else kept.curvature.rows) == formed
    assert not torch_is_needed(shelf)
    monkeypatch.setitem(sys.modules, "core.training.trainer", None)  # which would fail if it were asked for
    watch = KilledInThePolish(1, 1)  # which would die of a look after a step of torch
    resumed = train(rows, outcomes, plan=plan, monitor=watch, keeper=IterateKeeper(shelf))
    assert watch.steps == 0 and resumed == straight


@pytest.mark.parametrize(
    ("evaluations", "steps", "clock"), [(1, 0, INTERVAL / 1e6), (2, 1, INTERVAL), (3, 2, INTERVAL)]
)
def test_weights_of_the_polish_are_kept_before_they_are_evaluated(
    evaluations: int, steps: int, clock: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones however little time has passed, because torch has nothing left to do from there on."""
    rows, outcomes = cohort()
    plan = TrainingPlan(optimiser=OptimiserSettings(epochs=1))
    straight = train(rows, outcomes, plan=plan, monitor=SilentMonitor())
    shelf, made = Shelf(), []
    evaluate = ExactView.evaluate

    def dying(view: ExactView, weights: tuple[int, ...]) -> Evaluation:
        made.append(weights)
        if len(made) == evaluations:
            raise Killed
        return evaluate(view, weights)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(ExactView, "evaluate", dying)
        keeper = IterateKeeper(shelf, clock=Clock(clock))
        train(rows, outcomes, plan=plan, monitor=SilentMonitor(), keeper=keeper)
    kept = IterateKeeper(shelf).start()
    assert kept is not None and (kept.integers, kept.steps) == (made[-1], steps)
    assert not torch_is_needed(shelf)
    assert train(rows, outcomes, plan=plan, monitor=SilentMonitor(), keeper=IterateKeeper(shelf)) == straight


@pytest.mark.parametrize(
    ("method", "steps"),
    [("lbfgs", 1), ("lbfgs", 4), ("lbfgs", 8), ("adam", 1), ("adam", 9), ("adam", 10), ("adam", 15)],
)
def test_training_goes_on_with_the_very_steps_that_it_would_have_made(method: str, steps: int) -> None:
    """Losses and model are those of a training that nobody disturbed, to the last bit, and one evaluation is lost.

    After ten steps L-BFGS takes over from Adam.
    """
    rows, outcomes = cohort()
    plan = TrainingPlan(optimiser=OptimiserSettings(method=method, epochs=10))
    straight = train(rows, outcomes, plan=plan, monitor=SilentMonitor())
    evaluations = fit(rows, outcomes, plan=plan, monitor=SilentMonitor()).evaluations
    shelf = Shelf()
    with pytest.raises(Killed):
        keeper = IterateKeeper(shelf, clock=Clock(INTERVAL))
        train(rows, outcomes, plan=plan, monitor=KilledAfter(steps), keeper=keeper)
    assert set(shelf.kept) == {ITERATE} and torch_is_needed(shelf) and torch_is_needed(Shelf())
    again = IterateKeeper(shelf).start()
    assert again is not None and again.descent is not None
    assert len(again.losses) == steps and again.losses == straight.losses[:steps]
    assert again.descent.phase == (method == "adam" and steps >= 10)
    assert (again.descent.memory is None) == (steps == 10)  # it has just begun
    resumed = fit(rows, outcomes, plan=plan, monitor=SilentMonitor(), keeper=IterateKeeper(shelf))
    assert resumed.evaluations < evaluations - steps + 2
    assert train(rows, outcomes, plan=plan, monitor=SilentMonitor(), keeper=IterateKeeper(shelf)) == straight


@pytest.mark.parametrize(
    "make", [lambda weights: torch.optim.Adam([weights]), lambda weights: torch.optim.LBFGS([weights])]
)
def test_an_optimiser_that_is_reminded_makes_the_next_step(make: Callable[[torch.Tensor], Any]) -> None:
    def step(optimiser: Any, weights: torch.Tensor) -> None:
        def closure() -> torch.Tensor:
            optimiser.zero_grad()
            loss: torch.Tensor = (weights**4).sum() + weights[0] * weights[1]
            loss.backward()
            return loss

        optimiser.step(closure)

    weights = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    optimiser = make(weights)
    assert remember(optimiser) is None
    for _ in range(3):
        step(optimiser, weights)
    copy = weights.detach().clone().requires_grad_()
    memory = loads(dumps(remember(optimiser)), limit=1 << 20, what="It")
    other, forgetful = make(copy), make(weights.detach().clone().requires_grad_())
    assert remember(forgetful) is None
    remind(other, memory)
    assert dumps(remember(other)) == dumps(memory)
    step(optimiser, weights)
    step(other, copy)
    assert torch.equal(weights, copy)
    with pytest.raises(ValueError):
        remind(make(copy), {"exp_avg": {"dtype": "int8"}})


def test_the_first_point_is_the_kept_one() -> None:
    rows, outcomes = cohort()
    shelf = Shelf()
    point = (0.25, -1.5, 3.0, 0.1, 0.0, 1e-300, -0.7)
    keeper = IterateKeeper(shelf, clock=Clock(INTERVAL))
    keeper.keep(lambda: Iterate(point, (1.5, math.pi)))
    plan = TrainingPlan(optimiser=OptimiserSettings(epochs=1))
    model = fit(rows, outcomes, plan=plan, monitor=SilentMonitor(), keeper=IterateKeeper(shelf))
    logits = rows / 65536 @ np.array(point[:-1]) + point[-1]
    loss = np.mean(np.logaddexp(logits, 0) - outcomes * logits) + np.dot(point, point) / (2 * len(rows))
    assert model.losses[:2] == (1.5, math.pi) and model.losses[2] == pytest.approx(loss, rel=1e-12)


class Torn(Shelf):
    """A checkpoint whose disk has a damaged place."""

    def load(self, part: str) -> bytes | None:
        raise InputError("workspace.damaged" if part == ITERATE else "workspace.busy", "It cannot be read.")


def test_a_point_that_cannot_be_read_costs_the_training_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, outcomes = cohort()
    assert IterateKeeper(Torn()).start() is None
    kept = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor(), keeper=IterateKeeper(Torn()))
    assert kept == train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    monkeypatch.setattr("core.proving.checkpoint.ITERATE", "other")
    with pytest.raises(InputError):  # which is not about this point
        IterateKeeper(Torn()).start()


def test_points_are_kept_every_few_seconds_only() -> None:
    shelf = Shelf()
    clock = Clock(0.0)
    keeper = IterateKeeper(shelf, clock=clock)
    keeper.keep(lambda: pytest.fail("not yet"))
    clock.now = INTERVAL
    keeper.keep(lambda: Iterate((1.0,), (), integers=(1 << 70, -3), steps=2))
    keeper.keep(lambda: pytest.fail("again"))
    assert keeper.start() == Iterate((1.0,), (), integers=(1 << 70, -3), steps=2)


def test_the_larger_what_is_kept_the_longer_until_it_is_kept_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, clock = Shelf(), Clock(INTERVAL)
    keeper = IterateKeeper(shelf, clock=clock)
    part = Iterate(weights=(0.5, 1.0), losses=(), integers=(1, 2), curvature=Curvature(7, np.eye(2)))
    keeper.keep(lambda: part)
    size = len(shelf.kept.pop(ITERATE))
    monkeypatch.setattr("core.proving.checkpoint._QUICK_BYTES", size / 3.5)
    keeper.keep(lambda: part)
    assert len(shelf.kept.pop(ITERATE)) == size
    for kept in (False, False, False, True):
        keeper.keep(lambda: part)
        assert (ITERATE in shelf.kept) == kept
    found = IterateKeeper(shelf).start()
    assert found is not None and found.curvature is not None
    assert found.curvature.rows == 7 and np.array_equal(found.curvature.total, np.eye(2))


@pytest.mark.parametrize("integers", [None, (3, 4)])
def test_a_point_that_is_no_point_is_passed_over(integers: tuple[int, ...] | None) -> None:
    rows, outcomes = cohort()
    shelf = Shelf()
    IterateKeeper(shelf, clock=Clock(INTERVAL)).keep(lambda: Iterate((math.nan,), ()))
    assert IterateKeeper(shelf).start() is None
    other = Iterate((1.0, 2.0), (), integers=integers)  # of other features
    IterateKeeper(shelf, clock=Clock(INTERVAL)).keep(lambda: other)
    plan = TrainingPlan()
    kept = train(rows, outcomes, plan=plan, monitor=SilentMonitor(), keeper=IterateKeeper(shelf))
    assert kept == train(rows, outcomes, plan=plan, monitor=SilentMonitor())


def test_a_trained_model_is_kept_exactly_and_instead_of_its_points() -> None:
    rows, outcomes = cohort()
    plan = TrainingPlan()
    model = train(rows, outcomes, plan=plan, monitor=SilentMonitor())
    shelf = Shelf()
    parameters = training_parameters(rows, outcomes, plan=plan)
    assert load_trained(shelf, parameters) is None
    shelf.save(ITERATE, b"x")
    save_trained(shelf, model)
    assert set(shelf.kept) == {TRAINED}
    assert load_trained(shelf, parameters) == model
