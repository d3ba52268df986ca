"""The navigation: one button a panel, icons alone where the window is narrow, and the state of the workspace below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.theme import theme
from gui.widgets.icons import IconView
from gui.widgets.text import ElidedLabel, label, plain_tooltip

if TYPE_CHECKING:
    from gui.panels import PanelSpec
    from gui.session import Session


class Sidebar(QFrame):
    """Emits wanted(key) when somebody chooses a panel."""

    wanted = Signal(str)

    def __init__(self, specs: Sequence[PanelSpec], session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAccessibleName(tr("Navigation"))
        self._session = session
        self._buttons: dict[str, QPushButton] = {}
        self._titles = {spec.key: spec.title() for spec in specs}
        space = theme.measures.space
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, space(4), 0, space(4))
        outer.setSpacing(space(0.5))
        outer.addWidget(self._mark())
        outer.addSpacing(space(3))
        group = QButtonGroup(self)
        for number, spec in enumerate(specs, start=1):
            button = QPushButton(self._titles[spec.key])
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(self._titles[spec.key])
            theme.set_icon(button, spec.icon, "side_text", scale=1.15)
            button.setShortcut(f"Ctrl+{number}")
            button.clicked.connect(lambda _checked=False, key=spec.key: self.wanted.emit(key))
            group.addButton(button)
            outer.addWidget(button)
            self._buttons[spec.key] = button
        outer.addStretch(1)
        self._foot = self._footer()
        outer.addWidget(self._foot)
        session.locked_changed.connect(self._show_lock)
        self._show_lock(session.locked)
        self.set_narrow(False)

    def select(self, key: str) -> None:
        """Mark the panel that is shown."""
        self._buttons[key].setChecked(True)

    def set_narrow(self, narrow: bool) -> None:
        """Icons alone, or icons with names."""
        measures = theme.measures
        self.setFixedWidth(measures.space(13) if narrow else max(measures.chars(27), self._widest()))
        self._name.setVisible(not narrow)
        self._foot.setVisible(not narrow)
        for key, button in self._buttons.items():
            button.setText("" if narrow else self._titles[key])
            plain_tooltip(button, self._titles[key] if narrow else "")

    def _widest(self) -> int:
        """As wide as the longest name, which is bold while its panel is shown, or the lines below need."""
        widths = [self._foot.minimumSizeHint().width()]
        for key, button in self._buttons.items():
            button.setText(self._titles[key])
            button.ensurePolished()
            bold = button.font()
            bold.setBold(True)
            title = self._titles[key]
            added = QFontMetrics(bold).horizontalAdvance(title) - button.fontMetrics().horizontalAdvance(title)
            widths.append(button.sizeHint().width() + max(0, added))
        return max(widths)

    def _mark(self) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(theme.measures.space(3.2), 0, theme.measures.space(2), 0)
        line.setSpacing(theme.measures.space(2))
        line.addWidget(IconView("proofward", scale=1.5))
        self._name = label("Proofward", "wordmark", wrap=False)
        line.addWidget(self._name, 1)
        return holder

    def _footer(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        space = theme.measures.space
        column.setContentsMargins(space(4), 0, space(3), 0)
        column.setSpacing(space(1))
        line = QHBoxLayout()
        line.setSpacing(space(1.5))
        self._lock_icon = IconView("lock", "side_muted", scale=0.9)
        self._lock_text = label("", "", wrap=False)
        self._lock_text.ensurePolished()
        metrics = self._lock_text.fontMetrics()
        self._lock_text.setMinimumWidth(max(metrics.horizontalAdvance(_lock_state(locked)) for locked in (True, False)))
        line.addWidget(self._lock_icon)
        line.addWidget(self._lock_text, 1)
        column.addLayout(line)
        column.addWidget(ElidedLabel(str(self._session.home), "small", mode=Qt.TextElideMode.ElideMiddle))
        column.addWidget(label(tr("Works without a network"), "small"))
        return holder

    def _show_lock(self, locked: bool) -> None:
        self._lock_icon.show_icon("lock" if locked else "unlock", "side_muted" if locked else "side_mark")
        self._lock_text.setText(_lock_state(locked))


def _lock_state(locked: bool) -> str:
    return tr("Workspace locked") if locked else tr("Workspace unlocked")
