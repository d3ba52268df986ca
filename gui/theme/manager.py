"""The theme in force: follows the system's scheme and contrast, may be overridden, tells widgets when it changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyleFactory

from gui.theme.icons import icon
from gui.theme.measures import Measures, interface_font
from gui.theme.sheet import style_sheet
from gui.theme.tokens import LIGHT, SCHEMES, Tokens, as_dict

# room between an icon and its text, as a share of the icon
_GAP = 0.4

CHOICES = ("system", "light", "dark", "contrast")


def scheme_for(choice: str, *, dark: bool, high: bool) -> str:
    """The scheme for a choice on a system that is dark or light and asks for high contrast or not."""
    if choice == "contrast" or (choice == "system" and high):
        return "contrast-dark" if dark else "contrast-light"
    if choice == "system":
        return "dark" if dark else "light"
    return choice


class Theme(QObject):
    """Applies one of the schemes to the application.

    changed: emitted after a scheme or font took effect; widgets that paint themselves repaint on it.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app: QApplication | None = None
        self._folder: QTemporaryDir | None = None
        self._measures: Measures | None = None
        self._painters: dict[int, Callable[[], None]] = {}
        self.choice = "system"
        self.scheme = "light"
        self.tokens: Tokens = LIGHT

    @property
    def measures(self) -> Measures:
        """Sizes of the interface font."""
        if self._measures is None:
            self._measures = Measures.of(QApplication.font())
        return self._measures

    def install(self, app: QApplication, choice: str = "system") -> None:
        """Style the application once and follow the system from now on."""
        self._app = app
        self._folder = QTemporaryDir()
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(interface_font(app.font()))
        self._measures = Measures.of(app.font())
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._system_changed)
        self.choose(choice)

    def choose(self, choice: str) -> None:
        """Take "system", "light", "dark" or "contrast"; anything else counts as "system"."""
        self.choice = choice if choice in CHOICES else "system"
        self._apply()

    def _system_changed(self, *_: object) -> None:
        self._apply()

    def _wanted(self) -> str:
        if self._app is None:
            return "light"
        hints = self._app.styleHints()
        return scheme_for(
            self.choice,
            dark=hints.colorScheme() == Qt.ColorScheme.Dark,
            high=hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast,
        )

    def _apply(self) -> None:
        if self._app is None or self._folder is None:
            return
        self.scheme = self._wanted()
        self.tokens = SCHEMES[self.scheme]
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens, self.measures, Path(self._folder.path())))
        self.changed.emit()

    def colour(self, token: str) -> str:
        """The colour of a token in the scheme in force."""
        return as_dict(self.tokens)[token]

    def set_icon(
        self, button: QAbstractButton, name: str, token: str = "text", *, scale: float = 1.0, after: bool = False
    ) -> None:
        """Give a button one of our icons and keep it in the colour of the scheme; after: behind the text."""
        gap = 0.0 if not button.text() else -_GAP if after else _GAP
        if after:
            button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

        def paint() -> None:
            colour, grey = self.colour(token), self.colour("disabled_text")
            button.setIcon(icon(name, colour, grey, gap=gap))

        side = self.measures.icon() * scale
        button.setIconSize(QSize(round(side * (1 + abs(gap))), round(side)))
        previous = self._painters.pop(id(button), None)
        if previous is not None:
            _disconnect(self, previous)
        else:
            button.destroyed.connect(partial(self._forget, id(button)))
        self._painters[id(button)] = paint
        paint()
        self.changed.connect(paint)

    def _forget(self, key: int, *_: object) -> None:
        paint = self._painters.pop(key, None)
        if paint is not None:
            _disconnect(self, paint)

    def icon(self, name: str, token: str = "text") -> QIcon:
        """One of our icons in the colour of a token, grey where disabled."""
        return icon(name, self.colour(token), self.colour("disabled_text"))


def _disconnect(owner: Theme, slot: object) -> None:
    try:
        owner.changed.disconnect(slot)
    except (RuntimeError, TypeError):
        return  # the application is going away and has disconnected already


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.canvas,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.sunken,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.ToolTipBase: tokens.surface,
        QPalette.ColorRole.ToolTipText: tokens.text,
        QPalette.ColorRole.PlaceholderText: tokens.muted,
        QPalette.ColorRole.Link: tokens.accent,
        QPalette.ColorRole.Mid: tokens.line,
        QPalette.ColorRole.Accent: tokens.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled_text))
    return palette


theme = Theme()
