"""The stages of long work: which are done, how long each took, how far the current one is and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from gui.i18n import duration, tr
from gui.theme import theme
from gui.widgets.controls import clear
from gui.widgets.icons import IconView
from gui.widgets.text import label


class StageRow:
    """One line of the list: icon, title, time, and a bar while it runs."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.holder = QWidget()
        self.icon = IconView("waiting", "muted")
        self.name = label(title, "muted", wrap=True)
        self.time: QLabel = label("", "small", wrap=False)
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(title)
        self.bar.hide()
        self.started = 0.0

    def rename(self, title: str) -> None:
        """Give the line another title."""
        self.title = title
        self.name.setText(title)
        self.bar.setAccessibleName(title)


class StageList(QWidget):
    """Shows the stages that a job is expected to have and any that it announces beyond them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.measures.space(2))
        self._rows: dict[str, StageRow] = {}
        self._current = ""
        self._left: float | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self._clock.timeout.connect(self._tick)
        self.setAccessibleName(tr("Stages of the work"))

    def plan(self, stages: Sequence[tuple[str, str]]) -> None:
        """Begin anew with these stages, (key, title) each, all waiting."""
        clear(self._layout)
        self._rows.clear()
        self._current = ""
        for key, title in stages:
            self._add(key, title)

    def expect(self, seconds: Mapping[str, float]) -> None:
        """Show how long the stages are expected to take, before any of them begins."""
        for key, spent in seconds.items():
            if key in self._rows:
                self._rows[key].time.setText(tr("about {time}", time=duration(spent)))

    def begin(self, key: str, title: str, *, instead: str = "") -> None:
        """A stage begins; the one before it is done. A stage passed over stays as it was.

        instead: the stage whose place this one takes if it was planned and has not begun.
        """
        if key not in self._rows and instead in self._rows and not self._rows[instead].started:
            self._rows[key] = self._rows.pop(instead)
            self._rows[key].rename(title)
        after = self._rows.get(self._current)
        self._finish("accepted", "good")
        if key not in self._rows:
            self._add(key, title, after)
        line = self._rows[key]
        self._current, self._left = key, None
        line.started = time.monotonic()
        line.icon.show_icon("running", "accent", turning=True)
        line.name.setProperty("role", "strong")
        line.name.style().polish(line.name)
        line.bar.setRange(0, 0)
        line.bar.show()
        self.setAccessibleDescription(line.title)
        self._clock.start()
        self._tick()

    def progress(self, done: float, left: float | None) -> None:
        """Share done of the current stage and seconds left, None while unknown."""
        if line := self._rows.get(self._current):
            line.bar.setRange(0, 1000)
            line.bar.setValue(round(min(max(done, 0.0), 1.0) * 1000))
            self._left = left
            self._tick()

    def finish(self) -> None:
        """All work is done."""
        self._finish("accepted", "good")
        for line in self._rows.values():
            line.bar.hide()
        self._clock.stop()

    def stop(self) -> None:
        """The work ended in the current stage without being done: cancelled or failed."""
        self._finish("unchecked", "muted", word=tr("stopped"))
        self._clock.stop()

    def _finish(self, icon: str, token: str, word: str = "") -> None:
        if line := self._rows.get(self._current):
            line.icon.show_icon(icon, token)
            line.bar.hide()
            line.name.setProperty("role", "")
            line.name.style().polish(line.name)
            line.time.setText(word or duration(time.monotonic() - line.started))
        self._current = ""

    def _tick(self) -> None:
        if line := self._rows.get(self._current):
            spent = time.monotonic() - line.started
            if self._left is not None:
                line.time.setText(tr("about {time} left", time=duration(self._left)))
            else:
                line.time.setText(duration(spent))

    def _add(self, key: str, title: str, after: StageRow | None = None) -> None:
        line = StageRow(title)
        holder = line.holder
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.measures.space(2))
        grid.setVerticalSpacing(theme.measures.space(1))
        grid.addWidget(line.icon, 0, 0)
        grid.addWidget(line.name, 0, 1)
        grid.addWidget(line.time, 0, 2)
        grid.addWidget(line.bar, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        self._layout.insertWidget(-1 if after is None else self._layout.indexOf(after.holder) + 1, holder)
        self._rows[key] = line
