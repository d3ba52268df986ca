"""Buttons, cards and pages with the spacing of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.theme import theme
from gui.widgets.text import label

LayoutT = TypeVar("LayoutT", bound=QBoxLayout)


def button(
    text: str,
    action: Callable[[], object],
    *,
    icon: str = "",
    variant: str = "",
    big: bool = False,
    name: str = "",
    hint: str = "",
) -> QPushButton:
    """A push button; variant: "", "primary", "quiet" or "danger"; name: for screen readers, else the text."""
    widget = QPushButton(text)
    widget.setAutoDefault(False)
    if variant:
        widget.setProperty("variant", variant)
    if big:
        widget.setProperty("big", "true")
    if icon:
        token = {"primary": "on_accent", "quiet": "accent", "danger": "bad"}.get(variant, "text")
        theme.set_icon(widget, icon, token, scale=1.15 if big else 1.0, after=icon == "arrow-right")
    widget.setAccessibleName(name or text)
    if hint:
        widget.setAccessibleDescription(hint)
    widget.clicked.connect(lambda _checked=False: action())
    return widget


def column(*items: QWidget | QLayout | int, spacing: float = 2, margins: float = 0) -> QVBoxLayout:
    """A vertical layout of widgets, layouts and stretches (integers), spaced in quarters of a line."""
    return _fill(QVBoxLayout(), items, spacing, margins)


def row(*items: QWidget | QLayout | int, spacing: float = 2, margins: float = 0) -> QHBoxLayout:
    """A horizontal layout of widgets, layouts and stretches (integers), spaced in quarters of a line."""
    return _fill(QHBoxLayout(), items, spacing, margins)


def _fill(layout: LayoutT, items: tuple[QWidget | QLayout | int, ...], spacing: float, margins: float) -> LayoutT:
    edge = theme.measures.space(margins) if margins else 0
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(theme.measures.space(spacing) if spacing else 0)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
    return layout


def box(layout: QLayout) -> QWidget:
    """A bare widget around a layout."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def rule() -> QFrame:
    """A thin line between parts of a card."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line


class Card(QFrame):
    """A titled group on the surface colour; `body` is its layout, `corner` the place for a control beside the title."""

    def __init__(self, title: str = "", subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        outer = column(spacing=3, margins=4)
        self.corner = row(spacing=1)
        self.title: QLabel | None = None
        if title:
            self.title = label(title, "heading")
            self.setAccessibleName(title)
            texts = column(self.title, spacing=0.5)
            if subtitle:
                texts.addWidget(label(subtitle, "muted"))
            head = row(spacing=2)
            head.addLayout(texts, 1)
            head.addLayout(self.corner)
            head.setAlignment(self.corner, Qt.AlignmentFlag.AlignTop)
            outer.addLayout(head)
        self.body = column(spacing=2)
        outer.addLayout(self.body, 1)
        self.setLayout(outer)

    def push_up(self) -> Card:
        """Keep the contents at the top where the card is taller than they are; returns the card."""
        self.body.addStretch(1)
        return self


class Page(QScrollArea):
    """A scrolling page: title, one sentence of purpose, then cards; as wide as the window up to a readable limit."""

    def __init__(self, title: str = "", purpose: str = "", *, limit: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setObjectName("page")
        side = QHBoxLayout(page)
        space = theme.measures.space
        side.setContentsMargins(space(6), space(5), space(6), space(6))
        inner = QWidget()
        if limit:
            inner.setMaximumWidth(theme.measures.chars(limit))
        self.body = column(spacing=4)
        inner.setLayout(self.body)
        side.addWidget(inner)
        self.setWidget(page)
        if title:
            self.heading = label(title, "title")
            head = column(self.heading, spacing=1)
            if purpose:
                head.addWidget(label(purpose, "muted"))
            self.body.addLayout(head)


class Section(QWidget):
    """A part of a page with a layout `body` of its own, no wider than `limit` characters."""

    def __init__(self, *, limit: int = 0) -> None:
        super().__init__()
        self.body = column(spacing=4)
        inner = QWidget()
        inner.setLayout(self.body)
        if limit:
            inner.setMaximumWidth(theme.measures.chars(limit))
        self.setLayout(column(inner))


def hand_over(*givers: QWidget, to: QWidget) -> None:
    """If the keyboard is in one of the givers, which are about to be hidden or disabled, give it to another control."""
    if any(giver.hasFocus() for giver in givers):
        to.setFocus(Qt.FocusReason.OtherFocusReason)


def clear(layout: QLayout) -> None:
    """Take every widget and layout out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def focus_inside(widget: QWidget) -> None:
    """Give the keyboard to the first control inside that takes it."""
    for child in widget.findChildren(QWidget):
        takes = child.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes == Qt.FocusPolicy.TabFocus and child.isEnabled() and child.isVisibleTo(widget):
            child.setFocus(Qt.FocusReason.OtherFocusReason)
            return
