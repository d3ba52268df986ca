"""Claims with their verdicts: shape, word, title, origin and reason, one row each, reachable by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.theme import theme
from gui.widgets.banner import LOOKS
from gui.widgets.controls import clear, column, row
from gui.widgets.icons import IconView
from gui.widgets.tags import Tag
from gui.widgets.text import label


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One row. status: "accepted" | "rejected" | "unchecked" | "malformed"; tag: "proved" | "signed" | ""."""

    title: str
    status: str
    sentence: str
    tag: str = ""
    code: str = ""


def status_word(status: str) -> str:
    """The verdict in one word, for people."""
    return {
        "accepted": tr("Accepted"),
        "rejected": tr("Rejected"),
        "malformed": tr("Not readable"),
        "unchecked": tr("Not checked"),
    }.get(status, status)


class VerdictRow(QFrame):
    """One claim; a screen reader hears title, verdict and reason in one go."""

    def __init__(self, line: VerdictLine, *, last: bool) -> None:
        super().__init__()
        self.setProperty("role", "row")
        self.setProperty("last", "true" if last else "false")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icon, tone = LOOKS.get(line.status, LOOKS["unchecked"])
        space = theme.measures.space
        outer = QHBoxLayout(self)
        outer.setContentsMargins(space(1), space(2.5), space(1), space(2.5))
        outer.setSpacing(space(2.5))
        outer.addWidget(IconView(icon, tone, scale=1.25), 0, Qt.AlignmentFlag.AlignTop)
        head = row(label(line.title, "strong"), spacing=2)
        head.setStretch(0, 1)
        if line.tag:
            head.addWidget(Tag(line.tag), 0, Qt.AlignmentFlag.AlignTop)
        word = label(status_word(line.status), "strong", wrap=False, tone=tone if tone != "muted" else "")
        word.setMinimumWidth(theme.measures.chars(12))
        word.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        head.addWidget(word, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(head, spacing=0.75)
        if line.sentence:
            texts.addWidget(label(line.sentence, "muted"))
        if line.code and line.status != "accepted":
            texts.addWidget(label(tr("Code: {code}", code=line.code), "small", selectable=True))
        outer.addLayout(texts, 1)
        self.setAccessibleName(f"{line.title}: {status_word(line.status)}")
        self.setAccessibleDescription(line.sentence)


class VerdictList(QWidget):
    """A list of claims, filled with `show_lines`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setAccessibleName(tr("Claims and verdicts"))

    def show_lines(self, lines: Sequence[VerdictLine]) -> None:
        """Replace what is shown."""
        clear(self._layout)
        for position, line in enumerate(lines):
            self._layout.addWidget(VerdictRow(line, last=position == len(lines) - 1))
