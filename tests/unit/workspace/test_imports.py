"""Imports block by block: nothing to see before the end, whole then, and no blinding factor without its row."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import CancelledError, InputError, InternalError
from core.monitor import SilentMonitor
from core.workspace import Workspace
from core.workspace.jobs import RunningJob
from core.workspace.unfinished_import import CommittedBlock, UnfinishedImport
from tests.unit.workspace.helper import PASSPHRASE, WIDTH, Committed, committed, records, schema

DATA = committed(records(10))
ARGUMENTS = {"path": "/patients.csv", "name": "Canary Name of a Cohort"}
TABLES = ("records", "datasets", "imports", "import_blocks", "jobs", "job_parts")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path, PASSPHRASE) as opened:
        yield opened


def block(data: Committed, start: int, stop: int) -> CommittedBlock:
    part = slice(start, stop)
    return CommittedBlock(
        data.encoded.rows[part], data.encoded.numbers[part], data.commitments[part], data.blindings[part]
    )


def begin(workspace: Workspace, job: RunningJob) -> UnfinishedImport:
    return workspace.unfinished_import(job, schema(), width=WIDTH)


def counts(workspace: Workspace) -> dict[str, int]:
    execute = workspace._session.db.execute
    return {table: execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES}


def nothing(workspace: Workspace) -> bool:
    return not any(counts(workspace).values())


def rows_of(workspace: Workspace) -> list[dict[str, Any]]:
    """What is in clear of all records, and the tags."""
    query = "SELECT number, commitment, row_tag, blinding_tag FROM records ORDER BY number"
    return list(workspace._session.db.query(query))


def invisible(workspace: Workspace, target: UnfinishedImport) -> bool:
    for name in (target.dataset_id, f"unfinished {target.dataset_id}", DATA.root.hex()):
        for question in (workspace.dataset_info, workspace.open_dataset, workspace.dataset_commitments):
            with pytest.raises(InputError) as caught:
                question(name)
            assert caught.value.code == "workspace.dataset_unknown"
    return workspace.list_datasets() == () and len(workspace.audit_trail()) == 1


@pytest.mark.parametrize("size", [1, 3, 10])
def test_blocks_come_to_the_same_as_the_whole(workspace: Workspace, tmp_path: Path, size: int) -> None:
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = begin(workspace, job)
        for number, start in enumerate(range(0, 10, size)):
            target.append(block(DATA, start, start + size), b"note %d" % number)
            assert invisible(workspace, target)
            assert workspace.reusable_openings(DATA.encoded) == {}
            assert [item.records for item in workspace.list_jobs()] == [min(start + size, 10)]
        assert target.notes() == [b"note %d" % number for number in range(len(range(0, 10, size)))]
        stored = target.finish("cohort")
        assert (stored.dataset_id, stored.root, stored.known) == (target.dataset_id, DATA.root, False)
        assert workspace.list_jobs() == ()  # with the dataset, in one transaction
    opened = workspace.open_dataset(stored.dataset_id)
    assert (opened.commitments, tuple(opened.blindings)) == (DATA.commitments, DATA.blindings)
    assert np.array_equal(opened.rows, DATA.encoded.rows)
    assert [entry.action for entry in workspace.audit_trail()] == ["workspace.created", "dataset.imported"]
    assert counts(workspace) == dict.fromkeys(TABLES, 0) | {"records": 10, "datasets": 1}
    with Workspace.create(tmp_path / "other", PASSPHRASE) as other:
        other._session.vault._data_key  # noqa: B018  (another key, so other tags)
        other.store_dataset(
            DATA.encoded, commitments=DATA.commitments, blindings=DATA.blindings, root=DATA.root, name="cohort"
        )
        plain = [(row["number"], row["commitment"]) for row in rows_of(other)]
    assert [(row["number"], row["commitment"]) for row in rows_of(workspace)] == plain


def test_an_interrupted_import_is_found_again_by_its_job_alone(workspace: Workspace) -> None:
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = begin(workspace, job)
        target.append(block(DATA, 0, 4), b"first")
    with workspace.begin_job("import_dataset", ARGUMENTS | {"name": "another"}) as other:
        assert begin(workspace, other).notes() == []
        other.discard()
    workspace.sweep_imports()
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        again = begin(workspace, job)
        assert (again.dataset_id, again.notes()) == (target.dataset_id, [b"first"])
        again.append(block(DATA, 4, 10), b"second")
        again.finish("cohort")
    assert tuple(workspace.open_dataset(DATA.root.hex()).blindings) == DATA.blindings


def test_one_that_begins_afresh_has_nothing_of_the_one_before(workspace: Workspace) -> None:
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        old = begin(workspace, job)
        old.append(block(DATA, 0, 4), b"first")
        new = workspace.begin_import_afresh(job, schema(), width=WIDTH)
        assert new.dataset_id != old.dataset_id and new.notes() == []
        with pytest.raises(CancelledError):
            old.append(block(DATA, 4, 8), b"second")
        workspace.sweep_imports()
        assert counts(workspace)["records"] == 0
        new.append(block(DATA, 0, 10), b"all")
        new.finish("cohort")
    assert counts(workspace) == dict.fromkeys(TABLES, 0) | {"records": 10, "datasets": 1}


@pytest.mark.parametrize("how", ["discard", "leave", "version"])
def test_a_forgotten_import_is_gone_and_is_not_taken_up(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = begin(workspace, job)
        target.append(block(DATA, 0, 4), b"first")
        if how == "leave":
            job.discard_on_leaving()
            with pytest.raises(CancelledError):  # the work had not heard of it yet
                target.append(block(DATA, 4, 8), b"second")
            with pytest.raises(CancelledError):
                target.finish("cohort")
    if how == "discard":
        workspace.discard_job(job.job_id)
        assert nothing(workspace)
    if how == "version":
        monkeypatch.setattr("core.workspace.jobs.VERSION", "99.0.0")
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        assert begin(workspace, job).notes() == []
        job.discard()
    workspace.sweep_imports()
    assert nothing(workspace) and workspace.list_datasets() == ()


def test_sweeping_goes_on_where_it_was_stopped(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.workspace.imports._SWEPT", 3)
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        begin(workspace, job).append(block(DATA, 0, 10), b"")
        job.discard()

    class Impatient(SilentMonitor):
        looks = 0

        def check(self) -> None:
            self.looks += 1
            if self.looks == 3:
                raise CancelledError()

    with pytest.raises(CancelledError):
        workspace.sweep_imports(Impatient())
    assert counts(workspace)["records"] == 4
    workspace.sweep_imports()
    assert nothing(workspace)


def test_a_known_root_adds_nothing(workspace: Workspace) -> None:
    first = workspace.store_dataset(
        DATA.encoded, commitments=DATA.commitments, blindings=DATA.blindings, root=DATA.root, name="x"
    )
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = begin(workspace, job)
        target.append(block(DATA, 0, 10), b"")
        stored = target.finish("y")
    workspace.sweep_imports()
    assert (stored.dataset_id, stored.known) == (first, True)
    assert counts(workspace) == dict.fromkeys(TABLES, 0) | {"records": 10, "datasets": 1}
    assert len(workspace.audit_trail()) == 2


@pytest.mark.parametrize("among", ["blocks", "datasets"])
def test_one_blinding_for_two_records_ends_the_import(workspace: Workspace, among: str) -> None:
    twice = committed(DATA.encoded, blindings=(*DATA.blindings[:9], DATA.blindings[0]))
    if among == "datasets":
        other = dataclasses.replace(DATA.encoded, rows=DATA.encoded.rows[::-1].copy())
        data = committed(other, blindings=DATA.blindings)
        workspace.store_dataset(
            other, commitments=data.commitments, blindings=data.blindings, root=data.root, name="x"
        )
        twice = DATA
    before = len(workspace.list_datasets())
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = begin(workspace, job)
        target.append(block(twice, 0, 5), b"")
        target.append(block(twice, 5, 10), b"")
        with pytest.raises(InternalError) as caught:
            target.finish("x")
        assert caught.value.code == "workspace.blinding"
        job.discard()
    workspace.sweep_imports()
    assert len(workspace.list_datasets()) == before and counts(workspace)["imports"] == 0


CHANGES = [
    "DELETE FROM records WHERE number = 1",
    "DELETE FROM import_blocks WHERE block = 0",
    "UPDATE import_blocks SET sealed = (SELECT sealed FROM import_blocks WHERE block = 1) WHERE block = 0",
    "UPDATE import_blocks SET sealed = X'00' WHERE block = 0",
]


@pytest.mark.parametrize("change", CHANGES)
def test_changes_from_outside_are_noticed_before_it_goes_on(workspace: Workspace, change: str) -> None:
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = begin(workspace, job)
        target.append(block(DATA, 0, 4), b"first")
        target.append(block(DATA, 4, 8), b"second")
        assert workspace._session.db.execute(change).rowcount == 1
        with pytest.raises(InputError) as caught:
            target.notes()
        assert caught.value.code == "workspace.damaged"


def test_a_failing_block_leaves_the_blocks_before(workspace: Workspace) -> None:
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = begin(workspace, job)
        target.append(block(DATA, 0, 4), b"first")
        before = counts(workspace)
        with pytest.raises(InternalError):
            target.append(block(DATA, 0, 4), b"the same records again")
        assert counts(workspace) == before and target.notes() == [b"first"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from core.workspace import Workspace
from tests.unit.workspace.helper import WIDTH, committed, records, schema
from tests.unit.workspace.test_imports import ARGUMENTS, block

data = committed(records(3000))
with Workspace.open(Path(sys.argv[1]), sys.argv[2]) as workspace:
    with workspace.begin_job("import_dataset", ARGUMENTS) as job:
        target = workspace.unfinished_import(job, data.encoded.schema, width=WIDTH)
        target.append(block(data, 0, 1000), b"first")
        steps = iter(range(int(sys.argv[3])))
        kill = lambda: next(steps, None) is None and os.kill(os.getpid(), signal.SIGKILL)
        workspace._session.db.conn.set_progress_handler(kill, 1000)
        target.append(block(data, 1000, 2000), b"second")
        target.append(block(data, 2000, 3000), b"third")
        target.finish("x")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
@pytest.mark.parametrize("steps", [0, 20, 60, 100, 150])
def test_a_process_killed_in_the_middle_leaves_whole_blocks(tmp_path: Path, steps: int) -> None:
    Workspace.create(tmp_path, PASSPHRASE).close()
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", _KILLED, str(tmp_path), PASSPHRASE, str(steps)]
    assert subprocess.run(command, cwd=root, check=False, timeout=120).returncode == -9
    data = committed(records(3000))
    with Workspace.open(tmp_path, PASSPHRASE) as workspace:
        assert workspace.list_datasets() == () and len(workspace.audit_trail()) == 1
        (left,) = workspace.list_jobs()
        assert left.records in (1000, 2000, 3000)
        with workspace.begin_job("import_dataset", ARGUMENTS) as job:
            target = begin(workspace, job)
            assert target.notes() == [b"first", b"second", b"third"][: left.records // 1000]
            if left.records < 3000:
                target.append(block(data, left.records, 3000), b"rest")
            target.finish("x")
        assert tuple(workspace.open_dataset(data.root.hex()).blindings) == data.blindings


def test_nothing_of_a_block_lies_in_clear(tmp_path: Path) -> None:
    canary = b"canary-of-a-note, with a digest of a patient"
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        with workspace.begin_job("import_dataset", ARGUMENTS) as job:
            begin(workspace, job).append(block(DATA, 0, 10), canary)
            states = [b"".join(path.read_bytes() for path in tmp_path.iterdir())]
        states.append(b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file()))
        secrets = [canary, canary[:12], b"Canary Name", b"patients.csv"]
        secrets += [row.astype("<u2").tobytes() for row in DATA.encoded.rows]
        secrets += [blinding.to_bytes(32, "big") for blinding in DATA.blindings]
        for state in states:
            assert DATA.commitments[0] in state
            assert [secret for secret in secrets if secret in state] == []
        workspace.discard_job(job.job_id)
        workspace._session.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert DATA.commitments[0] not in (tmp_path / "workspace.db").read_bytes()  # overwritten, not only forgotten
