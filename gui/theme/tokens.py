"""Colours by meaning, never by hue: four schemes with the same names, so that no widget names a colour itself."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Tokens:
    """One scheme. Every value is #RRGGBB; text on its own ground has a contrast of at least 4.5 (7 in high contrast).

    canvas: behind cards; surface: cards and fields; sunken: wells and table heads; line: separators; edge: outlines of
    controls (3:1); *_soft: grounds on which the colour of the same name is read; side_*: the navigation.
    """

    canvas: str
    surface: str
    sunken: str
    line: str
    edge: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_press: str
    on_accent: str
    accent_soft: str
    focus: str
    good: str
    good_soft: str
    bad: str
    bad_soft: str
    warn: str
    warn_soft: str
    info: str
    info_soft: str
    side: str
    side_text: str
    side_muted: str
    side_select: str
    side_mark: str
    disabled: str
    disabled_text: str


LIGHT = Tokens(
    canvas="#F3F5F6", surface="#FFFFFF", sunken="#EBEFF1", line="#D8DFE2", edge="#7C8B92",
    text="#15242B", muted="#4C5E67",
    accent="#0C5F6B", accent_hover="#094C56", accent_press="#073C44", on_accent="#FFFFFF", accent_soft="#DCEEF0",
    focus="#0A7F90",
    good="#17683E", good_soft="#E2F3E8", bad="#A3241B", bad_soft="#FBE9E7", warn="#7A4E00", warn_soft="#FBF1DC",
    info="#28558F", info_soft="#E6EEF8",
    side="#0F2A31", side_text="#E4EEF0", side_muted="#9DB5BB", side_select="#1D4750", side_mark="#56C8BE",
    disabled="#E3E8EA", disabled_text="#6A7981",
)  # fmt: skip

DARK = Tokens(
    canvas="#10171A", surface="#182226", sunken="#121A1D", line="#2C3A40", edge="#71858D",
    text="#E6EEF0", muted="#A6B7BD",
    accent="#5CC6CE", accent_hover="#7AD6DC", accent_press="#48AEB6", on_accent="#04262B", accent_soft="#173B41",
    focus="#7FE0E6",
    good="#74D69F", good_soft="#15332A", bad="#FF9C92", bad_soft="#43221F", warn="#F0C063", warn_soft="#392D13",
    info="#90BDF5", info_soft="#1B2C45",
    side="#0B1214", side_text="#DCE8EA", side_muted="#8FA5AC", side_select="#1A353B", side_mark="#5CC6CE",
    disabled="#243035", disabled_text="#82949B",
)  # fmt: skip

CONTRAST_LIGHT = Tokens(
    canvas="#FFFFFF", surface="#FFFFFF", sunken="#FFFFFF", line="#000000", edge="#000000",
    text="#000000", muted="#1F1F1F",
    accent="#003A66", accent_hover="#00284A", accent_press="#001A33", on_accent="#FFFFFF", accent_soft="#FFFFFF",
    focus="#8F0070",
    good="#00451F", good_soft="#FFFFFF", bad="#7F0000", bad_soft="#FFFFFF", warn="#5A3300", warn_soft="#FFFFFF",
    info="#00306E", info_soft="#FFFFFF",
    side="#000000", side_text="#FFFFFF", side_muted="#E6E6E6", side_select="#3A3A3A", side_mark="#FFE14D",
    disabled="#FFFFFF", disabled_text="#4A4A4A",
)  # fmt: skip

CONTRAST_DARK = Tokens(
    canvas="#000000", surface="#000000", sunken="#000000", line="#FFFFFF", edge="#FFFFFF",
    text="#FFFFFF", muted="#E6E6E6",
    accent="#FFE14D", accent_hover="#FFF0A0", accent_press="#E0C230", on_accent="#000000", accent_soft="#000000",
    focus="#4DE1FF",
    good="#7CFFA0", good_soft="#000000", bad="#FFA399", bad_soft="#000000", warn="#FFD166", warn_soft="#000000",
    info="#9CC9FF", info_soft="#000000",
    side="#000000", side_text="#FFFFFF", side_muted="#E6E6E6", side_select="#333333", side_mark="#FFE14D",
    disabled="#000000", disabled_text="#B8B8B8",
)  # fmt: skip

SCHEMES: dict[str, Tokens] = {
    "light": LIGHT,
    "dark": DARK,
    "contrast-light": CONTRAST_LIGHT,
    "contrast-dark": CONTRAST_DARK,
}


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB after WCAG 2.2, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours after WCAG 2.2, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def as_dict(tokens: Tokens) -> dict[str, str]:
    """Token names and colours, for the style sheet."""
    return {field.name: getattr(tokens, field.name) for field in fields(tokens)}
