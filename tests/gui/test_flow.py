"""The whole job through the window with the real worker: create, import, attest, look, export, verify, tamper."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.bridge import JobBridge, RunningJob
from gui.panels import PANELS
from gui.panels.announce import AnnounceDialog
from gui.panels.attest import AttestPanel
from gui.panels.data import DataPanel
from gui.panels.receipts import ReceiptDialog
from gui.panels.result import ResultPanel
from gui.panels.verify import VerifyPanel
from gui.panels.workspace import WorkspacePanel
from gui.session import Session
from gui.window import MainWindow
from tests.gui.conftest import PASSPHRASE, write_table

LONG = 240_000


def texts(widget: QWidget) -> str:
    """All that the labels below say; Qt's next turn, which shows what was just added to a layout, comes first."""
    QCoreApplication.sendPostedEvents()
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def unlock(window: MainWindow, session: Session, qtbot: QtBot, passphrase: str = PASSPHRASE) -> None:
    panel = window.panels["workspace"]
    assert isinstance(panel, WorkspacePanel)
    panel._door.passphrase.setText(passphrase)
    panel._door.again.setText(passphrase)
    panel._door.submit.click()
    qtbot.waitUntil(lambda: not session.locked or panel._door.problem.isVisible(), timeout=LONG)
    qtbot.waitUntil(lambda: not session.bridge.running, timeout=LONG)


def review_table(window: MainWindow, qtbot: QtBot, table: Path) -> DataPanel:
    """Up to the schema that is reviewed and confirmed."""
    panel = window.panels["data"]
    assert isinstance(panel, DataPanel)
    window.show_panel("data")
    panel.open_file(table)
    qtbot.waitUntil(lambda: panel._job is None, timeout=LONG)
    assert panel.columns.roles().outcome == "died"
    assert panel.columns.roles().patient_id == "mrn"
    assert panel.columns.roles().consent == "ok"
    panel.columns._menu.actions()[-2].setChecked(False)
    group = next(action for action in panel.columns._menu.actions() if action.text() == "sex")
    group.setChecked(True)
    assert panel.columns.roles().groups == ("sex",)
    panel.columns.next.click()
    qtbot.waitUntil(lambda: panel._job is None, timeout=LONG)
    assert panel.problem.isHidden(), texts(panel.problem)
    assert not panel.review.commit.isEnabled()
    panel.review.confirm.setChecked(True)
    return panel


def commit_until_prepared(panel: DataPanel, qtbot: QtBot) -> None:
    """Begin the import and wait until it is at work."""
    reached: list[str] = []
    panel.review.commit.click()
    assert panel._job is not None
    panel._job.stage.connect(reached.append)
    qtbot.waitUntil(lambda: "prepare" in reached, timeout=LONG)


def import_table(window: MainWindow, session: Session, qtbot: QtBot, table: Path) -> DataPanel:
    panel = review_table(window, qtbot, table)
    panel.review.commit.click()
    qtbot.waitUntil(lambda: panel._job is None and not session.bridge.running, timeout=LONG)
    return panel


def test_from_an_empty_folder_to_a_verified_bundle(
    window: MainWindow, session: Session, qtbot: QtBot, table: Path, tmp_path: Path
) -> None:
    door = window.panels["workspace"]
    assert isinstance(door, WorkspacePanel)
    door._door.passphrase.setText("short")
    assert not door._door.submit.isEnabled()
    unlock(window, session, qtbot)
    assert not session.locked

    with table.open("a", encoding="utf-8") as file:
        file.write("P9999,abc,100,f,yes,1\n")
    data = import_table(window, session, qtbot, table)
    said = texts(data.done)
    assert "40 records committed" in said and "Rejected rows" in said and "Memory at most" in said
    assert len(session.datasets) == 1 and session.datasets[0].records == 40
    assert session.datasets[0].root in said

    attest = window.panels["attest"]
    assert isinstance(attest, AttestPanel)
    window.show_panel("attest")
    attest.form.nonce.setText("abc")
    assert not attest.start_button.isEnabled() and "hexadecimal" in attest.form.complaint
    choices = attest.form.choices()
    assert choices is None
    attest.form.nonce.setText("00ff" * 8)
    # the split follows from a root that differs in every run: with halves, both sides hold both outcomes
    attest.form.share.setValue(50)
    choices = attest.form.choices()
    assert choices is not None and choices.nonce == "00ff" * 8
    announced = AnnounceDialog(session, choices.dataset_id, choices.plan)
    qtbot.addWidget(announced)
    qtbot.waitUntil(lambda: not session.bridge.running, timeout=LONG)
    assert session.datasets[0].root in texts(announced)
    receipt = ReceiptDialog(session, session.datasets[0])
    qtbot.addWidget(receipt)
    receipt.record.setValue(7)
    receipt.opening.setChecked(True)
    receipt.write_to(tmp_path / "receipt.json")
    qtbot.waitUntil(lambda: receipt.job is None, timeout=LONG)
    assert "Written: receipt.json" in texts(receipt)
    attest.start_button.click()
    assert attest.cancel_button.isVisible() and not attest.form.isEnabled()
    qtbot.waitUntil(lambda: attest.job is None, timeout=LONG)
    assert attest.problem.isHidden(), texts(attest.problem)
    assert session.attestation is not None

    result = window.panels["result"]
    assert isinstance(result, ResultPanel) and result.isVisible()
    said = texts(result)
    assert "Trained, proven and signed" in said and "What is not proven" in said
    assert "Training loss fell" in said and "Memory at most" in said
    bundle = session.attestation.path
    if sys.platform != "win32":
        assert stat.S_IMODE(bundle.parent.stat().st_mode) == 0o700
    exported = tmp_path / "model.proofward"
    exported.write_bytes(b"older")
    with patch("gui.panels.result.shutil.copyfile", side_effect=OSError("the disk is full")):
        result.export_to(bundle, exported)
    assert result.problem.isVisible() and exported.read_bytes() == b"older"
    result.export_to(bundle, exported)
    assert exported.read_bytes() == bundle.read_bytes()
    result.export_to(bundle, tmp_path / "no such folder" / "x.proofward")
    assert result.problem.isVisible()

    verify = window.panels["verify"]
    assert isinstance(verify, VerifyPanel)
    window.show_panel("verify")
    verify.open_file(exported)
    qtbot.waitUntil(lambda: verify.job is None, timeout=LONG)
    assert verify.report is not None and verify.report.verdict == "accepted"
    assert {claim.status for claim in verify.report.claims} == {"accepted"}
    said = texts(verify)
    assert "Bundle accepted" in said and "Signed by an unknown key" in said and "PROVED" in said and "SIGNED" in said

    for name in ("report.txt", "report.json"):
        verify.export_to(tmp_path / name)
    assert "[PROVED]" in (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["verdict"] == "accepted"

    assert verify.report.bound["root"] == session.datasets[0].root
    assert verify.report.bound["nonce"] == "00ff" * 8
    assert verify.report.bound["plan"] in texts(announced)
    verify.open_file(tmp_path / "receipt.json")
    qtbot.waitUntil(lambda: verify.job is None, timeout=LONG)
    assert verify.report.kind == "receipt" and "Receipt accepted" in texts(verify)
    verify.open_file(exported)
    qtbot.waitUntil(lambda: verify.job is None, timeout=LONG)

    fingerprint = verify.report.signers[0].fingerprint
    verify.signer.setText(fingerprint)
    verify.verify()
    qtbot.waitUntil(lambda: verify.job is None, timeout=LONG)
    assert verify.report.verdict == "accepted" and "Signed by the key that was asked for" in texts(verify)
    verify.signer.setText("00" * 32)
    verify.verify()
    qtbot.waitUntil(lambda: verify.job is None, timeout=LONG)
    assert verify.report.verdict == "rejected" and "Bundle rejected" in texts(verify)
    verify.signer.clear()

    data_bytes = bytearray(exported.read_bytes())
    data_bytes[len(data_bytes) // 2] ^= 1
    tampered = tmp_path / "tampered.proofward"
    tampered.write_bytes(data_bytes)
    verify.open_file(tampered)
    qtbot.waitUntil(lambda: verify.job is None, timeout=LONG)
    assert verify.report.verdict in ("rejected", "malformed")

    window._lock()
    assert session.attestation is None and session.datasets == ()
    assert "Trained, proven" not in texts(result)
    unlock(window, session, qtbot, "another passphrase")
    assert session.locked and "passphrase" in texts(door._door.problem)
    unlock(window, session, qtbot)
    assert not session.locked and len(session.datasets) == 1 and len(session.keys) == 1


def test_what_a_run_takes_is_foretold_and_withdrawn_once_it_is_another(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlock(window, session, qtbot)
    import_table(window, session, qtbot, write_table(tmp_path / "many.csv", rows=300))
    attest = window.panels["attest"]
    assert isinstance(attest, AttestPanel)
    outlook = attest.outlook
    window.show_panel("attest")
    said = texts(attest)
    assert outlook.ask_button.isVisible() and "Foretells" in said and "about" not in said
    outlook.ask_button.click()
    assert outlook.stop_button.isVisible() and not outlook.ask_button.isVisible()
    assert attest.start_button.isEnabled()
    qtbot.waitUntil(lambda: outlook.job is None, timeout=LONG)
    assert outlook.problem.isHidden(), texts(outlook.problem)
    said = texts(outlook)
    assert "this machine has" in said and "kB" in said and not outlook.refusal.isVisible()
    assert texts(attest.stages).count("about") == len(attest.stages._rows) == 8
    attest.form.share.setValue(25)
    assert not outlook.facts.isVisible() and "about" not in texts(attest.stages)

    monkeypatch.setenv("PROOFWARD_MEMORY", "100MB")
    outlook.ask_button.click()
    qtbot.waitUntil(lambda: outlook.job is None, timeout=LONG)
    said = texts(outlook)
    assert "it may take 100.0 MB" in said
    assert "There is not enough memory for it" in said and "PROOFWARD_MEMORY" in said
    attest.start_button.click()
    assert not outlook.isVisible()
    qtbot.waitUntil(lambda: attest.job is None and not session.bridge.running, timeout=LONG)
    assert "machine.memory" in texts(attest.problem) and not outlook.facts.isVisible()

    outlook.ask_button.click()
    attest.form.nonce.setText("00ff")
    assert outlook.job is None and outlook.ask_button.isVisible(), "the question is withdrawn as well"
    outlook.ask_button.click()
    lock(window, session, qtbot)
    unlock(window, session, qtbot)
    window.show_panel("attest")
    assert outlook.ask_button.isVisible() and not outlook.facts.isVisible() and outlook.problem.isHidden()


def test_a_run_is_cancelled_and_the_form_is_back(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    unlock(window, session, qtbot)
    import_table(window, session, qtbot, write_table(tmp_path / "many.csv", rows=300))
    attest = window.panels["attest"]
    assert isinstance(attest, AttestPanel)
    window.show_panel("attest")
    attest.start_button.click()
    assert attest.job is not None
    with qtbot.waitSignal(attest.job.stage, timeout=LONG):
        pass
    attest.cancel_button.click()
    qtbot.waitUntil(lambda: attest.job is None, timeout=LONG)
    assert "Cancelled" in texts(attest.problem)
    assert attest.start_button.isVisible() and attest.form.isEnabled()
    assert session.attestation is None
    assert list((session.home / "released").iterdir()) == []


def test_a_run_is_paused_and_continued(window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    unlock(window, session, qtbot)
    import_table(window, session, qtbot, write_table(tmp_path / "many.csv", rows=300))
    attest = window.panels["attest"]
    assert isinstance(attest, AttestPanel)
    window.show_panel("attest")
    attest.start_button.click()
    assert attest.job is not None
    reached: list[str] = []
    attest.job.stage.connect(reached.append)
    qtbot.waitUntil(lambda: "train" in reached, timeout=LONG)
    attest.pause_button.click()
    assert not attest.pause_button.isEnabled() and not attest.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: attest.job is None and not session.bridge.running, timeout=LONG)
    assert session.attestation is None and attest.problem.isHidden()
    assert [run.running for run in session.unfinished] == [False]
    assert "Unfinished run: many" in texts(attest)
    attest.resume(session.unfinished[0])
    with patch("gui.panels.attest.may_discard", return_value=False) as asked:
        attest.cancel_button.click()
    assert asked.called and attest.job is not None and not attest.job.stopping
    qtbot.waitUntil(lambda: attest.job is None and not session.bridge.running, timeout=LONG)
    assert attest.problem.isHidden(), texts(attest.problem)
    assert session.attestation is not None and session.attestation.path.is_file()
    assert session.unfinished == () and not attest.unfinished.isVisible()


def test_an_import_is_paused_and_continued(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    unlock(window, session, qtbot)
    panel = review_table(window, qtbot, write_table(tmp_path / "many.csv", rows=300))
    commit_until_prepared(panel, qtbot)
    assert panel.review.pause_button.isVisible()
    panel.review.pause_button.click()
    qtbot.waitUntil(lambda: panel._job is None and not session.bridge.running, timeout=LONG)
    assert panel.problem.isHidden() and session.datasets == ()
    (run,) = session.unfinished
    assert (run.verb, run.source, run.name, run.running) == ("import_dataset", tmp_path / "many.csv", "many", False)
    qtbot.waitUntil(lambda: "Unfinished import: many.csv" in texts(panel.unfinished), timeout=LONG)
    assert panel.unfinished.isVisible()
    attest = window.panels["attest"]
    assert isinstance(attest, AttestPanel) and "Unfinished" not in texts(attest.unfinished)
    panel.unfinished.resume_wanted.emit(run)
    assert panel.review.pause_button.isVisible() and panel.review.model.document == run.schema
    qtbot.waitUntil(lambda: panel._job is None and not session.bridge.running, timeout=LONG)
    assert panel.problem.isHidden(), texts(panel.problem)
    assert "300 records committed" in texts(panel.done) and "many" in texts(panel.done)
    assert [item.name for item in session.datasets] == ["many"]
    assert session.unfinished == () and panel.unfinished.isHidden()


def lock(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    with patch("gui.window.ask", return_value=True):
        window._lock()
    qtbot.waitUntil(lambda: not session.bridge.running, timeout=LONG)


def test_unlocking_makes_no_workspace_in_the_place_of_one_that_has_gone(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    unlock(window, session, qtbot)
    lock(window, session, qtbot)
    session.home.rename(tmp_path / "elsewhere")
    session.home.mkdir()  # as a mount point is left behind
    unlock(window, session, qtbot, "a slip of the pen")
    door = window.panels["workspace"]
    assert isinstance(door, WorkspacePanel)
    assert session.locked and "workspace.missing" in texts(door._door.problem)
    assert list(session.home.iterdir()) == []


def test_an_answer_about_a_table_that_was_left_is_dropped(
    window: MainWindow, session: Session, qtbot: QtBot, table: Path
) -> None:
    unlock(window, session, qtbot)
    panel = review_table(window, qtbot, table)
    panel.review.back.emit()
    panel.columns.next.click()
    assert panel._job is not None and panel._job.verb == "infer_schema"
    assert not panel.columns.patient.isEnabled() and not panel.columns.next.isEnabled()
    with patch.object(RunningJob, "_stop", lambda job, word: setattr(job, "_wish", word)):  # it was on its way
        panel.columns.back.emit()
    qtbot.waitUntil(lambda: panel._job is None, timeout=LONG)
    assert panel._stack.currentIndex() == 0 and panel.problem.isHidden()
    assert panel.columns.patient.isEnabled() and panel.columns.next.isEnabled()


def test_another_file_takes_the_place_of_one_that_is_being_verified(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = window.panels["verify"]
    assert isinstance(panel, VerifyPanel)
    for name in ("first", "second"):
        (tmp_path / f"{name}.proofward").write_bytes(b"no bundle")
        panel.open_file(tmp_path / f"{name}.proofward")
    qtbot.waitUntil(lambda: panel.job is None, timeout=LONG)
    said = texts(panel)
    assert "second.proofward" in said and "first.proofward" not in said
    assert "This file cannot be read" in said and "Cancelled" not in said


def test_a_window_that_was_replaced_does_not_hear_of_a_lock(
    session: Session, qtbot: QtBot, settings: QSettings, table: Path
) -> None:
    window = MainWindow(session, PANELS, settings=settings)
    window.show()
    unlock(window, session, qtbot)
    review_table(window, qtbot, table)
    another = MainWindow(session, PANELS, settings=settings)  # as after a change of language
    qtbot.addWidget(another)
    another.show()
    window.hide()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    lock(another, session, qtbot)  # an error in a slot fails the test
    unlock(another, session, qtbot)
    assert not session.locked


def test_an_unfinished_import_is_discarded(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    unlock(window, session, qtbot)
    panel = review_table(window, qtbot, write_table(tmp_path / "many.csv", rows=300))
    commit_until_prepared(panel, qtbot)
    lock(window, session, qtbot)
    assert session.unfinished == () and panel._job is None
    unlock(window, session, qtbot)
    (run,) = session.unfinished
    panel.unfinished.discard(run)
    qtbot.waitUntil(lambda: not session.bridge.running, timeout=LONG)
    assert session.unfinished == () and session.datasets == ()
    assert panel.unfinished.isHidden()


def test_a_lock_comes_before_an_import_that_has_not_begun(
    window: MainWindow, session: Session, qtbot: QtBot, table: Path
) -> None:
    unlock(window, session, qtbot)
    panel = review_table(window, qtbot, table)
    panel.review.commit.click()
    lock(window, session, qtbot)
    assert panel._job is None
    unlock(window, session, qtbot)
    assert session.unfinished == () and session.datasets == ()


def test_work_that_is_done_while_the_workspace_is_locked_is_not_shown_and_not_lost(
    window: MainWindow, session: Session, qtbot: QtBot, table: Path
) -> None:
    unlock(window, session, qtbot)
    data = review_table(window, qtbot, table)
    data.review.commit.click()
    with patch.object(RunningJob, "_stop"):  # as where the result is on its way already
        lock(window, session, qtbot)
    assert session.datasets == () and data._job is None and "committed" not in texts(data.done)
    unlock(window, session, qtbot)
    assert [item.records for item in session.datasets] == [40] and session.problem is None

    attest = window.panels["attest"]
    assert isinstance(attest, AttestPanel)
    window.show_panel("attest")
    attest.form.share.setValue(0)
    attest.start_button.click()
    with patch.object(RunningJob, "_stop"):
        lock(window, session, qtbot)
    assert session.attestation is None and attest.job is None
    assert session.problem is None and "bundle is kept" not in texts(attest)
    (bundle,) = (session.home / "released").iterdir()
    unlock(window, session, qtbot)
    window.show_panel("attest")
    assert f"Its bundle is kept: {bundle.name}" in texts(attest)
    next(button for button in attest.findChildren(QPushButton) if button.text() == "Verify it").click()
    verify = window.panels["verify"]
    assert isinstance(verify, VerifyPanel) and verify.isVisible()
    qtbot.waitUntil(lambda: verify.job is None, timeout=LONG)
    assert verify.report is not None and verify.report.verdict == "accepted"
    lock(window, session, qtbot)
    unlock(window, session, qtbot)
    assert "bundle is kept" not in texts(attest)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "csv."), (b"\x00\x01\x02", "csv."), (b"only one column\n1\n2\n", "csv."), (b"a,a\n1,2\n", "csv.")],
)
def test_what_is_not_a_table_is_refused_in_plain_words(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path, content: bytes, code: str
) -> None:
    session.unlock("never used here")
    panel = window.panels["data"]
    assert isinstance(panel, DataPanel)
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    window.show_panel("data")
    panel.open_file(path)
    qtbot.waitUntil(lambda: panel._job is None, timeout=LONG)
    assert panel.problem.isVisible()
    assert code in texts(panel.problem) and "This cannot be used as it is" in texts(panel.problem)
    assert panel.source.choose.isEnabled()
    qtbot.waitUntil(lambda: not session.bridge.running, timeout=LONG)


def test_an_auditor_sees_the_verifier_alone_and_leaves_no_workspace(
    qtbot: QtBot, home: Path, settings: QSettings, tmp_path: Path
) -> None:
    bridge = JobBridge()
    session = Session(home, bridge)
    window = MainWindow(session, [spec for spec in PANELS if spec.key == "verify"], settings=settings, auditor=True)
    qtbot.addWidget(window)
    window.show()
    assert window.sidebar is None and list(window.panels) == ["verify"]
    panel = window.panels["verify"]
    assert isinstance(panel, VerifyPanel)
    path = tmp_path / "zeros.proofward"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    session.verify_wanted.emit(path)
    qtbot.waitUntil(lambda: panel.job is None, timeout=LONG)
    assert "This file cannot be read" in texts(panel)
    assert list(home.iterdir()) == []
