"""The training curve: drawn by pyqtgraph, told in one sentence, and listed as a table with the same figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.i18n import decimal, tr, whole
from gui.models.table import TextTable
from gui.theme import theme
from gui.widgets.controls import button, row
from gui.widgets.tables import Table
from gui.widgets.text import label

_FEW = 60

pg.setConfigOptions(antialias=True, useNumba=False, useOpenGL=False)


class LossCurve(QWidget):
    """Steps and values of one metric. The button changes between the chart and its table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: list[int] = []
        self._values: list[float] = []
        self.summary = label("", "muted")
        self._toggle = button(tr("Show as table"), self._change, icon="table", variant="quiet")
        self._model = TextTable([tr("Step"), tr("Training loss")], numeric=frozenset({0, 1}))
        self.table = Table(self._model, tr("Training loss by step"), lines=6)
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName(tr("Training loss by step, as a curve"))
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideButtons()
        self.plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self._line = self.plot.plot([], [])
        self._last = pg.ScatterPlotItem(size=theme.measures.space(2))
        self.plot.addItem(self._last)
        self._waiting = label("", "muted")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        for page in (self.plot, self.table, self._waiting):
            self._stack.addWidget(page)
        self._stack.setFixedHeight(theme.measures.space(46))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.measures.space(2))
        outer.addWidget(self._stack, 1)
        foot = row(self.summary, self._toggle)
        foot.setStretch(0, 1)
        outer.addLayout(foot)
        theme.changed.connect(self._colour)
        self._colour()
        self.reset()

    def reset(self) -> None:
        """Begin a new curve."""
        self._steps.clear()
        self._values.clear()
        self._model.replace([tr("Step"), tr("Training loss")], [], numeric=frozenset({0, 1}))
        self._stack.setCurrentWidget(self._waiting)
        self._toggle.hide()
        self.summary.hide()
        self._draw()

    def add(self, step: int, value: float | None) -> None:
        """One more figure; what is not finite, or not later than the last, is left out."""
        if self._take(step, value):
            self._model.append(self._row(-1))
            self._draw()

    def show_all(self, values: Sequence[object]) -> None:
        """Show a whole curve at once; its steps are counted from 1."""
        self.reset()
        for step, value in enumerate(values, start=1):
            self._take(step, value)
        rows = [self._row(place) for place in range(len(self._steps))]
        self._model.replace([tr("Step"), tr("Training loss")], rows, numeric=frozenset({0, 1}))
        self._draw()

    def _take(self, step: int, value: object) -> bool:
        if not isinstance(value, int | float) or not math.isfinite(value):
            return False
        if self._steps and step <= self._steps[-1]:
            return False
        if not self._steps:
            self._stack.setCurrentWidget(self.plot)
            self._name_toggle(table=False)
            self._toggle.show()
            self.summary.show()
        self._steps.append(step)
        self._values.append(float(value))
        return True

    def _row(self, place: int) -> list[str]:
        return [whole(self._steps[place]), decimal(self._values[place], 6)]

    def sentence(self) -> str:
        """The curve in one sentence, for people who do not see it."""
        if not self._values:
            return tr("The training loss will appear here.")
        first, last = self._values[0], self._values[-1]
        return (
            tr(
                "Training loss fell from {first} to {last} in {steps} steps.",
                first=decimal(first),
                last=decimal(last),
                steps=whole(self._steps[-1]),
            )
            if last < first
            else tr("Training loss is {last} after {steps} steps.", last=decimal(last), steps=whole(self._steps[-1]))
        )

    def _draw(self) -> None:
        # few figures are shown as such: a line alone would claim what lies between them
        few = len(self._steps) <= _FEW
        self._line.setData(self._steps, self._values, symbol="o" if few else None)
        self._last.setData(self._steps[-1:], self._values[-1:])
        self.summary.setText(self.sentence())
        self._waiting.setText(self.sentence())
        self.plot.setAccessibleDescription(self.sentence())

    def _change(self) -> None:
        table = self._stack.currentWidget() is self.plot
        self._stack.setCurrentWidget(self.table if table else self.plot)
        self._name_toggle(table=table)

    def _name_toggle(self, *, table: bool) -> None:
        self._toggle.setText(tr("Show as chart") if table else tr("Show as table"))
        self._toggle.setAccessibleName(self._toggle.text())
        theme.set_icon(self._toggle, "chart" if table else "table", "accent")

    def _colour(self) -> None:
        tokens = theme.tokens
        self.plot.setBackground(QColor(tokens.surface))
        pen = pg.mkPen(QColor(tokens.accent), width=max(2.0, theme.measures.line / 9))
        self._line.setPen(pen)
        self._line.setSymbolSize(theme.measures.space(1.2))
        self._line.setSymbolPen(None)
        self._line.setSymbolBrush(QColor(tokens.accent))
        self._last.setBrush(QColor(tokens.accent))
        self._last.setPen(pg.mkPen(QColor(tokens.surface), width=1.5))
        font = QFont()
        font.setPointSizeF(theme.measures.size(-1))
        for side, text in (("bottom", tr("Step")), ("left", tr("Training loss"))):
            axis = self.plot.getAxis(side)
            axis.setPen(pg.mkPen(QColor(tokens.line)))
            axis.setTextPen(QColor(tokens.muted))
            axis.setTickFont(font)
            style = {"color": tokens.muted, "font-size": f"{theme.measures.size(-1)}pt"}
            # Without ranges for prefixes the scale stays 1; turning prefixes off alone keeps the last one found.
            axis.setLabel(text, siPrefixEnableRanges=(), **style)
            axis.enableAutoSIPrefix(False)
        self.plot.showGrid(x=False, y=True, alpha=0.25)
