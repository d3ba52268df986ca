"""A schema as a file that people read and edit: the members of its JSON, spaced and indented."""

from __future__ import annotations

import json
import os
from pathlib import Path

from core.encoding.canonical import loads
from core.errors import InputError
from core.records.schema import MAX_SCHEMA_BYTES, Schema


def schema_text(schema: Schema) -> str:
    """The schema as indented JSON, ending with a line end."""
    return json.dumps(schema.to_json(), ensure_ascii=False, indent=2) + "\n"


def parse_schema(data: bytes) -> Schema:
    """The schema in a file's bytes, however it is spaced; MalformedError json.* or schema.*."""
    return Schema.from_json(loads(data, limit=MAX_SCHEMA_BYTES, what="The schema", canonical=False))


def read_schema(path: Path | str) -> Schema:
    """The schema in a file; InputError schema.unreadable, MalformedError json.* or schema.*."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_SCHEMA_BYTES + 1)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "unknown reason"
        raise InputError(
            "schema.unreadable", f"The schema file cannot be read ({reason}).", "Check the path and its permissions."
        ) from None
    return parse_schema(data.removeprefix(b"\xef\xbb\xbf"))
