"""The steps of a task as a line of numbered names: done, current, still to come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.i18n import tr
from gui.theme import theme
from gui.widgets.icons import IconView
from gui.widgets.text import plain_tooltip, restyle


class Steps(QWidget):
    """Names of the steps; those that are done can be gone back to.

    wanted: the number of the step that somebody pressed.
    """

    wanted = Signal(int)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[QToolButton] = []
        self._current = 0
        self._names = list(names)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.measures.space(1))
        for number, name in enumerate(names):
            if number:
                outer.addWidget(IconView("chevron-right", "muted", scale=0.7))
            step = QToolButton()
            step.setProperty("role", "quiet")
            step.setText(f"{number + 1}  {name}")
            step.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            step.clicked.connect(lambda _checked=False, n=number: self.wanted.emit(n))
            outer.addWidget(step)
            self._buttons.append(step)
        outer.addStretch(1)
        self.show_step(0)

    def show_step(self, current: int) -> None:
        """Mark this step as the current one; earlier ones may be pressed."""
        self._current = current
        for number, step in enumerate(self._buttons):
            state = tr("current step") if number == current else tr("done") if number < current else tr("to come")
            step.setAccessibleName(f"{self._names[number]}, {state}")
            step.setEnabled(number <= current)
            step.setCheckable(True)
            step.setChecked(number == current)
            restyle(step, current="true" if number == current else "false")
        self._write()

    def _write(self) -> None:
        """Names of all steps, or of the current one alone where there is no room."""
        width = self.fontMetrics().horizontalAdvance("  ".join(self._names)) + theme.measures.space(12) * len(
            self._names
        )
        short = self.width() < width
        for number, step in enumerate(self._buttons):
            mark = "✓" if number < self._current else str(number + 1)
            named = not short or number == self._current
            step.setText(f"{mark}  {self._names[number]}" if named else mark)
            plain_tooltip(step, "" if named else self._names[number])

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.measures.chars(30), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write()
