"""Labels that show plain text whatever it holds: nothing from a file is ever taken for markup."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gui.i18n import tr
from gui.plain import tooltip_text
from gui.theme import theme


def restyle(widget: QWidget, **properties: object) -> None:
    """Set style sheet properties (role, tone, variant, ...) and have the style looked up again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def plain_tooltip(widget: QWidget, text: str) -> None:
    """A tooltip that cannot be mistaken for markup; Qt guesses the format of tooltips, so the text is escaped."""
    widget.setToolTip(tooltip_text(text))


def label(text: str = "", role: str = "", *, wrap: bool = True, selectable: bool = False, tone: str = "") -> QLabel:
    """A plain-text label with a role of the style sheet."""
    widget = QLabel()
    widget.setTextFormat(Qt.TextFormat.PlainText)
    widget.setText(text)
    widget.setWordWrap(wrap)
    if role:
        widget.setProperty("role", role)
    if tone:
        widget.setProperty("tone", tone)
    if selectable:
        widget.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return widget


class ElidedLabel(QLabel):
    """One line of plain text that is shortened in the middle where it does not fit; the tooltip has the whole."""

    def __init__(
        self,
        text: str = "",
        role: str = "",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(theme.measures.chars(6))
        self._mode = mode
        if role:
            self.setProperty("role", role)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        plain_tooltip(self, text)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.measures.chars(6), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        line = self.text().replace("\n", " ")
        shown = painter.fontMetrics().elidedText(line, self._mode, self.width())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)


class CopyText(QWidget):
    """A root, digest or fingerprint in fixed width, shortened where needed, with a button that copies the whole."""

    def __init__(self, text: str, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.measures.space(1))
        shown = ElidedLabel(text, "code")
        shown.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        copy = QToolButton()
        copy.setProperty("role", "quiet")
        copy.setProperty("dense", "true")
        theme.set_icon(copy, "copy", "accent")
        copy.setAccessibleName(tr("Copy: {what}", what=what))
        plain_tooltip(copy, tr("Copy"))
        copy.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        copy.clicked.connect(self._copy)
        row.addWidget(shown, 1)
        row.addWidget(copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def grouped(fingerprint: str, size: int = 4) -> str:
    """A hexadecimal fingerprint in groups that two people can compare aloud."""
    compact = fingerprint.replace(" ", "").replace(":", "")
    return " ".join(compact[i : i + size] for i in range(0, len(compact), size))
