"""How the window looks: colour tokens, measures taken from the font, one style sheet, the switch between schemes."""

from __future__ import annotations

from gui.theme.manager import Theme, theme

__all__ = ["Theme", "theme"]
