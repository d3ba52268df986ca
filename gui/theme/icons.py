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


def icon(name: str, colour: str, disabled: str | None = None) -> QIcon:
    """The icon for buttons and actions, sharp at the usual sizes and scales."""
    result = QIcon()
    for side in (16, 20, 24, 32, 48, 64):
        result.addPixmap(pixmap(name, colour, side))
        if disabled:
            result.addPixmap(pixmap(name, disabled, side), QIcon.Mode.Disabled)
    return result


def write_coloured(name: str, colour: str, folder: Path) -> str:
    """Write the icon in this colour for the style sheet; returns the path with forward slashes."""
    target = folder / f"{name}-{colour.lstrip('#')}.svg"
    if not target.exists():
        target.write_text(source(name).replace("currentColor", colour), encoding="utf-8")
    return target.as_posix()
