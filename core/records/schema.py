"""What the columns of a data set mean: published in every bundle, confirmed by a person before training.

A schema, together with one CSV row, determines the committed integers of that record; no other record has a part in it.
Its JSON is strict both ways: unknown or missing members are malformed, and a schema that parses writes the same JSON.
docs/records.md describes each member.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from core.encoding.canonical import dumps
from core.records import layout
from core.records.columns import Column, Level, Missing, Range
from core.records.schema_json import members_of, parse_column, text_of, texts_of
from core.records.schema_rules import check_column, check_spellings, malformed

__all__ = ["Column", "Level", "Missing", "Range", "Schema"]

SCHEMA_VERSION = 1
MAX_SCHEMA_BYTES = 1 << 22
MAX_COLUMNS = 1050
"""1,024 features, and the columns of other roles beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All columns of a data set.

    decimal: the decimal mark of the source, "." or ","; missing_values: cells that count as missing, spaces at their
    ends left out. Every schema that exists is valid; MalformedError schema.* otherwise, naming columns by position.
    """

    columns: tuple[Column, ...]
    decimal: str = "."
    missing_values: tuple[str, ...] = ("",)

    def __post_init__(self) -> None:
        _check_schema(self)

    @property
    def outcome(self) -> Column:
        """The column that the model predicts."""
        return self._of("outcome")[0]

    @property
    def consent(self) -> Column | None:
        """The column that says whether a record may be used, if there is one."""
        return next(iter(self._of("consent")), None)

    @property
    def patient_id(self) -> Column | None:
        """The column that names the patient, if there is one."""
        return next(iter(self._of("patient_id")), None)

    @property
    def groups(self) -> tuple[Column, ...]:
        """Grouping columns, in order."""
        return self._of("group")

    @property
    def features(self) -> tuple[Column, ...]:
        """Feature columns, in order."""
        return self._of("feature")

    def _of(self, role: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.role == role)

    def to_json(self) -> dict[str, object]:
        """The schema as JSON values."""
        return {
            "version": SCHEMA_VERSION,
            "decimal": self.decimal,
            "missing_values": list(self.missing_values),
            "columns": [column.to_json() for column in self.columns],
        }

    @classmethod
    def from_json(cls, document: object) -> Schema:
        """The schema in untrusted JSON values; MalformedError schema.* for anything but what `to_json` writes."""
        members = members_of(document, {"version", "decimal", "missing_values", "columns"}, "The schema")
        if type(members["version"]) is not int or members["version"] != SCHEMA_VERSION:
            raise malformed("schema.version", "The schema was written for another version of Proofward.")
        columns = members["columns"]
        if not isinstance(columns, list) or not 1 <= len(columns) <= MAX_COLUMNS:
            raise malformed("schema.columns", f"A schema needs a list of 1 to {MAX_COLUMNS} columns.")
        return cls(
            columns=tuple(parse_column(column, position) for position, column in enumerate(columns, 1)),
            decimal=text_of(members["decimal"], "The schema's decimal mark"),
            missing_values=texts_of(members["missing_values"], "The schema's list of missing values"),
        )

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON, 32 bytes."""
        return _digest(self)


@lru_cache(maxsize=4)
def _digest(schema: Schema) -> bytes:
    """Asked for again and again, and tens of milliseconds of work for a thousand columns."""
    return hashlib.sha256(dumps(schema.to_json())).digest()


def _check_schema(schema: Schema) -> None:
    if not 1 <= len(schema.columns) <= MAX_COLUMNS:
        raise malformed("schema.columns", f"A schema needs a list of 1 to {MAX_COLUMNS} columns.")
    if schema.decimal not in (".", ","):
        raise malformed("schema.decimal", "The decimal mark of a schema is a point or a comma.")
    check_spellings(schema.missing_values, "The schema's list of missing values")
    for position, column in enumerate(schema.columns, 1):
        check_column(column, f"Column {position} of the schema", schema.decimal)
    if len({column.name for column in schema.columns}) != len(schema.columns):
        raise malformed("schema.names", "Two columns of the schema have the same name.")
    if len(schema._of("outcome")) != 1:
        raise malformed("schema.outcome", "A schema needs exactly one outcome column.")
    if not schema.features:
        raise malformed("schema.features", "A schema needs at least one feature column.")
    if len(schema._of("patient_id")) > 1 or len(schema._of("consent")) > 1:
        raise malformed("schema.roles", "A schema has at most one patient id column and one consent column.")
    rows = layout.RowLayout.from_schema(schema)
    if rows.width > layout.MAX_WIDTH:
        raise malformed(
            "schema.width",
            f"Records under this schema would have {rows.width} entries; at most {layout.MAX_WIDTH} are possible.",
            "Ignore some columns, or merge levels.",
        )
    if len(set(rows.feature_names)) != len(rows.features):
        raise malformed("schema.names", "Two features that follow from the schema have the same name.")
