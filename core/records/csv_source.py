"""The door for CSV files: bounded, strict about the file, and without a word about its contents when it complains.

A file is UTF-8 (with or without a byte order mark), separated by commas, semicolons or tabs, quoted as in RFC 4180,
with any of the usual line ends. Its first line names the columns. What is wrong with the whole file is an InputError
csv.*; a row that does not have as many cells as the header is handed on for its reader to reject.
"""

from __future__ import annotations

import csv
import io
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError
from core.records.decimals import parse_cell
from core.records.names import MAX_NAME, is_tidy, tidy
from core.records.schema import MAX_COLUMNS

MAX_FILE_BYTES = 1 << 33
MAX_LINE = 1 << 22
"""Longest line, and longest record of several lines, in characters."""
MAX_FIELD = 1 << 17
"""Longest cell in characters; the limit that the standard library's reader starts with."""
MAX_ROWS = 1 << 20
"""As many records as a bundle holds."""
CHUNK_ROWS = 4096
CHUNK_CELLS = 1 << 20
DELIMITERS = ",;\t"

_SAMPLE_LINES = 50
_SAMPLE_CHARACTERS = 1 << 19
_SIGNATURES = (
    (b"PK\x03\x04", "csv.workbook", "The file is a spreadsheet or another zip archive, not CSV text."),
    (b"\xd0\xcf\x11\xe0", "csv.workbook", "The file is an old spreadsheet or office document, not CSV text."),
    (b"\xff\xfe", "csv.encoding", "The file is UTF-16 text; only UTF-8 is read."),
    (b"\xfe\xff", "csv.encoding", "The file is UTF-16 text; only UTF-8 is read."),
    (b"\x1f\x8b", "csv.binary", "The file is compressed, not CSV text."),
    (b"%PDF", "csv.binary", "The file is a PDF document, not CSV text."),
)
_EXPORT = "Export the data as CSV in UTF-8 and choose that file."


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """Some rows in order. lines: the physical line on which each row begins, from 1; cells: their texts. Secret."""

    lines: list[int]
    cells: list[list[str]]


class CsvTable:
    """An open file: its column names, its delimiter, and its rows, once."""

    def __init__(self, raw: BinaryIO, size: int) -> None:
        self._raw = raw
        self._size = size
        self._feed = _LineFeed(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
        sample = list(itertools.islice(self._feed.lines(), _SAMPLE_LINES))
        self.delimiter = _find_delimiter(sample)
        self._feed.put_back(sample)
        self._reader = csv.reader(self._feed, delimiter=self.delimiter, strict=True)
        self._line = 0
        first = next(self._records(), None)
        if first is None:
            raise InputError("csv.empty", "The file is empty.", _EXPORT)
        self.header = _header(first[1])

    @property
    def share(self) -> float:
        """Share of the file that was read, 0 to 1."""
        return min(1.0, self._raw.tell() / self._size) if self._size else 1.0

    def chunks(self) -> Iterator[Chunk]:
        """The rows below the header, about CHUNK_CELLS cells at a time; lines with nothing on them are no rows."""
        records = self._records()
        size = min(CHUNK_ROWS, max(1, CHUNK_CELLS // len(self.header)))
        total = 0
        while rows := list(itertools.islice(records, size)):
            total += len(rows)
            if total > MAX_ROWS:
                raise InputError("csv.rows", f"The file has more than {MAX_ROWS} rows.", "Split the data set.")
            yield Chunk([line for line, _ in rows], [cells for _, cells in rows])

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            self._feed.start_record()
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _unreadable_record(line, str(error)) from None
            if cells and not (len(cells) == 1 and not cells[0].strip()):
                yield line, cells


@contextmanager
def open_csv(path: Path | str) -> Iterator[CsvTable]:
    """Open a CSV file and read its header; InputError csv.* if it cannot be one."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError("csv.unreadable", "This is not a file that can be read.", _EXPORT)
        if status.st_size > MAX_FILE_BYTES:
            raise InputError("csv.size", f"The file is larger than {MAX_FILE_BYTES >> 30} GiB.", "Split the data set.")
        raw = Path(path).open("rb")  # noqa: SIM115  (closed below; only the opening is guarded here)
    except FileNotFoundError:
        raise InputError("csv.missing", "There is no file of this name.", "Check the path.") from None
    except OSError as error:
        raise _unreadable(error) from None
    with raw:
        _check_signature(raw)
        yield CsvTable(raw, status.st_size)


class _LineFeed:
    """Hands lines to the CSV reader and stops at the limits before memory does."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._front: list[str] = []
        self._record = 0

    def lines(self) -> Iterator[str]:
        """Lines for a look ahead, up to a number of characters."""
        seen = 0
        while seen < _SAMPLE_CHARACTERS and (line := self._read()):
            seen += len(line)
            yield line

    def put_back(self, lines: list[str]) -> None:
        self._front = lines[::-1]

    def start_record(self) -> None:
        self._record = 0

    def __iter__(self) -> _LineFeed:
        return self

    def __next__(self) -> str:
        line = self._front.pop() if self._front else self._read()
        if not line:
            raise StopIteration
        self._record += len(line)
        if self._record > MAX_LINE:
            raise InputError(
                "csv.record",
                f"A row is longer than {MAX_LINE} characters.",
                "Look for a quotation mark without its twin.",
            )
        return line

    def _read(self) -> str:
        try:
            line = self._text.readline(MAX_LINE + 1)
        except UnicodeDecodeError:
            raise InputError("csv.encoding", "The file is not UTF-8 text.", _EXPORT) from None
        except OSError as error:
            raise _unreadable(error) from None
        if "\0" in line:
            raise InputError("csv.binary", "The file holds binary data, not CSV text.", _EXPORT)
        if len(line) > MAX_LINE:
            raise InputError("csv.line", f"A line is longer than {MAX_LINE} characters.", _EXPORT)
        return line


def _unreadable(error: OSError) -> InputError:
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return InputError("csv.unreadable", f"The file cannot be read ({reason}).", "Check its permissions.")


def _check_signature(raw: BinaryIO) -> None:
    start = raw.read(4096)
    raw.seek(0)
    if not start:
        raise InputError("csv.empty", "The file is empty.", _EXPORT)
    for signature, code, message in _SIGNATURES:
        if start.startswith(signature):
            raise InputError(code, message, _EXPORT)
    if b"\0" in start:
        raise InputError("csv.binary", "The file holds binary data, not CSV text.", _EXPORT)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"<"):
        raise InputError("csv.binary", "The file holds structured text such as JSON or HTML, not CSV.", _EXPORT)


def _find_delimiter(sample: list[str]) -> str:
    """The delimiter under which the first lines agree best on a number of cells of at least two."""
    best, best_score = "", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = []
        try:
            for cells in csv.reader(sample, delimiter=delimiter):
                if cells:
                    widths.append(len(cells))
        except csv.Error:
            pass
        if not widths or widths[0] < 2:
            continue
        # The last row of the sample may be cut off.
        rows = widths[:-1] if len(widths) > 2 else widths
        score = (sum(width == widths[0] for width in rows) / len(rows), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    if not best:
        if not "".join(sample).strip():
            raise InputError("csv.empty", "The file is empty.", _EXPORT)
        raise InputError(
            "csv.delimiter",
            "The first line does not hold at least two columns separated by commas, semicolons or tabs.",
            _EXPORT,
        )
    return best


def _header(cells: list[str]) -> tuple[str, ...]:
    if len(cells) > MAX_COLUMNS:
        raise InputError("csv.columns", f"The file has more than {MAX_COLUMNS} columns.", "Leave some columns out.")
    if sum(parse_cell(cell.strip()) is not None for cell in cells) * 2 > len(cells):
        raise InputError("csv.header", "The first line holds numbers where the names of the columns must be.", _EXPORT)
    names = tuple(tidy(cell) for cell in cells)
    for position, name in enumerate(names, 1):
        if not is_tidy(name):
            raise InputError(
                "csv.header",
                f"Column {position} needs a name of 1 to {MAX_NAME} printable characters.",
                "Correct the first line of the file.",
            )
    seen: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if name in seen:
            raise InputError(
                "csv.header",
                f"Columns {seen[name]} and {position} have the same name.",
                "Correct the first line of the file.",
            )
        seen[name] = position
    return names


def _unreadable_record(line: int, error: str) -> InputError:
    if "field larger" in error:
        return InputError(
            "csv.field",
            f"A cell in or after line {line} is longer than {MAX_FIELD} characters.",
            "Look for a quotation mark without its twin.",
        )
    return InputError(
        "csv.quotes", f"The quotation marks in or after line {line} do not match.", "Correct the quotation in that row."
    )
