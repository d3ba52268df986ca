"""Seconds against records x features, both logarithmic, as an SVG of a few lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from tests.bench.tables import STAGES, Result, name

SERIES = {
    "commit": "#0b6e99",
    "validity": "#7a3e9d",
    "optimum": "#b5541c",
    "verify": "#2b7a3d",
    "torch": "#8a8a8a",
    "scikit_learn": "#3d3d3d",
}
WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 24, 64
_MARKS = (
    '<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
    '<rect x="{a:.1f}" y="{b:.1f}" width="8" height="8"/>',
    '<path d="M{x:.1f} {t:.1f}l5 9h-10z"/>',
)


class _Scale:
    """Decades of a range onto a stretch of the picture."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low = math.floor(math.log10(min(values)))
        self.high = max(self.low + 1, math.ceil(math.log10(max(values))))
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    @property
    def decades(self) -> list[int]:
        return list(range(self.low, self.high + 1))


def draw(results: Sequence[Result]) -> str:
    """The picture; every curve has its colour, its mark and its name at its end, so that none of them alone matters."""
    cells = [result["records"] * result["features"] for result in results]
    seconds = [value for result in results for stage in SERIES if (value := result["seconds"].get(stage))]
    across, up = _Scale(cells, LEFT, WIDTH - RIGHT), _Scale(seconds, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        "<title>Seconds by stage against the number of values, both axes logarithmic</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes(across, up, results),
    ]
    ends: list[tuple[float, str, str]] = []
    for index, (stage, colour) in enumerate(SERIES.items()):
        points = [
            (across.at(count), up.at(result["seconds"][stage]))
            for count, result in zip(cells, results, strict=True)
            if result["seconds"].get(stage)
        ]
        if points:
            parts += _curve(points, colour, index)
            ends.append((points[-1][1], stage, colour))
    parts += _names(ends)
    return "\n".join([*parts, "</svg>", ""])


def _axes(across: _Scale, up: _Scale, results: Sequence[Result]) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = ['<g stroke="#d5d5d5" fill="#333333">']
    for decade in up.decades:
        y, text = up.at(10.0**decade), f"{10.0**decade:g} s"
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" fill="none"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" stroke="none">{text}</text>')
    for index, result in enumerate(results):
        x, y = across.at(result["records"] * result["features"]), bottom + 18 + 15 * (index % 2)
        parts.append(f'<path d="M{x:.1f} {TOP}V{y - 12}" fill="none"/>')
        parts.append(f'<text x="{x:.1f}" y="{y}" text-anchor="middle" stroke="none">{escape(name(result))}</text>')
    middle = (LEFT + right) / 2
    parts.append(
        f'<text x="{middle:.1f}" y="{HEIGHT - 14}" text-anchor="middle" stroke="none">records x features</text>'
    )
    return [*parts, "</g>"]


def _curve(points: Sequence[tuple[float, float]], colour: str, index: int) -> list[str]:
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    mark = _MARKS[index % len(_MARKS)]
    return [
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        f'<g fill="{colour}">' + "".join(mark.format(x=x, y=y, a=x - 4, b=y - 4, t=y - 5) for x, y in points) + "</g>",
    ]


def _names(ends: list[tuple[float, str, str]]) -> list[str]:
    """Names beside the last points, moved down where two would touch."""
    parts, free = [], 0.0
    for y, stage, colour in sorted(ends):
        place = max(y + 4, free)
        free = place + 15
        parts.append(f'<text x="{WIDTH - RIGHT + 14}" y="{place:.1f}" fill="{colour}">{escape(STAGES[stage])}</text>')
    return parts
