"""Ctrl-C: exit code 130, one sentence, nothing half-done, and the workspace still good."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from core.cli.progress import ProgressLine
from core.cli.run import GRACE
from core.jobs.protocol import Event
from core.workspace import Workspace
from tests.cli.conftest import Made, ok
from tests.cli.program import INFER, PASSPHRASE, Program, write_table


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ctrl-C arrives as soon as a stage of this name begins; the list holds that name and then the stages seen."""
    wanted: list[str] = []
    emit = ProgressLine.emit

    def interrupting(self: ProgressLine, event: Event) -> None:
        emit(self, event)
        if event["event"] == "stage":
            wanted.append(str(event["name"]))
            if event["name"] == wanted[0]:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.2)  # so that it is heard before a short stage is over

    monkeypatch.setattr(ProgressLine, "emit", interrupting)
    return wanted


def test_the_grace_is_below_two_seconds() -> None:
    assert 0 < GRACE < 2


@pytest.mark.parametrize("stage", ["open", "prepare", "split", "train", "validity", "optimum", "check"])
def test_attest_stops_at_any_stage(made: Made, tmp_path: Path, interrupt: list[str], stage: str) -> None:
    before = state(made.program)
    interrupt.append(stage)
    done = made.program("attest", made.dataset, "--plan", made.plan, "--out", tmp_path / "x.proofward")
    assert (done.code, done.out) == (130, "")
    assert "cancelled" in done.sentence()
    assert interrupt[-1] == stage
    assert list(tmp_path.iterdir()) == []
    assert state(made.program) == before


@pytest.mark.parametrize("stage", ["read", "prepare", "commit", "store"])
def test_import_stops_at_any_stage(program: Program, interrupt: list[str], stage: str) -> None:
    table = write_table(program.folder / "patients.csv")
    interrupt.append("none yet")
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    before = program.left()
    interrupt[0] = stage
    done = program("import", table, "--schema", "schema.json")
    assert (done.code, done.out) == (130, "")
    assert program.left() == before
    assert state(program)["datasets"] == []
    interrupt[0] = "none any more"
    assert ok(program("import", table, "--schema", "schema.json", "--json")).json["records"] == 24


def test_attest_that_is_cancelled_at_its_end_has_made_no_key(
    made: Made, program: Program, interrupt: list[str]
) -> None:
    interrupt.append("none yet")
    table = write_table(program.folder / "patients.csv")
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    dataset = ok(program("import", table, "--schema", "schema.json", "--json")).json["dataset_id"]
    interrupt[0] = "check"
    assert program("attest", dataset, "--plan", made.plan).code == 130
    interrupt[0] = "none any more"
    assert ok(program("key", "list", "--json")).json == {"keys": []}
    assert ok(program("attest", dataset, "--plan", made.plan, "--json")).json["key"]["new"] is True


def test_a_cancelled_demo_leaves_neither_bundle_nor_workspace(
    program: Program, tmp_path: Path, interrupt: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    interrupt.append("train")
    assert program("demo").code == 130
    assert program.left() == set()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_cancelled_sample_leaves_no_file(program: Program, interrupt: list[str]) -> None:
    interrupt.append("write")
    assert program("sample", "--rows", "100000").code == 130
    assert program.left() == set()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")
def test_a_real_interrupt_ends_a_real_process(program: Program) -> None:
    process = program.start("sample", "--rows", "1000000", "--columns", "200", "-o", "big.csv")
    deadline = time.monotonic() + 60
    while not program.left() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert b"cancelled" in err and b"Traceback" not in err
    assert program.left() == set()


def state(program: Program) -> dict[str, object]:
    """Everything that a cancelled job must not change, read without the command line."""
    with Workspace.open(program.home, PASSPHRASE) as workspace:
        return {
            "datasets": [item.dataset_id for item in workspace.list_datasets()],
            "bundles": [item.sha256 for item in workspace.list_bundles()],
            "models": list(workspace.list_models()),
            "files": sorted(path.name for path in program.home.rglob("*.part")),
            "trail": workspace.audit_head(),
        }
