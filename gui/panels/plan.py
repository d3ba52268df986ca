"""The plan of a run as a form: what is decided before training. Part of the panel that trains and attests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from core.settings import MEMORY_VARIABLE, Settings
from gui.i18n import file_size, tr, tr_n, whole
from gui.panels.announce import AnnounceDialog
from gui.session import Session
from gui.theme import theme
from gui.widgets.controls import Card, button, column, row
from gui.widgets.notice import Notice
from gui.widgets.text import label, plain_tooltip, restyle

_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){1,64}")
_STRENGTHS = ("0.01", "0.1", "1", "10", "100")
_LARGEST = 1 << 32


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form says, ready for the worker."""

    dataset_id: str
    dataset_name: str
    plan: dict[str, object]
    nonce: str | None
    hide_weights: bool
    key: str | None

    def arguments(self) -> dict[str, object]:
        """For the worker's verbs `attest`, which needs an output besides, and `estimate`."""
        given: dict[str, object] = {"dataset": self.dataset_id, "plan": self.plan, "hide_weights": self.hide_weights}
        return given | {name: value for name, value in (("nonce", self.nonce), ("key", self.key)) if value}


class PlanForm(Card):
    """changed(): after every edit; `choices` is None while something is missing, and `complaint` says what."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Plan"), tr("Fixed before training: it decides the split and is signed with the bundle."))
        self._session = session
        self.dataset = QComboBox()
        _narrow(self.dataset)
        self.dataset_facts = label("", "small")
        self.strength = QComboBox()
        self.strength.setEditable(True)
        self.strength.addItems(list(_STRENGTHS))
        self.strength.setCurrentText("1")
        _narrow(self.strength)
        self.share = QSpinBox()
        self.share.setRange(0, 50)
        self.share.setSingleStep(5)
        self.share.setValue(20)
        self.share.setSuffix(" %")
        self.share.lineEdit().setTextMargins(theme.measures.space(1.5), 0, 0, 0)
        self.key = QComboBox()
        _narrow(self.key)
        self.nonce = QLineEdit()
        self.nonce.setPlaceholderText(tr("optional, hexadecimal"))
        self.nonce.setMaxLength(128)
        self.hide_weights = QCheckBox(tr("Keep the weights hidden"))
        self.hide_weights.setAccessibleName(self.hide_weights.text())
        self._hidden_note = Notice(tr("The bundle then holds a commitment to the model and not the model."))
        self._field(tr("Dataset"), self.dataset, "", self.dataset_facts)
        self._field(tr("Strength C"), self.strength, tr("As in scikit-learn: smaller values shrink the weights more"))
        self._field(tr("Test share"), self.share, tr("Expected share of records held out; the proof fixes which"))
        self._key_field = self._field(tr("Signing key"), self.key, "")
        self._field(
            tr("Auditor's nonce"),
            self.nonce,
            tr("Drawn by the auditor after noting root and plan: then nobody could have tried several splits"),
        )
        self.announce = button(tr("What the auditor notes…"), self._announce, icon="key", variant="quiet")
        self.body.addLayout(row(self.announce, 1))
        self.body.addLayout(column(self.hide_weights, self._hidden_note, spacing=1))
        self.memory = label(_memory_limit(), "small")
        self.memory.setVisible(bool(self.memory.text()))
        self.body.addWidget(self.memory)
        session.datasets_changed.connect(self._fill_datasets)
        session.keys_changed.connect(self._fill_keys)
        session.dataset_chosen.connect(self._choose)
        self.dataset.currentIndexChanged.connect(self._look)
        self.dataset.activated.connect(self._pick)
        self.strength.editTextChanged.connect(self._look)
        self.nonce.textChanged.connect(self._look)
        self.share.valueChanged.connect(self._look)
        self.key.currentIndexChanged.connect(self._look)
        self.hide_weights.toggled.connect(self._look)
        self._fill_datasets()
        self._fill_keys()

    @property
    def complaint(self) -> str:
        """What keeps the plan from being run, empty if nothing does."""
        if self.dataset.currentData() is None:
            return tr("Choose a dataset.") if self._session.datasets else tr("There is no dataset yet.")
        if self._strength() is None:
            return tr("C must be a positive number such as 0.5 or 1/3.")
        if self.nonce.text().strip() and not _HEX.fullmatch(self.nonce.text().strip()):
            return tr("The nonce must be pairs of hexadecimal digits, at most 64 bytes.")
        return ""

    def choices(self) -> Choices | None:
        """What the form says, None while it cannot be run."""
        strength = self._strength()
        if self.complaint or strength is None:
            return None
        return Choices(
            dataset_id=str(self.dataset.currentData()),
            dataset_name=self.dataset.currentText(),
            plan={
                "version": 1,
                "c": str(strength),
                "test_fraction": str(Fraction(self.share.value(), 100)),
                "target": "1/1000",
                "optimiser": {"method": "lbfgs", "epochs": 500, "learning_rate": "1", "seed": 0},
                "registration": {},
            },
            nonce=self.nonce.text().strip().lower() or None,
            hide_weights=self.hide_weights.isChecked(),
            key=self.key.currentData(),
        )

    def _announce(self) -> None:
        if (choices := self.choices()) is not None:
            AnnounceDialog(self._session, choices.dataset_id, choices.plan, self.window()).exec()

    def _strength(self) -> Fraction | None:
        text = self.strength.currentText().strip().replace(",", ".")
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?(/[0-9]{1,9})?", text):
            return None
        try:
            value = Fraction(text)
        except (ValueError, ZeroDivisionError):
            return None
        return value if value > 0 and max(value.numerator, value.denominator) <= _LARGEST else None

    def _field(self, name: str, field: QWidget, hint: str, extra: QWidget | None = None) -> QWidget:
        title = label(name, "strong")
        title.setBuddy(field)
        field.setAccessibleName(name)
        field.setAccessibleDescription(hint)
        holder = QWidget()
        layout = column(title, field, spacing=0.75)
        if hint:
            layout.addWidget(label(hint, "small"))
        if extra is not None:
            layout.addWidget(extra)
        holder.setLayout(layout)
        self.body.addWidget(holder)
        return holder

    def _fill_datasets(self) -> None:
        self.dataset.blockSignals(True)
        self.dataset.clear()
        for item in self._session.datasets:
            self.dataset.addItem(item.name, item.dataset_id)
        self.dataset.blockSignals(False)
        self._choose(self._session.chosen)

    def _choose(self, dataset_id: str) -> None:
        place = self.dataset.findData(dataset_id)
        # one that is not listed yet is nothing to start on, least of all on another in its place
        self.dataset.setCurrentIndex(place if dataset_id else self.dataset.count() - 1)
        self._look()

    def _pick(self, place: int) -> None:
        """A person's choice stays when the list is read again."""
        self._session.chosen = str(self.dataset.itemData(place))

    def _fill_keys(self) -> None:
        chosen = self.key.currentData()
        self.key.clear()
        for key in self._session.keys:
            self.key.addItem(f"{key.name} · {key.fingerprint[:8]}", key.fingerprint)
        if not self._session.keys:
            self.key.addItem(tr("A new key, made with this bundle"), None)
        if chosen is not None:
            self.key.setCurrentIndex(max(self.key.findData(chosen), 0))

    def _look(self) -> None:
        place = self.dataset.currentIndex()
        facts = ""
        if 0 <= place < len(self._session.datasets):
            item = self._session.datasets[place]
            facts = tr(
                "{records}, {features} features, outcome {outcome}, root {root}…",
                records=tr_n("{count} record", "{count} records", item.records),
                features=whole(item.features),
                outcome=item.outcome,
                root=item.root[:12],
            )
        self.dataset_facts.setText(facts)
        self.dataset_facts.setVisible(bool(facts))
        wrong = bool(self.nonce.text().strip()) and not _HEX.fullmatch(self.nonce.text().strip())
        restyle(self.nonce, invalid="true" if wrong else "false")
        self.announce.setEnabled(self.dataset.currentData() is not None and self._strength() is not None)
        self._hidden_note.setVisible(self.hide_weights.isChecked())
        self.changed.emit()


def _memory_limit() -> str:
    """What a run may take, empty where nobody has set it."""
    limit = Settings.from_environment().memory
    if limit is None:
        return ""
    return tr("A run may take {size} of memory at most ({variable}).", size=file_size(limit), variable=MEMORY_VARIABLE)


def _narrow(combo: QComboBox) -> None:
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(14)
    combo.currentTextChanged.connect(lambda text: plain_tooltip(combo, text))
