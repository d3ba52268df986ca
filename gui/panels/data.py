"""From a file to commitments in four steps: choose, name the columns, review what becomes public, commit."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from core.resources import resource_path
from gui.bridge import RunningJob
from gui.dialogs import may_discard
from gui.i18n import tr
from gui.models.preview import Preview
from gui.panels.data_columns import ColumnsStep, Roles
from gui.panels.data_commit import DoneStep, ReviewStep
from gui.panels.data_source import SourceStep
from gui.panels.unfinished import UnfinishedRuns
from gui.problem import Problem
from gui.session import Session, UnfinishedRun
from gui.widgets.controls import Page
from gui.widgets.problem import ProblemCard
from gui.widgets.reflow import CurrentStack
from gui.widgets.steps import Steps

PREVIEW_ROWS = 50


class DataPanel(Page):
    """Leads through the steps and starts their jobs; a file that changed on the way is read anew by the worker."""

    def __init__(self, session: Session) -> None:
        super().__init__(tr("Data"))
        self._session = session
        self._job: RunningJob | None = None
        self._path = Path()
        self._name = ""
        self.steps = Steps([tr("Source"), tr("Columns"), tr("Review"), tr("Committed")])
        self.steps.wanted.connect(self._back_to)
        self.problem = ProblemCard()
        self.source = SourceStep()
        self.columns = ColumnsStep()
        self.review = ReviewStep()
        self.done = DoneStep()
        self._stack = CurrentStack()
        for step in (self.source, self.columns, self.review, self.done):
            self._stack.addWidget(step)
        self.body.addWidget(self.steps)
        self.body.addWidget(self.problem)
        self.unfinished = UnfinishedRuns(session, "import_dataset")
        self.unfinished.resume_wanted.connect(self.resume)
        self.source.body.insertWidget(0, self.unfinished)
        self.body.addWidget(self._stack, 1)
        self.source.file_chosen.connect(self.open_file)
        self.source.sample_chosen.connect(self.open_sample)
        self.columns.proceed.connect(self._infer)
        self.columns.back.connect(self._leave_columns)
        self.review.proceed.connect(self._import)
        self.review.back.connect(lambda: self._go(1))
        self.review.cancel.connect(self._ask_cancel)
        self.review.pause.connect(self._pause)
        self.source.cancel.connect(self._cancel)
        self.done.again.connect(self.restart)
        self.done.attest.connect(lambda: session.panel_wanted.emit("attest"))
        session.locked_changed.connect(self._locked)

    def open_file(self, path: Path) -> None:
        """Have the worker read the first rows of a CSV file."""
        self._preview(path, path.stem)

    def open_sample(self) -> None:
        """The same for the sample that comes with the program."""
        self._preview(resource_path("samples", "breast_cancer.csv"), "breast_cancer")

    def restart(self) -> None:
        """Back to the first step with nothing chosen; a job in progress is paused, or cancelled if it keeps nothing."""
        self._pause()
        self.columns.clear()
        self.problem.dismiss()
        self.source.set_busy("")
        self._go(0)

    def _locked(self, _locked: bool) -> None:
        self.restart()

    def _leave_columns(self) -> None:
        """Another file; the answer about this one is not wanted any more."""
        self._cancel()
        self._go(0)

    def _go(self, step: int) -> None:
        self._stack.setCurrentIndex(step)
        self.verticalScrollBar().setValue(0)
        self.steps.show_step(step)
        first = (self.source.choose, self.columns.outcome, self.review.table, self.done)[step]
        if self.isVisible():
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _back_to(self, step: int) -> None:
        if self._job is not None or step >= self._stack.currentIndex():
            return
        if self._stack.currentIndex() == 3:
            self.restart()
        else:
            self.problem.dismiss()
            self._go(step)

    def _preview(self, path: Path, name: str) -> None:
        if self._job is not None:
            return
        self.problem.dismiss()
        self._path, self._name = path.absolute(), name
        self.source.set_busy(path.name)
        self._job = self._session.start_open("preview", {"path": str(self._path), "rows": PREVIEW_ROWS})
        self._job.succeeded.connect(self._previewed)
        self._job.failed.connect(self._failed)

    def _is_wanted(self) -> bool:
        """Whether the answer that has come is one that somebody still waits for."""
        return self._job is not None and not self._job.stopping and not self._session.locked

    def _previewed(self, value: dict[str, object]) -> None:
        wanted, self._job = self._is_wanted(), None
        self.source.set_busy("")
        if not wanted:
            return
        self.columns.show_preview(self._path, Preview.read(value))
        self._go(1)

    def _infer(self, roles: Roles) -> None:
        if self._job is not None:
            return
        self.problem.dismiss()
        self.columns.set_busy(True)
        arguments: dict[str, object] = {
            "path": str(self._path),
            "outcome": roles.outcome,
            "patient_id": roles.patient_id,
            "consent": roles.consent,
            "groups": list(roles.groups),
        }
        self._job = self._session.start_open("infer_schema", arguments)
        self._job.succeeded.connect(self._inferred)
        self._job.failed.connect(self._failed)

    def _inferred(self, value: dict[str, object]) -> None:
        wanted, self._job = self._is_wanted(), None
        self.columns.set_busy(False)
        if not wanted:
            return
        schema, notes = value.get("schema"), value.get("notes")
        if isinstance(schema, dict):
            self.review.show_schema(schema, [str(note) for note in notes] if isinstance(notes, list) else [])
            self._go(2)

    def _import(self, schema: dict[str, object]) -> None:
        if self._job is None:
            self._run("import_dataset", {"path": str(self._path), "schema": schema, "name": self._name})

    def resume(self, run: UnfinishedRun) -> None:
        """Go on with an import that was paused or cut off."""
        if self._job is None:
            self._path, self._name = run.source, run.name
            self.review.show_schema(run.schema, [])
            self._go(2)
            self._run("resume", {"job": run.job_id})

    def _run(self, verb: str, arguments: dict[str, object]) -> None:
        self.problem.dismiss()
        self._job = self._session.start(verb, arguments)
        self.review.watch(self._job)
        self._job.succeeded.connect(self._imported)
        self._job.failed.connect(self._failed)

    def _imported(self, value: dict[str, object]) -> None:
        self._job = None
        self.review.stop_watching()
        if self._session.locked:  # it was told to stop and was done before; unlocking lists the dataset
            return
        self.done.show_result(self._name, value)
        self._go(3)
        self._session.choose(str(value.get("dataset_id", "")))
        self._session.refresh()
        self._session.refresh_unfinished()

    def _pause(self) -> None:
        if self._job is not None:
            self.review.show_stopping()
            self._job.pause()

    def _cancel(self) -> None:
        if self._job is not None:
            self.review.show_stopping()
            self._job.cancel()

    def _ask_cancel(self) -> None:
        if self._job is not None and (self._job.verb != "resume" or may_discard(self)):
            self._cancel()

    def _failed(self, problem: Problem) -> None:
        verb = "" if self._job is None else self._job.verb
        self._job = None
        self.source.set_busy("")
        self.columns.set_busy(False)
        self.review.stop_watching()
        if verb in ("import_dataset", "resume"):
            self._session.refresh_unfinished()
        if problem.kind == "paused" or verb == "resume":  # where it can be continued; the columns were another file's
            self._go(0)
        if problem.kind == "paused" or (problem.kind == "cancelled" and verb in ("preview", "infer_schema")):
            return
        self.problem.show_problem(problem)
        self.verticalScrollBar().setValue(0)
