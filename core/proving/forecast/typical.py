"""What the stages of an attestation take on one ordinary machine: how they compare, before anything was measured.

For the time left of a run, which learns from the stages that are done how fast this machine is; what is told before a
run is measured (core.proving.forecast.calibration).
"""

from __future__ import annotations

from core.proving.forecast.costs import Cost, cost_of
from core.proving.forecast.shape import Shape
from core.proving.forecast.work import work_of

OPENED, OPENED_RECORD, OPENED_VALUE = 1.0, 14e-6, 8e-9
"""Seconds to open a dataset: the workspace itself, each record, and each of its values."""
PREPARED = 2.5
"""Seconds to load torch and the kernels, once these are compiled."""


def typical_costs(width: int, features: int) -> dict[str, Cost]:
    """Every unit of core.proving.forecast.work for rows of `width` values, `features` of them trained on.

    Read off what the calibration gave on two cores from 2,000 x 16 to 262,144 x 1,024.
    """
    microseconds = {
        "record": 2.0 + 0.003 * width,
        "form": 0.1 + 0.0033 * width,
        "entry": 1.1,
        "wide": 2.4,
        "leaf": 0.7,
        "cell": 0.5,
        "level": 200,
        "residual": 2.7,
        "table": 1.3,
        "generator": 95,
        "opening": 2000,
        "evaluation": 0.03 + 0.0019 * features,
        "step": 1000,
        "exact": 0.1 + 0.004 * features,
        "curvature": 0.1 + 0.003 * features + 1.4e-5 * features**2,
        "listed": 2.5,
        "drawn": 1.9,
        "sign": 2100,
        "packed": 1.5,
        "point": 95,
        "helped": 48,
        "product": 26,
        "pass": 0.65,
        "square": 0.013,
        "projected": 0.006,
        "weight": 1.7,
        "row": 30 + 0.62 * width,
    }
    return {name: Cost(spent * 1e-6, spent * 1e-6) for name, spent in microseconds.items()}


def typical_seconds(shape: Shape) -> dict[str, float]:
    """Seconds of every stage of `attest`, in order, the opening of the dataset included."""
    width = shape.layout.width
    costs = typical_costs(width, len(shape.layout.features))
    stages = {stage: cost_of(work, costs).wall for stage, work in work_of(shape).items() if stage != "commit"}
    opened = OPENED + shape.count * (OPENED_RECORD + OPENED_VALUE * width)
    return {"open": opened, "prepare": PREPARED, **stages}
