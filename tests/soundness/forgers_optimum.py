"""Forgers of `optimum` and consent: other records, other weights, cells that do not exist, hidden weights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

import core.claims.optimum.relation as optimum_relation
from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.bundle.writer import BundleParts
from core.claims.optimum.relation import OptimumRelation
from core.commitments import generators
from core.lookup.witness import Entries
from core.relations.parameters import FEATURE_BITS
from core.relations.sigmoid_table import sigmoid_table
from tests.soundness.forge import (
    Model,
    Trace,
    claim_of,
    fitted,
    forged_optimum,
    honest_model,
    parameters_for,
    predicate_for,
    settle_by,
    views_for,
    witness_for,
)
from tests.soundness.hospital import Hospital, rows_of
from tests.soundness.starts import plain

# other records than the committed ones -------------------------------------------------------------------------------


def label_flipped(h: Hospital) -> BundleParts:
    rows = h.dataset.rows.copy()
    rows[views_for(h).train[0], h.dataset.layout.outcome] ^= 1
    return forged_optimum(h, rows=rows, model=fitted(h, rows=rows))


def record_doubled(h: Hospital) -> BundleParts:
    rows, train = h.dataset.rows.copy(), views_for(h).train
    rows[train[0]] = rows[train[1]]
    return forged_optimum(h, rows=rows, model=fitted(h, rows=rows))


def other_data(h: Hospital) -> BundleParts:
    rows = rows_of(h.schema, len(h.dataset.rows), seed=99)
    rows[:, :9] = h.dataset.rows[:, :9]
    return forged_optimum(h, rows=rows, model=fitted(h, rows=rows))


def test_record_trained(h: Hospital) -> BundleParts:
    views = views_for(h)
    train = tuple(sorted((*views.train[1:], views.test[0])))
    model = fitted(h, train=train)
    predicate, model_file = predicate_for(h, model)
    claim = replace(claim_of(h, predicate, model), train=train)
    return forged_optimum(h, model=model, claim=claim, predicate=predicate, model_file=model_file)


def consenting_record_left_out(h: Hospital) -> BundleParts:
    """Record 5 consents, but its owner would spoil the model."""
    return _excluding(h, [5])


def refusing_record_used(h: Hospital) -> BundleParts:
    return _excluding(h, [])


def _excluding(h: Hospital, excluded: list[int]) -> BundleParts:
    train = len(h.dataset.numbers) - len(excluded)
    views = {"excluded": excluded, "train": train, "test": 0}
    forged = replace(h, attestation=replace(h.attestation, predicate={**h.attestation.predicate, "views": views}))
    model = fitted(forged)
    predicate, model_file = predicate_for(forged, model)
    return forged_optimum(forged, model=model, predicate=predicate, model_file=model_file)


# a model off the optimum ---------------------------------------------------------------------------------------------


def shifted(h: Hospital, share: int = 4) -> Model:
    """Weights a quarter away from the optimum."""
    model = honest_model(h)
    step = (1 << parameters_for(h).weight_scale_bits) // share
    return Model((model.weights[0] + step, *model.weights[1:]), model.blinding)


def off_optimum(h: Hospital) -> BundleParts:
    return forged_optimum(h, model=shifted(h))


def gradient_lie(h: Hospital) -> BundleParts:
    place = ("optimum.gradient", 0, 0)
    return forged_optimum(h, model=shifted(h), amounts=settle_by("optimum.residual", place))


def product_lie(index: int) -> Callable[[Hospital], BundleParts]:
    place = ("optimum.products", 0, index)

    def make(h: Hospital) -> BundleParts:
        return forged_optimum(h, model=shifted(h), amounts=settle_by("optimum.residual", place))

    return make


def slope_lie(h: Hospital) -> BundleParts:
    """rho * slope is lied about by just as much as the residual then makes up for."""

    def amounts(trace: Trace) -> dict[tuple[str, int, int], int]:
        needed = trace.mismatch("optimum.residual", ("optimum.products", 0, 1))
        check = next(check for check in trace.log.products if check.label == "optimum.gradient")
        share = needed * pow(trace.worth(check.left), -1, ORDER) % ORDER
        return {("optimum.products", 0, 0): share, ("optimum.products", 0, 1): needed}

    return forged_optimum(h, model=shifted(h), amounts=amounts)


def column_lie(h: Hospital) -> BundleParts:
    place = ("optimum.columns_at", 0, 0)
    return forged_optimum(h, model=shifted(h), amounts=settle_by("optimum.residual", place))


def logit_lie(h: Hospital) -> BundleParts:
    return forged_optimum(h, model=shifted(h), amounts=settle_by("optimum.residual", ("optimum.logit", 0, 0)))


def model_lie(h: Hospital) -> BundleParts:
    """Hidden weights off the optimum, their sum at the gradient's point lied about."""
    return forged_optimum(h, model=shifted(h), amounts=settle_by("optimum.residual", ("optimum.weights", 0, 0)))


def gradient_limbs_too_large(h: Hospital) -> BundleParts:
    """The true gradient of weights off the optimum, its top limb as large as it has to be."""
    return forged_optimum(h, model=shifted(h), spoil=partial(_true_gradient, h, shifted(h)))


def _true_gradient(
    h: Hospital, model: Model, relation: OptimumRelation, entries: dict[str, Entries]
) -> dict[str, Entries]:
    p, grid = relation.parameters, relation.gradient
    witness = witness_for(h.dataset.rows, h.dataset.layout, relation.statement.train, model.weights, p)
    cells = np.zeros((grid.coordinates, 1 << grid.limb_variables), dtype=np.int64)
    for a, value in enumerate(g + p.gradient_bound for g in witness.gradient):
        for limb in range(grid.limbs - 1):
            cells[a, limb] = (value >> (limb * p.limb_bits)) & ((1 << p.limb_bits) - 1)
        cells[a, grid.limbs - 1] = value >> ((grid.limbs - 1) * p.limb_bits)
    return {**entries, "gradient": cells.ravel()}


def slightly_off(h: Hospital) -> Model:
    """Weights whose gradient still fits its limbs, but not the exact width of the top one."""
    p = parameters_for(h)
    room = 1 << (p.limb_bits * p.gradient_limbs)
    for bits in range(p.weight_scale_bits, 0, -1):
        model = honest_model(h)
        model = Model((model.weights[0] + (1 << bits), *model.weights[1:]), model.blinding)
        witness = witness_for(h.dataset.rows, h.dataset.layout, views_for(h).train, model.weights, p)
        shifted_up = [g + p.gradient_bound for g in witness.gradient]
        if all(0 <= g < room for g in shifted_up) and any(g >= 2 * p.gradient_bound for g in shifted_up):
            return model
    raise AssertionError("no weights lie between the two widths")


def gradient_top_too_wide(h: Hospital) -> BundleParts:
    return forged_optimum(h, model=slightly_off(h))


# cells that do not exist ---------------------------------------------------------------------------------------------

VICTIM = 0
"""Position in the training view of the record that a forger would like to be without."""


def silence(position: int, logit: int) -> int | None:
    """The victim's residual is 0, whatever its record says."""
    return 0 if position == VICTIM else None


def silenced(h: Hospital) -> Model:
    """Weights fitted to everybody but the victim."""
    return fitted(h, residual=silence)


def _made_up_row(h: Hospital, relation: OptimumRelation, entries: dict[str, Entries]) -> dict[str, Entries]:
    """The victim's table row becomes T = y, slope 0."""
    value, slope = entries["value"].copy(), entries["slope"].copy()
    value[VICTIM], slope[VICTIM] = _victim_outcome(h) << relation.parameters.value_bits, 0
    return {**entries, "value": value, "slope": slope}


def _victim_logit(h: Hospital, model: Model) -> int:
    layout = h.dataset.layout
    row = h.dataset.rows[views_for(h).train[VICTIM]]
    features = [int(row[j]) for j in layout.features] + [1 << FEATURE_BITS]
    return sum(x * w for x, w in zip(features, model.weights, strict=True))


def _victim_outcome(h: Hospital) -> int:
    return int(h.dataset.rows[views_for(h).train[VICTIM], h.dataset.layout.outcome])


def row_not_in_table(h: Hospital) -> BundleParts:
    """The victim's table row is made up."""
    return forged_optimum(h, model=silenced(h), residual=silence, spoil=partial(_made_up_row, h))


def logit_called_saturated(h: Hospital) -> BundleParts:
    """The victim's logit is said to lie far outside the table, with an excess that is really negative."""
    model = silenced(h)

    def spoil(relation: OptimumRelation, entries: dict[str, Entries]) -> dict[str, Entries]:
        p = relation.parameters
        table = sigmoid_table(p.step_bits, p.value_bits)
        y, cell = _victim_outcome(h), _victim_logit(h, model) >> p.remainder_bits
        row = p.table_rows - 1 if y else 0
        changed = {name: entries[name].copy() for name in ("u", "value", "slope", "tail", "excess.0")}
        changed["u"][VICTIM], changed["value"][VICTIM] = row, table.value[row]
        changed["slope"][VICTIM], changed["tail"][VICTIM] = table.slope[row], table.tail[row]
        changed["excess.0"][VICTIM] = (cell - (row - p.half_cells - 1)) * table.tail[row]
        return {**entries, **changed}

    return forged_optimum(h, model=model, residual=silence, spoil=spoil)


def remainder_too_wide(h: Hospital) -> BundleParts:
    """The victim's cell is the one before, its remainder beyond 2^k: another line of the interpolation."""
    p = parameters_for(h)
    table = sigmoid_table(p.step_bits, p.value_bits)
    unit = 1 << p.remainder_bits

    def residual(position: int, z: int) -> int | None:
        if position != VICTIM:
            return None
        row = (z >> p.remainder_bits) + p.half_cells
        return table.value[row] * unit + ((z & (unit - 1)) + unit) * table.slope[row] - p.scale * _victim_outcome(h)

    model = fitted(h, residual=residual)

    def spoil(relation: OptimumRelation, entries: dict[str, Entries]) -> dict[str, Entries]:
        row = (_victim_logit(h, model) >> p.remainder_bits) + p.half_cells
        top = relation.rho_labels[-1]
        changed = {name: entries[name].copy() for name in ("u", "value", "slope", top)}
        changed["u"][VICTIM] = row
        changed["value"][VICTIM], changed["slope"][VICTIM] = table.value[row], table.slope[row]
        changed[top][VICTIM] += 1 << p.limb_bits
        return {**entries, **changed}

    return forged_optimum(h, model=model, residual=residual, spoil=spoil)


def lookup_lie(h: Hospital) -> BundleParts:
    """A made-up table row, fractions of an orderly one, and a lie about the columns at the leaves' point."""
    return forged_optimum(
        h,
        model=silenced(h),
        residual=silence,
        spoil=partial(_made_up_row, h),
        pretend=True,
        amounts=settle_by("optimum.lookup", ("optimum.lookup", 0, 0)),
    )


def fraction_lie(h: Hospital) -> BundleParts:
    """A made-up table row, and a false product at the root of the fractions."""
    return forged_optimum(h, model=silenced(h), residual=silence, spoil=partial(_made_up_row, h), amounts=_false_root)


def _false_root(trace: Trace) -> dict[tuple[str, int, int], int]:
    """The first level's second product holds, its first one takes the whole difference."""
    second = next(check for check in trace.log.products if check.label == "fractions.second")
    off = trace.worth(second.result) - trace.worth(second.left) * trace.worth(second.right)
    return {("fractions.product", 0, 0): off % ORDER}


def altered_table() -> AbstractContextManager[Any]:
    """A table in which the victim's row says what the forger likes."""
    h = plain()
    p, model = parameters_for(h), silenced(h)
    cell = _victim_logit(h, model) >> p.remainder_bits
    real = sigmoid_table(p.step_bits, p.value_bits)
    row = cell + p.half_cells + 1
    value, slope = list(real.value), list(real.slope)
    value[row], slope[row] = _victim_outcome(h) << p.value_bits, 0
    fake = replace(real, value=tuple(value), slope=tuple(slope))
    return patch.object(optimum_relation, "sigmoid_table", lambda step, bits: fake)


def table_changed(h: Hospital) -> BundleParts:
    with altered_table():
        return row_not_in_table(h)


def hidden_logit_lie(h: Hospital) -> BundleParts:
    """Hidden weights off the optimum; the logit's evaluation is lied about, and its sumcheck must end in a lie."""
    return forged_optimum(h, model=shifted(h), amounts=settle_by("optimum.residual", ("optimum.logit", 0, 0)))


# hidden weights ------------------------------------------------------------------------------------------------------


def weight_limbs_not_normal(h: Hospital) -> BundleParts:
    def spoil(relation: OptimumRelation, entries: dict[str, Entries]) -> dict[str, Entries]:
        weights = entries["weights"].copy()
        weights[0] += 1 << relation.parameters.limb_bits
        weights[1] -= 1
        return {**entries, "weights": weights}

    return forged_optimum(h, spoil=spoil)


def _no_weights(relation: OptimumRelation, entries: dict[str, Entries]) -> dict[str, Entries]:
    return {**entries, "weights": np.zeros_like(entries["weights"])}


def weights_not_in_range_check(h: Hospital) -> BundleParts:
    """The range check is about zeros, not about the weights."""
    return forged_optimum(h, spoil=_no_weights)


def weights_evaluation_lie(h: Hospital) -> BundleParts:
    return forged_optimum(h, spoil=_no_weights, amounts=settle_by("optimum.weights", ("optimum.weights", 0, 2)))


def other_model_committed(h: Hospital) -> BundleParts:
    """The statement commits to zeros, the proof is about the optimum."""
    zeros = h.engine.commit(OptimumRelation(claim_of(h)).model_basis, [0] * len(honest_model(h).weights), 5)
    predicate, _ = predicate_for(h, honest_model(h), commitment=zeros)
    return forged_optimum(h, predicate=predicate)


def model_on_foreign_generator(h: Hospital) -> BundleParts:
    backend = get_backend("native")
    honest = backend.decode([bytes.fromhex(h.attestation.predicate["model"]["commitment"])])[0]
    foreign = backend.encode(backend.add(honest, backend.mul(generators.points(backend)[0], 12345)))
    predicate, _ = predicate_for(h, honest_model(h), commitment=foreign)
    return forged_optimum(h, predicate=predicate)
