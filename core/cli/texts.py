"""Words and figures as the terminal shows them. Texts from files are untrusted: they must not command the terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def safe(text: str) -> str:
    """`text` with control, direction and other invisible characters shown as their numbers; line ends stay."""
    return "".join(
        character if character == "\n" or unicodedata.category(character) not in _INVISIBLE else _escaped(character)
        for character in text
    )


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def duration(seconds: float) -> str:
    """A length of time for people: 0.42 s, 8.1 s, 2 min 05 s, 3 h 10 min."""
    if seconds < 9.95 and seconds != int(seconds):
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def size(count: int) -> str:
    """A number of bytes for people: 812 bytes, 42.1 KB, 3.2 MB (powers of ten)."""
    if count < 1000:
        return f"{count} bytes"
    if count < 999_950:
        return f"{count / 1e3:.1f} KB"
    return f"{count / 1e6:.1f} MB" if count < 999_950_000 else f"{count / 1e9:.1f} GB"


def table(rows: Sequence[Sequence[str]], *, indent: str = "  ", figures: bool = False) -> str:
    """Rows of cells as aligned lines; figures: whether the last column holds figures, aligned to the right."""
    count = max((len(row) for row in rows), default=0)
    widths = [max((len(row[place]) for row in rows if place < len(row)), default=0) for place in range(count)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(widths[place]) if figures and place == count - 1 else cell.ljust(widths[place])
            for place, cell in enumerate(row)
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def grouped(fingerprint: str) -> str:
    """A hexadecimal fingerprint in groups of four, so that people can compare it."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4))


def wrapped(text: str, *, width: int = 110) -> str:
    """`text` with its long lines broken between words and continued further in; words are never broken."""
    lines = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip(" "))]
        lines += textwrap.wrap(
            line, width, subsequent_indent=indent + "    ", break_long_words=False, break_on_hyphens=False
        ) or [line]
    return "\n".join(lines)
