"""Starts the window: `python -m gui` for a workspace, `--auditor [FILE]` for the verifier alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from core.errors import ProofwardError
from core.settings import PROGRAM, VERSION, Settings
from gui.bridge import JobBridge
from gui.i18n import set_language, system_language
from gui.panels import PANELS
from gui.session import Session
from gui.theme import theme
from gui.window import MainWindow


class Application:
    """Owns the session and the window; builds the window anew when the language changes."""

    def __init__(self, app: QApplication, *, home: Path, auditor: bool, settings: QSettings) -> None:
        self._app = app
        self._auditor = auditor
        self._settings = settings
        set_language(str(settings.value("language", "")) or system_language())
        theme.install(app, str(settings.value("appearance", "system")))
        self.session = Session(home, JobBridge())
        self.window = self._build()

    def open(self, path: Path | None) -> None:
        """Show the window, with a bundle in the verifier if one was named."""
        self.window.show()
        if path is not None:
            self.window.show_panel("verify")
            QTimer.singleShot(0, self.window, lambda: self.session.verify_wanted.emit(path))

    def _build(self) -> MainWindow:
        specs = [spec for spec in PANELS if not self._auditor or spec.key == "verify"]
        window = MainWindow(self.session, specs, settings=self._settings, auditor=self._auditor)
        window.language_wanted.connect(self._change_language)
        return window

    def _change_language(self, language: str) -> None:
        if self.session.bridge.running:
            return
        self._settings.setValue("language", language)
        set_language(language)
        old = self.window
        geometry = old.saveGeometry()
        self.window = self._build()
        self.window.restoreGeometry(geometry)
        self.window.show()
        old.hide()
        old.deleteLater()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; exit code 0, 1 after an unexpected error, 2 for unusable arguments."""
    parser = argparse.ArgumentParser(prog="proofward app", description="Open the window.")
    parser.add_argument(
        "--auditor", nargs="?", type=Path, const=Path(), metavar="FILE", help="only the verifier, without a workspace"
    )
    try:
        options = parser.parse_args(sys.argv[1:] if arguments is None else list(arguments))
        home = Settings.from_environment().home
    except ProofwardError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([PROGRAM])
    app.setApplicationName(PROGRAM)
    app.setApplicationDisplayName("Proofward")
    app.setApplicationVersion(VERSION)
    app.setOrganizationName(PROGRAM)
    app.setDesktopFileName(PROGRAM)
    failures = _report_exceptions()
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, PROGRAM, "window")
    auditor: Path | None = options.auditor
    running = Application(app, home=home, auditor=auditor is not None, settings=settings)
    running.open(auditor.absolute() if auditor is not None and auditor != Path() else None)
    code = app.exec()
    running.session.bridge.abandon_all()
    return 1 if failures else code


def _report_exceptions() -> list[str]:
    """Make exceptions in slots count: Qt would print them and end with exit code 0. Only types are kept, no values."""
    failures: list[str] = []

    def hook(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        failures.append(kind.__name__)
        sys.__excepthook__(kind, value, trace)

    sys.excepthook = hook
    return failures
