"""Where the window meets its worker processes: a job goes in by standard input, events come out as signals.

No other file of the window uses QProcess or threads. A passphrase travels in the job's first line, never in arguments
or the environment. Nothing that a worker prints beside its events is kept: it could name a patient.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

import core.jobs.protocol as protocol
from core.services.registry import VERBS
from core.settings import PASSPHRASE_VARIABLE
from gui.problem import Problem, broken, cancelled, died, not_started, paused

# A worker ends by itself within 1.5 s of a cancel; one that does not is ended from here, still within 2 s.
KILL_AFTER_MS = 1800
_MAX_LINE = 64 << 20


@dataclass(frozen=True, slots=True)
class Progress:
    """Shares done, 0 to 1, and seconds left, None while unknown: of the stage and of the whole job."""

    stage: str
    done: float
    left: float | None
    overall: float | None
    total_left: float | None


def worker_command() -> tuple[str, list[str]]:
    """Program and arguments that start a worker, in the frozen program and from the source."""
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        # On Windows the windowed twin has no standard streams; the console twin beside it has.
        twin = program.with_name(program.name.replace("-window", ""))
        return str(twin if twin.exists() else program), ["--worker"]
    return sys.executable, ["-m", "core.jobs.worker"]


class RunningJob(QObject):
    """One job in one worker process. Exactly one of succeeded and failed is emitted, then finished."""

    stage = Signal(str)
    progress = Signal(object)
    metric = Signal(str, int, object)
    succeeded = Signal(dict)
    failed = Signal(object)
    finished = Signal()

    def __init__(self, job: protocol.Job, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.verb = job.verb
        self._wish = ""
        self._line = job.to_line().encode()
        self._buffer = bytearray()
        self._settled = False
        self._outcome: dict[str, object] | None = None
        self._process = QProcess(self)
        program, arguments = worker_command()
        self._process.setProgram(program)
        self._process.setArguments(arguments)
        self._process.setProcessEnvironment(_environment())
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.started.connect(self._started)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._error)

    def start(self) -> None:
        """Start the worker, unless it is not wanted any more; events follow from the event loop."""
        if self._wish:
            self._fail(self._stopped())
        elif not self._settled:
            self._process.start()

    @property
    def stopping(self) -> bool:
        """Whether it has been told to stop, for good or for now."""
        return bool(self._wish)

    @property
    def running(self) -> bool:
        """Whether the outcome is still to come."""
        return not self._settled

    def cancel(self) -> None:
        """Ask the worker to stop for good, and end it if it does not within two seconds."""
        self._stop(protocol.CANCEL)

    def pause(self) -> None:
        """Ask the worker to stop and keep what is finished; work that keeps nothing is cancelled."""
        self._stop(protocol.PAUSE)

    def abandon(self) -> None:
        """End the worker, for a window that is closing: it pauses if it can. Up to two seconds; no signals follow."""
        self._settled = True
        self.blockSignals(True)
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(KILL_AFTER_MS):
                self._process.kill()
                self._process.waitForFinished(1000)

    def _stop(self, word: str) -> None:
        if self._settled or self._wish:
            return
        self._wish = word
        if not self._line:
            self._process.write(word.encode() + b"\n")
        QTimer.singleShot(KILL_AFTER_MS, self, self._kill)

    def process_id(self) -> int:
        """The worker's process id, 0 when it is not running."""
        return int(self._process.processId())

    def _started(self) -> None:
        self._process.write(self._line)
        self._line = b""
        if self._wish:  # it came while the process was starting, when nothing can be written yet
            self._process.write(self._wish.encode() + b"\n")

    def _read(self) -> None:
        self._buffer += self._process.readAllStandardOutput().data()
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            self._event(line)
        if len(self._buffer) > _MAX_LINE:
            self._fail(broken())
            self._kill()

    def _event(self, line: bytes) -> None:
        if self._settled:
            return
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            self._fail(broken())
            self._kill()
            return
        kind = event.get("event")
        if kind == "stage":
            self.stage.emit(str(event.get("name", "")))
        elif kind == "progress":
            self.progress.emit(
                Progress(
                    stage=str(event.get("stage", "")),
                    done=_number(event.get("done")) or 0.0,
                    left=_number(event.get("left_s")),
                    overall=_number(event.get("overall")),
                    total_left=_number(event.get("total_left_s")),
                )
            )
        elif kind == "metric":
            step = event.get("step")
            self.metric.emit(str(event.get("name", "")), step if isinstance(step, int) else 0, event.get("value"))
        elif kind in ("result", "error", "paused"):
            self._outcome = event
            self._process.closeWriteChannel()

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        if self._settled:
            return
        outcome = self._outcome
        if outcome is not None and outcome.get("event") == "result" and isinstance(outcome.get("value"), dict):
            self._settled = True
            self.succeeded.emit(outcome["value"])
            self.finished.emit()
        elif outcome is not None and outcome.get("event") in ("error", "paused"):
            error = protocol.error_from(outcome)
            report = outcome.get("report")
            self._fail(
                Problem(error.kind, error.code, error.message, error.remedy, report if isinstance(report, str) else "")
            )
        elif self._wish:
            self._fail(self._stopped())
        else:
            self._fail(died(status == QProcess.ExitStatus.CrashExit, code))

    def _error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._fail(not_started())

    def _fail(self, problem: Problem) -> None:
        if self._settled:
            return
        self._settled = True
        self.failed.emit(problem)
        self.finished.emit()

    def _stopped(self) -> Problem:
        verb = VERBS.get(self.verb)
        keeps = verb is not None and verb.resumable
        return paused() if keeps and self._wish == protocol.PAUSE else cancelled()

    def _kill(self) -> None:
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()


class JobBridge(QObject):
    """Starts jobs and knows which are running. busy: emitted with True or False when that changes."""

    busy = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[RunningJob] = []

    def start(
        self,
        verb: str,
        arguments: dict[str, object],
        *,
        home: Path | None = None,
        passphrase: str | None = None,
        create: bool = False,
    ) -> RunningJob:
        """Start a verb of core.services; connect to the job's signals before the event loop runs again.

        create: make a workspace where there is none; otherwise a folder that has gone is an error.
        """
        folder = None if home is None else str(home)
        job = RunningJob(
            protocol.Job(verb=verb, arguments=arguments, home=folder, passphrase=passphrase, create=create), self
        )
        self._running.append(job)
        job.finished.connect(lambda: self._forget(job))
        if len(self._running) == 1:
            self.busy.emit(True)
        QTimer.singleShot(0, job, job.start)
        return job

    @property
    def running(self) -> list[RunningJob]:
        """The jobs whose outcome is still to come."""
        return list(self._running)

    def abandon_all(self) -> None:
        """End every worker at once; for a window that is closing."""
        for job in self._running:
            job.abandon()
        self._running.clear()

    def _forget(self, job: RunningJob) -> None:
        if job in self._running:
            self._running.remove(job)
            job.deleteLater()
            if not self._running:
                self.busy.emit(False)


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.remove(PASSPHRASE_VARIABLE)
    if not getattr(sys, "frozen", False):
        # From a checkout that is not installed, the worker must find the same packages as the window.
        root = str(Path(protocol.__file__).resolve().parents[2])
        known = [part for part in environment.value("PYTHONPATH").split(os.pathsep) if part]
        environment.insert("PYTHONPATH", os.pathsep.join([root, *(part for part in known if part != root)]))
    return environment


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
