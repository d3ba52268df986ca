"""Tables of the house: rows to read, elided cells with the whole text as tooltip, columns of a bounded width."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.theme import theme


class Table(QTableView):
    """A table for reading. Tab leaves it, arrow keys move in it.

    widest: limit of a column in characters; lines: rows to be as tall as; squeeze: the last column takes what is left,
    and is shortened rather than scrolled to.
    """

    def __init__(
        self,
        model: QAbstractItemModel,
        name: str,
        *,
        widest: int = 28,
        lines: int = 8,
        squeeze: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._widest = theme.measures.chars(widest)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(round(theme.measures.line * 1.65))
        self.verticalHeader().setMinimumSectionSize(round(theme.measures.line * 1.3))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(theme.measures.chars(5))
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setResizeContentsPrecision(12)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._lines = lines
        self._squeeze = squeeze
        if squeeze:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(round(theme.measures.line * 1.65 * min(lines, 4)) + theme.measures.space(8))
        model.modelReset.connect(self.fit)
        model.rowsInserted.connect(self._grown)
        self.fit()

    def fit(self) -> None:
        """Columns as wide as their content up to the limit; the last takes what is left."""
        self.resizeColumnsToContents()
        for index in range(self.model().columnCount()):
            width = min(self.columnWidth(index) + theme.measures.space(2), self._widest)
            last = self._squeeze and index == self.model().columnCount() - 1
            self.setColumnWidth(index, self.horizontalHeader().minimumSectionSize() if last else width)
        self.horizontalHeader().setStretchLastSection(True)

    def _grown(self, *_: object) -> None:
        if self.model().rowCount() <= self._lines:
            self.fit()

    def fit_height(self) -> None:
        """As tall as its rows, up to the number of lines that it was made for."""
        rows = min(max(self.model().rowCount(), 1), self._lines)
        header = self.horizontalHeader().sizeHint().height()
        bar = 0 if self._squeeze else self.horizontalScrollBar().sizeHint().height()
        extra = bar + 2 * self.frameWidth() + 2
        self.setFixedHeight(rows * self.verticalHeader().defaultSectionSize() + header + extra)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)
