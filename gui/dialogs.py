"""The few dialogs: a question with plainly named answers, and what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from core.settings import VERSION
from gui.i18n import tr
from gui.theme import theme
from gui.widgets.controls import button, row
from gui.widgets.icons import IconView
from gui.widgets.text import label


class Question(QDialog):
    """A heading, one sentence, and two answers; Escape and the first button change nothing."""

    def __init__(self, heading: str, sentence: str, answer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.setAccessibleDescription(sentence)
        stay = button(tr("Go back"), self.reject)
        stay.setDefault(True)
        _fill(self, heading, sentence, stay, button(answer, self.accept, variant="danger"))


def ask(parent: QWidget, heading: str, sentence: str, answer: str) -> bool:
    """Whether the person chose `answer` over going back."""
    return Question(heading, sentence, answer, parent).exec() == QDialog.DialogCode.Accepted


def may_discard(parent: QWidget) -> bool:
    """Whether a person really means to lose what a run has finished, and what it had finished before."""
    return ask(
        parent,
        tr("Discard what is finished?"),
        tr("Everything that this run has finished is deleted, also what it had finished before it was continued."),
        tr("Discard"),
    )


def show_about(parent: QWidget) -> None:
    """Name, version, licence and what the program promises and does not."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("About Proofward"))
    _fill(
        dialog,
        tr("Proofward {version}", version=VERSION),
        tr(
            "Zero-knowledge proofs that a model is what training on committed patient records gives. Works on this "
            "machine alone and opens no network connection. Privacy of the records is everlasting; that proofs cannot "
            "be forged rests on discrete logarithms and is not post-quantum. Apache License 2.0."
        ),
        button(tr("Close"), dialog.accept, variant="primary"),
    )
    dialog.exec()


def _fill(dialog: QDialog, heading: str, sentence: str, *buttons: QWidget) -> None:
    space = theme.measures.space
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(space(5), space(5), space(5), space(4))
    outer.setSpacing(space(3))
    head = row(IconView("proofward", scale=1.6), label(heading, "heading"), spacing=2.5)
    head.setStretch(1, 1)
    outer.addLayout(head)
    text = label(sentence)
    text.setMinimumWidth(theme.measures.chars(52))
    text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    outer.addWidget(text)
    outer.addLayout(row(1, *buttons, spacing=2))
