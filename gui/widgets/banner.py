"""The verdict at the top of a result: a shape, a sentence, and what it means."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from gui.theme import theme
from gui.widgets.controls import column
from gui.widgets.icons import IconView
from gui.widgets.reflow import Bend
from gui.widgets.text import label

# verdict -> icon (each has its own outline), tone
LOOKS = {
    "accepted": ("accepted", "good"),
    "rejected": ("rejected", "bad"),
    "malformed": ("malformed", "warn"),
    "unchecked": ("unchecked", "muted"),
    "info": ("info", "info"),
    "warning": ("warning", "warn"),
    "error": ("rejected", "bad"),
}


class Banner(QFrame):
    """A verdict or notice: icon, heading, sentences. `side` is a layout for buttons."""

    def __init__(self, look: str, heading: str, *sentences: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon, tone = LOOKS[look]
        self.setProperty("role", "banner")
        self.setProperty("tone", tone if tone != "muted" else "plain")
        self.heading = label(heading, "verdict")
        self.sentences = [label(text, selectable=False) for text in sentences if text]
        space = theme.measures.space
        outer = QHBoxLayout(self)
        outer.setContentsMargins(space(4), space(3.5), space(4), space(3.5))
        outer.setSpacing(space(3))
        picture = IconView(icon, tone, scale=1.9)
        outer.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        self.texts = column(self.heading, *self.sentences, spacing=1)
        self.side = column(spacing=2)
        outer.addWidget(Bend(self.texts, self.side, limit=62), 1)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(" ".join(sentences))
