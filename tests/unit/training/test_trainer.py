"""Training as a job: loss events, cancelling, refusals, determinism, and no trace of the path in the result."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import CancelledError, InputError
from core.monitor import SilentMonitor
from core.relations.plan import OptimiserSettings, TrainingPlan
from core.training import objective
from core.training.certified import train, training_parameters
from core.training.rows import RowView
from core.training.trainer import fit


class Recorder:
    """Remembers what it is told and cancels at the given check."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.losses: list[tuple[int, float]] = []
        self.shares: list[float] = []
        self.checks = 0
        self._cancel_at = cancel_at

    def stage(self, name: str) -> None:
        raise AssertionError("stages belong to the caller")

    def progress(self, done: float) -> None:
        self.shares.append(done)

    def metric(self, name: str, step: int, value: float) -> None:
        assert name == "loss"
        self.losses.append((step, value))

    def check(self) -> None:
        self.checks += 1
        if self.checks == self._cancel_at:
            raise CancelledError


def cohort(n: int = 200, d: int = 6) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    generator = np.random.default_rng(7)
    rows = generator.integers(0, 65536, (n, d)).astype(np.uint16)
    logits = (rows / 65536 - 0.5) @ generator.normal(0, 4, d)
    return rows, (generator.random(n) < 1 / (1 + np.exp(-logits))).astype(np.int64)


def test_losses_and_progress_are_reported() -> None:
    rows, outcomes = cohort()
    recorder = Recorder()
    model = train(rows, outcomes, plan=TrainingPlan(), monitor=recorder)
    assert [step for step, _ in recorder.losses] == list(range(1, len(recorder.losses) + 1))
    assert tuple(value for _, value in recorder.losses) == model.losses
    assert 0.6 < model.losses[0] < 0.8  # near ln 2, the loss of a model that knows nothing
    assert model.losses[-1] < model.losses[0]
    assert recorder.shares == sorted(recorder.shares)
    assert recorder.shares[0] == 0.0 and recorder.shares[-1] == 1.0
    assert recorder.checks > len(model.losses)


def test_the_loss_is_the_objective() -> None:
    rows, outcomes = cohort()
    model = fit(rows, outcomes, plan=TrainingPlan(c=Fraction(1, 2)), monitor=SilentMonitor())
    columns = np.hstack([rows / 65536, np.ones((len(rows), 1))])
    logits = columns @ model.weights
    mean = np.mean(np.logaddexp(0, logits) - outcomes * logits)
    penalty = float(model.weights @ model.weights) / (2 * 0.5 * len(rows))
    assert abs(min(model.losses) - (mean + penalty)) < 1e-12


@pytest.mark.parametrize("block", [16, 1000, 1 << 19])
def test_blocks_of_rows_give_the_loss_and_its_gradient(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objective, "BLOCK", block)
    rows, outcomes = cohort(333, 5)
    weights = torch.tensor([0.5, -1.0, 0.25, 2.0, -0.125, 0.75], dtype=torch.float64, requires_grad=True)
    columns = torch.tensor(np.hstack([rows / 65536, np.ones((333, 1))]))
    logits = columns @ weights
    expected = (torch.logaddexp(logits, torch.zeros_like(logits)) - torch.tensor(outcomes) * logits).mean()
    expected = expected + 0.01 * (weights * weights).sum() / 2
    (slope,) = torch.autograd.grad(expected, [weights])
    found = objective.Objective(rows, outcomes, strength=0.01)(weights.detach())
    assert found[0] == pytest.approx(float(expected.detach()), rel=1e-14)
    assert torch.allclose(found[1], slope, rtol=1e-12, atol=1e-16)


def test_the_order_of_work_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many blocks, on one thread and on several: the same floats."""
    monkeypatch.setattr(objective, "BLOCK", 256)
    rows, outcomes = cohort(3000, 4)
    weights = torch.linspace(-2, 2, 5, dtype=torch.float64)
    found = []
    for threads in (1, 2, 7):
        with ThreadPoolExecutor(threads) as pool:
            monkeypatch.setattr(objective, "_pool", lambda _, pool=pool: pool)
            value, gradient = objective.Objective(rows, outcomes, strength=0.5)(weights)
            found.append((value, gradient.tolist()))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("columns", [[2, 3, 4], [0], [4, 1, 7]])
def test_a_view_of_the_records_trains_as_its_copy(columns: list[int]) -> None:
    rows, _ = cohort(150, 8)
    members = np.flatnonzero(np.arange(150) % 3)[::-1]
    view, copy = RowView(rows, members, np.array(columns)), rows[np.ix_(members, columns)]
    assert view.shape == copy.shape and np.array_equal(view[3:9], copy[3:9])
    outcomes = (copy[:, 0] > 30000).astype(np.int64)
    models = [train(data, outcomes, plan=TrainingPlan(), monitor=SilentMonitor()) for data in (view, copy)]
    assert models[0] == models[1]


@pytest.mark.parametrize("cancel_at", [1, 4, 9])
def test_cancel_stops_the_training(cancel_at: int) -> None:
    rows, outcomes = cohort()
    recorder = Recorder(cancel_at)
    with pytest.raises(CancelledError):
        train(rows, outcomes, plan=TrainingPlan(), monitor=recorder)
    assert recorder.checks == cancel_at


def test_cancel_stops_the_polish() -> None:
    rows, outcomes = cohort()
    whole = Recorder()
    train(rows, outcomes, plan=TrainingPlan(), monitor=whole)
    last = Recorder(whole.checks)
    with pytest.raises(CancelledError):
        train(rows, outcomes, plan=TrainingPlan(), monitor=last)
    assert len(last.losses) == len(whole.losses)


def test_training_is_deterministic() -> None:
    rows, outcomes = cohort()
    first, second = (train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "settings",
    [
        OptimiserSettings(seed=99),
        OptimiserSettings(epochs=1),
        OptimiserSettings(method="adam", learning_rate=Fraction(1, 20), epochs=300),
        OptimiserSettings(method="adam", learning_rate=Fraction(100), epochs=3),
        OptimiserSettings(learning_rate=Fraction(100), epochs=20),
    ],
)
def test_the_way_to_the_optimum_leaves_no_trace(settings: OptimiserSettings) -> None:
    """Whatever the optimiser did, the attested weights end within a rounding of each other."""
    rows, outcomes = cohort()
    model = train(rows, outcomes, plan=TrainingPlan(optimiser=settings), monitor=SilentMonitor())
    other = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    scale = 2.0**model.parameters.weight_scale_bits
    difference = np.subtract((*model.weights, model.bias), (*other.weights, other.bias)) / scale
    assert float(np.abs(difference).max()) < 1e-4
    assert model.parameters == other.parameters


def test_more_steps_of_polish_make_up_for_no_training() -> None:
    rows, outcomes = cohort()
    untrained = train(rows, outcomes, plan=TrainingPlan(optimiser=OptimiserSettings(epochs=1)), monitor=SilentMonitor())
    trained = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    assert len(untrained.losses) == 1
    assert untrained.polish_steps > trained.polish_steps
    assert untrained.gap > 1000 * trained.gap


@pytest.mark.parametrize("outcome", [0, 1])
def test_one_class_is_refused(outcome: int) -> None:
    rows, _ = cohort()
    with pytest.raises(InputError) as caught:
        train(rows, np.full(len(rows), outcome), plan=TrainingPlan(), monitor=SilentMonitor())
    assert caught.value.code == "training.one_class"


@pytest.mark.parametrize("shape", [(0, 3), (5, 0)])
def test_nothing_to_train_on_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InputError) as caught:
        train(np.zeros(shape, np.uint16), np.arange(shape[0]) % 2, plan=TrainingPlan(), monitor=SilentMonitor())
    assert caught.value.code == "training.empty"


def test_what_cannot_be_certified_is_refused_before_training() -> None:
    rows, outcomes = cohort()
    recorder = Recorder()
    with pytest.raises(InputError) as caught:
        train(rows, outcomes, plan=TrainingPlan(target=Fraction(1, 10**9)), monitor=recorder)
    assert caught.value.code == "parameters.uncertifiable"
    assert recorder.losses == []


def test_sizes_follow_from_the_view_and_the_plan() -> None:
    rows, outcomes = cohort()
    p = training_parameters(rows, outcomes, plan=TrainingPlan(c=Fraction(5, 2), target=Fraction(1, 100)))
    assert (p.rows, p.features, p.c_num, p.c_den, p.target) == (200, 6, 5, 2, Fraction(1, 100))


def test_secrets_are_not_printed() -> None:
    rows, outcomes = cohort()
    model = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    floats = fit(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    assert str(model.bias) not in repr(model)
    assert str(floats.losses[-1]) not in repr(floats)
