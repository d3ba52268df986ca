"""Elementary work of each stage, counted from the relations; core.proving.forecast.calibration says what a unit costs.

record      a pass over a committed record with field elements: its weight, its row, its blinding (prover)
form        a record's row under a linear form
entry       a 16-bit entry of a committed column; wide: one of more than 19 bits, taken in parts
leaf        a leaf of the fraction tree, from the columns to the last round; cell: one that is a record's value, which
            takes a quicker way; level: what each round takes anyhow
residual    a row of the nine tables of the residual sumcheck
table       a row of the sigmoid table
generator   one entry of an opened vector: mask, response, folding; opening: what each opening takes anyhow
evaluation  a training record in one evaluation of the float loss; step: what each evaluation takes anyhow
exact       a training record in one evaluation in exact integers; curvature: one in the matrix of a Newton step
listed      a record in the Merkle tree; drawn: one in the split; sign: one signature of both kinds
point       a point decoded and multiplied by the verifier; helped: one of so many that helper processes do that
product     a generator multiplied by the verifier; pass: a record's weight in one of its equations
square      a cell in the sumcheck of squares; projected: a cell under all projections
row         a record committed on its own
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from core.algebra.batch.opening import HELPED_FROM
from core.claims.bounded.relation import BoundedRelation
from core.lookup.spec import RECORDS, LookupSpec
from core.proving.forecast.shape import Shape
from core.transcript.pattern import POINT_BYTES, Kind, Pattern

Work = Mapping[str, float]
"""Number of units by name."""

EXACT_EVALUATIONS, NEWTON_STEPS = 2, 1
"""Of the polish: an evaluation at the rounded weights, and nearly always one more after one Newton step."""

WIDE_BITS = 19

SPREAD_POINTS = HELPED_FROM["native"]
"""Record commitments from which on the verifier has helper processes."""

MANY_RECORDS, BLOCK_RECORDS = 1 << 16, 1 << 18
"""Records from which on they are committed in tall blocks, and how long such a block is (core.proving.commit)."""


def work_of(shape: Shape) -> dict[str, Work]:
    """Units by stage, in the order of the stages."""
    return {
        "commit": {"row": _rows(shape.count)},
        "split": {"drawn": shape.count},
        "train": _training(shape),
        shape.range_claim: _ranges(shape),
        "optimum": _optimum(shape),
        "bundle": {"sign": 2, "packed": shape.count},
        "check": _check(shape),
    }


def _rows(count: int) -> float:
    """Records as they count when committed: half each for many, plus what the tables of a block of them take.

    One at a time an entry takes two additions; in tall blocks one, and each column 2^15 more.
    """
    if count < MANY_RECORDS:
        return count
    return count / 2 + -(-count // BLOCK_RECORDS) * (1 << 14)


def evaluations(shape: Shape) -> float:
    """How often L-BFGS goes through the training records, as far as public numbers tell; right within half or so.

    Fitted to synthetic cohorts and the sample, 500 x 3 to 209,000 x 1,024: ten for each doubling of the features, more
    where there are few records for each of them, and in proportion to how far the optimum is from the plain mean, in
    digits of C and of the target distance.
    """
    features, plan = len(shape.layout.features), shape.plan
    digits = math.log10(float(plan.c / plan.target))
    crowded = 1 + 5 * min(1.0, features / shape.train)
    return 10 * math.log2(features + 1) * crowded * min(2.0, max(0.3, 0.3 + 0.23 * digits))


def _training(shape: Shape) -> Work:
    settings = shape.plan.optimiser
    count = min(evaluations(shape), 1.5 * settings.epochs)
    if settings.method == "adam":
        count += settings.epochs
    return {
        "evaluation": count * shape.train,
        "step": count,
        "exact": EXACT_EVALUATIONS * shape.train,
        "curvature": NEWTON_STEPS * shape.train,
    }


def leaves_of(spec: LookupSpec) -> int:
    """Leaves of the fraction tree, without the filler up to a power of two."""
    return sum(1 << row.variables for row in spec.rows) + sum(1 << table.variables for table in spec.tables)


def cells_of(spec: LookupSpec) -> int:
    """Those of them that are the values of records, looked up as they are."""
    return sum(1 << row.variables for row in spec.rows if [term.column for term in row.terms] == [RECORDS])


def _lookup(spec: LookupSpec) -> Counter[str]:
    depth, cells = spec.layout.depth, cells_of(spec)
    return Counter({"leaf": leaves_of(spec) - cells, "cell": cells, "level": depth * (depth + 1) // 2})


def _openings(lengths: tuple[int, ...], pattern: Pattern) -> Counter[str]:
    return Counter({"generator": sum(lengths) + pattern.hidden_count, "opening": len(lengths) + 1})


def _ranges(shape: Shape) -> Work:
    relation, count = shape.ranges, shape.count
    work = _lookup(relation.spec) + _openings(shape.openings[shape.range_claim], relation.pattern())
    work["entry"] += sum(column.length for column in relation.spec.columns)
    if isinstance(relation, BoundedRelation):
        cells = count * shape.layout.width
        return work + Counter({"record": 2 * count, "square": cells, "projected": cells, "weight": count})
    work["record"] += count * (2 if shape.layout.groups else 1)
    return work


def _optimum(shape: Shape) -> Work:
    relation, p = shape.optimum, shape.parameters
    work = _lookup(relation.spec) + _openings(shape.openings["optimum"], relation.pattern())
    per_row = {"u": p.table_rows.bit_length() - 1, "value": p.value_bits, "slope": p.value_bits - 4, "tail": 8}
    for column in relation.spec.columns:
        wide = per_row.get(column.label, p.limb_bits) > WIDE_BITS
        # most rows of the sigmoid table are far from every logit, so their multiplicities are zero
        length = min(column.length, shape.train) if column.label == "table.sigmoid.count" else column.length
        work["wide" if wide else "entry"] += length
    return work + Counter(
        {
            "record": shape.train + shape.count,
            "form": 2 * shape.train,
            "residual": 1 << relation.row_variables,
            "table": p.table_rows,
            "exact": shape.train,
        }
    )


def _check(shape: Shape) -> Work:
    patterns = (shape.ranges.pattern(), shape.optimum.pattern())
    steps = [step for pattern in patterns for step in pattern.steps if step.kind is Kind.POINTS]
    points = sum(step.size // POINT_BYTES for step in steps)
    levels = sum(relation.spec.layout.depth**2 for relation in (shape.ranges, shape.optimum))
    generators = sum(sum(lengths) for lengths in shape.openings.values())
    passes = 4 if shape.range_claim == "bounded" or shape.layout.groups else 3
    helped = shape.count >= SPREAD_POINTS
    return {
        "listed": shape.count,
        "drawn": shape.count,
        "point": points + (0 if helped else shape.count),
        "helped": shape.count if helped else 0,
        "product": generators,
        "pass": passes * (shape.count + generators),
        "level": levels,
        "table": shape.parameters.table_rows,
        **({"weight": shape.count} if shape.range_claim == "bounded" else {}),
    }
