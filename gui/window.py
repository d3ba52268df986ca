"""The main window: navigation, one panel at a time, a menu. It assembles panels and knows nothing of what they do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QWidget

from gui.dialogs import ask, show_about
from gui.help import show_help
from gui.i18n import LANGUAGES, language, tr
from gui.panels import PanelSpec
from gui.session import Session
from gui.sidebar import Sidebar
from gui.theme import theme
from gui.widgets.controls import button, focus_inside
from gui.widgets.empty import EmptyState

# below this width in characters the navigation shows icons alone
_NARROW = 118


class MainWindow(QMainWindow):
    """specs: the panels to assemble; with `auditor` there is no workspace and no navigation, only those panels.

    language_wanted(str): somebody chose a language; the window is then built anew by its owner.
    """

    language_wanted = Signal(str)

    def __init__(
        self, session: Session, specs: Sequence[PanelSpec], *, settings: QSettings, auditor: bool = False
    ) -> None:
        super().__init__()
        self.session = session
        self._settings = settings
        self._auditor = auditor
        self._specs = {spec.key: spec for spec in specs}
        self._pages: dict[str, int] = {}
        self.panels: dict[str, QWidget] = {}
        self._current = ""
        self.setWindowTitle(tr("Proofward – verify a bundle") if auditor else "Proofward")
        self.setWindowIcon(theme.icon("proofward"))
        self._stack = QStackedWidget()
        centre = QWidget()
        centre.setObjectName("canvas")
        line = QHBoxLayout(centre)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self.sidebar: Sidebar | None = None
        if not auditor:
            self.sidebar = Sidebar(specs, session)
            self.sidebar.wanted.connect(self.show_panel)
            line.addWidget(self.sidebar)
        line.addWidget(self._stack, 1)
        self.setCentralWidget(centre)
        for spec in specs:
            panel = spec.build(session)
            self.panels[spec.key] = panel
            self._pages[spec.key] = self._stack.addWidget(panel)
        self._cover = self._locked_cover()
        self._stack.addWidget(self._cover)
        self._lock_action: QAction | None = None
        self._build_menus()
        session.panel_wanted.connect(self.show_panel)
        session.locked_changed.connect(self._locked)
        measures = theme.measures
        self.setMinimumSize(QSize(measures.chars(58), round(measures.line * 18)))
        self.resize(1280, 800)
        self.show_panel(specs[0].key)

    def show_panel(self, key: str) -> None:
        """Show a panel by its key; one that needs the workspace is covered while that is locked."""
        if key not in self._specs:
            return
        self._current = key
        covered = self._specs[key].private and self.session.locked
        page = self._cover if covered else self.panels[key]
        focused = QApplication.focusWidget()
        leaving = page is not self._stack.currentWidget() and focused is not None and self._stack.isAncestorOf(focused)
        self._stack.setCurrentWidget(page)
        if leaving:
            focus_inside(page)
        if self.sidebar is not None:
            self.sidebar.select(key)

    def _locked(self, locked: bool) -> None:
        """A method of this window: Qt forgets it with the window, which a change of language replaces."""
        if self._lock_action is not None:
            self._lock_action.setEnabled(not locked)
        self.show_panel(self._current)

    def _locked_cover(self) -> QWidget:
        return EmptyState(
            "lock",
            tr("The workspace is locked"),
            tr("Records, models and keys are encrypted. Unlock the workspace to work with them."),
            button(tr("Unlock the workspace"), lambda: self.show_panel("workspace"), icon="unlock", variant="primary"),
        )

    def _build_menus(self) -> None:
        bar = self.menuBar()
        file_menu = bar.addMenu(tr("&File"))
        self._add(file_menu, tr("&Open a bundle or receipt…"), self._open_bundle, QKeySequence.StandardKey.Open)
        if not self._auditor:
            self._lock_action = self._add(file_menu, tr("&Lock the workspace"), self._lock, "Ctrl+L")
            self._lock_action.setEnabled(not self.session.locked)
        file_menu.addSeparator()
        self._add(file_menu, tr("&Quit"), self.close, QKeySequence.StandardKey.Quit)
        view = bar.addMenu(tr("&View"))
        looks = view.addMenu(tr("&Appearance"))
        names = {
            "system": tr("As the system"),
            "light": tr("Light"),
            "dark": tr("Dark"),
            "contrast": tr("High contrast"),
        }
        group = QActionGroup(self)
        for choice, name in names.items():
            action = self._add(looks, name, partial(self._choose_look, choice))
            action.setCheckable(True)
            action.setChecked(theme.choice == choice)
            group.addAction(action)
        tongues = view.addMenu(tr("&Language"))
        tongue_group = QActionGroup(self)
        for code, name in LANGUAGES.items():
            action = self._add(tongues, name, partial(self.language_wanted.emit, code))
            action.setCheckable(True)
            action.setChecked(language() == code)
            tongue_group.addAction(action)
        help_menu = bar.addMenu(tr("&Help"))
        self._add(help_menu, tr("&What is proven, and what is not"), lambda: show_help("proven", self), "F1")
        self._add(help_menu, tr("&Getting started"), lambda: show_help("general", self))
        help_menu.addSeparator()
        self._add(help_menu, tr("&About Proofward"), lambda: show_about(self))

    def _add(
        self, menu: QMenu, text: str, slot: Callable[[], object], shortcut: QKeySequence.StandardKey | str | None = None
    ) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda _checked=False: slot())
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        menu.addAction(action)
        return action

    def _open_bundle(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Open a bundle or receipt"), "", tr("Bundles and receipts (*.proofward *.json);;All files (*)")
        )
        if path:
            self.show_panel("verify")
            self.session.verify_wanted.emit(Path(path))

    def _lock(self) -> None:
        if self.session.bridge.running:
            if not ask(
                self,
                tr("Work is in progress"),
                tr(
                    "Locking stops the work that is in progress. An import, or a run of training and proving, can be "
                    "continued later."
                ),
                tr("Stop and lock"),
            ):
                return
            for job in self.session.bridge.running:
                job.pause()
        self.session.lock()
        self.show_panel("workspace")

    def _choose_look(self, choice: str) -> None:
        theme.choose(choice)
        self._settings.setValue("appearance", choice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.sidebar is not None:
            self.sidebar.set_narrow(event.size().width() < theme.measures.chars(_NARROW))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.bridge.running and not ask(
            self,
            tr("Work is in progress"),
            tr(
                "Closing stops the work that is in progress. An import, or a run of training and proving, can be "
                "continued later."
            ),
            tr("Stop and close"),
        ):
            event.ignore()
            return
        self.hide()
        self.session.bridge.abandon_all()
        super().closeEvent(event)
