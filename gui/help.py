"""Help pages by error code: our own Markdown files, the nearest page to a code, in the language in use."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from core.resources import resource_path
from gui.i18n import language, tr
from gui.theme import theme

# rooms that share a page
_SHARED = {
    "attest": "plan",
    "consent": "rejected",
    "bounded": "rejected",
    "commitments": "bundle",
    "envelope": "bundle",
    "framing": "bundle",
    "identity": "bundle",
    "import": "schema",
    "infer": "schema",
    "json": "bundle",
    "key": "keys",
    "machine": "worker",
    "merkle": "dataset",
    "model": "bundle",
    "opening": "receipt",
    "optimum": "rejected",
    "parameters": "training",
    "point": "bundle",
    "proof": "bundle",
    "record": "receipt",
    "secret": "workspace",
    "validity": "rejected",
    "verify": "signature",
    "views": "training",
}

_CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


def page_for(code: str) -> Path:
    """The page of a code: its own, else its room's ("workspace" for "workspace.passphrase"), else the general one."""
    names = ["general"]
    if _CODE.fullmatch(code):
        room = code.split(".", 1)[0]
        names = [code, _SHARED.get(room, room), "general"]
    for name in names:
        for folder in (language(), "en"):
            page = resource_path("help") / folder / f"{name}.md"
            if page.is_file():
                return page
    return resource_path("help", "en", "general.md")


class HelpDialog(QDialog):
    """Shows one of our help pages. The text comes with the program, never from a file that was opened."""

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Help"))
        browser = QTextBrowser()
        browser.setOpenLinks(False)
        browser.setAccessibleName(tr("Help page"))
        browser.setMarkdown(page_for(code).read_text(encoding="utf-8"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(browser)
        layout.addWidget(buttons)
        measures = theme.measures
        self.resize(measures.chars(86), round(measures.line * 26))


def show_help(code: str, parent: QWidget | None) -> None:
    """Open the help page of a code."""
    dialog = HelpDialog(code, parent.window() if parent else None)
    dialog.exec()
