"""The verifier: open or drop a bundle or a receipt, see each claim with its verdict and reason, export the report.

Needs no workspace, no passphrase and no network; the file is read by a worker process and by nothing else.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSaveFile
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit

from gui.bridge import RunningJob
from gui.i18n import tr
from gui.models.report import Report, as_text
from gui.problem import Problem
from gui.session import Session
from gui.stages import stage_plan, watch
from gui.widgets.controls import Card, Page, button, hand_over, row
from gui.widgets.drop import DropArea, dropped_file
from gui.widgets.icons import IconView
from gui.widgets.notice import Notice
from gui.widgets.problem import ProblemCard
from gui.widgets.reflow import Bend, FieldGrid
from gui.widgets.report import ReportView
from gui.widgets.stages import StageList
from gui.widgets.tags import Tag, meaning
from gui.widgets.text import ElidedLabel, label
from gui.widgets.verdicts import VerdictLine, VerdictList


class VerifyPanel(Page):
    """One file at a time."""

    def __init__(self, session: Session) -> None:
        super().__init__(
            tr("Verify"),
            tr("Checks a bundle or a receipt on this machine. No workspace, no network, no trust in whoever made it."),
        )
        self._session = session
        self.job: RunningJob | None = None
        self.report: Report | None = None
        self._path: Path | None = None
        self._next: Path | None = None  # wanted while another one is being verified
        # a scroll area gets drops through its viewport alone
        self.viewport().setAcceptDrops(True)
        self._drop = DropArea(
            "bundle", tr("Drop a bundle or a receipt here"), tr("A .proofward file, or the receipt of one record.")
        )
        self._drop.chosen.connect(self.open_file)
        self.open_button = button(tr("Open…"), self._ask, icon="open", variant="primary")
        self._drop.controls.addWidget(self.open_button)
        self._chosen_name = ElidedLabel("", "heading")
        self._again = button(tr("Verify again"), self.verify, icon="verify")
        self._other = button(tr("Open another…"), self._ask, icon="open")
        self._options = Card()
        name = row(IconView("bundle", "accent", scale=1.4), self._chosen_name, spacing=2)
        name.setStretch(1, 1)
        self._chosen = Bend(name, row(self._other, self._again, spacing=2), limit=72)
        self._options.body.addWidget(self._chosen)
        self._build_options()
        self._work = Card(tr("Verifying"))
        self.stages = StageList()
        self._work.body.addWidget(self.stages)
        self._slow = Notice(tr("The reference backend is written to be read, not to be fast."))
        self._work.body.addWidget(self._slow)
        self.cancel_button = button(tr("Cancel"), self._cancel, icon="stop", variant="danger")
        self._work.body.addLayout(row(1, self.cancel_button))
        self.problem = ProblemCard()
        self.view = ReportView()
        self._legend = legend()
        for widget in (self._drop, self._options, self._legend, self._work, self.problem, self.view):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        session.verify_wanted.connect(self.open_file)
        self._look()

    def _build_options(self) -> None:
        self.backend = QComboBox()
        self.backend.addItem(tr("Native: compiled, fast"), "native")
        self.backend.addItem(tr("Reference: plain Python, slower"), "reference")
        self.backend.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.backend.setMinimumContentsLength(20)
        self.signer = QLineEdit()
        self.signer.setPlaceholderText(tr("optional: reject the bundle unless this key signed it"))
        self._options.body.addWidget(
            FieldGrid(
                [
                    (tr("Backend"), self.backend, ""),
                    (tr("Expected signer's fingerprint"), self.signer, ""),
                ],
                width=36,
            )
        )

    def open_file(self, path: Path) -> None:
        """Verify this file at once, in the place of one that is being verified."""
        if self.job is not None:
            self._next = path
            self.job.cancel()
            return
        self._path = path
        self._chosen_name.setText(path.name)
        self.verify()

    def verify(self) -> None:
        """Verify the chosen file with the options as they stand."""
        if self._path is None or self.job is not None:
            return
        self.problem.dismiss()
        self.report = None
        arguments: dict[str, object] = {
            "path": str(self._path.absolute()),
            "backend": self.backend.currentData(),
        }
        if self.signer.text().strip():
            arguments["signer"] = self.signer.text().strip()
        self.stages.plan(stage_plan("verify"))
        self._slow.setVisible(self.backend.currentData() == "reference")
        self.job = self._session.start_open("verify", arguments)
        watch(self.job, self.stages)
        self.job.succeeded.connect(self._done)
        self.job.failed.connect(self._failed)
        self._look()

    def _went_on(self) -> bool:
        """Whether another file was asked for meanwhile, whose turn it is now; nobody waits for this answer."""
        path, self._next = self._next, None
        if path is not None:
            self.open_file(path)
        return path is not None

    def export_to(self, target: Path) -> None:
        """Write the report, as text or JSON by the name's ending, whole or not at all."""
        if self.report is None or self._path is None:
            return
        if target.suffix == ".json":
            text = json.dumps({"file": self._path.name, **self.report.raw}, indent=2, ensure_ascii=False) + "\n"
        else:
            text = as_text(self.report, file_name=self._path.name)
        file = QSaveFile(str(target))
        if not file.open(QSaveFile.OpenModeFlag.WriteOnly) or file.write(text.encode()) < 0 or not file.commit():
            self.problem.show_problem(
                Problem(
                    "input",
                    "output.failed",
                    tr("The report could not be written to this place."),
                    tr("Check the disk and the folder's permissions, or choose another folder."),
                )
            )

    def _cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def _done(self, value: dict[str, object]) -> None:
        self.job = None
        if self._went_on():
            return
        self.report = Report.read(value)
        banner = self.view.show_report(self.report)
        for ending, text in (("txt", tr("Export as text…")), ("json", tr("Export as JSON…"))):
            banner.side.addWidget(button(text, partial(self._ask_export, ending), icon="export"))
        self._look()

    def _failed(self, problem: Problem) -> None:
        self.job = None
        if self._went_on():
            return
        self._look()
        self.problem.show_problem(problem, retry=self.verify)

    def _look(self) -> None:
        chosen, running = self._path is not None, self.job is not None
        self._drop.setVisible(not chosen)
        self._chosen.setVisible(chosen)
        self._legend.setVisible(not chosen)
        self.backend.setEnabled(not running)
        self.signer.setEnabled(not running)
        if running:
            self._work.show()
            hand_over(self._again, self._other, self.open_button, self.signer, to=self.cancel_button)
        self.view.setVisible(self.report is not None)
        self._again.setEnabled(not running)
        self._other.setEnabled(not running)
        if not running:
            hand_over(self.cancel_button, to=self._again)
            self._work.hide()

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Open a bundle or receipt"), "", tr("Bundles and receipts (*.proofward *.json);;All files (*)")
        )
        if path:
            self.open_file(Path(path))

    def _ask_export(self, ending: str) -> None:
        if self._path is None:
            return
        kinds = tr("JSON files (*.json)") if ending == "json" else tr("Text files (*.txt)")
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Export the report"), f"{self._path.stem}-report.{ending}", kinds
        )
        if path:
            self.export_to(Path(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.job is None and dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if (path := dropped_file(event)) is not None:
            event.acceptProposedAction()
            self.open_file(path)


def legend() -> Card:
    """How to read what comes: the three verdicts, and the two tags."""
    card = Card(tr("How to read a report"))
    lines = VerdictList()
    lines.show_lines(
        [
            VerdictLine(tr("Every claim was checked and holds."), "accepted", ""),
            VerdictLine(
                tr("The file is well formed, but something that it says does not hold."),
                "rejected",
                tr("The claim concerned says which, and why."),
            ),
            VerdictLine(
                tr("It is not a file that Proofward wrote, or it was damaged on its way."),
                "malformed",
                tr("Nothing in it was used, and nothing was found to be false."),
            ),
        ]
    )
    card.body.addWidget(lines)
    for kind in ("proved", "signed"):
        why = label(meaning(kind)[3], "muted")
        line = row(Tag(kind), why, spacing=3)
        line.setStretch(1, 1)
        card.body.addLayout(line)
    return card
