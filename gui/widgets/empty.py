"""What stands where there is nothing yet: what would be here, and the way to get it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.theme import theme
from gui.widgets.controls import row
from gui.widgets.icons import IconView
from gui.widgets.text import label


class EmptyState(QWidget):
    """Icon, heading, one sentence and up to two buttons, centred."""

    def __init__(
        self, icon: str, heading: str, sentence: str, *buttons: QPushButton, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        space = theme.measures.space
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space(4), space(8), space(4), space(8))
        outer.setSpacing(space(2))
        outer.addStretch(1)
        outer.addWidget(IconView(icon, "muted", scale=2.6), 0, Qt.AlignmentFlag.AlignHCenter)
        title = label(heading, "heading")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        outer.addWidget(title)
        text = label(sentence, "muted")
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        text.setMaximumWidth(theme.measures.chars(64))
        middle = row(1, text, 1)
        middle.setStretchFactor(text, 100)
        outer.addLayout(middle)
        if buttons:
            outer.addSpacing(space(1))
            outer.addLayout(row(1, *buttons, 1))
        outer.addStretch(2)
