"""The attested weights against oracles that share no code with them: scikit-learn, and Newton's method in decimals."""

from __future__ import annotations

import random
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from core.monitor import SilentMonitor
from core.relations.gradient import gradient, is_certified
from core.relations.plan import TrainingPlan
from core.training.certified import train
from core.training.quantise import TrainedModel


def real_weights(model: TrainedModel) -> NDArray[np.float64]:
    return np.array([*model.weights, model.bias]) / 2.0**model.parameters.weight_scale_bits


def scikit_learn(rows: NDArray[np.uint16], outcomes: NDArray[np.int64], c: Fraction) -> NDArray[np.float64]:
    columns = np.hstack([rows / 65536, np.ones((len(rows), 1))])
    oracle = LogisticRegression(fit_intercept=False, C=float(c), tol=1e-12, max_iter=100_000)
    return np.asarray(oracle.fit(columns, outcomes).coef_[0])


def breast_cancer() -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Four fifths of the records, each column scaled from its own range."""
    values, benign = load_breast_cancer(return_X_y=True)
    low, high = values.min(axis=0), values.max(axis=0)
    rows = np.floor((values - low) / (high - low) * 65535).astype(np.uint16)
    train = np.sort(np.random.default_rng(0).permutation(569)[:455])
    return rows[train], 1 - benign[train]


def test_breast_cancer_agrees_with_scikit_learn() -> None:
    rows, outcomes = breast_cancer()
    model = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    assert model.certificate.distance <= Fraction(1, 1000)
    distance = float(np.linalg.norm(real_weights(model) - scikit_learn(rows, outcomes, Fraction(1))))
    assert distance <= model.certificate.distance
    assert distance < 1e-5  # far inside: the bound is for the worst weights that the proof would accept
    assert float(model.gap) < 1e-5


def cohort(kind: str, n: int, d: int) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    generator = np.random.default_rng(n + d)
    rows = generator.integers(0, 65536, (n, d)).astype(np.uint16)
    outcomes = (generator.random(n) < 0.5).astype(np.int64)
    if kind == "separated":
        outcomes = (rows[:, 0] > np.median(rows[:, 0])).astype(np.int64)
    if kind == "constant":
        rows[:, ::2] = 40_000
    if kind == "flags":
        rows = ((rows & 1) * 65535).astype(np.uint16)
    if kind == "ends":
        rows[:] = np.where(outcomes[:, None] == 1, 65535, 0)
    outcomes[:2] = (0, 1)
    return rows, outcomes


@pytest.mark.parametrize("kind", ["noise", "separated", "constant", "flags", "ends"])
@pytest.mark.parametrize(
    ("n", "d", "c"),
    [
        (3, 1, "1"),
        (4, 1, "1/1000"),
        (5, 3, "100"),
        (64, 300, "1"),
        (127, 30, "100"),
        (128, 2, "1/10"),
        (1025, 16, "5/2"),
        (1000, 7, "100"),
    ],
)
def test_synthetic_cohorts_agree_with_scikit_learn(kind: str, n: int, d: int, c: str) -> None:
    rows, outcomes = cohort(kind, n, d)
    model = train(rows, outcomes, plan=TrainingPlan(c=Fraction(c)), monitor=SilentMonitor())
    assert model.certificate.distance <= Fraction(1, 1000)
    certified = float(model.certificate.distance)
    assert np.linalg.norm(real_weights(model) - scikit_learn(rows, outcomes, Fraction(c))) <= certified
    if n * d < 5000:
        # the integer gradient, by the plain definition
        exact = gradient(rows.tolist(), outcomes.tolist(), model.weights, model.bias, parameters=model.parameters)
        assert is_certified(exact, model.parameters)


def decimal_objective(
    rows: list[list[int]], outcomes: list[int], weights: list[Decimal], c: Fraction
) -> tuple[Decimal, list[Decimal], list[list[Decimal]]]:
    """F, its gradient and its Hessian with 50 digits."""
    n, size = len(rows), len(weights)
    strength = Decimal(c.denominator) / (Decimal(c.numerator) * n)
    value = strength / 2 * sum(w * w for w in weights)
    slope = [strength * w for w in weights]
    curvature = [[strength * (a == b) for b in range(size)] for a in range(size)]
    for row, y in zip(rows, outcomes, strict=True):
        x = [*(Decimal(entry) / 65536 for entry in row), Decimal(1)]
        z = sum((a * w for a, w in zip(x, weights, strict=True)), Decimal(0))
        p = 1 / (1 + (-z).exp())
        value += ((1 + z.exp()).ln() - y * z) / n
        for a in range(size):
            slope[a] += x[a] * (p - y) / n
            for b in range(size):
                curvature[a][b] += x[a] * x[b] * p * (1 - p) / n
    return value, slope, curvature


def solve(matrix: list[list[Decimal]], right: list[Decimal]) -> list[Decimal]:
    """Gauss elimination of a positive definite system."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            factor = rows[j][i] / rows[i][i]
            rows[j] = [b - factor * a for a, b in zip(rows[i], rows[j], strict=True)]
    solution: list[Decimal] = [Decimal(0)] * len(rows)
    for i in reversed(range(len(rows))):
        rest = sum((rows[i][j] * solution[j] for j in range(i + 1, len(rows))), Decimal(0))
        solution[i] = (rows[i][-1] - rest) / rows[i][i]
    return solution


@pytest.mark.parametrize(("n", "d", "c"), [(8, 2, "1"), (13, 1, "1/10"), (6, 3, "30")])
def test_the_certificate_covers_the_worst_accepted_weights(n: int, d: int, c: str) -> None:
    """Weights pushed as far as the range check lets them, in random directions, stay within every printed bound."""
    rows, outcomes = cohort("noise", n, d)
    strength = Fraction(c)
    model = train(rows, outcomes, plan=TrainingPlan(c=strength), monitor=SilentMonitor())
    p, start = model.parameters, [*model.weights, model.bias]
    plain, labels = rows.tolist(), outcomes.tolist()

    def accepted(weights: list[int]) -> bool:
        return is_certified(gradient(plain, labels, weights[:-1], weights[-1], parameters=p), p)

    generator = random.Random(n)
    with localcontext() as context:
        context.prec = 50
        optimum = [Decimal(w) / 2**p.weight_scale_bits for w in start]
        for _ in range(6):
            _, slope, curvature = decimal_objective(plain, labels, optimum, strength)
            optimum = [w - s for w, s in zip(optimum, solve(curvature, slope), strict=True)]
        least, slope, _ = decimal_objective(plain, labels, optimum, strength)
        assert max(map(abs, slope)) < Decimal(10) ** -40
        for _ in range(4):
            direction = [generator.gauss(0, 1) for _ in start]
            reach = 1.0
            while accepted([w + round(2 * reach * v) for w, v in zip(start, direction, strict=True)]):
                reach *= 2
            pushed = [w + round(reach * v) for w, v in zip(start, direction, strict=True)]
            weights = [Decimal(w) / 2**p.weight_scale_bits for w in pushed]
            distance = sum((a - b) ** 2 for a, b in zip(weights, optimum, strict=True)).sqrt()
            value, slope, _ = decimal_objective(plain, labels, weights, strength)
            steepness = sum(s * s for s in slope).sqrt()
            bounds = model.certificate
            assert Fraction(distance) <= bounds.distance
            assert Fraction(steepness) <= bounds.gradient
            assert Fraction(value - least) <= bounds.excess_loss
            for row in plain:
                x = [*(Decimal(entry) / 65536 for entry in row), Decimal(1)]
                first, second = (
                    1 / (1 + (-sum(a * w for a, w in zip(x, model_weights, strict=True))).exp())
                    for model_weights in (weights, optimum)
                )
                assert Fraction(abs(first - second)) <= bounds.prediction
