"""Training that was killed goes on from where it was, and ends where it would have ended."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.monitor import SilentMonitor
from core.proving.checkpoint import INTERVAL, ITERATE, TRAINED, IterateKeeper, load_trained, save_trained
from core.relations.plan import OptimiserSettings, TrainingPlan
from core.training.keeper import Iterate
from core.training.trainer import fit, train, training_parameters
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


@pytest.mark.parametrize("looks", [2, 4, 6])
def test_the_polish_goes_on_from_its_last_newton_step(looks: int) -> None:
    """Torch has nothing left to do, and the model is the same to the last figure, its account included."""
    rows, outcomes = cohort()
    # torch stops far from the optimum, so that the polish has a few steps to make: a look before each and one within
    plan = TrainingPlan(optimiser=OptimiserSettings(epochs=1))
    straight = train(rows, outcomes, plan=plan, monitor=SilentMonitor())
    assert straight.polish_steps >= 3
    shelf = Shelf()
    with pytest.raises(Killed):
        keeper = IterateKeeper(shelf, clock=Clock(INTERVAL))
        train(rows, outcomes, plan=plan, monitor=KilledInThePolish(1, looks), keeper=keeper)
    kept = IterateKeeper(shelf).start()
    assert kept is not None and kept.integers is not None and kept.steps == looks // 2 - 1
    watch = KilledInThePolish(1, 1)  # which would die of a look after a step of torch
    resumed = train(rows, outcomes, plan=plan, monitor=watch, keeper=IterateKeeper(shelf))
    assert watch.steps == 0 and resumed == straight


@pytest.mark.parametrize("method", ["lbfgs", "adam"])
@pytest.mark.parametrize("steps", [1, 2, 5, 8])
def test_training_goes_on_and_ends_at_the_same_model(method: str, steps: int) -> None:
    rows, outcomes = cohort()
    plan = TrainingPlan(optimiser=OptimiserSettings(method=method))
    straight = train(rows, outcomes, plan=plan, monitor=SilentMonitor())
    shelf = Shelf()
    with pytest.raises(Killed):
        keeper = IterateKeeper(shelf, clock=Clock(INTERVAL))
        train(rows, outcomes, plan=plan, monitor=KilledAfter(steps), keeper=keeper)
    assert set(shelf.kept) == {ITERATE}
    again = IterateKeeper(shelf).start()
    assert again is not None and len(again.losses) == steps and again.integers is None
    resumed = train(rows, outcomes, plan=plan, monitor=SilentMonitor(), keeper=IterateKeeper(shelf))
    assert resumed.losses[:steps] == again.losses == straight.losses[:steps]
    assert (resumed.weights, resumed.bias) == (straight.weights, straight.bias)


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


def test_points_are_kept_every_few_seconds_only() -> None:
    shelf = Shelf()
    clock = Clock(0.0)
    keeper = IterateKeeper(shelf, clock=clock)
    keeper.keep(lambda: pytest.fail("not yet"))
    clock.now = INTERVAL
    keeper.keep(lambda: Iterate((1.0,), (), (1 << 70, -3), 2))
    keeper.keep(lambda: pytest.fail("again"))
    assert keeper.start() == Iterate((1.0,), (), (1 << 70, -3), 2)


@pytest.mark.parametrize("integers", [None, (3, 4)])
def test_a_point_that_is_no_point_is_passed_over(integers: tuple[int, ...] | None) -> None:
    rows, outcomes = cohort()
    shelf = Shelf()
    IterateKeeper(shelf, clock=Clock(INTERVAL)).keep(lambda: Iterate((math.nan,), ()))
    assert IterateKeeper(shelf).start() is None
    IterateKeeper(shelf, clock=Clock(INTERVAL)).keep(lambda: Iterate((1.0, 2.0), (), integers))  # of other features
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
