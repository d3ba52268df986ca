"""Runs that were paused, or cut off by a crash or a power loss: go on with them, or discard them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.dialogs import may_discard
from gui.i18n import tr, tr_n
from gui.problem import Problem
from gui.session import Session, UnfinishedRun
from gui.widgets.banner import Banner
from gui.widgets.controls import button, clear, column
from gui.widgets.problem import ProblemCard


class UnfinishedRuns(QWidget):
    """One banner a run of a verb; hidden while there is none. resume_wanted(UnfinishedRun): somebody wants to go on."""

    resume_wanted = Signal(object)

    def __init__(self, session: Session, verb: str) -> None:
        super().__init__()
        self._session = session
        self._verb = verb
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._banners = column(spacing=2)
        self.problem = ProblemCard()
        self._layout.addLayout(self._banners)
        self._layout.addWidget(self.problem)
        session.unfinished_changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        clear(self._banners)
        self.setEnabled(True)
        runs = [run for run in self._session.unfinished if run.verb == self._verb and not run.running]
        self.setVisible(bool(runs))
        for run in runs:
            title, done = self._described(run)
            kept = tr("What is finished is kept encrypted in the workspace.")
            banner = Banner("info", title, *((done, kept) if done else (tr("Nothing was finished yet."),)))
            banner.side.addWidget(
                button(tr("Continue"), partial(self.resume_wanted.emit, run), icon="arrow-right", variant="primary")
            )
            banner.side.addWidget(button(tr("Discard"), partial(self._ask_discard, run), variant="danger"))
            self._banners.addWidget(banner)

    def _described(self, run: UnfinishedRun) -> tuple[str, str]:
        """Which run it is, and how far it has come; empty if it has finished nothing."""
        if run.verb == "import_dataset":
            title = tr("Unfinished import: {name}", name=run.source.name)
            done = (
                tr_n("{count} record is committed to so far.", "{count} records are committed to so far.", run.records)
                if run.records
                else ""
            )
        else:
            title = tr("Unfinished run: {name}", name=self._session.dataset_name(run.dataset_id))
            parts = ", ".join(part_name(part) for part in run.parts)
            done = tr("Finished so far: {parts}.", parts=parts) if parts else ""
        return title, done

    def _ask_discard(self, run: UnfinishedRun) -> None:
        if may_discard(self):
            self.discard(run)

    def discard(self, run: UnfinishedRun) -> None:
        """Forget a run and everything that it has finished."""
        self.problem.dismiss()
        self.setEnabled(False)  # until the list is read again
        job = self._session.start("discard_job", {"job": run.job_id})
        job.succeeded.connect(lambda _value: self._session.refresh_unfinished())
        job.failed.connect(self._failed)

    def _failed(self, problem: Problem) -> None:
        self.problem.show_problem(problem)
        self._session.refresh_unfinished()  # it may be gone: another window's work


def part_name(part: str) -> str:
    """A finished part of a run, for people."""
    return {
        "iterate": tr("part of the training"),
        "trained": tr("the training"),
        "validity.begun": tr("part of the proof of ranges"),
        "bounded.begun": tr("part of the proof of ranges"),
        "validity": tr("the proof of ranges"),
        "bounded": tr("the proof of ranges"),
        "model": tr("the commitment to the model"),
        "optimum.begun": tr("part of the proof of training"),
        "attestation": tr("the proof of training"),
        "check": tr("part of the check"),
    }.get(part, part)
