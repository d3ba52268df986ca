"""What the window's tests stand on: settings of their own, English, one theme, and a real worker where one can run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.bridge import JobBridge, RunningJob
from gui.i18n import set_language
from gui.panels import PANELS
from gui.problem import Problem
from gui.session import Session
from gui.theme import theme
from gui.window import MainWindow

PASSPHRASE = "a passphrase for tests"


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    """English texts and the light scheme before and after each test."""
    if not qapp.styleSheet():
        theme.install(qapp, "light")
    set_language("en")
    yield
    set_language("en")
    theme.choose("light")


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings of this test alone."""
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def session(qapp: QApplication, home: Path) -> Iterator[Session]:
    """A session over an empty home; its workers end with the test."""
    bridge = JobBridge()
    yield Session(home, bridge)
    bridge.abandon_all()


@pytest.fixture
def window(qtbot: QtBot, session: Session, settings: QSettings) -> MainWindow:
    """The whole window, shown off screen."""
    made = MainWindow(session, PANELS, settings=settings)
    # a window with work in progress asks before it closes, and nobody is there to answer
    qtbot.addWidget(made, before_close_func=lambda _window: session.bridge.abandon_all())
    made.show()
    return made


class Outcome:
    """What a job emitted."""

    def __init__(self, job: RunningJob) -> None:
        self.value: dict[str, object] | None = None
        self.problem: Problem | None = None
        self.stages: list[str] = []
        self.ended = 0
        job.stage.connect(self.stages.append)
        job.succeeded.connect(self._succeeded)
        job.failed.connect(self._failed)
        job.finished.connect(self._finished)

    def _succeeded(self, value: dict[str, object]) -> None:
        self.value = value

    def _failed(self, problem: Problem) -> None:
        self.problem = problem

    def _finished(self) -> None:
        self.ended += 1


@pytest.fixture
def finish(qtbot: QtBot) -> Callable[[RunningJob], Outcome]:
    """Wait until a job has ended; what it emitted."""

    def wait(job: RunningJob) -> Outcome:
        outcome = Outcome(job)
        qtbot.waitUntil(lambda: outcome.ended == 1, timeout=240_000)
        return outcome

    return wait


def write_table(path: Path, *, rows: int = 40, names: tuple[str, str] = ("age", "pressure")) -> Path:
    """A small table with two features, an outcome that depends on them, consent and a group."""
    lines = [f"mrn,{names[0]},{names[1]},sex,ok,died"]
    for number in range(rows):
        age, pressure = 30 + (number * 37) % 50, 90 + (number * 53) % 70
        died = 1 if (age * 3 + pressure + (number * 29) % 40) > 310 else 0
        lines.append(f"P{number:04d},{age},{pressure},{'fm'[number % 2]},{'no' if number % 13 == 5 else 'yes'},{died}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small CSV file."""
    return write_table(tmp_path / "patients.csv")
