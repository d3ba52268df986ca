"""Parts that stand side by side where there is room and under one another where there is not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLayout, QSizePolicy, QStackedWidget, QWidget

from gui.theme import theme
from gui.widgets.controls import box, column
from gui.widgets.text import label


class Reflow(QWidget):
    """Two parts side by side where there is room for both, one above the other where there is not.

    swap: the second part is the upper one then.

    limit: the width in characters below which they are stacked; shares: of the width side by side; level: both are as
    tall as the taller one.
    """

    def __init__(
        self,
        first: QWidget,
        second: QWidget,
        *,
        limit: int,
        shares: tuple[int, int] = (1, 1),
        level: bool = True,
        swap: bool = False,
    ) -> None:
        super().__init__()
        self._limit = theme.measures.chars(limit)
        self._parts = (first, second)
        self._stacked = QBoxLayout.Direction.BottomToTop if swap else QBoxLayout.Direction.TopToBottom
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.measures.space(4))
        self._layout.addWidget(first, shares[0])
        self._layout.addWidget(second, shares[1])
        for part in self._parts:
            # widths follow the shares alone, whatever the contents would like
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            if not level:
                self._layout.setAlignment(part, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = event.size().width() >= self._limit
        direction = QBoxLayout.Direction.LeftToRight if wide else self._stacked
        if direction != self._layout.direction():
            self._layout.setDirection(direction)
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:
        widest = max(part.minimumSizeHint().width() for part in self._parts)
        return QSize(widest, super().minimumSizeHint().height())


class Bend(QWidget):
    """Text, and controls to its right; below it where the whole is narrower than `limit` characters."""

    def __init__(self, text: QWidget | QLayout, controls: QWidget | QLayout, *, limit: int) -> None:
        super().__init__()
        self._limit = theme.measures.chars(limit)
        self._text = text if isinstance(text, QWidget) else box(text)
        self._controls = controls if isinstance(controls, QWidget) else box(controls)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.measures.space(3))
        self._layout.addWidget(self._text, 1)
        self._layout.addWidget(self._controls, 0, Qt.AlignmentFlag.AlignVCenter)

    def minimumSizeHint(self) -> QSize:
        widest = max(part.minimumSizeHint().width() for part in (self._text, self._controls))
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = event.size().width() >= self._limit
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if direction != self._layout.direction():
            self._layout.setDirection(direction)
            middle, left = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignLeft
            self._layout.setAlignment(self._controls, middle if wide else left)
        super().resizeEvent(event)


class FieldGrid(QWidget):
    """Fields side by side, each under its name and over a hint; in fewer columns where there is less room.

    width: what one field needs, in characters.
    """

    def __init__(self, fields: Sequence[tuple[str, QWidget, str]], *, width: int) -> None:
        super().__init__()
        self._width = theme.measures.chars(width)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.measures.space(4))
        self._grid.setVerticalSpacing(theme.measures.space(2.5))
        self._cells: list[QWidget] = []
        for name, field, hint in fields:
            title = label(name, "strong", wrap=False)
            title.setBuddy(field)
            field.setAccessibleDescription(hint)
            if not field.accessibleName():
                field.setAccessibleName(name)
            cell = column(title, field, spacing=1)
            if hint:
                cell.addWidget(label(hint, "small"))
            cell.addStretch(1)
            self._cells.append(box(cell))
        self._columns = 0
        self._arrange(len(self._cells))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for cell in self._cells:
            self._grid.removeWidget(cell)
        for place, cell in enumerate(self._cells):
            self._grid.addWidget(cell, place // columns, place % columns)
        for number in range(len(self._cells)):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._width, 40 * theme.measures.chars(1)), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        fitting = max(1, event.size().width() // self._width)
        most = len(self._cells)
        # four fields go in rows of four, two or one; never of three and one
        self._arrange(max(number for number in range(1, most + 1) if most % number == 0 and number <= fitting))
        super().resizeEvent(event)


class CurrentStack(QStackedWidget):
    """Pages of which one is shown, and which asks for the room of that one alone."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _place: self.updateGeometry())

    def sizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.sizeHint() if page is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        page = self.currentWidget()
        return page is not None and page.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        page = self.currentWidget()
        return page.heightForWidth(width) if page is not None else super().heightForWidth(width)
