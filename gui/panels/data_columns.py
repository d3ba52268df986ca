"""Step two: see the first rows and say which column is the outcome, the patient, the consent, the groups."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QSizePolicy, QStackedWidget, QWidget

from gui.i18n import tr, tr_n, whole
from gui.models.preview import Preview
from gui.models.table import TextTable
from gui.theme import theme
from gui.widgets.controls import Card, Section, button, column, row
from gui.widgets.notice import Notice
from gui.widgets.reflow import FieldGrid
from gui.widgets.tables import Table
from gui.widgets.text import ElidedLabel, label, plain_tooltip

# Names that people give such columns; a guess that a person sees and can change, never a decision.
_OUTCOMES = ("outcome", "diagnosis", "died", "death", "event", "label", "target", "mortality", "readmitted")
_PATIENTS = ("patient_id", "patientid", "patient", "mrn", "pid", "id", "subject_id")
_CONSENTS = ("consent", "consented", "consent_given", "ok")
_MOST_LEVELS = 20


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of the columns that are more than features."""

    outcome: str
    patient_id: str | None
    consent: str | None
    groups: tuple[str, ...]


class ColumnsStep(Section):
    """proceed(Roles), back()."""

    proceed = Signal(object)
    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._preview = Preview((), (), ())
        self._groups: list[str] = []
        self.outcome = _combo(tr("Outcome"), tr("Choose the outcome…"))
        self.patient = _combo(tr("Patient id"), "")
        self.consent = _combo(tr("Consent"), "")
        self.groups = QPushButton(tr("None"))
        self.groups.setProperty("variant", "field")
        self._menu = QMenu(self.groups)
        self.groups.setMenu(self._menu)
        self.groups.setAccessibleName(tr("Groups"))
        self._file = ElidedLabel("", "heading")
        self._size = label("", "muted", wrap=False)
        self._ragged = Notice("", "warning")
        card = Card()
        head = row(self._file, self._size, spacing=3)
        head.setStretch(0, 1)
        card.body.addLayout(head)
        card.body.addWidget(self._ragged)
        fields: list[tuple[str, QWidget, str]] = [
            (tr("Outcome"), self.outcome, tr("What the model predicts: exactly two values")),
            (tr("Patient id"), self.patient, tr("Committed as a digest, never published")),
            (tr("Consent"), self.consent, tr("Records without it are never trained on")),
            (tr("Groups"), self.groups, tr("For results by subgroup; not features")),
        ]
        card.body.addWidget(FieldGrid(fields, width=24))
        self._rows_model = TextTable()
        self._columns_model = TextTable()
        self._rows = Table(self._rows_model, tr("First rows of the file"), widest=18)
        self._columns = Table(self._columns_model, tr("Columns of the file"), widest=40)
        self._tables = QStackedWidget()
        self._tables.addWidget(self._rows)
        self._tables.addWidget(self._columns)
        self._toggle = button(tr("Show the columns"), self._change, icon="table", variant="quiet")
        self._look = Card(tr("First rows"))
        self._look.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._look.corner.addWidget(self._toggle)
        self._look.body.addWidget(self._tables, 1)
        self.next = button(tr("Propose a schema"), self._proceed, icon="arrow-right", variant="primary")
        self._why = label("", "muted")
        foot = row(button(tr("Back"), self.back.emit, icon="arrow-left"), self._why, self.next, spacing=3)
        foot.setStretch(1, 1)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(column(card, spacing=2))
        self.body.addWidget(self._look, 1)
        self.body.addLayout(foot)
        for combo in (self.outcome, self.patient, self.consent):
            combo.currentIndexChanged.connect(self._check)

    def clear(self) -> None:
        """Forget the rows that were shown."""
        self._preview = Preview((), (), ())
        self._rows_model.replace([], [])
        self._columns_model.replace([], [])

    def show_preview(self, path: Path, preview: Preview) -> None:
        """Show a file's rows and guess what its columns are."""
        self._preview = preview
        self._groups = []
        self._file.setText(path.name)
        self._size.setText(
            tr_n("{count} row", "{count} rows", preview.total)
            + " · "
            + tr_n("{count} column", "{count} columns", len(preview.columns))
        )
        self._ragged.setVisible(bool(preview.ragged))
        self._ragged.text.setText(
            tr_n(
                "{count} row has another number of cells than the header and will be rejected.",
                "{count} rows have another number of cells than the header and will be rejected.",
                preview.ragged,
            )
        )
        numeric = frozenset(place for place, item in enumerate(preview.summary) if item.numbers and not item.texts)
        self._rows_model.replace(preview.columns, preview.rows, numeric=numeric)
        self._columns_model.replace(
            [tr("Column"), tr("Holds"), tr("Values"), tr("Missing")], preview.columns_table(), numeric=frozenset({3})
        )
        self._show_table(0)
        two = [item.name for item in preview.summary if item.may_be_outcome]
        every = list(preview.columns)
        _fill(self.patient, [tr("None")], every, _guess(every, _PATIENTS))
        _fill(self.consent, [tr("None: all consent")], every, _guess(every, _CONSENTS))
        outcomes = [name for name in two if name != self.consent.currentData()]
        _fill(self.outcome, [tr("Choose the outcome…")], outcomes or every, _guess(outcomes or every, _OUTCOMES))
        self._build_groups()
        self._check()

    def set_busy(self, busy: bool) -> None:
        """The worker is at it."""
        self.next.setText(tr("Looking at the file…") if busy else tr("Propose a schema"))
        for field in (self.outcome, self.patient, self.consent):  # the proposal is for these roles
            field.setEnabled(not busy)
        self.groups.setEnabled(not busy and bool(self._menu.actions()))
        self.next.setEnabled(not busy and not self._complaint())

    def roles(self) -> Roles:
        """What has been chosen."""
        taken = {self.outcome.currentData(), self.patient.currentData(), self.consent.currentData()}
        return Roles(
            outcome=self.outcome.currentData() or "",
            patient_id=self.patient.currentData(),
            consent=self.consent.currentData(),
            groups=tuple(name for name in self._groups if name not in taken),
        )

    def _complaint(self) -> str:
        chosen = [combo.currentData() for combo in (self.outcome, self.patient, self.consent)]
        if not chosen[0]:
            return tr("Choose the outcome first.")
        named = [name for name in chosen if name]
        return tr("One column cannot have two roles.") if len(set(named)) < len(named) else ""

    def _check(self) -> None:
        complaint = self._complaint()
        self._why.setText(complaint)
        self.next.setEnabled(not complaint)

    def _proceed(self) -> None:
        self.proceed.emit(self.roles())

    def _build_groups(self) -> None:
        self._menu.clear()
        for item in self._preview.summary:
            if item.distinct is not None and 2 <= item.distinct <= _MOST_LEVELS:
                action = QAction(item.name.replace("&", "&&"), self._menu)
                action.setCheckable(True)
                action.toggled.connect(lambda on, name=item.name: self._set_group(name, on))
                self._menu.addAction(action)
        self.groups.setEnabled(bool(self._menu.actions()))
        self._show_groups()

    def _set_group(self, name: str, on: bool) -> None:
        if on and name not in self._groups:
            self._groups.append(name)
        elif not on and name in self._groups:
            self._groups.remove(name)
        self._show_groups()

    def _show_groups(self) -> None:
        if len(self._groups) > 1:
            text = tr("{name} and {more} more", name=self._groups[0], more=whole(len(self._groups) - 1))
        else:
            text = self._groups[0] if self._groups else tr("None")
        # an en space, because the style sheet's padding is not kept beside a menu indicator
        self.groups.setText(
            "\u2002"
            + self.groups.fontMetrics().elidedText(
                text.replace("&", "&&"), Qt.TextElideMode.ElideRight, theme.measures.chars(22)
            )
        )
        self.groups.setAccessibleName(tr("Groups: {names}", names=", ".join(self._groups) or tr("None")))
        plain_tooltip(self.groups, ", ".join(self._groups))

    def _change(self) -> None:
        self._show_table(1 - self._tables.currentIndex())

    def _show_table(self, which: int) -> None:
        self._tables.setCurrentIndex(which)
        text = tr("Show the first rows") if which else tr("Show the columns")
        self._toggle.setText(text)
        self._toggle.setAccessibleName(text)
        if self._look.title is not None:
            self._look.title.setText(tr("Columns") if which else tr("First rows"))


def _combo(name: str, placeholder: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setPlaceholderText(placeholder)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    return combo


def _fill(combo: QComboBox, first: list[str], names: list[str], guess: str | None) -> None:
    combo.blockSignals(True)
    combo.clear()
    for text in first:
        combo.addItem(text, None)
    for name in names:
        combo.addItem(name, name)
    place = combo.findData(guess) if guess is not None else 0
    combo.setCurrentIndex(max(place, 0))
    combo.blockSignals(False)


def _guess(names: list[str], usual: tuple[str, ...]) -> str | None:
    by_key = {name.strip().lower().replace(" ", "_"): name for name in names}
    return next((by_key[key] for key in usual if key in by_key), None)
