"""What the columns of a data set mean: published in every bundle, confirmed by a person before training.

A schema, together with one CSV row, determines the committed integers of that record; no other record has a part in it.
Its JSON is strict both ways: unknown or missing members are malformed, and a schema that parses writes the same JSON.
docs/records.md describes each member.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction

from core.encoding.canonical import dumps
from core.errors import MalformedError
from core.records import layout
from core.records.decimals import declared, is_declared, spelling_key
from core.records.names import MAX_NAME, is_tidy

SCHEMA_VERSION = 1
MAX_SCHEMA_BYTES = 1 << 22
MAX_COLUMNS = 1050
"""1,024 features, and the columns of other roles beside them."""
MAX_LEVELS = 100
MAX_LEVEL_NAME = 100
MAX_SPELLINGS = 50
MAX_UNIT = 50

ENCODINGS = {
    ("feature", "number"): "range",
    ("feature", "flag"): "flag",
    ("feature", "category"): "one-hot",
    ("outcome", "flag"): "bit",
    ("consent", "flag"): "bit",
    ("group", "category"): "one-hot",
    ("patient_id", "text"): "digest",
    ("ignored", "text"): "none",
}
"""The combinations of role and type that exist, and how each is encoded."""


@dataclass(frozen=True, slots=True)
class Range:
    """The admissible range, ends included, as declared decimals; it is mapped onto 0..65535."""

    low: str
    high: str

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """Both ends as exact numbers."""
        return declared(self.low), declared(self.high)


@dataclass(frozen=True, slots=True)
class Missing:
    """What becomes of a missing value: "reject" its row, or put a declared "constant" (a number, or a level's name)."""

    policy: str = "reject"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its published name and how it is spelled in the data; without spellings it takes whatever is left."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the source.

    role: feature, outcome, group, consent, patient_id or ignored; type: number, flag (two levels, the first off, the
    second on), category or text; range: of numbers only; levels: of flags and categories only; missing: None for
    ignored columns only.
    """

    name: str
    role: str
    type: str
    unit: str = ""
    range: Range | None = None
    missing: Missing | None = Missing()
    levels: tuple[Level, ...] = ()

    @property
    def encoding(self) -> str:
        """How a value becomes committed integers; follows from role and type."""
        return ENCODINGS[self.role, self.type]

    @property
    def has_indicator(self) -> bool:
        """Whether a 0/1 column beside this feature says where its value was missing."""
        return self.role == "feature" and self.missing is not None and self.missing.policy == "constant"

    def to_json(self) -> dict[str, object]:
        """The column as JSON values, all members present."""
        missing: dict[str, object] | None = None
        if self.missing is not None:
            missing = {"policy": self.missing.policy}
            if self.missing.policy == "constant":
                missing["value"] = self.missing.value
        return {
            "name": self.name,
            "role": self.role,
            "type": self.type,
            "unit": self.unit,
            "range": None if self.range is None else {"low": self.range.low, "high": self.range.high},
            "missing": missing,
            "encoding": self.encoding,
            "levels": [{"name": level.name, "values": list(level.values)} for level in self.levels],
        }


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
        members = _members(document, {"version", "decimal", "missing_values", "columns"}, "The schema")
        if type(members["version"]) is not int or members["version"] != SCHEMA_VERSION:
            raise _malformed("schema.version", "The schema was written for another version of Proofward.")
        columns = members["columns"]
        if not isinstance(columns, list) or not 1 <= len(columns) <= MAX_COLUMNS:
            raise _malformed("schema.columns", f"A schema needs a list of 1 to {MAX_COLUMNS} columns.")
        return cls(
            columns=tuple(_column(column, position) for position, column in enumerate(columns, 1)),
            decimal=_text(members["decimal"], "The schema's decimal mark"),
            missing_values=_texts(members["missing_values"], "The schema's list of missing values"),
        )

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON, 32 bytes."""
        return hashlib.sha256(dumps(self.to_json())).digest()


def _column(document: object, position: int) -> Column:
    where = f"Column {position} of the schema"
    names = {"name", "role", "type", "unit", "range", "missing", "encoding", "levels"}
    members = _members(document, names, where)
    bounds: Range | None = None
    if members["range"] is not None:
        ends = _members(members["range"], {"low", "high"}, f"The range of column {position}")
        bounds = Range(_text(ends["low"], where), _text(ends["high"], where))
    levels = members["levels"]
    if not isinstance(levels, list) or len(levels) > MAX_LEVELS:
        raise _malformed("schema.levels", f"{where} needs a list of at most {MAX_LEVELS} levels.")
    column = Column(
        name=_text(members["name"], where),
        role=_text(members["role"], where),
        type=_text(members["type"], where),
        unit=_text(members["unit"], where),
        range=bounds,
        missing=_missing(members["missing"], where),
        levels=tuple(_level(level, where) for level in levels),
    )
    if (column.role, column.type) not in ENCODINGS:
        raise _malformed("schema.role", f"{where} has a role and a type that do not go together.")
    if members["encoding"] != column.encoding:
        raise _malformed("schema.encoding", f"{where} names an encoding that this program does not know.")
    return column


def _missing(document: object, where: str) -> Missing | None:
    if document is None:
        return None
    if isinstance(document, dict) and document.get("policy") == "constant":
        return Missing("constant", _text(_members(document, {"policy", "value"}, where)["value"], where))
    return Missing(_text(_members(document, {"policy"}, where)["policy"], where))


def _level(document: object, where: str) -> Level:
    members = _members(document, {"name", "values"}, f"A level of {where[0].lower()}{where[1:]}")
    return Level(_text(members["name"], where), _texts(members["values"], where))


def _check_schema(schema: Schema) -> None:
    if not 1 <= len(schema.columns) <= MAX_COLUMNS:
        raise _malformed("schema.columns", f"A schema needs a list of 1 to {MAX_COLUMNS} columns.")
    if schema.decimal not in (".", ","):
        raise _malformed("schema.decimal", "The decimal mark of a schema is a point or a comma.")
    _check_spellings(schema.missing_values, "The schema's list of missing values")
    for position, column in enumerate(schema.columns, 1):
        _check_column(column, f"Column {position} of the schema", schema.decimal)
    if len({column.name for column in schema.columns}) != len(schema.columns):
        raise _malformed("schema.names", "Two columns of the schema have the same name.")
    if len(schema._of("outcome")) != 1:
        raise _malformed("schema.outcome", "A schema needs exactly one outcome column.")
    if not schema.features:
        raise _malformed("schema.features", "A schema needs at least one feature column.")
    if len(schema._of("patient_id")) > 1 or len(schema._of("consent")) > 1:
        raise _malformed("schema.roles", "A schema has at most one patient id column and one consent column.")
    rows = layout.RowLayout.from_schema(schema)
    if rows.width > layout.MAX_WIDTH:
        raise _malformed(
            "schema.width",
            f"Records under this schema would have {rows.width} entries; at most {layout.MAX_WIDTH} are possible.",
            "Ignore some columns, or merge levels.",
        )
    if len(set(rows.feature_names)) != len(rows.features):
        raise _malformed("schema.names", "Two features that follow from the schema have the same name.")


def _check_column(column: Column, where: str, decimal: str) -> None:
    if not is_tidy(column.name):
        raise _malformed(
            "schema.name",
            f"{where} needs a name of 1 to {MAX_NAME} printable characters in Unicode form NFC, single-spaced.",
        )
    if not is_tidy(column.unit, longest=MAX_UNIT, empty=True):
        raise _malformed("schema.unit", f"{where} needs a unit of at most {MAX_UNIT} printable characters, or none.")
    if (column.role, column.type) not in ENCODINGS:
        raise _malformed("schema.role", f"{where} has a role and a type that do not go together.")
    if (column.range is not None) != (column.type == "number"):
        raise _malformed("schema.range", f"{where} must have a range if it holds numbers, and only then.")
    if column.range is not None:
        if not (is_declared(column.range.low) and is_declared(column.range.high)):
            raise _malformed("schema.range", f"{where} needs a range of plain decimal numbers without needless zeros.")
        low, high = column.range.ends
        if low >= high:
            raise _malformed("schema.range", f"{where} has a range whose low end is not below its high end.")
    _check_levels(column, where, decimal)
    _check_missing(column, where)


def _check_levels(column: Column, where: str, decimal: str) -> None:
    count = len(column.levels)
    wanted = {"flag": count == 2, "category": 1 <= count <= MAX_LEVELS}
    if not wanted.get(column.type, count == 0):
        raise _malformed(
            "schema.levels",
            f"{where} needs two levels if it is a flag, 1 to {MAX_LEVELS} if it is a category, and none otherwise.",
        )
    if not all(is_tidy(level.name, longest=MAX_LEVEL_NAME) for level in column.levels):
        raise _malformed("schema.levels", f"{where} has a level without a usable name.")
    if len({level.name for level in column.levels}) != count:
        raise _malformed("schema.levels", f"{where} has two levels of the same name.")
    # A level may take whatever is left only where that does no harm: never in outcomes and two-valued features.
    leftovers = sum(not level.values for level in column.levels)
    if leftovers > (column.type == "category" or column.role == "consent"):
        raise _malformed("schema.levels", f"{where} has a level without spellings where there must be some.")
    if column.role == "consent" and not column.levels[1].values:
        raise _malformed("schema.levels", f"{where} must spell out how consent is given.")
    for level in column.levels:
        _check_spellings(level.values, where)
    spellings = [spelling_key(value, decimal) for level in column.levels for value in level.values]
    if len(set(spellings)) != len(spellings):
        raise _malformed("schema.levels", f"{where} lists one spelling for two levels.")


def _check_missing(column: Column, where: str) -> None:
    missing = column.missing
    if (missing is None) != (column.role == "ignored"):
        raise _malformed("schema.missing", f"{where} must say what becomes of missing values, unless it is ignored.")
    if missing is None:
        return
    if missing.policy == "reject" and missing.value == "" and column.role != "consent":
        return
    if missing.policy != "constant" or column.role not in ("feature", "group", "consent"):
        raise _malformed("schema.missing", f"{where} has a policy for missing values that does not fit its role.")
    if column.range is not None:
        low, high = column.range.ends
        if not is_declared(missing.value) or not low <= declared(missing.value) <= high:
            raise _malformed("schema.missing", f"{where} needs a constant for missing values inside its range.")
    elif missing.value not in {level.name for level in column.levels}:
        raise _malformed("schema.missing", f"{where} needs the name of a level for missing values.")
    if column.role == "consent" and missing.value != column.levels[0].name:
        raise _malformed("schema.missing", f"{where} must take missing consent as consent that was not given.")


def _check_spellings(values: tuple[str, ...], where: str) -> None:
    usable = all(is_tidy(value, empty=True) for value in values)
    if len(values) > MAX_SPELLINGS or len(set(values)) != len(values) or not usable:
        raise _malformed("schema.spellings", f"{where} has too many, repeated or unusable spellings.")


def _members(document: object, names: set[str], where: str) -> dict[str, object]:
    if not isinstance(document, dict) or set(document) != names:
        raise _malformed("schema.members", f"{where} does not have exactly these members: {', '.join(sorted(names))}.")
    return document


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _malformed("schema.text", f"{where} has something else where text is needed.")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_SPELLINGS:
        raise _malformed("schema.spellings", f"{where} needs a list of at most {MAX_SPELLINGS} texts.")
    return tuple(_text(item, where) for item in value)


def _malformed(code: str, message: str, remedy: str = "Correct the schema, or infer it again.") -> MalformedError:
    return MalformedError(code, message, remedy)
