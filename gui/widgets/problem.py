"""A card for what went wrong: what happened, what it means, what to do, the code, and the help page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.help import show_help
from gui.i18n import tr
from gui.problem import Problem
from gui.theme import theme
from gui.widgets.banner import Banner
from gui.widgets.controls import button, clear
from gui.widgets.text import label


def heading_of(kind: str) -> tuple[str, str, str]:
    """Look, heading and meaning of a kind of problem."""
    return {
        "input": (
            "warning",
            tr("This cannot be used as it is"),
            tr("Nothing is broken: something has to be corrected before it can go on."),
        ),
        "malformed": (
            "malformed",
            tr("This file cannot be read"),
            tr("It is not a file that Proofward wrote, or it was damaged on its way. Nothing in it was used."),
        ),
        "rejected": (
            "rejected",
            tr("Rejected"),
            tr("The file is well formed, but something that it says does not hold."),
        ),
        "paused": ("info", tr("Paused"), tr("What is finished is kept; go on whenever you like.")),
        "cancelled": ("unchecked", tr("Cancelled"), tr("No half-finished work was left behind.")),
    }.get(
        kind,
        (
            "error",
            tr("Proofward made an error"),
            tr("This is a fault of the program and says nothing about your data. Nothing was sent anywhere."),
        ),
    )


def help_line(code: str, parent: QWidget) -> QHBoxLayout:
    """The code of a problem and the button that opens its help page."""
    line = QHBoxLayout()
    line.setSpacing(theme.measures.space(2))
    line.addWidget(label(tr("Code: {code}", code=code), "small", wrap=False, selectable=True))
    line.addWidget(button(tr("Open help page"), lambda: show_help(code, parent), icon="help", variant="quiet"))
    line.addStretch(1)
    return line


class ProblemCard(QWidget):
    """Hidden until `show_problem`; `dismiss` hides it again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def show_problem(self, problem: Problem, *, retry: Callable[[], object] | None = None) -> None:
        """Show a problem, with a button to try again where that makes sense."""
        clear(self._layout)
        look, heading, meaning = heading_of(problem.kind)
        banner = Banner(look, heading, problem.message, meaning, problem.remedy)
        if banner.sentences:
            banner.sentences[0].setProperty("role", "strong")
        if problem.kind not in ("cancelled", "paused"):
            if problem.report and problem.report not in problem.remedy:
                banner.texts.addWidget(label(tr("Report: {path}", path=problem.report), "small", selectable=True))
            banner.texts.addLayout(help_line(problem.code, self))
        if retry is not None:
            banner.side.addWidget(button(tr("Try again"), retry))
        self._layout.addWidget(banner)
        self.show()

    def dismiss(self) -> None:
        """Hide the card."""
        clear(self._layout)
        self.hide()
