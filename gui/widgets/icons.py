"""An icon in a layout: painted in a token's colour, larger with the font, and repainted when the scheme changes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme
from gui.theme.icons import renderer


class IconView(QWidget):
    """One of our icons. Purely visual: what it says must also stand in words beside it."""

    def __init__(
        self, name: str, token: str = "text", *, scale: float = 1.0, colour: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._token, self._colour = name, token, colour
        side = round(theme.measures.icon() * scale)
        self._side = side
        self.setFixedSize(side, side)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._angle = 0
        self._timer: QTimer | None = None
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def show_icon(self, name: str, token: str, *, turning: bool = False) -> None:
        """Show another icon; turning: it rotates, for work in progress."""
        self._name, self._token = name, token
        if turning and self._timer is None:
            self._timer = QTimer(self)
            self._timer.timeout.connect(self._turn)
            self._timer.start(80)
        elif not turning and self._timer is not None:
            self._timer.stop()
            self._timer.deleteLater()
            self._timer, self._angle = None, 0
        self.update()

    def _turn(self) -> None:
        self._angle = (self._angle + 24) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = float(min(self.width(), self.height()))
        if self._angle:
            painter.translate(self.width() / 2, self.height() / 2)
            painter.rotate(self._angle)
            painter.translate(-self.width() / 2, -self.height() / 2)
        colour = self._colour or theme.colour(self._token)
        renderer(self._name, colour).render(painter, QRectF(0, 0, side, side))
