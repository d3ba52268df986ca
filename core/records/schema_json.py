"""Reading a schema's columns from untrusted JSON values; strict, MalformedError schema.* for anything unexpected."""

from __future__ import annotations

from core.records.columns import ENCODINGS, Column, Level, Missing, Range
from core.records.schema_rules import MAX_LEVELS, MAX_SPELLINGS, malformed


def parse_column(document: object, position: int) -> Column:
    where = f"Column {position} of the schema"
    names = {"name", "role", "type", "unit", "range", "missing", "encoding", "levels"}
    members = members_of(document, names, where)
    bounds: Range | None = None
    if members["range"] is not None:
        ends = members_of(members["range"], {"low", "high"}, f"The range of column {position}")
        bounds = Range(text_of(ends["low"], where), text_of(ends["high"], where))
    levels = members["levels"]
    if not isinstance(levels, list) or len(levels) > MAX_LEVELS:
        raise malformed("schema.levels", f"{where} needs a list of at most {MAX_LEVELS} levels.")
    column = Column(
        name=text_of(members["name"], where),
        role=text_of(members["role"], where),
        type=text_of(members["type"], where),
        unit=text_of(members["unit"], where),
        range=bounds,
        missing=_parse_missing(members["missing"], where),
        levels=tuple(_parse_level(level, where) for level in levels),
    )
    if (column.role, column.type) not in ENCODINGS:
        raise malformed("schema.role", f"{where} has a role and a type that do not go together.")
    if members["encoding"] != column.encoding:
        raise malformed("schema.encoding", f"{where} names an encoding that this program does not know.")
    return column


def _parse_missing(document: object, where: str) -> Missing | None:
    if document is None:
        return None
    if isinstance(document, dict) and document.get("policy") == "constant":
        return Missing("constant", text_of(members_of(document, {"policy", "value"}, where)["value"], where))
    return Missing(text_of(members_of(document, {"policy"}, where)["policy"], where))


def _parse_level(document: object, where: str) -> Level:
    members = members_of(document, {"name", "values"}, f"A level of {where[0].lower()}{where[1:]}")
    return Level(text_of(members["name"], where), texts_of(members["values"], where))


def members_of(document: object, names: set[str], where: str) -> dict[str, object]:
    if not isinstance(document, dict) or set(document) != names:
        raise malformed("schema.members", f"{where} does not have exactly these members: {', '.join(sorted(names))}.")
    return document


def text_of(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise malformed("schema.text", f"{where} has something else where text is needed.")
    return value


def texts_of(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_SPELLINGS:
        raise malformed("schema.spellings", f"{where} needs a list of at most {MAX_SPELLINGS} texts.")
    return tuple(text_of(item, where) for item in value)
