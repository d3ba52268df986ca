"""Where a statement comes from, as a small tag with a word and a shape: proved, signed, or typed by a person."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from gui.i18n import tr
from gui.theme import theme
from gui.widgets.controls import row
from gui.widgets.icons import IconView
from gui.widgets.text import label, plain_tooltip


def meaning(kind: str) -> tuple[str, str, str, str]:
    """Word, icon, colour token and explanation of a tag: "proved", "signed" or "typed"."""
    return {
        "proved": (
            tr("PROVED"),
            "proved",
            "good",
            tr("A zero-knowledge claim that this verifier checked itself."),
        ),
        "signed": (
            tr("SIGNED"),
            "signed",
            "info",
            tr("Stated and signed by a named key. Nothing beyond the signature shows that it is true."),
        ),
        "typed": (tr("TYPED"), "typed", "warn", tr("Entered by a person, covered neither by a proof nor a signature.")),
    }[kind]


class Tag(QFrame):
    """PROVED, SIGNED or TYPED."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        word, icon, token, why = meaning(kind)
        text = label(word, "small", wrap=False)
        text.setProperty("tone", token)
        self.setLayout(row(IconView(icon, token, scale=0.8), text, spacing=0.75))
        self.setAccessibleName(word)
        self.setAccessibleDescription(why)
        plain_tooltip(self, why)
        self.setMinimumHeight(round(theme.measures.line * 1.2))
