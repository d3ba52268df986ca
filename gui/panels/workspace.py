"""Unlock or create the workspace; then the datasets and signing keys that it holds."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from core.settings import MAX_PASSPHRASE
from gui.bridge import RunningJob
from gui.i18n import tr, tr_n, whole
from gui.models.table import TextTable
from gui.panels.keys import KeysCard
from gui.panels.receipts import ReceiptDialog
from gui.presence import workspace_exists
from gui.problem import Problem
from gui.session import Session
from gui.theme import theme
from gui.widgets.controls import Card, Page, button, clear, column, row
from gui.widgets.empty import EmptyState
from gui.widgets.icons import IconView
from gui.widgets.notice import Notice
from gui.widgets.problem import ProblemCard
from gui.widgets.tables import Table
from gui.widgets.text import ElidedLabel, label, plain_tooltip, restyle

SHORTEST = 8


class WorkspacePanel(QStackedWidget):
    """The door while locked, the inventory while unlocked."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._door = Door(session)
        self._inventory = Inventory(session)
        self.addWidget(self._door)
        self.addWidget(self._inventory)
        session.locked_changed.connect(self._show)
        self._show(session.locked)

    def _show(self, locked: bool) -> None:
        if locked:
            self._door.begin()
        self.setCurrentWidget(self._door if locked else self._inventory)


class Door(Page):
    """A passphrase, twice where a workspace is created."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._job: RunningJob | None = None
        self.problem = ProblemCard()
        self._card = QWidget()
        self._card_layout = QVBoxLayout(self._card)
        self._card_layout.setContentsMargins(0, 0, 0, 0)
        self._card.setMaximumWidth(theme.measures.chars(72))
        middle = row(1, self._card, 1)
        middle.setStretchFactor(self._card, 100)
        self.body.addStretch(1)
        self.body.addLayout(middle)
        self.body.addStretch(2)

    def begin(self) -> None:
        """Build the form anew: empty fields, and unlock or create as the folder asks for."""
        clear(self._card_layout)
        self._creating = not workspace_exists(self._session.home)
        self.problem = ProblemCard()
        if self._creating:
            title = tr("Create your workspace")
            text = tr(
                "Records, models and signing keys are kept on this machine, encrypted under a passphrase. "
                "There is no way to recover it: write it down and keep it in a safe place."
            )
        else:
            title = tr("Unlock your workspace")
            text = tr("Records, models and signing keys are encrypted on this machine under your passphrase.")
        card = Card()
        head = row(IconView("proofward", scale=2.2), label(title, "title"), spacing=3)
        head.setStretch(1, 1)
        card.body.addLayout(head)
        card.body.addWidget(label(text, "muted"))
        folder = QHBoxLayout()
        folder.addWidget(label(tr("Folder"), "small", wrap=False))
        folder.addWidget(ElidedLabel(str(self._session.home), "small"), 1)
        card.body.addLayout(folder)
        card.body.addSpacing(theme.measures.space(1))
        self.passphrase = passphrase_field(tr("Passphrase"))
        named = label(tr("Passphrase"), "strong")
        named.setBuddy(self.passphrase)
        card.body.addLayout(column(named, row(self.passphrase, self._eye(), spacing=1), spacing=1))
        self.again = passphrase_field(tr("Passphrase again"))
        if self._creating:
            second = label(tr("Passphrase again"), "strong")
            second.setBuddy(self.again)
            eye_width = self._eye_button.sizeHint().width()
            line = row(self.again, spacing=1)
            line.addSpacing(eye_width + theme.measures.space(1))
            card.body.addLayout(column(second, line, spacing=1))
        self.hint = label("", "small")
        card.body.addWidget(self.hint)
        self.submit = button(
            tr("Create the workspace") if self._creating else tr("Unlock"),
            self.try_open,
            icon="unlock",
            variant="primary",
        )
        self.submit.setDefault(True)
        card.body.addLayout(row(self.submit, 1))
        for field in (self.passphrase, self.again):
            field.textChanged.connect(self._look)
            field.returnPressed.connect(self.try_open)
        self._card_layout.addWidget(self.problem)
        self._card_layout.addSpacing(theme.measures.space(2))
        self._card_layout.addWidget(card)
        self._card_layout.addSpacing(theme.measures.space(3))
        verify = button(
            tr("Verify a bundle without a workspace"),
            lambda: self._session.panel_wanted.emit("verify"),
            icon="verify",
            variant="quiet",
        )
        self._card_layout.addLayout(row(1, verify, 1))
        self._look()
        self.passphrase.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.passphrase.setFocus()

    def _eye(self) -> QToolButton:
        eye = QToolButton()
        eye.setProperty("role", "quiet")
        eye.setCheckable(True)
        eye.setAccessibleName(tr("Show the passphrase"))
        plain_tooltip(eye, tr("Show the passphrase"))
        theme.set_icon(eye, "eye", "accent")
        eye.toggled.connect(self._reveal)
        self._eye_button = eye
        return eye

    def _reveal(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.passphrase.setEchoMode(mode)
        self.again.setEchoMode(mode)

    def _complaint(self) -> str:
        text = self.passphrase.text()
        if not text:
            return " "
        if self._creating and len(text) < SHORTEST:
            return tr("Use at least {count} characters; several words are better than one.", count=SHORTEST)
        if self._creating and self.again.text() != text:
            return tr("The two passphrases differ.") if self.again.text() else tr("Type it again to be sure.")
        return ""

    def _look(self) -> None:
        complaint = self._complaint()
        self.hint.setText(complaint)
        self.hint.setVisible(bool(complaint.strip()))
        differ = self._creating and bool(self.again.text()) and not self.passphrase.text().startswith(self.again.text())
        restyle(self.again, invalid="true" if differ else "false")
        self.submit.setEnabled(not complaint and self._job is None)

    def try_open(self) -> None:
        """Let the worker try the passphrase."""
        if self._complaint() or self._job is not None:
            return
        self.problem.dismiss()
        passphrase = self.passphrase.text()
        self._job = self._session.try_passphrase(passphrase, create=self._creating)
        self.submit.setEnabled(False)
        self.submit.setText(tr("Opening…"))
        self._job.succeeded.connect(lambda value: self._opened(passphrase, value))
        self._job.failed.connect(self._failed)

    def _opened(self, passphrase: str, value: dict[str, object]) -> None:
        self._job = None
        self.passphrase.clear()
        self.again.clear()
        self._session.unlock(passphrase)
        self._session.take_datasets(value)
        if not self._session.datasets:
            self._session.panel_wanted.emit("data")

    def _failed(self, problem: Problem) -> None:
        self._job = None
        self.submit.setText(tr("Create the workspace") if self._creating else tr("Unlock"))
        self._look()
        self.problem.show_problem(problem)
        self.passphrase.selectAll()
        self.passphrase.setFocus()


class Inventory(Page):
    """Datasets and keys of the workspace."""

    def __init__(self, session: Session) -> None:
        super().__init__(
            tr("Workspace"),
            tr("What is committed and who signs. Everything here is encrypted on this machine."),
            limit=150,
        )
        self._session = session
        self._problem = ProblemCard()
        self._datasets = Card(tr("Committed datasets"))
        self._datasets.corner.addWidget(
            button(tr("Import data"), lambda: session.panel_wanted.emit("data"), icon="import")
        )
        self._model = TextTable()
        self._table = Table(self._model, tr("Committed datasets"), widest=30, lines=7, squeeze=True)
        self._table.activated.connect(self._attest)
        self._table.doubleClicked.connect(self._attest)
        self._count = label("", "muted")
        self._go = button(tr("Train and attest"), self._attest_current, icon="arrow-right", variant="primary")
        self._empty = EmptyState(
            "data",
            tr("No dataset yet"),
            tr("Import a CSV file or the sample. Every record is committed to on its own, and only then trained on."),
            button(tr("Import data"), lambda: session.panel_wanted.emit("data"), icon="import", variant="primary"),
        )
        self._filled = QWidget()
        receipt = button(tr("Receipt…"), self._receipt, icon="file")
        foot = row(self._count, receipt, self._go)
        foot.setStretch(0, 1)
        self._filled.setLayout(column(self._table, foot, spacing=2))
        self._datasets.body.addWidget(self._empty)
        self._datasets.body.addWidget(self._filled)
        self.body.addWidget(self._problem)
        self.body.addWidget(self._datasets)
        self.body.addWidget(KeysCard(session))
        self.body.addWidget(
            Notice(
                tr(
                    "Blinding factors are what keeps the commitments secret; they are stored encrypted and are never "
                    "part of a bundle. Keep backups of the whole folder."
                )
            )
        )
        self.body.addStretch(1)
        session.datasets_changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        datasets = self._session.datasets
        if self._session.problem is not None:
            self._problem.show_problem(self._session.problem, retry=self._session.refresh)
        else:
            self._problem.dismiss()
        self._empty.setVisible(not datasets)
        self._filled.setVisible(bool(datasets))
        self._model.replace(
            [tr("Name"), tr("Records"), tr("Features"), tr("Committed"), tr("Root")],
            [
                [
                    item.name,
                    whole(item.records),
                    whole(item.features),
                    item.created.replace("T", " ").rstrip("Z"),
                    item.root,
                ]
                for item in datasets
            ],
            numeric=frozenset({1, 2}),
        )
        self._count.setText(tr_n("{count} dataset", "{count} datasets", len(datasets)))
        self._table.fit_height()
        if datasets:
            self._table.selectRow(len(datasets) - 1)

    def _attest(self, index: QModelIndex) -> None:
        self._session.choose(self._session.datasets[index.row()].dataset_id)
        self._session.panel_wanted.emit("attest")

    def _receipt(self) -> None:
        place = self._table.currentIndex().row()
        if 0 <= place < len(self._session.datasets):
            ReceiptDialog(self._session, self._session.datasets[place], self.window()).exec()

    def _attest_current(self) -> None:
        if self._table.currentIndex().isValid():
            self._attest(self._table.currentIndex())


def passphrase_field(name: str) -> QLineEdit:
    """A field whose content is not shown and not remembered."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(MAX_PASSPHRASE)
    field.setAccessibleName(name)
    return field
