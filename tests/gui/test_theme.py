"""Schemes keep their contrast, the style sheet is complete, sizes follow the font, icons are drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QPushButton

from core.resources import resource_path
from gui.theme import theme
from gui.theme.icons import pixmap, source
from gui.theme.manager import scheme_for
from gui.theme.measures import Measures
from gui.theme.sheet import style_sheet
from gui.theme.tokens import SCHEMES, contrast

READ_ON = [
    ("text", "canvas"), ("text", "surface"), ("text", "sunken"), ("muted", "canvas"), ("muted", "surface"),
    ("muted", "sunken"), ("on_accent", "accent"), ("on_accent", "accent_hover"), ("on_accent", "accent_press"),
    ("accent", "surface"), ("accent", "canvas"), ("text", "accent_soft"), ("good", "surface"), ("bad", "surface"),
    ("warn", "surface"), ("info", "surface"), ("text", "good_soft"), ("text", "bad_soft"), ("text", "warn_soft"),
    ("text", "info_soft"), ("bad", "bad_soft"), ("good", "good_soft"), ("warn", "warn_soft"), ("accent", "good_soft"),
    ("accent", "bad_soft"), ("accent", "warn_soft"), ("muted", "warn_soft"), ("muted", "bad_soft"),
    ("side_text", "side"), ("side_muted", "side"), ("side_text", "side_select"),
]  # fmt: skip
OUTLINES = [("edge", "surface"), ("edge", "canvas"), ("focus", "surface"), ("focus", "canvas"), ("accent", "sunken")]


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_text_can_be_read_and_outlines_seen(scheme: str) -> None:
    tokens = SCHEMES[scheme]
    least = 7.0 if scheme.startswith("contrast") else 4.5
    low = {
        (front, back): round(contrast(getattr(tokens, front), getattr(tokens, back)), 2)
        for front, back in READ_ON
        if contrast(getattr(tokens, front), getattr(tokens, back)) < least
    }
    assert low == {}
    faint = {
        (front, back): round(contrast(getattr(tokens, front), getattr(tokens, back)), 2)
        for front, back in OUTLINES
        if contrast(getattr(tokens, front), getattr(tokens, back)) < 3
    }
    assert faint == {}


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_the_style_sheet_has_no_unfilled_name_and_its_pictures_exist(tmp_path: Path, qapp: QApplication) -> None:
    for tokens in SCHEMES.values():
        sheet = style_sheet(tokens, theme.measures, tmp_path)
        assert "$" not in sheet
        assert sheet.count("{") == sheet.count("}")
        pictures = re.findall(r'url\("([^"]+)"\)', sheet)
        assert pictures and all(Path(picture).is_file() for picture in pictures)


def test_sizes_follow_the_font(qapp: QApplication) -> None:
    small, large = QFont(qapp.font()), QFont(qapp.font())
    small.setPointSizeF(10)
    large.setPointSizeF(20)
    one, two = Measures.of(small), Measures.of(large)
    assert two.space(4) == pytest.approx(2 * one.space(4), rel=0.1)
    assert two.size(2) == pytest.approx(2 * one.size(2))


def test_choices_change_the_scheme_and_unknown_ones_follow_the_system(qapp: QApplication) -> None:
    theme.choose("dark")
    assert theme.scheme == "dark"
    theme.choose("contrast")
    assert theme.scheme.startswith("contrast")
    theme.choose("no such scheme")
    assert theme.choice == "system"


@pytest.mark.parametrize(
    ("choice", "dark", "high", "scheme"),
    [
        ("system", False, False, "light"),
        ("system", True, False, "dark"),
        ("system", False, True, "contrast-light"),
        ("system", True, True, "contrast-dark"),
        ("contrast", False, False, "contrast-light"),
        ("contrast", True, False, "contrast-dark"),
        ("light", True, True, "light"),
        ("dark", False, True, "dark"),
    ],
)
def test_the_system_is_followed_unless_a_person_chose(choice: str, dark: bool, high: bool, scheme: str) -> None:
    assert scheme_for(choice, dark=dark, high=high) == scheme


def test_every_icon_draws_something_in_the_colour_asked_for(qapp: QApplication) -> None:
    names = sorted(path.stem for path in resource_path("icons").glob("*.svg"))
    assert len(names) > 30
    for name in names:
        image = pixmap(name, "#FF0000", 48).toImage()
        inked = [image.pixelColor(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 200]
        assert inked, name
        if "currentColor" in source(name):
            assert all(colour.red() > 200 and colour.green() < 60 for colour in inked), name


def test_a_deleted_button_is_forgotten_by_the_theme(qapp: QApplication) -> None:
    import shiboken6

    button = QPushButton("text")
    theme.set_icon(button, "lock")
    known = len(theme._painters)
    shiboken6.delete(button)
    assert len(theme._painters) == known - 1
    theme.choose("dark")
