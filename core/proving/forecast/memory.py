"""The most memory that an attestation holds at once, from the sizes of its arrays."""

from __future__ import annotations

from core.lookup.spec import LookupSpec
from core.proving.forecast.shape import Shape
from core.proving.forecast.work import SPREAD_POINTS, leaves_of

PROGRAM = 550_000_000
"""Python, the compiled kernels with their tables of generators, and torch once it has worked."""

ELEMENT = 32
RECORD = 230
"""A commitment, a blinding factor and a record number as Python objects."""
TREE = 2 * 2 * ELEMENT + ELEMENT // 2
"""A leaf: two elements, as much again for all levels above it, and its share of the round's eq table."""
CHECKED = 2600
"""A record in the verifier: its point, and its coefficients in a few equations, as Python objects."""
PROCESSES = 2 * 90_000_000
"""The verifier's helpers, which are started for many records."""
RESIDUAL_TABLES = 9


def memory_of(shape: Shape, *, range_proof: bool = True) -> dict[str, int]:
    """Bytes in use at the height of each stage; range_proof: whether the dataset's proof is still to be made."""
    count, train, width = shape.count, shape.train, shape.layout.width
    features = len(shape.layout.features)
    held = PROGRAM + count * (2 * width + RECORD) + train * 2 * features
    stages = {
        # the encoded view, its uint16 copy, and a handful of columns
        "train": 8 * train * (features + 1) + 10 * 8 * train,
        "optimum": _lookup(shape.optimum.spec)
        + 2 * RESIDUAL_TABLES * ELEMENT * (1 << shape.optimum.row_variables)
        + 8 * sum(column.length for column in shape.optimum.spec.columns)
        + 4 * ELEMENT * count,
        "check": CHECKED * count + (PROCESSES if count > SPREAD_POINTS else 0),
    }
    if range_proof:
        # a record's weight is an element and a Python integer
        ranges = _lookup(shape.ranges.spec) + 4 * ELEMENT * count
        if shape.range_claim == "bounded":
            # after four rounds as integers the matrix becomes elements
            ranges += (ELEMENT << (shape.ranges.row_variables + shape.ranges.column_variables)) // 16
        stages[shape.range_claim] = ranges
    return {name: held + extra for name, extra in stages.items()}


def _lookup(spec: LookupSpec) -> int:
    return TREE * leaves_of(spec)
