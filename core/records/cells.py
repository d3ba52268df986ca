"""From the cells of one column to committed integers, a chunk at a time; what cannot be encoded gets a reason.

The rule for numbers is the exact one of core.records.affine. A chunk is first mapped in double precision with a bound
on the error, and whatever lies within that bound of a rounding boundary or of an end of the range is mapped again
exactly; so the result is the exact one for every input, on every machine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.records.affine import STEPS, encode_number
from core.records.decimals import MAX_CELL, parse_cell, spelling_key
from core.records.layout import FLAG_ON
from core.records.names import MAX_NAME, tidy
from core.records.schema import Column, Schema

Codes = NDArray[np.uint16]
Problems = dict[int, str]
"""Reasons by position in the chunk. A reason is a plain sentence and never holds the cell."""

MISSING = "The value is missing."
NOT_A_NUMBER = "The value is not a plain decimal number."
OUT_OF_RANGE = "The value lies outside the admissible range."
UNKNOWN_LEVEL = "The value is none of the declared levels."
LONG_ID = f"The patient id is longer than {MAX_NAME} characters."

_PLAIN = b"0123456789+-."
_CACHED = 4096
_MISSING_CODE = -1
_UNKNOWN_CODE = -2
_ABSENT = 1 << 20
"""Added to the code of a level that stands for a missing value."""


class CellEncoder(ABC):
    """Encodes the cells of one column; `width` is the number of row positions that it fills."""

    width: int

    @abstractmethod
    def encode(self, cells: Sequence[str], out: Codes) -> Problems:
        """Fill out (len(cells), width), all zero before; positions with a problem may hold anything."""


def encoder_of(column: Column, schema: Schema) -> CellEncoder:
    """The encoder of a feature, outcome, consent or group column."""
    return NumberCells(column, schema) if column.type == "number" else LevelCells(column, schema)


class NumberCells(CellEncoder):
    """A number: its code, and 0 or 65535 for "is missing" where the schema declares a constant."""

    def __init__(self, column: Column, schema: Schema) -> None:
        if column.range is None or column.missing is None:
            raise TypeError("a number column has a range and a policy for missing values")
        self.width = 1 + column.has_indicator
        self._low, self._high = column.range.ends
        self._mark = schema.decimal
        self._missing = frozenset(schema.missing_values)
        self._constant: int | None = None
        if column.missing.policy == "constant":
            self._constant = encode_number(Fraction(column.missing.value), self._low, self._high)
        self._known: dict[str, int | None] = {}
        # Inside the range |computed - exact| of the scaled value is below (scale * largest end + 2^16) 2^-50: rounding
        # v, low and scale, the difference and the product adds at most 2^-53 (2 scale * largest + 3 * 2^16).
        self._scale = float(STEPS / (self._high - self._low))
        largest = float(max(abs(self._low), abs(self._high)))
        self._error = (self._scale * largest + STEPS + 1) * 2.0**-50

    def encode(self, cells: Sequence[str], out: Codes) -> Problems:
        if self._mark == "." and (values := plain_floats(cells)) is not None:
            return self._quantise(values, cells, out[:, 0])
        texts = [cell.strip() for cell in cells]
        if self._mark != ".":
            # A point is no decimal mark here; "x" makes such a cell unreadable, as it is.
            texts = [text.replace(".", "x").replace(self._mark, ".") for text in texts]
        values = plain_floats(texts)
        if values is not None:
            return self._quantise(values, texts, out[:, 0])
        return self._one_by_one(cells, texts, out)

    def _one_by_one(self, cells: Sequence[str], texts: list[str], out: Codes) -> Problems:
        problems: Problems = {}
        places: list[int] = []
        numbers: list[float] = []
        for place, text in enumerate(texts):
            number = parse_cell(text)
            if number is not None:
                places.append(place)
                numbers.append(float(number))
            elif tidy(cells[place]) not in self._missing:
                problems[place] = NOT_A_NUMBER
            elif self._constant is None:
                problems[place] = MISSING
            else:
                out[place] = self._constant, FLAG_ON
        column = np.zeros(len(places), dtype=np.uint16)
        found = self._quantise(np.array(numbers, dtype=np.float64), [texts[place] for place in places], column)
        out[places, 0] = column
        problems.update((places[position], reason) for position, reason in found.items())
        return problems

    def _quantise(self, values: NDArray[np.float64], texts: Sequence[str], out: Codes) -> Problems:
        """The codes of the numbers `texts`, given as nearest floats in `values`."""
        # A value too large for a float is infinite here and lies outside every range, as it should.
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (values - float(self._low)) * self._scale
            half = np.abs(scaled - np.floor(scaled) - 0.5)
        error = self._error
        doubtful = (half <= error) | (np.abs(scaled) <= error) | (np.abs(scaled - STEPS) <= error)
        if error > 0.1:
            doubtful[:] = True
        outside = (scaled < 0) | (scaled > STEPS)
        out[:] = np.rint(np.where(outside, 0, scaled)).astype(np.uint16)
        for place in np.flatnonzero(doubtful).tolist():
            code = self._exactly(texts[place])
            outside[place] = code is None
            out[place] = code or 0
        return dict.fromkeys(np.flatnonzero(outside).tolist(), OUT_OF_RANGE)

    def _exactly(self, text: str) -> int | None:
        if text not in self._known:
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[text] = encode_number(Decimal(text), self._low, self._high)
        return self._known[text]


def plain_floats(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """Nearest floats of cells that are all plain decimals without exponent; None if one is not, or is too long."""
    joined = "".join(texts)
    # Deleting them is by far the quickest way to see whether a long text holds other characters than these.
    if not joined.isascii() or joined.encode("ascii").translate(None, _PLAIN):
        return None
    if max(map(len, texts), default=0) > MAX_CELL:
        return None
    try:
        # On these characters float() reads what core.records.decimals reads, and nothing else.
        return np.fromiter(map(float, texts), dtype=np.float64, count=len(texts))
    except ValueError:
        return None


class LevelCells(CellEncoder):
    """A level: one bit for outcome and consent, one flag for two-valued features, one-hot for groups and categories."""

    def __init__(self, column: Column, schema: Schema) -> None:
        if column.missing is None:
            raise TypeError("a column of levels has a policy for missing values")
        names = [level.name for level in column.levels]
        self._one_hot = column.type == "category"
        self._on = FLAG_ON if column.role == "feature" else 1
        self._levels = len(names) if self._one_hot else 1
        self._indicator = column.has_indicator
        self.width = self._levels + self._indicator
        self._mark = schema.decimal
        self._codes = {
            spelling_key(value, self._mark): code for code, level in enumerate(column.levels) for value in level.values
        }
        leftover = [code for code, level in enumerate(column.levels) if not level.values]
        self._leftover = leftover[0] if leftover else _UNKNOWN_CODE
        constant = column.missing.policy == "constant"
        self._constant = _ABSENT + names.index(column.missing.value) if constant else _MISSING_CODE
        self._missing = frozenset(schema.missing_values)
        self._known: dict[str, int] = {}

    def encode(self, cells: Sequence[str], out: Codes) -> Problems:
        codes = np.array([self._code(cell) for cell in cells], dtype=np.int64)
        absent = codes >= _ABSENT
        codes[absent] -= _ABSENT
        problems: Problems = dict.fromkeys(np.flatnonzero(codes == _MISSING_CODE).tolist(), MISSING)
        problems.update(dict.fromkeys(np.flatnonzero(codes == _UNKNOWN_CODE).tolist(), UNKNOWN_LEVEL))
        if self._one_hot:
            good = np.flatnonzero(codes >= 0)
            out[good, codes[good]] = self._on
        else:
            out[:, 0] = np.where(codes == 1, self._on, 0)
        if self._indicator:
            out[absent, self._levels] = FLAG_ON
        return problems

    def _code(self, cell: str) -> int:
        code = self._known.get(cell)
        if code is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            code = self._known[cell] = self._find(tidy(cell))
        return code

    def _find(self, text: str) -> int:
        code = self._codes.get(spelling_key(text, self._mark))
        if code is not None:
            return code
        return self._constant if text in self._missing else self._leftover
