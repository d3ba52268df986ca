"""Canonical JSON (RFC 8785) without fractions: one value, one byte string, strict both ways.

Whatever is hashed, signed or absorbed is written by `dumps`. Numbers are integers that every JSON reader represents
exactly, |x| <= 2^53 - 1; anything with a fraction is written as a decimal string by its owner. `loads` reads untrusted
bytes.
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from typing import Any, NoReturn

from core.errors import InternalError, MalformedError

MAX_INTEGER = (1 << 53) - 1
MAX_DEPTH = 32
_MAX_DIGITS = len(str(MAX_INTEGER))
_SURROGATE = re.compile("[\ud800-\udfff]")
# A string that never ends is one token too: if the search began again inside it, this would be quadratic.
_TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def dumps(value: object) -> bytes:
    """The RFC 8785 form of nested str, int, bool, None, list, tuple and dict with str keys, as UTF-8.

    InternalError json.value for anything else: floats, larger integers, lone surrogates, nesting deeper than MAX_DEPTH.
    """
    pieces: list[str] = []
    _write(value, pieces, MAX_DEPTH)
    return "".join(pieces).encode("utf-8")


def loads(data: bytes, *, limit: int, what: str, canonical: bool = True) -> object:
    """The value in untrusted bytes, made of the types that `dumps` takes (lists, not tuples).

    limit: largest number of bytes; what: the file in words, such as "The schema", for messages; canonical: whether only
    the very bytes of `dumps` are accepted, as for everything hashed; a file that people edit may be spaced freely.
    MalformedError json.* otherwise: too long, not UTF-8, too deep, not JSON, repeated names, fractions, not canonical.
    """
    if len(data) > limit:
        raise _malformed("json.long", f"{what} is longer than {limit} bytes.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed("json.utf8", f"{what} is not UTF-8 text.") from None
    if _depth(text) > MAX_DEPTH:
        raise _malformed("json.deep", f"{what} is nested more than {MAX_DEPTH} levels deep.")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except _Refused as refused:
        raise _malformed(refused.code, f"{what} {refused.message}") from None
    except (ValueError, RecursionError):
        raise _malformed("json.syntax", f"{what} is not JSON.") from None
    try:
        again = dumps(value)
    except InternalError:
        # Every other value was refused above; what is left are lone surrogates written as escapes.
        raise _malformed("json.surrogate", f"{what} holds text that is not Unicode.") from None
    if canonical and again != data:
        raise _malformed("json.canonical", f"{what} is not in canonical form (RFC 8785).")
    return value


class _Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _write(value: object, pieces: list[str], depth: int) -> None:
    if value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise _unwritable("an integer beyond 2^53 - 1")
        pieces.append(str(int(value)))
    elif isinstance(value, str):
        pieces.append(_text(value))
    elif isinstance(value, (list, tuple, dict)):
        if depth == 0:
            raise _unwritable("values nested too deep")
        if isinstance(value, dict):
            _write_object(value, pieces, depth - 1)
        else:
            _write_array(value, pieces, depth - 1)
    else:
        raise _unwritable(f"a value of type {type(value).__name__}")


def _write_array(values: list[Any] | tuple[Any, ...], pieces: list[str], depth: int) -> None:
    pieces.append("[")
    for position, value in enumerate(values):
        if position:
            pieces.append(",")
        _write(value, pieces, depth)
    pieces.append("]")


def _write_object(members: dict[Any, Any], pieces: list[str], depth: int) -> None:
    if not all(isinstance(name, str) for name in members):
        raise _unwritable("an object with a name that is not text")
    pieces.append("{")
    # RFC 8785, 3.2.3: names are sorted by their UTF-16 code units.
    for position, name in enumerate(sorted(members, key=lambda name: name.encode("utf-16-be", "surrogatepass"))):
        if position:
            pieces.append(",")
        pieces.append(_text(name))
        pieces.append(":")
        _write(members[name], pieces, depth)
    pieces.append("}")


def _text(text: str) -> str:
    if _SURROGATE.search(text):
        raise _unwritable("text with a lone surrogate")
    # RFC 8785, 3.2.2.2: the standard library escapes exactly what ECMAScript does, in the same way.
    return encode_basestring(text)


def _depth(text: str) -> int:
    """Deepest nesting of brackets outside strings, counted up to MAX_DEPTH + 1."""
    depth = deepest = 0
    for token in _TOKENS.finditer(text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif token[0] in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused("json.repeated", "repeats a name within one object.")
    return members


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_DIGITS or abs(value := int(digits)) > MAX_INTEGER:
        raise _Refused("json.integer", "holds an integer that is too large.")
    return value


def _no_fraction(_: str) -> NoReturn:
    raise _Refused("json.fraction", "holds a number that is not a whole number.")


def _unwritable(what: str) -> InternalError:
    return InternalError("json.value", f"Canonical JSON was asked to write {what}.")


def _malformed(code: str, message: str) -> MalformedError:
    return MalformedError(code, message, "Ask for the file again.")
