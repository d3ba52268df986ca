"""The door for CSV files: bounded, strict about the file, and without a word about its contents when it complains.

A file is UTF-8 (with or without a byte order mark), separated by commas, semicolons or tabs, quoted as in RFC 4180,
with any of the usual line ends. Its first line names the columns. What is wrong with the whole file is an InputError
csv.*; a row that does not have as many cells as the header is handed on for its reader to reject.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import InputError
from core.monitor import Monitor
from core.records.decimals import parse_cell
from core.records.line_feed import EXPORT, MARK, LineFeed, unreadable
from core.records.names import MAX_NAME, is_tidy, tidy
from core.records.schema import MAX_COLUMNS

MAX_FILE_BYTES = 1 << 33
MAX_FIELD = 1 << 17
"""Longest cell in characters; the limit that the standard library's reader starts with."""
MAX_ROWS = 1 << 20
"""As many records as a bundle holds."""
CHUNK_ROWS = 4096
CHUNK_CELLS = 1 << 20
DELIMITERS = ",;\t"

_PIECE = 1 << 20
_SAMPLE_LINES = 50
_SIGNATURES = (
    (b"PK\x03\x04", "csv.workbook", "The file is a spreadsheet or another zip archive, not CSV text."),
    (b"\xd0\xcf\x11\xe0", "csv.workbook", "The file is an old spreadsheet or office document, not CSV text."),
    (b"\xff\xfe", "csv.encoding", "The file is UTF-16 text; only UTF-8 is read."),
    (b"\xfe\xff", "csv.encoding", "The file is UTF-16 text; only UTF-8 is read."),
    (b"\x1f\x8b", "csv.binary", "The file is compressed, not CSV text."),
    (b"%PDF", "csv.binary", "The file is a PDF document, not CSV text."),
)


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """Some rows in order. lines: the physical line on which each row begins, from 1; cells: their texts. Secret."""

    lines: list[int]
    cells: list[list[str]]


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two rows of a file, to go on from.

    offset, line, rows: bytes, physical lines and rows before it; delimiter: of the file; digest: SHA-256 of the bytes
    before it, hexadecimal. The digest says something about them, so it is as secret as the file.
    """

    offset: int
    line: int
    rows: int
    delimiter: str
    digest: str


class CsvTable:
    """An open file: its column names, its delimiter, and its rows, once."""

    def __init__(self, raw: BinaryIO, size: int) -> None:
        self._raw = raw
        self._size = size
        self._begin()

    def _begin(self) -> None:
        """Read the header; the next row is the first."""
        self._raw.seek(0)
        mark = MARK if self._raw.read(len(MARK)) == MARK else b""
        self._raw.seek(len(mark))
        self._feed = LineFeed(self._raw, offset=len(mark), digest=hashlib.sha256(mark))
        sample = list(itertools.islice(self._feed.lines(), _SAMPLE_LINES))
        self.delimiter = _find_delimiter(sample)
        self._feed.put_back(sample)
        self._reader = csv.reader(self._feed, delimiter=self.delimiter, strict=True)
        self._lines_before = self._rows = 0
        first = next(self._records(), None)
        if first is None:
            raise InputError("csv.empty", "The file is empty.", EXPORT)
        self.header = _header(first[1])
        self.chunk_rows = min(CHUNK_ROWS, max(1, CHUNK_CELLS // len(self.header)))

    @property
    def share(self) -> float:
        """Share of the file that was read, 0 to 1."""
        return min(1.0, self._feed.offset / self._size) if self._size else 1.0

    @property
    def position(self) -> Position:
        """Where the next row begins, or the lines without one before it."""
        return Position(
            offset=self._feed.offset,
            line=self._lines_before + self._reader.line_num,
            rows=self._rows,
            delimiter=self.delimiter,
            digest=self._feed.digest.hexdigest(),
        )

    def skip(self, to: Position, monitor: Monitor) -> bool:
        """Go on at a position of an earlier reading, if the file is the same up to there; otherwise stay.

        The part before it is compared, not parsed. InputError csv.shorter where the file ends before the position, like
        a copy that is not complete; CancelledError through the monitor.
        """
        if self._size < to.offset:
            raise InputError(
                "csv.shorter",
                "The table is shorter than what was read of it before; perhaps it was not copied completely.",
                "Copy the table again and continue. To import this one instead, discard the unfinished import first.",
            )
        self._feed.release()
        before = self._digest(to.offset, monitor)
        same = before is not None and before.hexdigest() == to.digest and self._is_between_rows(to.offset)
        self._begin()
        if before is None or not same or self.delimiter != to.delimiter or self._feed.offset > to.offset:
            return False
        self._feed.release()
        self._raw.seek(to.offset)
        self._feed = LineFeed(self._raw, offset=to.offset, digest=before)
        self._reader = csv.reader(self._feed, delimiter=self.delimiter, strict=True)
        self._lines_before, self._rows = to.line, to.rows
        return True

    def _digest(self, count: int, monitor: Monitor) -> hashlib._Hash | None:
        """The running SHA-256 of the first `count` bytes, None if the file has fewer."""
        digest = hashlib.sha256()
        self._raw.seek(0)
        while count and (data := self._raw.read(min(count, _PIECE))):
            monitor.check()
            digest.update(data)
            count -= len(data)
        return None if count else digest

    def _is_between_rows(self, offset: int) -> bool:
        """Whether a line that ended here still does: the last one may have been continued since."""
        self._raw.seek(offset - 1)
        last, following = self._raw.read(1), self._raw.read(1)
        return not following or last == b"\n" or (last == b"\r" and following != b"\n")

    def take(self, count: int) -> Chunk:
        """The next `count` rows, fewer at the end of the file; lines with nothing on them are no rows."""
        rows = list(itertools.islice(self._records(), count))
        self._rows += len(rows)
        if self._rows > MAX_ROWS:
            raise InputError("csv.rows", f"The file has more than {MAX_ROWS} rows.", "Split the data set.")
        return Chunk([line for line, _ in rows], [cells for _, cells in rows])

    def chunks(self) -> Iterator[Chunk]:
        """The rows that are left, about CHUNK_CELLS cells at a time."""
        while (chunk := self.take(self.chunk_rows)).lines:
            yield chunk

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            self._feed.start_record()
            line = self._lines_before + self._reader.line_num + 1
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
            raise InputError("csv.unreadable", "This is not a file that can be read.", EXPORT)
        if status.st_size > MAX_FILE_BYTES:
            raise InputError("csv.size", f"The file is larger than {MAX_FILE_BYTES >> 30} GiB.", "Split the data set.")
        raw = Path(path).open("rb")  # noqa: SIM115  (closed below; only the opening is guarded here)
    except FileNotFoundError:
        raise InputError("csv.missing", "There is no file of this name.", "Check the path.") from None
    except OSError as error:
        raise unreadable(error) from None
    with raw:
        _check_signature(raw)
        yield CsvTable(raw, status.st_size)


def _check_signature(raw: BinaryIO) -> None:
    start = raw.read(4096)
    raw.seek(0)
    if not start:
        raise InputError("csv.empty", "The file is empty.", EXPORT)
    for signature, code, message in _SIGNATURES:
        if start.startswith(signature):
            raise InputError(code, message, EXPORT)
    if b"\0" in start:
        raise InputError("csv.binary", "The file holds binary data, not CSV text.", EXPORT)
    if start.removeprefix(MARK).lstrip()[:1] in (b"{", b"<"):
        raise InputError("csv.binary", "The file holds structured text such as JSON or HTML, not CSV.", EXPORT)


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
            raise InputError("csv.empty", "The file is empty.", EXPORT)
        raise InputError(
            "csv.delimiter",
            "The first line does not hold at least two columns separated by commas, semicolons or tabs.",
            EXPORT,
        )
    return best


def _header(cells: list[str]) -> tuple[str, ...]:
    if len(cells) > MAX_COLUMNS:
        raise InputError("csv.columns", f"The file has more than {MAX_COLUMNS} columns.", "Leave some columns out.")
    if sum(parse_cell(cell.strip()) is not None for cell in cells) * 2 > len(cells):
        raise InputError("csv.header", "The first line holds numbers where the names of the columns must be.", EXPORT)
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
