"""The proposed schema as a table to review: what will be public. Ranges and units can be edited here."""

from __future__ import annotations

import copy
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.i18n import tr
from gui.plain import tooltip_text

Index: TypeAlias = QModelIndex | QPersistentModelIndex
NAME, ROLE, TYPE, LOW, HIGH, LEVELS, UNIT, MISSING = range(8)
_EDITABLE = {LOW, HIGH, UNIT}
_PLACES = {"outcome": 0, "patient_id": 1, "consent": 2, "group": 3, "feature": 4, "ignored": 5}


class SchemaTable(QAbstractTableModel):
    """One row a column of the schema. `document` is the schema's JSON with the edits made so far.

    The worker decides whether the result is a valid schema; nothing is checked here.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: dict[str, Any] = {"columns": []}
        self._columns: list[dict[str, Any]] = []
        self.edited = False

    def load(self, document: dict[str, object]) -> None:
        """Show another schema."""
        self.beginResetModel()
        self._document = copy.deepcopy(document)
        found = self._document.get("columns")
        columns = found if isinstance(found, list) else []
        self._columns = sorted(columns, key=lambda column: _PLACES.get(str(column.get("role")), len(_PLACES)))
        self.edited = False
        self.endResetModel()

    @property
    def document(self) -> dict[str, object]:
        """The schema's JSON, edits included."""
        return copy.deepcopy(self._document)

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The schema's columns in the order of the table: what is more than a feature comes first."""
        return self._columns

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 8

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        names = [
            tr("Column"), tr("Role"), tr("Type"), tr("From"), tr("To"), tr("Levels"), tr("Unit"), tr("Missing values"),
        ]  # fmt: skip
        if role == Qt.ItemDataRole.DisplayRole:
            return names[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in (LOW, HIGH) else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        text = self._text(index.row(), index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            hint = f"{text} – {tr('press F2 or double-click to edit')}" if self._may_edit(index) else text
            return tooltip_text(hint)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.headerData(index.column(), Qt.Orientation.Horizontal)}: {text}"
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (LOW, HIGH):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self._may_edit(index) else flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        text = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not self._may_edit(index):
            return False
        if text == self._text(index.row(), index.column()):
            return False
        column = self.columns[index.row()]
        if index.column() == UNIT:
            column["unit"] = text
        else:
            column["range"]["low" if index.column() == LOW else "high"] = text
        self.edited = True
        self.dataChanged.emit(index, index)
        return True

    def _may_edit(self, index: Index) -> bool:
        column = self.columns[index.row()]
        if index.column() in (LOW, HIGH):
            return isinstance(column.get("range"), dict)
        return index.column() in _EDITABLE and column.get("role") == "feature"

    def _text(self, row: int, section: int) -> str:
        column = self.columns[row]
        bounds = column.get("range") or {}
        if section == NAME:
            return str(column.get("name", ""))
        if section == ROLE:
            return role_name(str(column.get("role", "")))
        if section == TYPE:
            return type_name(str(column.get("type", "")))
        if section in (LOW, HIGH):
            return str(bounds.get("low" if section == LOW else "high", ""))
        if section == LEVELS:
            return levels_text(column)
        if section == UNIT:
            return str(column.get("unit", ""))
        return missing_text(column.get("missing"), feature=column.get("role") == "feature")


def role_name(role: str) -> str:
    """A role of the schema, for people."""
    return {
        "feature": tr("Feature"),
        "outcome": tr("Outcome"),
        "group": tr("Group"),
        "consent": tr("Consent"),
        "patient_id": tr("Patient id"),
        "ignored": tr("Not used"),
    }.get(role, role)


def type_name(kind: str) -> str:
    """A type of the schema, for people."""
    return {
        "number": tr("Number"),
        "flag": tr("Two values"),
        "category": tr("Category"),
        "text": tr("Text"),
    }.get(kind, kind)


def levels_text(column: dict[str, Any]) -> str:
    """The levels of a column; of two-valued ones, which is the one that counts."""
    names = [str(level.get("name", "")) for level in column.get("levels") or []]
    if column.get("type") == "flag" and len(names) == 2:
        if column.get("role") == "outcome":
            return tr("{on} is the event, {off} is not", on=names[1], off=names[0])
        return tr("{on} counts as yes, {off} as no", on=names[1], off=names[0])
    return ", ".join(names)


def missing_text(policy: object, *, feature: bool) -> str:
    """What becomes of missing values, for people."""
    if not isinstance(policy, dict):
        return "–"
    if policy.get("policy") == "constant":
        value = str(policy.get("value", ""))
        return tr("becomes {value}, marked", value=value) if feature else tr("counts as {value}", value=value)
    return tr("record is rejected")
