"""The lines of a file as a CSV reader takes them: counted in bytes, digested, and bounded before memory is."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from typing import BinaryIO

from core.errors import InputError

MAX_LINE = 1 << 22
"""Longest line, and longest record of several lines, in characters."""
MARK = b"\xef\xbb\xbf"
"""The byte order mark that some programs put before UTF-8."""
EXPORT = "Export the data as CSV in UTF-8 and choose that file."

_SAMPLE_CHARACTERS = 1 << 19


class LineFeed:
    """Hands lines to the CSV reader, counts their bytes, and stops at the limits before memory does.

    It begins where `raw` stands, at `offset`, after bytes whose running SHA-256 is `digest`; the two go on with each
    line that is handed out.
    """

    def __init__(self, raw: BinaryIO, *, offset: int, digest: hashlib._Hash) -> None:
        self._text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        self.offset = offset
        self.digest = digest
        self._front: list[str] = []
        self._record = 0

    def release(self) -> None:
        """Let go of the file, which stays open."""
        self._text.detach()

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

    def __iter__(self) -> LineFeed:
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
        data = line.encode("utf-8")  # the file's own bytes: UTF-8 has one spelling for each text
        self.offset += len(data)
        self.digest.update(data)
        return line

    def _read(self) -> str:
        try:
            line = self._text.readline(MAX_LINE + 1)
        except UnicodeDecodeError:
            raise InputError("csv.encoding", "The file is not UTF-8 text.", EXPORT) from None
        except OSError as error:
            raise unreadable(error) from None
        if "\0" in line:
            raise InputError("csv.binary", "The file holds binary data, not CSV text.", EXPORT)
        if len(line) > MAX_LINE:
            raise InputError("csv.line", f"A line is longer than {MAX_LINE} characters.", EXPORT)
        return line


def unreadable(error: OSError) -> InputError:
    """The refusal of a file that the system does not let us read."""
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return InputError("csv.unreadable", f"The file cannot be read ({reason}).", "Check its permissions.")
