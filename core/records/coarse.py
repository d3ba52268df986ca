"""Public numbers from private ones: ranges rounded outward to steps of 1, 2 or 5 times a power of ten.

A range that ended at the largest value seen would publish that patient's value. An outward step of at least a tenth of
the span says only that nobody lies beyond the next mark.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

from core.records.decimals import write_declared
from core.records.schema import Range

MARKS = 10
"""A range has at most about so many steps, so that each is coarse."""


def outward_range(low: Decimal, high: Decimal, *, least: Decimal | None = None) -> Range | None:
    """A coarse range that holds low <= high, in steps of `least` or more; None if a schema cannot write its ends."""
    with localcontext() as context:
        context.prec = 200
        if low == high:
            # One value only: from zero to the next mark beyond it.
            low, high = min(low, Decimal(0)), max(high, Decimal(0))
        if low == high:
            return Range("0", "1")
        step = step_above(max((high - low) / MARKS, least or Decimal(0)))
        first, last = low // step, high // step
        # Division truncates towards zero; the range goes outward.
        first -= first * step > low
        last += last * step < high
        ends = write_declared(first * step), write_declared(last * step)
    return None if ends[0] is None or ends[1] is None else Range(ends[0], ends[1])


def step_above(least: Decimal) -> Decimal:
    """The smallest of 1, 2, 5, 10, ... times a power of ten that is at least `least` > 0."""
    decade = Decimal(1).scaleb(least.adjusted())
    return next(step for step in (decade, 2 * decade, 5 * decade, 10 * decade) if step >= least)


def middle(bounds: Range) -> str:
    """The middle of a range, or its low end if the middle has too many digits: the constant for missing numbers."""
    return write_declared((Decimal(bounds.low) + Decimal(bounds.high)) / 2) or bounds.low
