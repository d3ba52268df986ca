"""The pieces of a statement, each with one spelling: objects, integers, texts, hexadecimal, base64, times."""

from __future__ import annotations

import re
from typing import Any

from core.bundle.identity import decode_base64, is_plain_text
from core.errors import MalformedError

_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def members(value: object, names: set[str], where: str) -> dict[str, Any]:
    """An object of exactly these members. `where`, here and below, is one of our own names, never text from a file."""
    if not isinstance(value, dict) or set(value) != names:
        raise malformed(where)
    return value


def integer(value: object, where: str, least: int, most: int) -> int:
    """An integer from `least` to `most`."""
    if type(value) is not int or not least <= value <= most:
        raise malformed(where)
    return value


def text(value: object, where: str, longest: int) -> str:
    """1 to `longest` characters, none of which hides or reorders others."""
    if not isinstance(value, str) or not is_plain_text(value, longest):
        raise malformed(where)
    return value


def hexadecimal(value: object, where: str, least: int, most: int | None = None) -> bytes:
    """Lower-case hexadecimal digits of `least` bytes, or of `least` to `most` bytes."""
    longest = least if most is None else most
    if not isinstance(value, str) or not 2 * least <= len(value) <= 2 * longest or not _HEX.fullmatch(value):
        raise malformed(where)
    return bytes.fromhex(value)


def base64_bytes(value: object, where: str, length: int) -> bytes:
    """Exactly `length` bytes in base64."""
    if not isinstance(value, str):
        raise malformed(where)
    data = decode_base64(value, code="bundle.statement")
    if len(data) != length:
        raise malformed(where)
    return data


def moment(value: object) -> str:
    """A moment in UTC as 2026-11-23T17:31:10Z; checked by hand, so that nothing here knows a clock."""
    matched = _TIME.fullmatch(value) if isinstance(value, str) else None
    if matched is None:
        raise malformed("times.created")
    year, month, day, hour, minute, second = (int(part) for part in matched.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 59):
        raise malformed("times.created")
    if not 1 <= day <= _DAYS[month - 1] + (1 if leap and month == 2 else 0):
        raise malformed("times.created")
    return matched.group()


def malformed(where: str) -> MalformedError:
    """The refusal of a statement for what stands at `where`."""
    return MalformedError(
        "bundle.statement",
        "The statement in this bundle does not have the form that it must have.",
        "Ask its maker for the original file.",
        detail=where,
    )
