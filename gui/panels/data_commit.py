"""Steps three and four: review what becomes public, commit every record, see the root and the rejected rows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from gui.bridge import RunningJob
from gui.i18n import duration, file_size, tr, tr_n, whole
from gui.models.schema import SchemaTable
from gui.models.table import TextTable
from gui.stages import stage_plan, watch
from gui.theme import theme
from gui.widgets.banner import Banner
from gui.widgets.controls import Card, Section, button, clear, column, hand_over, row
from gui.widgets.facts import Fact, FactGrid
from gui.widgets.notice import Notice
from gui.widgets.stages import StageList
from gui.widgets.tables import Table


class ReviewStep(Section):
    """proceed(schema JSON), back(), cancel(), pause()."""

    proceed = Signal(dict)
    back = Signal()
    cancel = Signal()
    pause = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model = SchemaTable()
        self.table = Table(self.model, tr("Proposed schema"), widest=30)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self._card = Card(
            tr("What will be public"),
            tr(
                "Names, ranges, units and levels are published with every bundle. Ranges were rounded outward so that "
                "no patient's value shows; ranges and units can be edited (F2)."
            ),
        )
        self._card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._card.body.addWidget(self.table, 1)
        self._notes = QWidget()
        self._notes_layout = QVBoxLayout(self._notes)
        self._notes_layout.setContentsMargins(0, 0, 0, 0)
        self._notes_layout.setSpacing(theme.measures.space(1))
        self._card.body.addWidget(self._notes)
        self.confirm = QCheckBox(tr("I have reviewed this schema and it may be published"))
        self.confirm.setAccessibleName(self.confirm.text())
        self.confirm.toggled.connect(self._check)
        self.commit = button(tr("Commit the records"), self._proceed, icon="check", variant="primary")
        self._back = button(tr("Back"), self.back.emit, icon="arrow-left")
        self._foot = QWidget()
        self._foot.setLayout(column(self.confirm, row(self._back, 1, self.commit, spacing=4), spacing=2))
        self._progress = Card(tr("Committing"))
        self.stages = StageList()
        self._progress.body.addWidget(self.stages)
        self.cancel_button = button(tr("Cancel"), self.cancel.emit, icon="stop", variant="danger")
        self.pause_button = button(tr("Pause"), self.pause.emit)
        self._progress.body.addLayout(row(1, self.pause_button, self.cancel_button, spacing=2))
        self.body.addWidget(self._card, 1)
        self.body.addWidget(self._progress)
        self.body.addWidget(self._foot)
        self.stop_watching()
        self._check()

    def show_schema(self, schema: dict[str, object], notes: list[str]) -> None:
        """Show a proposal, and how it came about."""
        self.model.load(schema)
        self.confirm.setChecked(False)
        clear(self._notes_layout)
        for note in notes:
            self._notes_layout.addWidget(Notice(note))
        self._notes.setVisible(bool(notes))

    def watch(self, job: RunningJob) -> None:
        """Show the progress of the import."""
        self.stages.plan(stage_plan("import_dataset"))
        watch(job, self.stages, verb="import_dataset")
        self._progress.show()
        self.pause_button.setEnabled(True)
        hand_over(self.commit, to=self.cancel_button)
        self._foot.hide()
        self.table.setEnabled(False)

    def show_stopping(self) -> None:
        """It has been told to stop, and is told once."""
        self.pause_button.setEnabled(False)
        self.cancel_button.setEnabled(False)

    def stop_watching(self) -> None:
        """Show the review again."""
        self._foot.show()
        hand_over(self.cancel_button, self.pause_button, to=self.commit)
        self._progress.hide()
        self.table.setEnabled(True)

    def _check(self) -> None:
        self.commit.setEnabled(self.confirm.isChecked())

    def _proceed(self) -> None:
        if self.confirm.isChecked():
            self.proceed.emit(self.model.document)


class DoneStep(Section):
    """attest(), again()."""

    attest = Signal()
    again = Signal()

    def __init__(self) -> None:
        super().__init__(limit=150)

    def show_result(self, name: str, value: dict[str, object]) -> None:
        """Show the root and the rejected rows of an import."""
        clear(self.body)
        committed = _number(value, "records")
        rejects = _list(value, "rejects")
        rejected = _number(value, "rejected") or len(rejects)
        banner = Banner(
            "accepted",
            tr_n("{count} record committed", "{count} records committed", committed),
            tr(
                "Each record has a commitment of its own. The root below stands for exactly these records: publish it, "
                "or give it to an auditor, before you train."
            ),
        )
        self.body.addWidget(banner)
        facts = Card(tr("Dataset"))
        lines = [
            Fact(tr("Name"), name),
            Fact(tr("Root"), str(value.get("root", "")), code=True),
            Fact(tr("Dataset id"), str(value.get("dataset_id", "")), code=True),
            Fact(tr("Features"), whole(_number(value, "features"))),
            Fact(tr("Rejected rows"), whole(rejected)),
        ]
        seconds = value.get("seconds")
        if isinstance(seconds, dict):
            spent = tr("Time since it was continued") if value.get("continued") else tr("Time")
            lines.append(Fact(spent, duration(sum(float(part) for part in seconds.values()))))
        if memory := _number(value, "memory"):
            lines.append(Fact(tr("Memory at most"), file_size(memory)))
        facts.body.addWidget(FactGrid(lines))
        self.body.addWidget(facts)
        if rejects:
            card = Card(
                tr("Rejected rows"),
                tr("Neither committed nor trained on. Correct them at the source and import again if they belong."),
            )
            model = TextTable(
                [tr("Line"), tr("Column"), tr("Reason")],
                [
                    [str(item.get("line", "")), str(item.get("column") or "–"), str(item.get("reason", ""))]
                    for item in rejects
                ],
                numeric=frozenset({0}),
                parent=card,
            )
            table = Table(model, tr("Rejected rows"), widest=60, lines=8)
            table.fit_height()
            card.body.addWidget(table)
            self.body.addWidget(card)
        go = button(tr("Train and attest"), self.attest.emit, icon="arrow-right", variant="primary")
        self.body.addLayout(row(button(tr("Import another file"), self.again.emit), 1, go, spacing=3))
        self.body.addStretch(1)


def _number(value: dict[str, object], key: str) -> int:
    found = value.get(key)
    return found if isinstance(found, int) else 0


def _list(value: dict[str, object], key: str) -> list[dict[str, object]]:
    found = value.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
