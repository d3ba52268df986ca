"""What importing and attesting a table of a given size would take, before there is one; needs no workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.services.context import Context
from core.services.estimate import Result, foretell
from core.services.loading import load_arithmetic
from core.services.plans import read_plan
from core.services.signing import UNNAMED
from core.services.stages import StageClock


@dataclass(frozen=True, slots=True)
class Request:
    """rows: records; features: columns of numbers, beside which a patient id, consent, a group of two and the outcome
    are assumed; plan, plan_path and hide_weights as for `attest`.
    """

    rows: int
    features: int
    plan: Mapping[str, object] | None = None
    plan_path: Path | None = None
    hide_weights: bool = False


def run(request: Request, context: Context) -> Result:
    """Foretell, as if everybody consented and the split were as even as it can be. Stages prepare, calibrate.

    The first stage of the result's seconds after that is "commit", the costly part of the import. InputError
    estimate.size, attest.plan, parameters.*.
    """
    from core.bundle.keys import SigningKey
    from core.bundle.limits import LIMITS
    from core.proving.forecast.shape import Shape
    from core.proving.forecast.table import most_features, plain_schema

    plan = read_plan(request.plan, request.plan_path)
    rows, features, most = request.rows, request.features, most_features()
    if not 2 <= rows <= LIMITS.records or not 1 <= features <= most:
        raise InputError(
            "estimate.size",
            f"A bundle can hold 2 to {LIMITS.records} records with 1 to {most} features.",
            "Give numbers in these ranges.",
        )
    test = int(rows * plan.test_fraction)
    shape = Shape(plain_schema(features), rows, rows - test, test, plan, hidden=request.hide_weights)
    key = SigningKey.generate(UNNAMED)
    clock = StageClock(context.monitor)
    engine = load_arithmetic(context, clock, torch=True)
    return foretell(shape, engine, context, clock, key=key, dataset_id=None, known=False)
