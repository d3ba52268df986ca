"""Unfinished jobs: taken up by the same job alone, by one process at a time, sealed, and gone when they are to be."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import InputError
from core.workspace import Workspace, jobs
from core.workspace.locks import Lock
from tests.unit.workspace.helper import PASSPHRASE

ARGUMENTS = {"dataset": "ds-1", "nonce": None, "plan": {"c": "1"}, "output": "/a", "hide_weights": False, "key": None}
CANARY = b"canary-of-a-trained-model"


@pytest.fixture(scope="module")
def unlocked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One workspace for the tests that leave it without jobs."""
    return Workspace.create(tmp_path_factory.mktemp("jobs"), PASSPHRASE)


@pytest.fixture
def workspace(unlocked: Workspace) -> Workspace:
    assert unlocked.list_jobs() == ()
    return unlocked


def files(workspace: Workspace) -> set[str]:
    return {path.name for path in workspace.folder.iterdir()} - {"workspace.db-wal", "workspace.db-shm"}


def test_results_are_there_again_for_the_same_job_and_only_for_it(workspace: Workspace) -> None:
    with workspace.begin_job("attest", ARGUMENTS) as job:
        assert job.parts == () and job.load("trained") is None
        job.save("trained", b"first")
        job.save("trained", CANARY)
        job.save("validity", b"proof")
    for change in (
        {"nonce": "00"},
        {"plan": {"c": "2"}},
        {"dataset": "ds-2"},
        {"output": "/b"},
        {"hide_weights": True},
        {"key": "ab"},
    ):
        with workspace.begin_job("attest", ARGUMENTS | change) as other:
            assert other.parts == () and other.load("trained") is None
            other.discard()
    with workspace.begin_job("import", ARGUMENTS) as other:
        assert other.parts == ()
        other.discard()
    with workspace.begin_job("attest", dict(reversed(ARGUMENTS.items()))) as job:
        assert job.parts == ("trained", "validity")
        assert (job.load("trained"), job.load("validity")) == (CANARY, b"proof")
        job.drop("validity")
        assert job.parts == ("trained",)
        job.discard()
    assert workspace.list_jobs() == ()
    assert files(workspace) == {"workspace.db"}


def test_jobs_of_another_version_begin_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with workspace.begin_job("attest", ARGUMENTS) as job:
        job.save("trained", CANARY)
    monkeypatch.setattr(jobs, "VERSION", "99.0.0")
    with workspace.begin_job("attest", ARGUMENTS) as job:
        assert job.parts == ()
        job.discard()


def test_two_at_once_are_refused(workspace: Workspace) -> None:
    with workspace.begin_job("attest", ARGUMENTS) as job:
        assert [item.running for item in workspace.list_jobs()] == [True]
        for attempt in (
            lambda: workspace.begin_job("attest", ARGUMENTS).__enter__(),
            lambda: workspace.discard_job(job.job_id),
        ):
            with pytest.raises(InputError) as raised:
                attempt()
            assert raised.value.code == "jobs.running"
        with workspace.begin_job("attest", ARGUMENTS | {"nonce": "11"}) as other:  # another job may run meanwhile
            other.discard()
    (left,) = workspace.list_jobs()
    assert (left.running, left.verb, left.arguments) == (False, "attest", ARGUMENTS)
    workspace.discard_job(left.job_id)


def test_a_lock_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holder = (
        "import sys, time; from pathlib import Path; from core.workspace.locks import Lock\n"
        f"lock = Lock(Path({str(path)!r})); print(lock.acquire(), flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", holder], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline().strip() == b"True"
    own = Lock(path)
    assert own.is_held() and not own.acquire()
    process.kill()
    process.wait()
    process.stdout.close()
    assert path.exists() and not own.is_held()
    assert own.acquire() and Lock(path).is_held()
    own.release()
    assert not path.exists() and not own.is_held()


def test_a_damaged_job_hides_no_other_and_can_be_discarded_or_begun_again(workspace: Workspace) -> None:
    for nonce in ("11", "22", "33"):
        with workspace.begin_job("attest", ARGUMENTS | {"nonce": nonce}) as job:
            job.save("trained", CANARY)
    damaged, again, fine = workspace.list_jobs()
    for torn in (damaged, again):
        workspace._session.db.execute("UPDATE jobs SET sealed = X'0011' WHERE id = ?", [torn.job_id])
    assert [(job.job_id, job.verb) for job in workspace.list_jobs()] == [
        (damaged.job_id, ""),
        (again.job_id, ""),
        (fine.job_id, "attest"),
    ]
    workspace.discard_job(damaged.job_id)
    with workspace.begin_job("attest", again.arguments) as job:
        assert job.job_id == again.job_id and job.parts == ()
        job.discard()
    assert workspace.list_jobs() == (fine,)
    workspace.discard_job(fine.job_id)


def test_a_leaving_process_can_forget_its_job_from_another_thread(workspace: Workspace) -> None:
    with workspace.begin_job("attest", ARGUMENTS) as job:
        job.save("trained", CANARY)
        thread = threading.Thread(target=job.discard_on_leaving)
        thread.start()
        thread.join()
        assert workspace.list_jobs() == () and job.load("trained") is None
        assert files(workspace) == {"workspace.db"}


def test_what_is_kept_is_sealed_and_cannot_be_moved(workspace: Workspace) -> None:
    with workspace.begin_job("attest", ARGUMENTS) as job:
        job.save("trained", CANARY)
        job.save("attestation", b"something else")
        written = b"".join(path.read_bytes() for path in workspace.folder.iterdir())
        for secret in (CANARY, b"ds-1", b"hide_weights"):
            assert secret not in written
        assert job.job_id.encode() in written  # so the search does find what lies in clear
        db = workspace._session.db
        sealed = db.execute("SELECT sealed FROM job_parts WHERE part = 'trained'").fetchone()[0]
        db.execute("UPDATE job_parts SET sealed = ? WHERE part = 'attestation'", [sealed])
        with pytest.raises(InputError) as raised:
            job.load("attestation")
        assert raised.value.code == "workspace.damaged"
        job.discard()
