"""A short remark in a card or under a form: icon and one sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.theme import theme
from gui.widgets.icons import IconView
from gui.widgets.text import label


class Notice(QWidget):
    """One plain sentence with an icon; look: "info", "warning", "accepted" or "unchecked"."""

    def __init__(self, text: str, look: str = "info", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        token = {"info": "info", "warning": "warn", "accepted": "good", "unchecked": "muted"}[look]
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.measures.space(2))
        self.text = label(text, "" if look == "warning" else "muted")
        outer.addWidget(IconView(look, token), 0, Qt.AlignmentFlag.AlignTop)
        outer.addWidget(self.text, 1)
        self.setAccessibleName(text)
