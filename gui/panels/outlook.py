"""What a run would take, asked before it starts. Part of the panel that trains and attests."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar

from gui.bridge import Progress, RunningJob
from gui.i18n import tr
from gui.models.estimate import Estimate
from gui.panels.plan import Choices
from gui.problem import Problem
from gui.session import Session
from gui.widgets.controls import Card, button
from gui.widgets.facts import Fact, FactGrid
from gui.widgets.notice import Notice
from gui.widgets.problem import ProblemCard
from gui.widgets.text import label


class Outlook(Card):
    """A question and its answer: time, memory and size for exactly these choices; gone once they are others.

    foretold(Estimate): there is an answer; withdrawn(): it does not hold any more.
    """

    foretold = Signal(object)
    withdrawn = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Before it starts"))
        self._session = session
        self._choices: Choices | None = None
        self._asked: Choices | None = None
        self.job: RunningJob | None = None
        self.ask_button = button(tr("What will it take?"), self.ask, icon="chart", variant="quiet")
        self.stop_button = button(tr("Stop measuring"), self.clear, variant="quiet")
        self.corner.addWidget(self.ask_button)
        self.corner.addWidget(self.stop_button)
        self._offer = label(tr("Foretells time, memory and the size of the bundle on this machine."), "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Measuring this machine"))
        self._busy = label(tr("Opening the records and measuring this machine for a second…"), "muted")
        self.facts = FactGrid(name_width=14)
        self.lean = Notice(tr("It keeps less in memory than usual, so as to fit, and takes somewhat longer."))
        self.known = Notice(tr("The proof about the records alone is at hand from an earlier run and takes no time."))
        self.refusal = Notice("", "warning")
        self.problem = ProblemCard()
        for part in (self._offer, self._busy, self._bar, self.facts, self.lean, self.known, self.refusal, self.problem):
            self.body.addWidget(part)
        self._show(None)

    def offer(self, choices: Choices | None) -> None:
        """The form says this now, None while it cannot be run; an answer about anything else is withdrawn."""
        self._choices = choices
        if self._asked is not None and choices != self._asked:
            self.clear()
        self.ask_button.setEnabled(choices is not None)

    def ask(self) -> None:
        """Have the worker foretell what the form describes."""
        if self._choices is None or self.job is not None:
            return
        self.clear()
        self._asked = self._choices
        job = self.job = self._session.start("estimate", self._choices.arguments())
        job.progress.connect(self._progress)
        job.succeeded.connect(lambda value: self._answered(job, value))
        job.failed.connect(lambda problem: self._failed(job, problem))
        self._bar.setRange(0, 0)
        self._show(None)

    def clear(self) -> None:
        """Forget question and answer, and stop measuring."""
        job, self.job = self.job, None
        if job is not None:
            job.cancel()
        self._asked = None
        self.problem.dismiss()
        self._show(None)
        self.withdrawn.emit()

    def _answered(self, job: RunningJob, value: dict[str, object]) -> None:
        if job is self.job:  # not of a question that was withdrawn
            self.job = None
            estimate = Estimate.read(value)
            self._show(estimate)
            self.foretold.emit(estimate)

    def _failed(self, job: RunningJob, problem: Problem) -> None:
        if job is self.job:
            self.clear()
            self.problem.show_problem(problem)

    def _progress(self, event: Progress) -> None:
        if event.overall is not None:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(event.overall * 1000))

    def _show(self, estimate: Estimate | None) -> None:
        measuring = self.job is not None
        self.ask_button.setVisible(not measuring)
        for widget in (self.stop_button, self._busy, self._bar):
            widget.setVisible(measuring)
        self._offer.setVisible(estimate is None and not measuring)
        self.facts.setVisible(estimate is not None)
        self.lean.setVisible(estimate is not None and estimate.lean and estimate.suffices)
        self.known.setVisible(estimate is not None and estimate.known)
        self.refusal.setVisible(estimate is not None and not estimate.suffices)
        if estimate is not None:
            self.facts.show_facts(
                [
                    Fact(tr("Time"), estimate.time_text),
                    Fact(tr("Memory"), estimate.memory_text),
                    Fact(tr("Bundle"), estimate.bundle_text),
                ]
            )
            text = tr("There is not enough memory for it, so it would be refused. {remedy}", remedy=estimate.remedy)
            self.refusal.text.setText(text)
            self.refusal.setAccessibleName(text)
