"""What every column of a schema must keep to. All of it raises MalformedError schema.*, naming columns by position."""

from __future__ import annotations

from core.errors import MalformedError
from core.records.columns import ENCODINGS, Column
from core.records.decimals import declared, is_declared, spelling_key
from core.records.names import MAX_NAME, is_tidy

MAX_LEVELS = 100
MAX_LEVEL_NAME = 100
MAX_SPELLINGS = 50
MAX_UNIT = 50


def check_column(column: Column, where: str, decimal: str) -> None:
    if not is_tidy(column.name):
        raise malformed(
            "schema.name",
            f"{where} needs a name of 1 to {MAX_NAME} printable characters in Unicode form NFC, single-spaced.",
        )
    if not is_tidy(column.unit, longest=MAX_UNIT, empty=True):
        raise malformed("schema.unit", f"{where} needs a unit of at most {MAX_UNIT} printable characters, or none.")
    if (column.role, column.type) not in ENCODINGS:
        raise malformed("schema.role", f"{where} has a role and a type that do not go together.")
    if (column.range is not None) != (column.type == "number"):
        raise malformed("schema.range", f"{where} must have a range if it holds numbers, and only then.")
    if column.range is not None:
        if not (is_declared(column.range.low) and is_declared(column.range.high)):
            raise malformed("schema.range", f"{where} needs a range of plain decimal numbers without needless zeros.")
        low, high = column.range.ends
        if low >= high:
            raise malformed("schema.range", f"{where} has a range whose low end is not below its high end.")
    _check_levels(column, where, decimal)
    _check_missing(column, where)


def _check_levels(column: Column, where: str, decimal: str) -> None:
    count = len(column.levels)
    wanted = {"flag": count == 2, "category": 1 <= count <= MAX_LEVELS}
    if not wanted.get(column.type, count == 0):
        raise malformed(
            "schema.levels",
            f"{where} needs two levels if it is a flag, 1 to {MAX_LEVELS} if it is a category, and none otherwise.",
        )
    if not all(is_tidy(level.name, longest=MAX_LEVEL_NAME) for level in column.levels):
        raise malformed("schema.levels", f"{where} has a level without a usable name.")
    if len({level.name for level in column.levels}) != count:
        raise malformed("schema.levels", f"{where} has two levels of the same name.")
    # A level may take whatever is left only where that does no harm: never in outcomes and two-valued features.
    leftovers = sum(not level.values for level in column.levels)
    if leftovers > (column.type == "category" or column.role == "consent"):
        raise malformed("schema.levels", f"{where} has a level without spellings where there must be some.")
    if column.role == "consent" and not column.levels[1].values:
        raise malformed("schema.levels", f"{where} must spell out how consent is given.")
    for level in column.levels:
        check_spellings(level.values, where)
    spellings = [spelling_key(value, decimal) for level in column.levels for value in level.values]
    if len(set(spellings)) != len(spellings):
        raise malformed("schema.levels", f"{where} lists one spelling for two levels.")


def _check_missing(column: Column, where: str) -> None:
    missing = column.missing
    if (missing is None) != (column.role == "ignored"):
        raise malformed("schema.missing", f"{where} must say what becomes of missing values, unless it is ignored.")
    if missing is None:
        return
    if missing.policy == "reject" and missing.value == "" and column.role != "consent":
        return
    if missing.policy != "constant" or column.role not in ("feature", "group", "consent"):
        raise malformed("schema.missing", f"{where} has a policy for missing values that does not fit its role.")
    if column.range is not None:
        low, high = column.range.ends
        if not is_declared(missing.value) or not low <= declared(missing.value) <= high:
            raise malformed("schema.missing", f"{where} needs a constant for missing values inside its range.")
    elif missing.value not in {level.name for level in column.levels}:
        raise malformed("schema.missing", f"{where} needs the name of a level for missing values.")
    if column.role == "consent" and missing.value != column.levels[0].name:
        raise malformed("schema.missing", f"{where} must take missing consent as consent that was not given.")


def check_spellings(values: tuple[str, ...], where: str) -> None:
    usable = all(is_tidy(value, empty=True) for value in values)
    if len(values) > MAX_SPELLINGS or len(set(values)) != len(values) or not usable:
        raise malformed("schema.spellings", f"{where} has too many, repeated or unusable spellings.")


def malformed(code: str, message: str, remedy: str = "Correct the schema, or infer it again.") -> MalformedError:
    return MalformedError(code, message, remedy)
