"""The folder: made once, opened by its passphrase, whole under interruption and under several processes."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import WORKSPACE_FILE
from core.workspace import Workspace, database, files
from tests.unit.workspace.helper import PASSPHRASE, committed, records


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refused(code: str, folder: Path, passphrase: str = PASSPHRASE) -> None:
    with pytest.raises(InputError) as caught:
        Workspace.open(folder, passphrase)
    assert caught.value.code == code


def test_made_once_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "home"
    assert not Workspace.exists(folder)
    refused("workspace.missing", folder)
    Workspace.create(folder, PASSPHRASE).close()
    assert Workspace.exists(folder)
    with Workspace.open(folder, PASSPHRASE) as workspace:
        assert workspace.list_datasets() == ()
        assert "secret" in repr(workspace)
    with pytest.raises(InputError) as caught:
        Workspace.create(folder, "another")
    assert caught.value.code == "workspace.exists"
    Workspace.open(folder, PASSPHRASE).close()


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with Workspace.create(folder, PASSPHRASE):
        assert mode(folder) == 0o700
        found = sorted(folder.iterdir())
        assert WORKSPACE_FILE in {path.name for path in found}
        assert {mode(path) for path in found} == {0o600}  # the logs beside the file too
    (folder / WORKSPACE_FILE).chmod(0o644)
    Workspace.open(folder, PASSPHRASE).close()
    assert mode(folder / WORKSPACE_FILE) == 0o600


def test_a_folder_with_other_things_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    tmp_path.chmod(0o755)
    Workspace.create(tmp_path, PASSPHRASE).close()
    assert mode(tmp_path) == 0o755
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", WORKSPACE_FILE]


def test_wrong_and_unusable_passphrases(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        Workspace.create(tmp_path, "")
    assert caught.value.code == "secret.passphrase"
    assert list(tmp_path.iterdir()) == []
    Workspace.create(tmp_path, PASSPHRASE).close()
    for wrong in (PASSPHRASE + " ", PASSPHRASE.upper(), "x"):
        refused("workspace.passphrase", tmp_path, wrong)


def test_the_passphrase_can_be_changed(tmp_path: Path) -> None:
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        workspace.change_passphrase("new one")
        assert [entry.action for entry in workspace.audit_trail()][-1] == "workspace.passphrase_changed"
    refused("workspace.passphrase", tmp_path)
    Workspace.open(tmp_path, "new one").close()


def test_the_lock_is_bound_to_its_workspace(tmp_path: Path) -> None:
    """Same passphrase, but the lock of another workspace."""
    Workspace.create(tmp_path / "a", PASSPHRASE).close()
    Workspace.create(tmp_path / "b", PASSPHRASE).close()
    with sqlite3.connect(tmp_path / "a" / WORKSPACE_FILE) as a, sqlite3.connect(tmp_path / "b" / WORKSPACE_FILE) as b:
        (lock,) = a.execute("SELECT value FROM meta WHERE name = 'lock'").fetchone()
        b.execute("UPDATE meta SET value = ? WHERE name = 'lock'", (lock,))
    refused("workspace.passphrase", tmp_path / "b")


@pytest.mark.parametrize("lock", [b"", b"{}", b"\xff", b'{"kdf":{},"version":1,"wrapped":""}'])
def test_a_damaged_lock_is_called_damage(tmp_path: Path, lock: bytes) -> None:
    Workspace.create(tmp_path, PASSPHRASE).close()
    with sqlite3.connect(tmp_path / WORKSPACE_FILE) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'lock'", (lock,))
    refused("workspace.damaged", tmp_path)


def test_files_that_are_no_workspaces(tmp_path: Path) -> None:
    path = tmp_path / WORKSPACE_FILE
    path.write_bytes(b"not a database" * 1000)
    refused("workspace.damaged", tmp_path)
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (x)")
    refused("workspace.damaged", tmp_path)


def test_a_later_version_is_left_alone(tmp_path: Path) -> None:
    Workspace.create(tmp_path, PASSPHRASE).close()
    path = tmp_path / WORKSPACE_FILE
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, '')",
            (database.migrations.name, "9999-the-future"),
        )
    before = path.read_bytes()
    refused("workspace.version", tmp_path)
    assert path.read_bytes() == before


def test_migrations_are_applied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version of the program adds a table to a workspace of this one."""
    Workspace.create(tmp_path, PASSPHRASE).close()
    later = type(database.migrations)(database.migrations.name)
    later(name="0001-first-version")(lambda db: pytest.fail("applied twice"))
    later(name="0002-unfinished-jobs")(lambda db: pytest.fail("applied twice"))
    later(name="0003-unfinished-imports")(lambda db: pytest.fail("applied twice"))
    later(name="0004-more")(lambda db: db.table("more").create({"x": int}))
    monkeypatch.setattr(database, "migrations", later)
    for _ in range(2):
        with Workspace.open(tmp_path, PASSPHRASE) as workspace:
            assert len(workspace.audit_trail()) == 1
    monkeypatch.undo()
    refused("workspace.version", tmp_path)


def test_settings_of_the_connection(tmp_path: Path) -> None:
    Workspace.create(tmp_path, PASSPHRASE).close()
    db = database.connect(tmp_path / WORKSPACE_FILE)
    names = ("journal_mode", "secure_delete", "temp_store", "foreign_keys", "synchronous", "trusted_schema")
    assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names] == ["wal", 1, 2, 1, 2, 0]
    db.close()


def test_atomic_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    files.write_private(path, b"one")
    files.write_private(path, b"two")
    assert (path.read_bytes(), mode(path)) == (b"two", 0o600)

    def fail(*_: object) -> None:
        raise OSError("power")

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(InputError) as caught:
        files.write_private(path, b"three")
    assert caught.value.code == "workspace.write"
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        Workspace.create(tmp_path / "file" / "home", PASSPHRASE)
    assert caught.value.code == "workspace.folder"


_WRITER = """
import sys
from pathlib import Path
from core.bundle.keys import SigningKey
from core.errors import InputError
from core.workspace import Workspace
folder = Path(sys.argv[1])
try:
    Workspace.create(folder, sys.argv[2]).close()
except InputError as error:
    assert error.code == "workspace.exists", error.code
with Workspace.open(folder, sys.argv[2]) as workspace:
    for _ in range(10):
        workspace.add_key(SigningKey.generate("A"))
"""


def test_two_processes_at_once(tmp_path: Path) -> None:
    """Both try to make it, then both write; the chain of the audit trail shows that no write went missing."""
    command = [sys.executable, "-c", _WRITER, str(tmp_path / "home"), PASSPHRASE]
    root = Path(__file__).resolve().parents[3]
    running = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with Workspace.open(tmp_path / "home", PASSPHRASE) as workspace:
        assert len(workspace.list_keys()) == 20
        assert len(workspace.audit_trail()) == 21


def test_a_writer_waits_and_says_so_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_WAIT_SECONDS", 0.05)
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        other = sqlite3.connect(tmp_path / WORKSPACE_FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError) as caught:
            workspace.change_passphrase("new one")
        other.execute("ROLLBACK")
        other.close()
    assert caught.value.code == "workspace.busy"
    Workspace.open(tmp_path, PASSPHRASE).close()


def test_a_full_disk_is_called_so_and_changes_nothing(tmp_path: Path) -> None:
    data = committed(records(500))
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        pages = workspace._session.db.execute("PRAGMA page_count").fetchone()[0]
        workspace._session.db.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(InputError) as caught:
            workspace.store_dataset(
                data.encoded, commitments=data.commitments, blindings=data.blindings, root=data.root, name="x"
            )
        assert caught.value.code == "workspace.full"
        assert workspace.list_datasets() == ()
        assert len(workspace.audit_trail()) == 1


def test_a_newly_made_workspace_serves_at_once(tmp_path: Path) -> None:
    """The keys in memory are those behind the lock."""
    data = committed(records())
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        dataset_id = workspace.store_dataset(
            data.encoded, commitments=data.commitments, blindings=data.blindings, root=data.root, name="x"
        )
    with Workspace.open(tmp_path, PASSPHRASE) as workspace:
        assert tuple(workspace.open_dataset(dataset_id).blindings) == data.blindings
