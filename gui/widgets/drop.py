"""A place where a file is dropped or chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from gui.theme import theme
from gui.widgets.controls import column
from gui.widgets.icons import IconView
from gui.widgets.reflow import Bend
from gui.widgets.text import label, restyle


def dropped_file(event: QDropEvent) -> Path | None:
    """The one local file that is being dropped, if it is one."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


class DropArea(QFrame):
    """Takes one dropped file; `controls` is a layout for the button that does the same by keyboard.

    chosen: the path of the file that was dropped.
    """

    chosen = Signal(Path)

    def __init__(self, icon: str, heading: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        self.setAccessibleName(heading)
        self.setMinimumHeight(theme.measures.space(32))
        space = theme.measures.space
        outer = QHBoxLayout(self)
        outer.setContentsMargins(space(5), space(4), space(5), space(4))
        outer.setSpacing(space(4))
        outer.addWidget(IconView(icon, "accent", scale=2.2), 0, Qt.AlignmentFlag.AlignVCenter)
        self.controls = column(spacing=2)
        texts = column(1, label(heading, "heading"), label(sentence, "muted"), 1, spacing=1)
        outer.addWidget(Bend(texts, self.controls, limit=56), 1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_file(event) is not None:
            event.acceptProposedAction()
            restyle(self, over="true")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        restyle(self, over="false")

    def dropEvent(self, event: QDropEvent) -> None:
        restyle(self, over="false")
        if (path := dropped_file(event)) is not None:
            event.acceptProposedAction()
            self.chosen.emit(path)
