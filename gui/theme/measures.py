"""Sizes that follow the font: everything is a multiple of the line height, so a larger font enlarges the window."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF


@dataclass(frozen=True, slots=True)
class Measures:
    """Pixels derived from the interface font. unit: a quarter of a line; points: the font's size."""

    points: float
    line: float
    char: float

    @classmethod
    def of(cls, font: QFont) -> Measures:
        """Measure this font."""
        metrics = QFontMetricsF(font)
        points = font.pointSizeF() if font.pointSizeF() > 0 else font.pixelSize() * 0.75
        return cls(points=points, line=metrics.height(), char=metrics.averageCharWidth())

    def space(self, quarters: float) -> int:
        """So many quarters of a line, in whole pixels."""
        return max(1, round(quarters * self.line / 4))

    def chars(self, count: float) -> int:
        """The width of so many average characters."""
        return round(count * self.char)

    def icon(self) -> int:
        """The side of an icon beside text."""
        return round(self.line * 1.15)

    def size(self, step: int) -> float:
        """Point size of a step of the type scale: 0 text, -1 small, 1 card title, 2 panel title, 3 verdict."""
        return round(self.points * {-1: 0.9, 0: 1.0, 1: 1.14, 2: 1.65, 3: 1.4}[step], 2)


def interface_font(system: QFont) -> QFont:
    """The system's own font; where the system names none, the best of the usual ones that is installed."""
    font = QFont(system)
    if font.family() in ("Sans Serif", "Sans", "DejaVu Sans", ""):
        known = set(QFontDatabase.families())
        for family in ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans"):
            if family in known:
                font.setFamily(family)
                break
    if font.pointSizeF() > 0:
        font.setPointSizeF(max(font.pointSizeF(), 10.0))
    return font
