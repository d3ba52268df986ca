"""JSON files that people write or edit: any layout of white space, but no duplicate keys and no fractions as floats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

from core.errors import InputError
from core.services.files import check_input

MAX_DOCUMENT = 16 << 20


def read_document(path: Path, what: str) -> object:
    """The JSON values in `path`; InputError document.* with `what` ("schema file") in the sentence."""
    check_input(path, what)
    with path.open("rb") as stream:
        data = stream.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise InputError("document.size", f"The {what} is larger than any that Proofward writes.")
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_object, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise InputError(
            "document.json",
            f"The {what} is not JSON that Proofward can read.",
            "It needs UTF-8, no key twice, and numbers with decimals in quotes.",
        ) from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("duplicate key")
    return document


def _refuse(text: str) -> NoReturn:
    raise ValueError("floats are written as fractions or decimals in quotes")
