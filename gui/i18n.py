"""Texts: English in the source is the key and the fallback; other languages are JSON files in resources/translations.

A file maps each English text to its translation, with the same {placeholders}. Plural texts are two entries. No
generated files and no build step: a translator edits the JSON and a test names what is missing or broken.
"""

from __future__ import annotations

import json
import string
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from core.resources import resource_path

LANGUAGES = {"en": "English", "de": "Deutsch"}

_texts: dict[str, str] = {}
_language = "en"
_qt_translator: QTranslator | None = None


def placeholders(text: str) -> list[str]:
    """The names in braces, sorted; ValueError on a broken brace."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def load_texts(language: str) -> dict[str, str]:
    """The translations of a language; empty for English."""
    if language == "en":
        return {}
    path = Path(resource_path("translations", f"{language}.json"))
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def system_language() -> str:
    """The first language of the system that we have, else English."""
    for name in QLocale.system().uiLanguages():
        code = name.split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


def set_language(language: str) -> None:
    """Use this language from now on; windows that are open keep their texts until they are built again."""
    global _language, _texts
    _language = language if language in LANGUAGES else "en"
    _texts = load_texts(_language)
    _load_qt_texts()


def language() -> str:
    """The language in use."""
    return _language


def locale() -> QLocale:
    """How numbers and dates are written in the language in use."""
    return QLocale(_language)


def _load_qt_texts() -> None:
    global _qt_translator
    app = QApplication.instance()
    if app is None:
        return
    if _qt_translator is not None:
        app.removeTranslator(_qt_translator)
        _qt_translator = None
    translator = QTranslator(app)
    if translator.load(f"qtbase_{_language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
        _qt_translator = translator


def tr(text: str, /, **values: object) -> str:
    """The text in the language in use, with its {placeholders} filled. A broken translation falls back to English."""
    translated = _texts.get(text, text)
    if not values:
        return translated
    try:
        return translated.format(**values)
    except (KeyError, IndexError, ValueError):
        return text.format(**values)


def tr_n(one: str, many: str, count: int, /, **values: object) -> str:
    """tr() with {count}: the first text for exactly one, the second otherwise."""
    return tr(one if count == 1 else many, count=whole(count), **values)


def whole(number: int) -> str:
    """A whole number with the separators of the language in use."""
    return locale().toString(number)


def decimal(number: float, digits: int = 4) -> str:
    """A number with so many significant digits, as the language writes it."""
    return locale().toString(number, "g", digits)


def file_size(size: int) -> str:
    """A size in kB or MB (powers of ten), as the language writes it."""
    if size < 1000:
        return tr("{size} bytes", size=size)
    return locale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def duration(seconds: float) -> str:
    """A duration for people: "0.4 s", "12 s", "3 min 05 s", "2 h 10 min"."""
    if seconds < 9.95:
        return tr("{number} s", number=locale().toString(seconds, "f", 1))
    total = round(seconds)
    if total < 60:
        return tr("{number} s", number=total)
    if total < 3600:
        return tr("{minutes} min {seconds} s", minutes=total // 60, seconds=f"{total % 60:02d}")
    return tr("{hours} h {minutes} min", hours=total // 3600, minutes=f"{total % 3600 // 60:02d}")
