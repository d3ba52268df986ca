"""Texts from files on their way to Qt, which guesses the format of tooltips: escaped, so that they stay plain."""

from __future__ import annotations

import html


def tooltip_text(text: str) -> str:
    """The text as a tooltip that shows exactly it, wrapped by Qt where long; empty stays empty."""
    return f"<p>{html.escape(text)}</p>" if text else ""
