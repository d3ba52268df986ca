"""Every text has a translation with the same placeholders; nothing is translated that is not said."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gui
from gui import i18n
from gui.i18n import duration, file_size, load_texts, placeholders, set_language, tr, tr_n

SOURCES = sorted(Path(gui.__file__).parent.rglob("*.py"))


def said() -> dict[str, str]:
    """Every text given to tr or tr_n in the window's source, with the file that says it."""
    found: dict[str, str] = {}
    for path in SOURCES:
        if path.name == "i18n.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "tr_n"):
                for argument in node.args[: 1 if node.func.id == "tr" else 2]:
                    assert isinstance(argument, ast.Constant) and isinstance(argument.value, str), (
                        f"{path.name}:{node.lineno}: only literal texts can be translated"
                    )
                    found.setdefault(argument.value, path.name)
    found.setdefault("{number} s", "i18n.py")
    return found


OWN = {"{size} bytes", "{number} s", "{minutes} min {seconds} s", "{hours} h {minutes} min"}


@pytest.mark.parametrize("language", sorted(set(i18n.LANGUAGES) - {"en"}))
def test_a_translation_is_complete_and_keeps_every_placeholder(language: str) -> None:
    texts = load_texts(language)
    english = set(said()) | OWN
    assert english - set(texts) == set(), "texts without a translation"
    assert set(texts) - english == set(), "translations of texts that nobody says"
    broken = {text for text in english if placeholders(text) != placeholders(texts[text])}
    assert broken == set()
    assert [text for text, translated in texts.items() if not translated.strip()] == []
    keys = {text for text, translated in texts.items() if ("&" in text) != ("&" in translated)}
    assert keys == set(), "menu keys"
    patterns = {text for text in texts if text.count("(*") != texts[text].count("(*")}
    assert patterns == set(), "file patterns"


def test_english_placeholders_are_filled_by_their_callers() -> None:
    """A call of tr with literal text gives exactly the names in its braces."""
    for path in SOURCES:
        if path.name == "i18n.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "tr_n"):
                given = {keyword.arg for keyword in node.keywords}
                given |= {"count"} if node.func.id == "tr_n" else set()
                for argument in node.args[: 1 if node.func.id == "tr" else 2]:
                    assert isinstance(argument, ast.Constant)
                    wanted = set(placeholders(argument.value))
                    assert wanted <= given, f"{path.name}:{node.lineno}"


def test_a_broken_translation_falls_back_to_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_texts", {"Code: {code}": "Code: {kode}", "File: {name}": "Datei {name"})
    assert tr("Code: {code}", code="a.b") == "Code: a.b"
    assert tr("File: {name}", name="x") == "File: x"


def test_values_with_braces_are_shown_as_they_are() -> None:
    assert tr("File: {name}", name="{0}{boom}") == "File: {0}{boom}"


def test_german_is_used_and_numbers_are_written_its_way() -> None:
    set_language("de")
    assert tr("Cancel") == "Abbrechen"
    assert tr_n("{count} record", "{count} records", 1) == "1 Datensatz"
    assert tr_n("{count} record", "{count} records", 12345) == "12.345 Datensätze"
    assert duration(1.25) in ("1,2 s", "1,3 s")


def test_durations_and_sizes() -> None:
    assert duration(0.04) == "0.0 s"
    assert duration(59.6) == "1 min 00 s"
    assert duration(3725) == "1 h 02 min"
    assert file_size(999) == "999 bytes"
    assert file_size(98_900) == "98.9 kB"


def test_an_unknown_language_is_english() -> None:
    set_language("xx")
    assert i18n.language() == "en"
