"""Datasets opened by two processes at once: the same dataset, or the same error, whatever becomes of the helper."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core import helpers
from core.errors import CancelledError, InputError
from core.monitor import SilentMonitor
from core.proving.dataset import OpenedDataset
from core.settings import WORKSPACE_FILE
from core.workspace import Workspace, opener, opening
from core.workspace.opening import BLOCK, DatasetOpening
from tests.unit.workspace.helper import PASSPHRASE, Committed, committed, records

BLOCKS = 12
COUNT = BLOCKS * BLOCK + 17
UNIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to kill with")


@pytest.fixture(scope="module")
def data() -> Committed:
    return committed(records(COUNT))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, data: Committed) -> Path:
    path = tmp_path_factory.mktemp("workspace")
    with Workspace.create(path, PASSPHRASE) as workspace:
        workspace.store_dataset(
            data.encoded, commitments=data.commitments, blindings=data.blindings, root=data.root, name="cohort"
        )
    return path


@pytest.fixture
def workspace(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(opening, "HELPED_FROM", 1)
    monkeypatch.setattr(helpers, "usable_cores", lambda: 2)
    with Workspace.open(folder, PASSPHRASE) as opened:
        yield opened


def begun(workspace: Workspace) -> DatasetOpening:
    (info,) = workspace.list_datasets()
    return workspace.opening_dataset(info.dataset_id)


def process_of(began: DatasetOpening) -> subprocess.Popen[bytes]:
    process = began._helper
    assert process is not None
    return process


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def require_same(found: OpenedDataset, data: Committed) -> None:
    assert found.numbers == data.encoded.numbers
    assert found.commitments == data.commitments
    assert tuple(found.blindings) == data.blindings
    assert found.rows.dtype == np.uint16 and np.array_equal(found.rows, data.encoded.rows)
    assert found.root == data.root


class Takes(SilentMonitor):
    """Notes what is told."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def progress(self, done: float) -> None:
        self.shares.append(done)


def test_a_helper_opens_all_while_nobody_helps(workspace: Workspace, data: Committed) -> None:
    with begun(workspace) as began:
        assert began.helped
        helper = process_of(began)
        until(lambda: began._left.done)
        watch = Takes()
        require_same(began.finish(watch), data)
        assert watch.shares == []  # nothing was left to do here
    assert helper.poll() is not None and not began.helped


def test_both_share_what_is_left(workspace: Workspace, data: Committed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the helper delivers a block, then this process opens one."""
    turn, take = threading.Semaphore(0), opener.take
    delivered: list[bool] = []

    def in_turn(*arguments: object) -> bool:
        assert turn.acquire(timeout=30)
        delivered.append(take(*arguments))  # type: ignore[arg-type]
        return delivered[-1]

    class Gives(Takes):
        def progress(self, done: float) -> None:
            super().progress(done)
            turn.release()
            until(lambda: len(delivered) >= min(len(self.shares), 4))

    monkeypatch.setattr(opener, "take", in_turn)
    with begun(workspace) as began:
        watch = Gives()
        require_same(began.finish(watch), data)
    assert len(delivered) >= 4 and all(delivered)
    assert watch.shares == sorted(watch.shares) and watch.shares[-1] < 1


def test_small_datasets_and_single_cores_have_no_helper(
    workspace: Workspace, data: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as smaller:
        smaller.setattr(opening, "HELPED_FROM", COUNT + 1)
        with begun(workspace) as began:
            assert not began.helped
            require_same(began.finish(SilentMonitor()), data)
    monkeypatch.setattr(helpers, "usable_cores", lambda: 1)
    with begun(workspace) as began:
        assert not began.helped


@UNIX
def test_what_a_killed_helper_does_not_deliver_is_opened_here(
    workspace: Workspace, data: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, taken = opener.take, []

    def until_it_dies(*arguments: object) -> bool:
        if len(taken) == 3:
            process_of(began).send_signal(signal.SIGKILL)
            process_of(began).wait()
        taken.append(1)
        return take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(opener, "take", until_it_dies)
    with begun(workspace) as began:
        thread = began._thread
        assert thread is not None
        thread.join(30)
        assert not thread.is_alive() and 3 * BLOCK <= began._left.share * COUNT < COUNT
        require_same(began.finish(SilentMonitor()), data)


@UNIX
def test_a_helper_that_dies_while_this_process_waits(
    workspace: Workspace, data: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the last blocks, and this process nothing left to do but wait, when it is killed."""
    waits = opening._Remaining.wait

    def wait(self: opening._Remaining) -> None:
        process_of(began).send_signal(signal.SIGKILL)
        process_of(began).wait()
        held.set()
        waits(self)

    held = threading.Event()
    take = opener.take

    def late(*arguments: object) -> bool:
        assert held.wait(30)
        return take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(opening._Remaining, "wait", wait)
    monkeypatch.setattr(opener, "take", late)
    with begun(workspace) as began:
        until(lambda: began._left._first == opening._AHEAD * BLOCK)
        require_same(began.finish(SilentMonitor()), data)
    assert held.is_set()


@UNIX
def test_a_helper_that_stops_is_not_waited_for(
    workspace: Workspace, data: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_PATIENCE", 0.2)
    with begun(workspace) as began:
        helper = process_of(began)
        helper.send_signal(signal.SIGSTOP)
        require_same(began.finish(SilentMonitor()), data)
    assert helper.poll() is not None


def test_without_processes_or_threads_the_work_is_done_here(
    workspace: Workspace, data: Committed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    def no_thread(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    started: list[subprocess.Popen[bytes]] = []
    start = helpers.start

    def noted(line: list[str]) -> subprocess.Popen[bytes]:
        started.append(start(line))
        return started[-1]

    with monkeypatch.context() as crowded:
        crowded.setattr(subprocess, "Popen", refuse)
        first = begun(workspace)
    with monkeypatch.context() as crowded:
        crowded.setattr(helpers, "start", noted)
        crowded.setattr(threading.Thread, "start", no_thread)
        second = begun(workspace)
    for began in (first, second):
        assert not began.helped
        require_same(began.finish(SilentMonitor()), data)
    assert len(started) == 1 and started[0].poll() is not None


class Stop(SilentMonitor):
    def check(self) -> None:
        raise CancelledError


def test_cancelling_ends_the_helper(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener, "take", lambda *_: threading.Event().wait(0.2) and False)
    with pytest.raises(CancelledError), begun(workspace) as began:
        helper = process_of(began)
        began.finish(Stop())
    assert helper.poll() is not None


@pytest.fixture
def changeable(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the workspace that may be damaged."""
    monkeypatch.setattr(opening, "HELPED_FROM", 1)
    monkeypatch.setattr(helpers, "usable_cores", lambda: 2)
    (tmp_path / WORKSPACE_FILE).write_bytes((folder / WORKSPACE_FILE).read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records SET row = zeroblob(length(row)) WHERE number = 3",
        f"UPDATE records SET row = zeroblob(length(row)) WHERE number = {2 * COUNT - 3}",
        "UPDATE records SET blinding = (SELECT blinding FROM records WHERE number = 1) WHERE number = 5",
        "UPDATE records SET commitment = substr(commitment, 2) WHERE number = 5",
        "DELETE FROM records WHERE number = 1",
        f"DELETE FROM records WHERE number = {2 * COUNT - 1}",
        "DELETE FROM records WHERE number = 10001",
        "INSERT INTO records SELECT dataset_id, 0, commitment, row, blinding, row_tag, blinding_tag FROM records"
        " WHERE number = 1",
        "UPDATE records SET number = -1 WHERE number = 1",
    ],
)
@pytest.mark.parametrize("ahead", [False, True])
def test_damage_is_found_by_whoever_opens_it(changeable: Path, change: str, ahead: bool) -> None:
    connection = sqlite3.connect(changeable / WORKSPACE_FILE)
    with connection:
        assert connection.execute(change).rowcount == 1
    connection.close()
    with Workspace.open(changeable, PASSPHRASE) as workspace, begun(workspace) as began:
        thread = began._thread
        assert thread is not None
        if ahead:  # the helper has met it, or opened what it could
            thread.join(30)
        with pytest.raises(InputError) as caught:
            began.finish(SilentMonitor())
        assert caught.value.code == "workspace.damaged"


def test_the_database_can_be_written_afterwards(workspace: Workspace, folder: Path) -> None:
    """Neither process is left reading: another one writes, and then this one."""
    with begun(workspace) as began:
        began.finish(SilentMonitor())
    with Workspace.open(folder, PASSPHRASE) as other:
        other.log_receipt(other.list_datasets()[0].dataset_id, 1, opening=False)
    workspace.log_receipt(workspace.list_datasets()[0].dataset_id, 1, opening=False)
    assert [entry.action for entry in workspace.audit_trail()][-2:] == ["receipt.issued"] * 2


def test_keys_go_through_the_pipe_alone(workspace: Workspace) -> None:
    keys = workspace._session.vault.handed_over()
    with begun(workspace) as began:
        line = process_of(began).args
        assert isinstance(line, list)
        for shown in (*line, *os.environ.values()):
            assert keys.hex() not in shown and keys[16:].hex() not in shown


def test_a_helper_ends_with_its_input() -> None:
    with helpers.start(helpers.command("core.workspace.opener", "--records")) as helper:
        assert helper.stdin is not None
        helper.stdin.close()
        helper.wait(20)


ORPHAN = """
import sys, time
from pathlib import Path
from core import helpers
from core.workspace import Workspace, opening
helpers.usable_cores = lambda: 2
opening.HELPED_FROM = 1
opening.opener.take = lambda *_: time.sleep(60)
workspace = Workspace.open(Path(sys.argv[1]), sys.argv[2])
began = workspace.opening_dataset(workspace.list_datasets()[0].dataset_id)
print(began._helper.pid, flush=True)
time.sleep(60)
"""


@UNIX
def test_a_helper_dies_with_its_parent(folder: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(folder), PASSPHRASE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()

    def gone() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
            return False

    until(gone)
