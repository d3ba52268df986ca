"""A committed row in words: what an opened receipt shows, and what a spot check compares with the chart.

No value is exact: a number is shown to the precision of its code. Plain integers in, so that a verifier can use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from core.errors import MalformedError
from core.records.affine import STEPS, decode_number
from core.records.layout import FLAG_ON, ID_LIMBS, RowLayout
from core.records.schema import Column, Schema


def describe_row(values: Sequence[int], schema: Schema) -> tuple[tuple[str, str], ...]:
    """Pairs of name and text for the W integers of a row, in the order of the layout. Secret.

    MalformedError record.* if the row does not fit the schema.
    """
    layout = RowLayout.from_schema(schema)
    if len(values) != layout.width:
        raise _malformed("record.width", "The record does not have as many entries as its schema says.")
    allowed = {"bit": (0, 1), "flag": (0, FLAG_ON)}
    for value, entry in zip(values, layout.columns, strict=True):
        if not 0 <= value <= FLAG_ON or value not in allowed.get(entry.kind, (value,)):
            raise _malformed("record.range", "An entry of the record is outside what its schema allows.")
    digest = "".join(f"{value:04x}" for value in values[:ID_LIMBS])
    pairs = [("patient id digest", digest)]
    consent = schema.consent
    given = ("not given", "given") if consent is None else tuple(level.name for level in consent.levels)
    pairs.append(("consent" if consent is None else consent.name, given[values[layout.consent]]))
    pairs.append((schema.outcome.name, schema.outcome.levels[values[layout.outcome]].name))
    position = layout.outcome + 1
    for column in (*schema.groups, *schema.features):
        width = len(column.levels) if column.type == "category" else 1
        text = _text(column, values[position : position + width])
        position += width
        if column.has_indicator:
            text = f"missing (taken as {text})" if values[position] else text
            position += 1
        pairs.append((column.name, text))
    return tuple(pairs)


def _text(column: Column, values: Sequence[int]) -> str:
    if column.range is not None:
        low, high = column.range.ends
        number = decimal_text(decode_number(values[0], low, high), (high - low) / STEPS)
        return f"{number} {column.unit}".strip()
    if column.type == "flag":
        return column.levels[values[0] // FLAG_ON].name
    chosen = [level.name for level, value in zip(column.levels, values, strict=True) if value]
    if len(chosen) != 1:
        raise _malformed("record.one_hot", "An entry of the record has not exactly one level.")
    return chosen[0]


def decimal_text(value: Fraction, step: Fraction) -> str:
    """The value with as many decimals as a step of this size makes meaningful: the last 10^-k >= step, k >= 0."""
    decimals = 0
    while Fraction(1, 10 ** (decimals + 1)) >= step:
        decimals += 1
    scaled = round(value * 10**decimals)
    sign, digits = "-" if scaled < 0 else "", str(abs(scaled)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def _malformed(code: str, message: str) -> MalformedError:
    return MalformedError(code, message, "Ask for the file again.")
