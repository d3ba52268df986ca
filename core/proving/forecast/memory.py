"""The most memory that an attestation holds at once, from the sizes of its arrays, and the way that fits a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.lookup.spec import LookupSpec
from core.proving.forecast.shape import Shape
from core.proving.forecast.work import SPREAD_POINTS, leaves_of

PROGRAM = 520_000_000
"""Python, the compiled kernels with their tables of generators, and torch once it has worked."""

ELEMENT = 32
RECORD = 230
"""A commitment, a blinding factor and a record number as Python objects."""
TREE, LEAN_TREE = 36, 24
"""A leaf: its share of the levels that are kept, or of the first tables of its sumcheck, and of a few columns."""
CHECKED = 2000
"""A record in the verifier: its coefficients in a few equations, its point, often in a helper, as Python objects."""
PROCESSES = 2 * 20_000_000
"""The verifier's helpers without their points, which are started for many records."""
RESIDUAL_TABLES = 9
EXACT_ROWS, PROJECTED_ROWS = 1 << 12, 1 << 13
"""Rows that core.training.exact and core.claims.bounded.prover take at a time."""


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """lean: whether the prover keeps less and makes more anew; stages: bytes in use at the height of each stage.

    matrix: bytes of those that are the records themselves, which are held whole until the bundle is signed.
    """

    lean: bool
    stages: Mapping[str, int]
    matrix: int

    @property
    def peak(self) -> int:
        """Bytes in use at the height of all stages."""
        return max(self.stages.values())


def plan_memory(shape: Shape, *, limit: int | None, range_proof: bool = True) -> MemoryPlan:
    """The quicker way if it fits into `limit` bytes (None: no limit), otherwise the leaner one, which may not fit.

    range_proof: whether the dataset's proof is still to be made.
    """
    matrix = matrix_of(shape)
    quick = MemoryPlan(False, memory_of(shape, range_proof=range_proof), matrix)
    if limit is None or quick.peak <= limit:
        return quick
    return MemoryPlan(True, memory_of(shape, range_proof=range_proof, lean=True), matrix)


def matrix_of(shape: Shape) -> int:
    """Bytes of the records as 16-bit integers."""
    return 2 * shape.count * shape.layout.width


def memory_of(shape: Shape, *, range_proof: bool = True, lean: bool = False) -> dict[str, int]:
    """Bytes in use at the height of each stage; range_proof and lean as above."""
    count, train, width = shape.count, shape.train, shape.layout.width
    features = len(shape.layout.features)
    held, matrix, exact = PROGRAM + count * RECORD, matrix_of(shape), min(EXACT_ROWS, train)
    stages = {
        # blocks of rows as floats, the matrix of curvatures a few times, and a dozen columns
        "train": 8 * (3 * exact + 4 * (features + 1)) * (features + 1) + 12 * 8 * train,
        "optimum": _lookup(shape.optimum.spec, lean)
        + 2 * RESIDUAL_TABLES * ELEMENT * (1 << shape.optimum.row_variables)
        + 8 * sum(column.length for column in shape.optimum.spec.columns)
        + 4 * ELEMENT * count
        + 8 * 2 * exact * features,
        # the records themselves are let go before
        "check": CHECKED * count + (PROCESSES if count > SPREAD_POINTS else 0) - matrix,
    }
    if range_proof:
        # a record's weight is an element and a Python integer
        ranges = _lookup(shape.ranges.spec, lean) + 4 * ELEMENT * count
        if shape.range_claim == "bounded":
            # two blocks of records as floats; after a few rounds as integers the matrix becomes elements
            ranges += 2 * 8 * PROJECTED_ROWS * width + (ELEMENT * width << shape.ranges.row_variables) // (
                64 if lean else 16
            )
        stages[shape.range_claim] = ranges
    return {name: held + matrix + extra for name, extra in stages.items()}


def _lookup(spec: LookupSpec, lean: bool) -> int:
    return (LEAN_TREE if lean else TREE) * leaves_of(spec)
