"""Every control can be reached by keyboard and says what it is; states are told in words and shapes, not in colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QScrollArea, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from gui.models.report import Report
from gui.session import Dataset, Key, Session
from gui.theme import theme
from gui.widgets.banner import LOOKS
from gui.widgets.loss import LossCurve
from gui.widgets.report import ReportView
from gui.widgets.stages import StageList
from gui.widgets.verdicts import status_word
from gui.window import MainWindow

REPORT: dict[str, object] = {
    "kind": "bundle",
    "verdict": "accepted",
    "sentence": "All 1 claims hold.",
    "backend": "native",
    "claims": [{"name": "optimum", "title": "T", "status": "accepted", "code": "", "sentence": "S"}],
    "numbers": {"distance": "0.00047"},
    "bound": {"root": "ab" * 32, "nonce": "none"},
    "signers": [{"fingerprint": "cd" * 32, "name": "N", "role": "R", "meaning": "M", "known": False}],
    "notes": ["A note."],
}


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface is not None
    return interface.text(QAccessible.Text.Name).strip()


def reachable(root: QWidget) -> list[QWidget]:
    """The controls that Tab reaches, or would if their page were shown."""
    found = []
    for widget in root.findChildren(QWidget):
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ours = not widget.objectName().startswith("qt_") and not isinstance(widget, QScrollArea | QStackedWidget)
        parent = widget.parentWidget()
        inside = parent is not None and (isinstance(parent, QComboBox) or parent.inherits("QComboBoxPrivateContainer"))
        if takes == Qt.FocusPolicy.TabFocus and ours and not inside:
            found.append(widget)
    return found


def filled(window: MainWindow, session: Session) -> None:
    """Unlock without a worker and show content in every panel."""
    session.unlock("x")
    session.datasets = (Dataset("ds-1", "ward", "ab" * 32, 40, 2, "died", "2026-01-01T00:00:00Z"),)
    session.keys = (Key("cd" * 32, "N", "R", "2026-01-01T00:00:00Z"),)
    session.datasets_changed.emit()
    session.keys_changed.emit()


def test_every_control_has_a_name(window: MainWindow, session: Session) -> None:
    filled(window, session)
    session.bridge.abandon_all()
    nameless = [(type(widget).__name__, widget.parentWidget()) for widget in reachable(window) if not name_of(widget)]
    assert nameless == []


def test_every_button_with_an_icon_alone_has_a_name_and_a_tooltip(window: MainWindow, session: Session) -> None:
    filled(window, session)
    session.bridge.abandon_all()
    bare = [
        button
        for button in window.findChildren(QAbstractButton)
        if not button.text() and not button.icon().isNull() and not button.objectName().startswith("qt_")
    ]
    assert all(button.accessibleName() and button.toolTip() for button in bare)
    assert window.sidebar is not None
    window.sidebar.set_narrow(True)
    for button in window.sidebar.findChildren(QAbstractButton):
        assert button.text() == "" and button.accessibleName() and button.toolTip()


@pytest.mark.parametrize("key", ["workspace", "data", "attest", "result", "verify"])
def test_tab_goes_through_a_whole_panel_and_comes_back(
    window: MainWindow, session: Session, qtbot: QtBot, key: str
) -> None:
    filled(window, session)
    session.bridge.abandon_all()
    window.activateWindow()
    window.show_panel(key)
    qtbot.wait(10)
    panel = window.panels[key]
    wanted = {
        widget
        for widget in reachable(panel)
        if widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
    }
    assert wanted
    seen: set[QWidget] = set()
    first = window.sidebar
    assert first is not None
    first.findChildren(QAbstractButton)[0].setFocus()
    for _ in range(200):
        window.focusNextChild()
        focused = QApplication.focusWidget()
        if focused is None or focused in seen:
            break
        seen.add(focused)
        proxy = focused.parentWidget()
        while proxy is not None and proxy is not panel:
            if proxy.focusProxy() is focused:
                seen.add(proxy)
            proxy = proxy.parentWidget()
    assert {name_of(widget) for widget in wanted} - {name_of(widget) for widget in seen} == set()


def test_claims_are_read_as_one_sentence_each(qtbot: QtBot) -> None:
    view = ReportView()
    qtbot.addWidget(view)
    view.show_report(Report.read(REPORT))
    names = {widget.accessibleName(): widget.accessibleDescription() for widget in view.findChildren(QWidget)}
    assert names["Trained on exactly these records: Accepted"] == "S"
    assert names["Bundle accepted"].startswith("All 1 claims hold.")
    assert "Copy: Fingerprint" in names


def test_no_two_verdicts_share_a_shape_or_a_word() -> None:
    statuses = ("accepted", "rejected", "malformed", "unchecked")
    assert len({LOOKS[status][0] for status in statuses}) == len(statuses)
    assert len({status_word(status) for status in statuses}) == len(statuses)


def test_the_curve_has_a_table_with_the_same_figures_and_a_sentence(qtbot: QtBot) -> None:
    curve = LossCurve()
    qtbot.addWidget(curve)
    assert curve.sentence() == "The training loss will appear here."
    curve.add(1, 0.7)
    curve.add(2, 0.5)
    curve.add(2, 0.4)
    curve.add(3, float("nan"))
    curve.add(4, 0.25)
    model = curve.table.model()
    shown = [[model.index(row, column).data() for column in range(2)] for row in range(model.rowCount())]
    assert shown == [["1", "0.7"], ["2", "0.5"], ["4", "0.25"]]
    assert curve.summary.text() == "Training loss fell from 0.7 to 0.25 in 4 steps."
    assert curve.plot.accessibleDescription() == curve.summary.text()
    curve.reset()
    assert model.rowCount() == 0


def test_stages_tell_their_state_in_words(qtbot: QtBot) -> None:
    stages = StageList()
    qtbot.addWidget(stages)
    stages.plan([("a", "First"), ("b", "Second")])
    stages.begin("a", "First")
    stages.progress(0.5, 12.0)
    assert stages._rows["a"].time.text() == "about 12 s left"
    stages.begin("extra", "In between")
    assert list(stages._rows) == ["a", "b", "extra"]
    assert stages._layout.indexOf(stages._rows["extra"].holder) == 1
    stages.stop()
    assert stages._rows["extra"].time.text() == "stopped"
    assert stages._rows["b"].time.text() == ""


def test_a_curve_reads_the_same_after_a_change_of_appearance(qtbot: QtBot) -> None:
    """The axis shows losses as they are, not in thousandths, however often the colours are set."""
    curve = LossCurve()
    qtbot.addWidget(curve)
    for step, value in enumerate((0.69, 0.55, 0.48), 1):
        curve.add(step, value)
    axis = curve.plot.getAxis("left")
    for _ in range(3):
        axis.setRange(0.4, 0.7)
        theme.changed.emit()
        assert axis.tickStrings([0.5, 0.6], axis.autoSIPrefixScale * axis.scale, 0.1) == ["0.5", "0.6"]
