"""Labelled facts in a grid: name, value, and where the value comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from gui.theme import theme
from gui.widgets.controls import clear
from gui.widgets.tags import Tag
from gui.widgets.text import CopyText, ElidedLabel, label


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value. tag: "proved", "signed", "typed" or ""; code: the value is a digest to copy."""

    name: str
    value: str
    tag: str = ""
    code: bool = False


class FactGrid(QWidget):
    """Facts under one another: names on the left, values beside them, tags at the end."""

    def __init__(self, facts: Sequence[Fact] = (), *, name_width: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.measures.space(4))
        self._grid.setVerticalSpacing(theme.measures.space(2))
        self._grid.setColumnStretch(1, 1)
        self._name_width = theme.measures.chars(name_width)
        self.show_facts(facts)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Replace what is shown."""
        clear(self._grid)
        for line, fact in enumerate(facts):
            name = label(fact.name, "muted")
            name.setFixedWidth(self._name_width)
            middle = Qt.AlignmentFlag.AlignVCenter if fact.code else Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(name, line, 0, middle)
            if fact.code:
                value: QWidget = CopyText(fact.value, fact.name)
            elif _unbreakable(fact.value):
                value = ElidedLabel(fact.value)
                value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            else:
                value = label(fact.value, selectable=True)
                value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            value.setAccessibleName(f"{fact.name}: {fact.value}")
            place = Qt.AlignmentFlag(0) if fact.code else Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(value, line, 1, 1, 1 if fact.tag else 2, place)
            if fact.tag:
                self._grid.addWidget(Tag(fact.tag), line, 2, Qt.AlignmentFlag.AlignTop)


def _unbreakable(text: str) -> bool:
    """Whether some word of the text is too long for a line of its own."""
    return any(len(word) > 22 for word in text.split())
