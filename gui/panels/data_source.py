"""Step one: a CSV file of one's own, or the sample that comes with the program."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QProgressBar

from gui.i18n import tr
from gui.widgets.controls import Card, Section, button, column, row
from gui.widgets.drop import DropArea
from gui.widgets.icons import IconView
from gui.widgets.notice import Notice
from gui.widgets.reflow import Bend
from gui.widgets.text import label


class SourceStep(Section):
    """file_chosen(Path), sample_chosen(), cancel()."""

    file_chosen = Signal(object)
    sample_chosen = Signal()
    cancel = Signal()

    def __init__(self) -> None:
        super().__init__(limit=150)
        self._drop = DropArea(
            "table",
            tr("Drop a CSV file here"),
            tr("One row for each patient or stay, a header line, UTF-8. The file is read on this machine alone."),
        )
        self._drop.chosen.connect(self.file_chosen)
        self.choose = button(tr("Choose a file…"), self._ask, icon="open", variant="primary")
        self._drop.controls.addWidget(self.choose)
        self.sample = button(tr("Use the sample"), self.sample_chosen.emit)
        sample = Card()
        texts = column(
            label(tr("Breast Cancer Wisconsin (Diagnostic)"), "heading"),
            label(
                tr(
                    "569 real records with 30 measurements each, published by the UCI repository under CC BY 4.0. "
                    "The patient numbers in it are made up."
                ),
                "muted",
            ),
            spacing=1,
        )
        line = row(IconView("sample", "accent", scale=2.2), Bend(texts, self.sample, limit=56), spacing=4)
        line.setStretch(1, 1)
        sample.body.addLayout(line)
        self._busy = Card()
        self._busy_text = label("", "strong")
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(tr("Reading"))
        waiting = row(column(self._busy_text, bar, spacing=1.5), button(tr("Cancel"), self.cancel.emit), spacing=4)
        waiting.setStretch(0, 1)
        self._busy.body.addLayout(waiting)
        self.body.addWidget(self._drop)
        self.body.addWidget(sample)
        self.body.addWidget(self._busy)
        self.body.addWidget(
            Notice(
                tr(
                    "Nothing leaves this machine. What becomes public with a bundle is shown before anything is "
                    "committed."
                )
            )
        )
        self.body.addStretch(1)
        self.set_busy("")

    def set_busy(self, name: str) -> None:
        """Show that the file of this name is being read; empty: nothing is."""
        self._busy.setVisible(bool(name))
        self._busy_text.setText(tr("Reading {name}…", name=name) if name else "")
        self.choose.setEnabled(not name)
        self.sample.setEnabled(not name)
        self._drop.setAcceptDrops(not name)

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a CSV file"), "", tr("CSV files (*.csv *.tsv *.txt);;All files (*)")
        )
        if path:
            self.file_chosen.emit(Path(path))
