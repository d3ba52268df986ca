"""Vectorised integers against plain ones, the polish, and what the prover is given."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import InternalError
from core.monitor import SilentMonitor
from core.relations.gradient import decompose, gradient, is_certified, logits
from core.relations.model import ModelDocument, predict
from core.relations.parameters import OptimumParameters
from core.relations.plan import TrainingPlan
from core.relations.sigmoid_table import sigmoid_table
from core.training.certified import train
from core.training.exact import ExactView
from core.training.keeper import Curvature
from core.training.polish import polish, round_weights
from core.training.quantise import optimum_witness, witness_from


def sizes(n: int, d: int, *, c_num: int = 1, c_den: int = 1) -> OptimumParameters:
    return OptimumParameters.derive(rows=n, features=d, c_num=c_num, c_den=c_den)


def view(n: int, d: int, seed: int) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
    """Entries at the ends of their range and in between."""
    generator = np.random.default_rng(seed)
    rows = generator.choice(np.array([0, 1, 65534, 65535, 4242, 33333], np.uint16), (n, d))
    outcomes = generator.integers(0, 2, n)
    outcomes[:2] = (0, 1)
    return rows, outcomes


@pytest.mark.parametrize(
    ("n", "d", "c_num", "c_den"), [(3, 1, 1, 1), (40, 5, 7, 3), (4097, 2, 1, 1), (30, 300, 1, 10), (16, 3, 1000, 1)]
)
def test_vectorised_integers_equal_plain_ones(n: int, d: int, c_num: int, c_den: int) -> None:
    """At random weights, at the largest that are within reach, and at zero; with and without tails."""
    p = sizes(n, d, c_num=c_num, c_den=c_den)
    rows, outcomes = view(n, d, seed=n)
    exact = ExactView(rows, outcomes, parameters=p)
    plain, labels = rows.tolist(), outcomes.tolist()
    table = sigmoid_table(p.step_bits, p.value_bits)
    reach = (2 ** (p.limb_bits * p.excess_limbs) - 2) << (p.weight_scale_bits - p.step_bits)
    largest = min(reach // (d + 1), p.weight_bound - 1)
    generator = random.Random(d)
    candidates = [[0] * (d + 1), [largest] * (d + 1), [-largest] * (d + 1)]
    candidates.append([(-1) ** j * largest for j in range(d + 1)])
    candidates += [[generator.randint(-spread, spread) for _ in range(d + 1)] for spread in (largest, largest // 4000)]
    for weights in candidates:
        found = exact.evaluate(tuple(weights))
        cells = [decompose(z, p) for z in logits(plain, weights[:-1], weights[-1], parameters=p)]
        assert found.row.tolist() == [cell.row for cell in cells]
        assert found.remainder.tolist() == [cell.remainder for cell in cells]
        assert found.excess.tolist() == [cell.excess for cell in cells]
        assert found.tail.tolist() == [cell.tail for cell in cells]
        assert found.value.tolist() == [table.value[cell.row] for cell in cells]
        assert found.slope.tolist() == [table.slope[cell.row] for cell in cells]
        assert list(found.gradient) == gradient(plain, labels, weights[:-1], weights[-1], parameters=p)


def test_tails_occur_in_that_comparison() -> None:
    p = sizes(40, 5, c_num=7, c_den=3)
    rows, outcomes = view(40, 5, seed=40)
    largest = (2 ** (p.limb_bits * p.excess_limbs) - 2) << (p.weight_scale_bits - p.step_bits)
    for sign in (-1, 1):
        found = ExactView(rows, outcomes, parameters=p).evaluate((*[0] * 5, sign * min(largest, p.weight_bound - 1)))
        assert set(found.tail.tolist()) == {sign}
        assert int(found.excess.min()) > 0


def test_logits_beyond_the_claim_are_refused() -> None:
    p = sizes(40, 5)
    rows, outcomes = view(40, 5, seed=1)
    beyond = 2 ** (p.limb_bits * p.excess_limbs + 1) << (p.weight_scale_bits - p.step_bits)
    with pytest.raises(InternalError):
        ExactView(rows, outcomes, parameters=p).evaluate((0, 0, 0, 0, 0, beyond))


def test_the_curvature_is_the_derivative_of_the_gradient() -> None:
    p = sizes(40, 3)
    rows, outcomes = view(40, 3, seed=2)
    exact = ExactView(rows, outcomes, parameters=p)
    start = tuple(round(v * 2**p.weight_scale_bits) for v in (0.301, -0.2, 0.7, 0.113))
    at = exact.evaluate(start)
    hessian = exact.curvature(at)
    step = 2**8  # small against a cell, so that no logit leaves its cell
    for j in range(4):
        moved = exact.evaluate(tuple(w + step * (i == j) for i, w in enumerate(start)))
        assert moved.row.tolist() == at.row.tolist()
        for a in range(4):
            change = (moved.gradient[a] - at.gradient[a]) / p.gradient_unit / (step / 2**p.weight_scale_bits)
            assert math.isclose(change, hessian[a, j], rel_tol=1e-9, abs_tol=1e-12)


def test_a_curvature_goes_on_from_wherever_it_was_to_the_last_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.exact._BLOCK_ROWS", 16)
    p = sizes(100, 4)
    rows, outcomes = view(100, 4, seed=3)
    exact = ExactView(rows, outcomes, parameters=p)
    at = exact.evaluate(tuple(round(v * 2**p.weight_scale_bits) for v in (0.3, -0.2, 0.7, 0.1, 0.2)))
    parts: list[tuple[int, bytes]] = []
    whole = exact.curvature(at, after=lambda part: parts.append((part.rows, part.to_bytes())))
    assert [rows for rows, _ in parts] == [16, 32, 48, 64, 80, 96, 100]
    for done, data in parts:
        later: list[int] = []
        begun = Curvature.from_bytes(done, data, columns=5)
        again = exact.curvature(at, begun=begun, after=lambda part, later=later: later.append(part.rows))
        assert np.array_equal(again, whole) and later == [rows for rows, _ in parts if rows > done]
    for columns in (4, 6):
        with pytest.raises(ValueError, match="entries"):
            Curvature.from_bytes(16, parts[0][1], columns=columns)


@pytest.mark.parametrize("start", ["zero", "far", "wrong", "out of reach"])
def test_polish_reaches_the_same_place_from_anywhere(start: str) -> None:
    p = sizes(100, 4)
    rows, outcomes = view(100, 4, seed=3)
    exact = ExactView(rows, outcomes, parameters=p)
    unit = 2**p.weight_scale_bits
    starts = {
        "zero": (0,) * 5,
        "far": (5 * unit, -5 * unit, 5 * unit, -5 * unit, 0),
        "wrong": (-10 * unit,) * 5,
        "out of reach": (p.weight_bound * 2,) * 5,
    }
    found = polish(exact, starts[start], monitor=SilentMonitor())
    assert is_certified(found.evaluation.gradient, p)
    reference = polish(exact, (0,) * 5, monitor=SilentMonitor())
    difference = np.subtract(found.weights, reference.weights) / unit
    assert float(np.abs(difference).max()) < 1e-6
    # already there: nothing to do
    again = polish(exact, found.weights, monitor=SilentMonitor())
    assert (again.weights, again.steps) == (found.weights, 0)


@pytest.mark.parametrize("start", [-10, 12])
def test_from_all_kept_weights_the_polish_ends_certified(start: int) -> None:
    """Also from those that went too far; what takes their place is kept at once."""
    p = sizes(100, 4)
    rows, outcomes = view(100, 4, seed=3)
    exact = ExactView(rows, outcomes, parameters=p)
    kept: list[tuple[tuple[int, ...], int, bool]] = []
    begin = (start * 2**p.weight_scale_bits,) * 5

    def keep(
        weights: tuple[int, ...], steps: int, *, at_once: bool = False, curvature: Curvature | None = None
    ) -> None:
        if curvature is None:
            kept.append((weights, steps, at_once))
        else:  # of the weights that were kept last, and accepted
            assert (weights, steps) == kept[-1][:2] and not at_once

    found = polish(exact, begin, monitor=SilentMonitor(), keep=keep)
    assert kept[0] == (begin, 0, True) and kept[-1][:2] == (found.weights, found.steps)
    too_far = {k for k, (one, two) in enumerate(pairwise(kept)) if one[1] == two[1]}
    assert too_far
    assert all(at_once == (k == 0 or k - 1 in too_far) for k, (_, _, at_once) in enumerate(kept))
    for weights, _, _ in kept:
        again = polish(exact, weights, monitor=SilentMonitor())
        assert is_certified(again.evaluation.gradient, p)


def test_rounding_is_to_nearest_and_refuses_nonsense() -> None:
    p = sizes(100, 1)
    unit = 2.0**p.weight_scale_bits
    assert round_weights([0.75 / unit, -1.25], p) == (1, round(-1.25 * unit))
    for nonsense in (math.nan, math.inf, p.weight_bound / unit):
        with pytest.raises(InternalError):
            round_weights([nonsense, 0.0], p)


def test_the_witness_holds_what_the_claim_commits() -> None:
    """Every range that the lookups check, and identities (1), (2) and (4) in plain integers."""
    rows, outcomes = view(150, 5, seed=4)
    model = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    p = model.parameters
    witness = optimum_witness(rows, outcomes, weights=model.weights, bias=model.bias, parameters=p)
    table = sigmoid_table(p.step_bits, p.value_bits)
    columns = (witness.row, witness.value, witness.slope, witness.tail, witness.excess, witness.remainder)
    for column in columns:
        assert column.dtype == np.int64
        assert column.shape == (150,)
    plain = rows.tolist()
    sums = [0] * 6
    for i, (u, value, slope, tail, excess, rho) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        assert (value, slope, tail) == (table.value[u], table.slope[u], table.tail[u])
        assert 0 <= rho < 2**p.remainder_bits
        assert 0 <= excess < 2 ** (p.limb_bits * p.excess_limbs)
        z = sum(x * w for x, w in zip(plain[i], model.weights, strict=True)) + 65536 * model.bias
        assert z == (u - p.half_cells - 1 + tail * excess) * 2**p.remainder_bits + rho
        residual = value * 2**p.remainder_bits + rho * slope - p.scale * int(outcomes[i])
        sums = [s + x * residual for s, x in zip(sums, (*plain[i], 65536), strict=True)]
    decay = p.c_den * 2**p.decay_shift
    everything = (*model.weights, model.bias)
    assert list(witness.gradient) == [p.c_num * s + decay * w for s, w in zip(sums, everything, strict=True)]
    assert all(0 <= g + p.gradient_bound < 2**p.gradient_bits for g in witness.gradient)
    assert all(0 <= w + p.weight_bound < 2 ** (p.limb_bits * p.weight_limbs) for w in everything)
    assert repr(model.bias) not in repr(witness)


def test_the_polished_evaluation_is_the_witness() -> None:
    rows, outcomes = view(60, 3, seed=5)
    p = sizes(60, 3)
    polished = polish(ExactView(rows, outcomes, parameters=p), (0,) * 4, monitor=SilentMonitor())
    weights, bias = polished.weights[:-1], polished.weights[-1]
    direct = witness_from(polished.evaluation, weights=weights, bias=bias, parameters=p)
    computed = optimum_witness(rows, outcomes, weights=weights, bias=bias, parameters=p)
    assert direct.gradient == computed.gradient
    assert np.array_equal(direct.remainder, computed.remainder)
    assert (direct.weights, direct.bias) == (computed.weights, computed.bias) == (weights, bias)


def test_a_model_off_the_optimum_has_no_witness() -> None:
    rows, outcomes = view(60, 3, seed=6)
    model = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    p = model.parameters
    moved = (model.weights[0] + round(1e-3 * 2**p.weight_scale_bits), *model.weights[1:])
    with pytest.raises(InternalError) as caught:
        optimum_witness(rows, outcomes, weights=moved, bias=model.bias, parameters=p)
    assert caught.value.code == "optimum.gradient"
    flipped = outcomes.copy()
    flipped[0] = 1 - flipped[0]
    with pytest.raises(InternalError):
        optimum_witness(rows, flipped, weights=model.weights, bias=model.bias, parameters=p)


def test_wrong_shapes_are_refused() -> None:
    p = sizes(60, 3)
    rows, outcomes = view(60, 3, seed=7)
    bad: list[tuple[NDArray[np.generic], NDArray[np.int64]]] = [
        (rows[:-1], outcomes[:-1]),
        (rows.astype(np.int64), outcomes),
        (rows, outcomes[:-1]),
        (rows, outcomes + 1),
    ]
    for entries, labels in bad:
        with pytest.raises(InternalError):
            ExactView(entries, labels, parameters=p)  # type: ignore[arg-type]
    with pytest.raises(InternalError):
        ExactView(rows, outcomes, parameters=p).evaluate((0, 0, 0))


def test_the_exported_model_is_the_attested_one() -> None:
    rows, outcomes = view(60, 3, seed=8)
    model = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    document = model.document(features=("age", "größe", "bmi"), schema_digest=bytes(range(32)))
    text = json.dumps(document.to_json())
    again = ModelDocument.from_json(json.loads(text))
    assert again == document
    assert (again.weights, again.bias) == (model.weights, model.bias)
    scale = 2.0**model.parameters.weight_scale_bits
    for row in rows[:5].tolist():
        z = sum(x / 65536 * w / scale for x, w in zip(row, model.weights, strict=True)) + model.bias / scale
        assert math.isclose(predict(document.to_json(), row), 1 / (1 + math.exp(-z)), rel_tol=1e-12)
    with pytest.raises(InternalError):
        model.document(features=("age",), schema_digest=bytes(32))


def test_the_report_states_the_gap() -> None:
    rows, outcomes = view(60, 3, seed=9)
    model = train(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
    shifted = replace(model, float_weights=(model.float_weights[0] + 0.5, *model.float_weights[1:]))
    assert 0.49 < float(shifted.gap) < 0.51
    report = shifted.report()
    assert 0.49 < float(report["gap_to_float_model"]) < 0.51
    assert report["distance_to_optimum"] == model.certificate.distance_text
