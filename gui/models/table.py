"""A read-only table of texts: enough for previews, reject lists and the table twins of charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.plain import tooltip_text

Index: TypeAlias = QModelIndex | QPersistentModelIndex


class TextTable(QAbstractTableModel):
    """Rows of texts under headings. `numeric` columns are set flush right."""

    def __init__(
        self,
        headings: Sequence[str] = (),
        rows: Sequence[Sequence[str]] = (),
        *,
        numeric: frozenset[int] = frozenset(),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._headings = list(headings)
        self._rows = [list(row) for row in rows]
        self._numeric = numeric

    def replace(
        self, headings: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: frozenset[int] = frozenset()
    ) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._headings = list(headings)
        self._rows = [list(row) for row in rows]
        self._numeric = numeric
        self.endResetModel()

    def append(self, row: Sequence[str]) -> None:
        """Add one row at the end."""
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows))
        self._rows.append(list(row))
        self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        text = row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole and len(text) > 24:
            return tooltip_text(text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._headings[index.column()]}: {text}"
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._numeric:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._headings):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip_text(self._headings[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in self._numeric else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None
