"""The panels of the window, each a file of its own that knows the session and none of the others.

A new panel is one line in PANELS. `title` is a function because the language is known only when the window is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from gui.i18n import tr
from gui.panels.attest import AttestPanel
from gui.panels.data import DataPanel
from gui.panels.result import ResultPanel
from gui.panels.verify import VerifyPanel
from gui.panels.workspace import WorkspacePanel
from gui.session import Session


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """key: its name for navigation; private: shown only while the workspace is unlocked."""

    key: str
    title: Callable[[], str]
    icon: str
    build: Callable[[Session], QWidget]
    private: bool = True


PANELS: tuple[PanelSpec, ...] = (
    PanelSpec("workspace", lambda: tr("Workspace"), "workspace", WorkspacePanel, private=False),
    PanelSpec("data", lambda: tr("Data"), "data", DataPanel),
    PanelSpec("attest", lambda: tr("Train and attest"), "attest", AttestPanel),
    PanelSpec("result", lambda: tr("Result"), "result", ResultPanel),
    PanelSpec("verify", lambda: tr("Verify"), "verify", VerifyPanel, private=False),
)
