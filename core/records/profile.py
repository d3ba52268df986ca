"""What a CSV file holds, column by column, in one pass: the ground on which a schema is inferred. Secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from core.errors import InputError
from core.monitor import Monitor, SilentMonitor
from core.records.cells import plain_floats
from core.records.csv_source import Chunk, open_csv
from core.records.decimals import parse_cell
from core.records.names import is_tidy, tidy

MISSING_VALUES = ("", "?", ".", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null")
"""Cells that an inferred schema counts as missing."""
MAX_DISTINCT = 200
"""Beyond so many different texts a column's levels are not counted."""


@dataclass(frozen=True, slots=True, repr=False)
class ColumnProfile:
    """One column. rows = missing + numbers + texts; low, high: extremes of the numbers, None if there are none.

    counts: how often each text occurs that is not missing, None if there are more than MAX_DISTINCT. Secret.
    """

    name: str
    missing: int
    numbers: int
    texts: int
    low: Decimal | None
    high: Decimal | None
    counts: dict[str, int] | None

    def __repr__(self) -> str:
        return f"ColumnProfile({self.name!r}, redacted)"

    @property
    def present(self) -> int:
        """Rows in which the column is not missing."""
        return self.numbers + self.texts


@dataclass(frozen=True, slots=True, repr=False)
class FileProfile:
    """A CSV file. rows: those with as many cells as the header; ragged: the others; decimal: its decimal mark."""

    columns: tuple[ColumnProfile, ...]
    rows: int
    ragged: int
    delimiter: str
    decimal: str

    def __repr__(self) -> str:
        return f"FileProfile({len(self.columns)} columns, {self.rows} rows, redacted)"

    def column(self, name: str) -> ColumnProfile | None:
        """The column of this name, tidied first."""
        wanted = tidy(name)
        return next((column for column in self.columns if column.name == wanted), None)


def profile_csv(path: Path | str, *, monitor: Monitor | None = None) -> FileProfile:
    """Read a CSV file once; stage "inspect". InputError csv.*, CancelledError through the monitor."""
    watch = monitor or SilentMonitor()
    watch.stage("inspect")
    rows = ragged = 0
    decimal = ""
    with open_csv(path) as table:
        tallies = [_Tally(name) for name in table.header]
        for chunk in table.chunks():
            watch.check()
            whole = [cells for cells in chunk.cells if len(cells) == len(tallies)]
            rows += len(whole)
            ragged += len(chunk.cells) - len(whole)
            decimal = decimal or _decimal_mark(chunk)
            for tally, cells in zip(tallies, zip(*whole, strict=True), strict=False):
                tally.add(cells, decimal)
            watch.progress(table.share)
        delimiter = table.delimiter
    if rows + ragged == 0:
        raise InputError("csv.no_rows", "The file has column names but no rows.", "Choose a file with records.")
    if ragged > rows:
        raise InputError(
            "csv.ragged",
            f"{ragged} of {rows + ragged} rows have another number of cells than the first line of the file.",
            "Check the delimiter and the quotation marks of the file.",
        )
    return FileProfile(tuple(tally.result() for tally in tallies), rows, ragged, delimiter, decimal)


class _Tally:
    """Counts one column, chunk by chunk."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._missing = self._numbers = self._texts = 0
        self._low: Decimal | None = None
        self._high: Decimal | None = None
        self._counts: Counter[str] | None = Counter()

    def add(self, cells: tuple[str, ...], decimal: str) -> None:
        values = plain_floats(cells) if decimal == "." else None
        if values is not None:
            self._count(cells)
            self._numbers += len(cells)
            self._extend(Decimal(cells[int(values.argmin())]), Decimal(cells[int(values.argmax())]))
            return
        texts = [cell.strip() for cell in cells]
        self._count(texts)
        for text in texts:
            number = parse_cell(text, decimal)
            if number is not None:
                self._numbers += 1
                self._extend(number, number)
            elif tidy(text) in MISSING_VALUES:
                self._missing += 1
            else:
                self._texts += 1

    def _count(self, texts: Sequence[str]) -> None:
        for first in range(0, len(texts), 512):
            if self._counts is None:
                return
            self._counts.update(texts[first : first + 512])
            # Spellings that tidy() makes one are put together at the end; until then there may be some more.
            if len(self._counts) > 2 * MAX_DISTINCT:
                self._counts = None

    def _extend(self, low: Decimal, high: Decimal) -> None:
        self._low = low if self._low is None or low < self._low else self._low
        self._high = high if self._high is None or high > self._high else self._high

    def result(self) -> ColumnProfile:
        counts: Counter[str] | None = None
        if self._counts is not None:
            counts = Counter()
            for text, count in self._counts.items():
                if (tidied := tidy(text)) not in MISSING_VALUES:
                    counts[tidied] += count
            if len(counts) > MAX_DISTINCT or not all(is_tidy(text) for text in counts):
                counts = None
        return ColumnProfile(
            name=self._name,
            missing=self._missing,
            numbers=self._numbers,
            texts=self._texts,
            low=self._low,
            high=self._high,
            counts=None if counts is None else dict(counts),
        )


def _decimal_mark(chunk: Chunk) -> str:
    """The comma if more cells are numbers with a decimal comma than with a point; the point otherwise."""
    commas = points = 0
    for row in chunk.cells:
        for cell in row:
            if "," in cell:
                commas += parse_cell(cell.strip(), ",") is not None
            elif "." in cell:
                points += parse_cell(cell.strip()) is not None
    return "," if commas > points else "."
