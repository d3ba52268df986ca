"""Train and attest: the plan, one button, then stages with progress and time left, and the loss as it falls."""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QStackedWidget, QVBoxLayout

from gui.bridge import Progress, RunningJob
from gui.dialogs import may_discard
from gui.i18n import duration, tr
from gui.models.estimate import Estimate
from gui.panels.outlook import Outlook
from gui.panels.plan import PlanForm
from gui.panels.unfinished import UnfinishedRuns
from gui.problem import Problem, no_room
from gui.session import Attestation, Session, UnfinishedRun
from gui.stages import stage_plan, watch
from gui.widgets.banner import Banner
from gui.widgets.controls import Card, Page, box, button, clear, column, hand_over, row
from gui.widgets.empty import EmptyState
from gui.widgets.loss import LossCurve
from gui.widgets.problem import ProblemCard
from gui.widgets.reflow import Reflow
from gui.widgets.stages import StageList
from gui.widgets.text import label


class AttestPanel(QStackedWidget):
    """The form and the run; an empty state while nothing is committed."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.job: RunningJob | None = None
        self._dataset = ""
        self._output = Path()
        self._late: Path | None = None
        self._late_line = column()
        self._started = 0.0
        self.form = PlanForm(session)
        self.problem = ProblemCard()
        self.stages = StageList()
        self.curve = LossCurve()
        self.start_button = button(tr("Train and attest"), self.start, icon="attest", variant="primary", big=True)
        self.start_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.cancel_button = button(tr("Cancel"), self._ask_cancel, icon="stop", variant="danger")
        self.pause_button = button(tr("Pause"), self.pause)
        self.unfinished = UnfinishedRuns(session, "attest")
        self.unfinished.resume_wanted.connect(self.resume)
        self.outlook = Outlook(session)
        self.outlook.foretold.connect(self._foretold)
        self.outlook.withdrawn.connect(lambda: self.stages.plan(stage_plan("attest")))
        self._why = label("", "muted")
        self._overall = QProgressBar()
        self._overall.setTextVisible(False)
        self._overall.setAccessibleName(tr("Progress of the whole run"))
        self._outlook = label("", "strong")
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self._clock.timeout.connect(self._tick)
        self._total_left: float | None = None
        self._running = box(self._running_layout())
        progress = Card(tr("Progress"))
        progress.body.addWidget(self.stages)
        curve = Card(tr("Training"))
        curve.body.addWidget(self.curve, 1)
        page = Page(
            tr("Train and attest"),
            tr("Trains on the committed records, proves in zero knowledge what was done, and signs the bundle."),
        )
        left = box(column(self.form, 1, spacing=4))
        right = box(column(self.start_button, self._why, self.outlook, self._running, progress, curve, 1, spacing=3))
        page.body.addWidget(self.problem)
        page.body.addLayout(self._late_line)
        page.body.addWidget(self.unfinished)
        page.body.addWidget(Reflow(left, right, limit=80, shares=(4, 5), level=False, swap=True))
        page.body.addStretch(1)
        self.addWidget(
            EmptyState(
                "attest",
                tr("Nothing to train on yet"),
                tr("Commit to a dataset first. The proof then shows that the model comes from exactly those records."),
                button(tr("Import data"), lambda: session.panel_wanted.emit("data"), icon="import", variant="primary"),
            )
        )
        self.addWidget(page)
        self.stages.plan(stage_plan("attest"))
        session.datasets_changed.connect(self._look)
        session.locked_changed.connect(self._locked)
        self.form.changed.connect(self._look)
        self._look()

    def _running_layout(self) -> QVBoxLayout:
        head = row(self._outlook, self.pause_button, self.cancel_button, spacing=2)
        head.setStretch(0, 1)
        return column(head, self._overall, spacing=1.5)

    def start(self) -> None:
        """Start the run that the form describes."""
        choices = self.form.choices()
        if choices is None or self.job is not None:
            return
        try:
            output = fresh_bundle(self._session.home, choices.dataset_name)
        except OSError:
            self.problem.show_problem(no_room())
            return
        arguments = {**choices.arguments(), "output": str(output)}
        self._run("attest", arguments, name=choices.dataset_name, output=output)

    def resume(self, run: UnfinishedRun) -> None:
        """Go on with a run that was paused or cut off."""
        if self.job is None:
            name = self._session.dataset_name(run.dataset_id)
            self._run("resume", {"job": run.job_id}, name=name, output=Path(run.output))

    def _run(self, verb: str, arguments: dict[str, object], *, name: str, output: Path) -> None:
        self.problem.dismiss()
        clear(self._late_line)
        self.unfinished.hide()
        self.outlook.clear()  # measuring would be in the way, and the next run of this dataset takes less
        self.curve.reset()
        self.stages.plan(stage_plan("attest"))
        self._dataset, self._output = name, output
        self._overall.setRange(0, 0)
        self._total_left = None
        self._started = time.monotonic()
        self.job = self._session.start(verb, arguments)
        watch(self.job, self.stages)
        self.job.progress.connect(self._progress)
        self.job.metric.connect(self._metric)
        self.job.succeeded.connect(self._done)
        self.job.failed.connect(self._failed)
        self._clock.start()
        self._tick()
        self._look()

    def pause(self) -> None:
        """Stop the run within two seconds and keep what is finished."""
        if self.job is not None and not self.job.stopping:
            self._show_stopping(tr("Pausing…"))
            self.job.pause()

    def cancel(self) -> None:
        """Stop the run within two seconds."""
        if self.job is not None and not self.job.stopping:
            self._show_stopping(tr("Stopping…"))
            self.job.cancel()

    def _ask_cancel(self) -> None:
        if self.job is not None and (self.job.verb != "resume" or may_discard(self)):
            self.cancel()

    def _show_stopping(self, text: str) -> None:
        self._outlook.setText(text)
        self._clock.stop()
        self.pause_button.setEnabled(False)
        self.cancel_button.setEnabled(False)

    def _foretold(self, estimate: Estimate) -> None:
        self.stages.plan(stage_plan("attest", estimate.stages))
        self.stages.expect(estimate.stages)

    def _metric(self, name: str, step: int, value: object) -> None:
        if name == "loss" and isinstance(value, int | float):
            self.curve.add(step, float(value))

    def _progress(self, event: Progress) -> None:
        self._total_left = event.total_left
        if event.overall is not None:
            self._overall.setRange(0, 1000)
            self._overall.setValue(round(event.overall * 1000))

    def _tick(self) -> None:
        spent = duration(time.monotonic() - self._started)
        if self._total_left is None:
            self._outlook.setText(tr("Running for {spent}", spent=spent))
        else:
            self._outlook.setText(
                tr("Running for {spent}, about {left} left", spent=spent, left=duration(self._total_left))
            )

    def _done(self, value: dict[str, object]) -> None:
        self._end()
        if self._session.locked:  # it was told to stop and was done before: nothing of it is shown, and nothing is lost
            self._late = self._output
            return
        losses = value.get("losses")
        if isinstance(losses, list):
            self.curve.show_all(losses)
        self._session.finish(Attestation(dataset=self._dataset, path=self._output, value=value))
        self._session.refresh_keys()
        self._session.refresh_unfinished()
        self._session.panel_wanted.emit("result")

    def _failed(self, problem: Problem) -> None:
        self._end()
        if problem.kind != "paused":
            self.problem.show_problem(problem)
        self._session.refresh_unfinished()

    def _end(self) -> None:
        self.job = None
        self._clock.stop()
        self._look()

    def _locked(self, locked: bool) -> None:
        if not locked:
            self._session.refresh_unfinished()
            self._tell_late()
        else:
            self.pause()
            self.outlook.clear()
            self.problem.dismiss()
            self.curve.reset()
            self.stages.plan(stage_plan("attest"))

    def _tell_late(self) -> None:
        """Where the bundle of a run is that was done while the workspace was being locked."""
        clear(self._late_line)
        if self._late is not None:
            heading = tr("The last run was done before it could be stopped")
            banner = Banner("info", heading, tr("Its bundle is kept: {name}", name=self._late.name))
            banner.side.addWidget(button(tr("Verify it"), partial(self._verify, self._late), icon="verify"))
            self._late_line.addWidget(banner)
            self._late = None

    def _verify(self, bundle: Path) -> None:
        self._session.panel_wanted.emit("verify")
        self._session.verify_wanted.emit(bundle)

    def _look(self) -> None:
        self.setCurrentIndex(1 if self._session.datasets else 0)
        running = self.job is not None
        complaint = self.form.complaint
        self.form.setEnabled(not running)
        if running:
            self._running.show()
            hand_over(self.start_button, to=self.cancel_button)
        self.start_button.setVisible(not running)
        self.start_button.setEnabled(not complaint)
        self._why.setText(complaint)
        self._why.setVisible(bool(complaint) and not running)
        self.outlook.offer(self.form.choices())
        self.outlook.setVisible(not running)
        stoppable = self.job is not None and not self.job.stopping
        self.cancel_button.setEnabled(stoppable)
        self.pause_button.setEnabled(stoppable)
        if not running:
            hand_over(self.cancel_button, to=self.start_button)
            self._running.hide()


def fresh_bundle(home: Path, dataset: str) -> Path:
    """Where the bundle of a new run goes: inside the workspace, readable by its owner alone, never over another."""
    folder = home / "released"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", dataset).strip("-")[:60] or "model"
    return folder / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}.proofward"
