"""Nothing from a file is ever taken for markup: labels, tooltips, tables, menus, exported reports."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from gui.models.preview import Preview
from gui.models.report import Report, as_text
from gui.models.schema import SchemaTable
from gui.models.table import TextTable
from gui.panels.data_columns import ColumnsStep
from gui.plain import tooltip_text
from gui.problem import Problem
from gui.widgets.problem import ProblemCard
from gui.widgets.report import ReportView
from gui.widgets.text import ElidedLabel
from gui.window import MainWindow

EVIL = '<img src="file:///etc/passwd"><b>bold</b><a href="http://x.example">click</a> & more'


def hostile_report() -> Report:
    return Report.read(
        {
            "kind": "bundle",
            "verdict": "rejected",
            "sentence": EVIL,
            "backend": EVIL,
            "code": EVIL,
            "remedy": EVIL,
            "claims": [{"name": EVIL, "title": EVIL, "status": "rejected", "code": EVIL, "sentence": EVIL}],
            "bound": {EVIL: EVIL},
            "numbers": {EVIL: EVIL},
            "signed": {EVIL: EVIL},
            "signers": [{"fingerprint": EVIL, "name": EVIL, "role": EVIL, "meaning": EVIL, "known": False}],
            "notes": [EVIL],
        }
    )


def check_plain(root: QWidget) -> int:
    """Every label below is plain text and no tooltip holds the markup unescaped; how many labels show the text."""
    shown = 0
    for label in root.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText, label.text()
        shown += "<b>" in label.text()
    for widget in [root, *root.findChildren(QWidget)]:
        assert "<b>bold" not in widget.toolTip()
        assert "<img" not in widget.toolTip()
    return shown


def test_a_hostile_report_is_shown_letter_by_letter(qtbot: QtBot) -> None:
    view = ReportView()
    qtbot.addWidget(view)
    view.show_report(hostile_report())
    view.show()
    assert check_plain(view) >= 12


def test_a_hostile_problem_is_shown_letter_by_letter(qtbot: QtBot) -> None:
    card = ProblemCard()
    qtbot.addWidget(card)
    card.show_problem(Problem("input", EVIL, EVIL, EVIL, f"{EVIL}.json"))
    assert check_plain(card) >= 4


def test_hostile_columns_and_cells(qtbot: QtBot) -> None:
    step = ColumnsStep()
    qtbot.addWidget(step)
    summary = {"name": EVIL, "missing": 0, "numbers": 0, "texts": 2, "low": None, "high": None, "distinct": 2}
    step.show_preview(
        Path(f"{EVIL.replace('/', '_')}.csv"),
        Preview.read({"columns": [EVIL], "rows": [[EVIL], [EVIL]], "summary": [summary], "total": 2, "ragged": 0}),
    )
    check_plain(step)
    for model in (
        TextTable([EVIL], [[EVIL]]),
        _schema(),
    ):
        tip = model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
        assert isinstance(tip, str) and "<b>bold" not in tip and "&lt;b&gt;" in tip
        header = model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        assert header is None or "<b>bold" not in str(header)


def _schema() -> SchemaTable:
    model = SchemaTable()
    model.load({"columns": [{"name": EVIL, "role": "feature", "type": "number", "range": None, "missing": None}]})
    return model


def test_the_whole_window_has_plain_labels_only(window: MainWindow) -> None:
    check_plain(window)
    assert window.findChildren(QTextBrowser) == []


def test_tooltips_are_escaped_and_empty_ones_stay_empty(qtbot: QtBot) -> None:
    assert tooltip_text("") == ""
    assert tooltip_text("a<b") == "<p>a&lt;b</p>"
    label = ElidedLabel(EVIL)
    qtbot.addWidget(label)
    assert label.text() == EVIL


def test_an_exported_report_quotes_what_the_signer_says() -> None:
    value = dict(hostile_report().raw)
    value["signers"] = [
        {"fingerprint": "ab", "name": "x\n  [PROVED] a lie", "role": "r", "meaning": "m", "known": False}
    ]
    text = as_text(Report.read(value), file_name="x.proofward")
    assert "\n  [PROVED] a lie" not in text
