"""Decimal numbers as text: those that a schema declares, and those that a CSV cell holds. Exact, never a float."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction

# One spelling for each value: no plus sign, no exponent, no zeros that could be left out, no minus zero.
_DECLARED = re.compile(r"(?!-0$)-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{0,17}[1-9])?")
_CELL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
MAX_CELL = 64
"""Longest cell that is read as a number, in characters."""


def is_declared(text: str) -> bool:
    """Whether the text is a decimal number in the one form that a schema writes it in."""
    return _DECLARED.fullmatch(text) is not None


def declared(text: str) -> Fraction:
    """The value of a number for which `is_declared` holds."""
    return Fraction(text)


def write_declared(value: Decimal) -> str | None:
    """The schema's form of a decimal value; None if it has too many digits for one."""
    if not -40 < value.adjusted() < 40:
        return None
    with localcontext() as context:
        context.prec = 200
        text = format(value.normalize(), "f")
    text = "0" if text == "-0" else text
    return text if is_declared(text) else None


def parse_cell(text: str, mark: str = ".") -> Decimal | None:
    """The number in a CSV cell with `mark` as decimal mark, exactly; None if it holds no plain decimal number."""
    if mark != ".":
        if "." in text:
            return None
        text = text.replace(mark, ".")
    if len(text) > MAX_CELL or not _CELL.fullmatch(text):
        return None
    return Decimal(text)


def spelling_key(text: str, mark: str = ".") -> str | Decimal:
    """What two spellings of one level have in common: the number if both are numbers ("1" and "1.0"), else the text."""
    number = parse_cell(text, mark)
    return text if number is None else number
