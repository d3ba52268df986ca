"""The receipt of one record, for the person whom it is about or for an auditor's spot check."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QSpinBox, QVBoxLayout, QWidget

from gui.bridge import RunningJob
from gui.i18n import tr
from gui.problem import Problem
from gui.session import Dataset, Session
from gui.theme import theme
from gui.widgets.controls import button, row
from gui.widgets.notice import Notice
from gui.widgets.problem import ProblemCard
from gui.widgets.reflow import FieldGrid
from gui.widgets.text import label


class ReceiptDialog(QDialog):
    """Asks for the record's number and whether its values go in, and has the worker write the receipt."""

    def __init__(self, session: Session, dataset: Dataset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset = dataset
        self.job: RunningJob | None = None
        self.setWindowTitle(tr("Receipt of one record"))
        space = theme.measures.space
        self.record = QSpinBox()
        self.record.setRange(1, max(dataset.records, 1))
        self.record.lineEdit().setTextMargins(space(1.5), 0, 0, 0)
        self.opening = QCheckBox(tr("Include the values of the record"))
        self.opening.setAccessibleName(self.opening.text())
        self._warning = Notice(
            tr("Whoever has the receipt can then read this patient's values. Hand it to nobody else."), "warning"
        )
        self._warning.hide()
        self.opening.toggled.connect(self._warning.setVisible)
        self.problem = ProblemCard()
        self.written = Notice("", "accepted")
        self.written.hide()
        self.save = button(tr("Save the receipt…"), self._ask, icon="export", variant="primary")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space(5), space(5), space(5), space(4))
        outer.setSpacing(space(3))
        outer.addWidget(label(tr("Receipt of one record"), "heading"))
        text = label(
            tr(
                "Shows that this record is one of those that the root of {name} stands for. It verifies on its own, "
                "without this workspace.",
                name=dataset.name,
            ),
            "muted",
        )
        text.setMinimumWidth(theme.measures.chars(60))
        outer.addWidget(text)
        hint = tr("Rows are numbered from 1 in the order of the file, rejected rows left out.")
        outer.addWidget(FieldGrid([(tr("Number of the record"), self.record, hint)], width=40))
        outer.addWidget(self.opening)
        outer.addWidget(self._warning)
        outer.addWidget(self.problem)
        outer.addWidget(self.written)
        outer.addLayout(row(1, button(tr("Close"), self.reject), self.save, spacing=2))

    def _ask(self) -> None:
        name = f"receipt-{self.record.value()}.json"
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the receipt"), name, tr("JSON files (*.json)"))
        if path:
            self.write_to(Path(path))

    def write_to(self, path: Path) -> None:
        """Have the worker write the receipt to this file."""
        if self.job is not None:
            return
        self.problem.dismiss()
        self.written.hide()
        self.save.setEnabled(False)
        self.job = self._session.start(
            "receipt",
            {
                "dataset": self._dataset.dataset_id,
                "record": self.record.value(),
                "output": str(path),
                "opening": self.opening.isChecked(),
            },
        )
        self.job.succeeded.connect(lambda _value: self._done(path))
        self.job.failed.connect(self._failed)

    def _done(self, path: Path) -> None:
        self.job = None
        self.save.setEnabled(True)
        self.written.text.setText(tr("Written: {name}", name=path.name))
        self.written.show()

    def _failed(self, problem: Problem) -> None:
        self.job = None
        self.save.setEnabled(True)
        self.problem.show_problem(problem)
