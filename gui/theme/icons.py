"""Our own line icons: SVG files drawn in `currentColor`, rendered in the colour that their place asks for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.resources import resource_path


@cache
def source(name: str) -> str:
    """The SVG text of an icon; KeyError-like FileNotFoundError if we have none of that name."""
    return Path(resource_path("icons", f"{name}.svg")).read_text(encoding="utf-8")


@cache
def renderer(name: str, colour: str) -> QSvgRenderer:
    """A renderer of this icon in this colour (#RRGGBB)."""
    return QSvgRenderer(QByteArray(source(name).replace("currentColor", colour).encode()))


def pixmap(name: str, colour: str, side: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a square pixmap of `side` logical pixels."""
    image = QPixmap(QSize(round(side * ratio), round(side * ratio)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer(name, colour).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def icon(name: str, colour: str, disabled: str | None = None, *, gap: float = 0.0) -> QIcon:
    """The icon for buttons and actions, sharp at the usual sizes and scales.

    gap: room beside it towards the text, as a share of its side; positive to its right, negative to its left.
    """
    result = QIcon()
    for side in (16, 20, 24, 32, 48, 64):
        result.addPixmap(_with_gap(pixmap(name, colour, side), gap))
        if disabled:
            result.addPixmap(_with_gap(pixmap(name, disabled, side), gap), QIcon.Mode.Disabled)
    return result


def _with_gap(image: QPixmap, gap: float) -> QPixmap:
    if not gap:
        return image
    room = round(image.width() * abs(gap))
    wide = QPixmap(image.width() + room, image.height())
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(room if gap < 0 else 0, 0, image)
    painter.end()
    return wide


def write_coloured(name: str, colour: str, folder: Path) -> str:
    """Write the icon in this colour for the style sheet; returns the path with forward slashes."""
    target = folder / f"{name}-{colour.lstrip('#')}.svg"
    if not target.exists():
        target.write_text(source(name).replace("currentColor", colour), encoding="utf-8")
    return target.as_posix()
