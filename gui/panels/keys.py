"""The signing keys of the workspace: list them, make one, export the public half. Part of the workspace panel."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QFileDialog, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from gui.i18n import tr
from gui.models.table import TextTable
from gui.problem import Problem
from gui.session import Session
from gui.theme import theme
from gui.widgets.controls import Card, button, column, row
from gui.widgets.notice import Notice
from gui.widgets.problem import ProblemCard
from gui.widgets.tables import Table
from gui.widgets.text import grouped, label


class KeysCard(Card):
    """Keys with their fingerprints, which auditors compare."""

    def __init__(self, session: Session) -> None:
        super().__init__(
            tr("Signing keys"), tr("Ed25519 and ML-DSA-65 sign together. Give the fingerprint to auditors in person.")
        )
        self._session = session
        self._problem = ProblemCard()
        self._model = TextTable()
        self._table = Table(self._model, tr("Signing keys"), widest=44, lines=4, squeeze=True)
        self._none = Notice(tr("No key yet: one is made with the first bundle, or make one now under your own name."))
        self._export = button(tr("Export public identity…"), self._ask_export, icon="export")
        new = button(tr("New key…"), self._ask_new, icon="key")
        self.body.addLayout(column(self._problem, self._none, self._table, row(1, self._export, new), spacing=2))
        session.keys_changed.connect(self._fill)
        session.locked_changed.connect(self._unlocked)
        self._fill()

    def _unlocked(self, locked: bool) -> None:
        self._problem.dismiss()
        if not locked:
            self._session.refresh_keys()

    def _fill(self) -> None:
        keys = self._session.keys
        self._none.setVisible(not keys)
        self._table.setVisible(bool(keys))
        self._export.setEnabled(bool(keys))
        self._model.replace(
            [tr("Name"), tr("Role"), tr("Made at"), tr("Fingerprint")],
            [[key.name, key.role, key.created.replace("T", " ").rstrip("Z"), grouped(key.fingerprint)] for key in keys],
        )
        self._table.fit_height()
        if keys:
            self._table.selectRow(0)

    def _ask_export(self) -> None:
        place = self._table.currentIndex().row()
        if not 0 <= place < len(self._session.keys):
            return
        key = self._session.keys[place]
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Export public identity"), "signer.json", tr("JSON files (*.json)")
        )
        if path:
            self._problem.dismiss()
            job = self._session.start("export_key", {"fingerprint": key.fingerprint, "output": path})
            job.failed.connect(self._failed)

    def _ask_new(self) -> None:
        dialog = NewKeyDialog(self.window())
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self._problem.dismiss()
            arguments: dict[str, object] = {"signer": dialog.name.text().strip()}
            if dialog.role.text().strip():
                arguments["role"] = dialog.role.text().strip()
            job = self._session.start("new_key", arguments)
            job.succeeded.connect(lambda _value: self._session.refresh_keys())
            job.failed.connect(self._failed)

    def _failed(self, problem: Problem) -> None:
        self._problem.show_problem(problem)


class NewKeyDialog(QDialog):
    """Asks for the name and the role that auditors will read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("New signing key"))
        space = theme.measures.space
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name"))
        self.name.setPlaceholderText(tr("for example: Radiology, St. Anna Hospital"))
        self.name.setMinimumWidth(theme.measures.chars(44))
        self.role = QLineEdit()
        self.role.setAccessibleName(tr("Role"))
        self.role.setPlaceholderText(tr("for example: modeller"))
        form = QFormLayout()
        form.setSpacing(space(2))
        form.addRow(label(tr("Name"), "strong", wrap=False), self.name)
        form.addRow(label(tr("Role"), "strong", wrap=False), self.role)
        make = button(tr("Make the key"), self.accept, icon="key", variant="primary")
        make.setDefault(True)
        make.setEnabled(False)
        self.name.textChanged.connect(lambda text: make.setEnabled(bool(text.strip())))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space(5), space(5), space(5), space(4))
        outer.setSpacing(space(3))
        outer.addWidget(label(tr("New signing key"), "heading"))
        outer.addWidget(label(tr("Both texts are published with every bundle that this key signs."), "muted"))
        outer.addLayout(form)
        outer.addLayout(row(1, button(tr("Cancel"), self.reject), make, spacing=2))
