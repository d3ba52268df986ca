"""Unfinished jobs: what was asked for, and what was achieved on the way, sealed, so that a killed job can go on.

What is kept of a proof in progress is its journal, from which any number of provers may go on without a mask ever
serving two challenges, whatever becomes of the database or of a copy of it (docs/protocol/interrupted.md).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.encoding.canonical import dumps, loads
from core.errors import InputError, MalformedError
from core.settings import VERSION, WORKSPACE_FILE
from core.workspace.database import first, rows, transaction
from core.workspace.imports import give_up
from core.workspace.locks import Lock
from core.workspace.session import Session

_MAX_HEADER = 1 << 24
_ID_DIGITS = 16
_IMPATIENCE = 0.5  # seconds that a leaving process waits for the database


@dataclass(frozen=True, slots=True)
class JobInfo:
    """An unfinished job: verb and arguments (JSON values) that run it again, and the results that are at hand.

    records: how many an import has stored so far, 0 for other verbs. A job that cannot be read has no verb.
    """

    job_id: str
    verb: str
    arguments: dict[str, object]
    parts: tuple[str, ...]
    records: int
    running: bool
    created: str


class RunningJob:
    """A job that this process is at, and alone: a core.proving.checkpoint.Checkpoint. Secret."""

    def __init__(self, session: Session, job_id: str, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self.job_id = job_id

    def __repr__(self) -> str:
        return f"RunningJob({self.job_id!r}, <secret>)"

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the results at hand, oldest first."""
        return _parts(self._session, self.job_id)

    @property
    def records(self) -> int:
        """How many records an import has stored so far."""
        return _records(self._session, self.job_id)

    def load(self, part: str) -> bytes | None:
        """A kept result, None if there is none; InputError workspace.damaged."""
        query = "SELECT sealed FROM job_parts WHERE job_id = ? AND part = ?"
        row = first(self._session.db, query, self.job_id, part)
        return None if row is None else self._session.vault.open(row["sealed"], "job_parts", "sealed", *self._key(part))

    def save(self, part: str, data: bytes) -> None:
        """Keep a result instead of the earlier one of that name; on disk when this returns."""
        sealed = self._session.vault.seal(data, "job_parts", "sealed", *self._key(part))
        with transaction(self._session.db):
            self._session.db.table("job_parts").insert(
                {"job_id": self.job_id, "part": part, "sealed": sealed}, replace=True
            )

    def drop(self, part: str) -> None:
        """Keep a result no longer."""
        with transaction(self._session.db):
            self._session.db.execute("DELETE FROM job_parts WHERE job_id = ? AND part = ?", [self.job_id, part])

    def discard(self) -> None:
        """Forget the job and all its results."""
        _forget(self._session, self.job_id)

    def discard_on_leaving(self) -> None:
        """The same, from any thread of a process that ends while the work still has the database; as far as it goes."""
        with contextlib.suppress(sqlite3.Error):
            connection = sqlite3.connect(self._folder / WORKSPACE_FILE, timeout=_IMPATIENCE)
            with contextlib.closing(connection), connection:
                connection.execute("PRAGMA secure_delete = ON")
                for table, column in (("job_parts", "job_id"), ("jobs", "id")):
                    connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (self.job_id,))
        with contextlib.suppress(OSError):
            _lock_path(self._folder, self.job_id).unlink()

    def _key(self, part: str) -> tuple[bytes, bytes]:
        return self.job_id.encode(), part.encode()


class JobStore:
    """Begins, lists and forgets jobs."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._folder = folder

    @contextlib.contextmanager
    def begin(self, verb: str, arguments: Mapping[str, object]) -> Iterator[RunningJob]:
        """The job of exactly these arguments, with what an interrupted run of it left; nobody else runs it meanwhile.

        InputError jobs.running if somebody does. The job stays in the database unless the block discards it.
        """
        header = dumps({"verb": verb, "arguments": dict(arguments)})
        job_id = f"job-{self._session.vault.tag(self._session.vault.subkey('job'), header).hex()[:_ID_DIGITS]}"
        lock = self._lock(job_id)
        try:
            self._enter(job_id, header)
            yield RunningJob(self._session, job_id, self._folder)
        finally:
            lock.release()

    def list(self) -> tuple[JobInfo, ...]:
        """All unfinished jobs, oldest first."""
        return tuple(self._info(row) for row in rows(self._session.db, "SELECT * FROM jobs ORDER BY created, rowid"))

    def discard(self, job_id: str) -> None:
        """Forget a job that nobody is at; InputError jobs.running."""
        lock = self._lock(job_id)
        try:
            _forget(self._session, job_id)
        finally:
            lock.release()

    def _lock(self, job_id: str) -> Lock:
        lock = Lock(_lock_path(self._folder, job_id))
        try:
            free = lock.acquire()
        except OSError:
            raise InputError(
                "workspace.folder", "The workspace folder cannot be written to.", "Check the folder's permissions."
            ) from None
        if not free:
            raise InputError(
                "jobs.running", "This job is running already.", "Wait until it has finished, or stop it where it runs."
            )
        return lock

    def _enter(self, job_id: str, header: bytes) -> None:
        """Write the job down. What another job of the same tag or another version of the program left is forgotten, and
        what cannot be read.
        """
        row = first(self._session.db, "SELECT * FROM jobs WHERE id = ?", job_id)
        if row is not None:
            kept = self._open(row)
            if kept is not None and kept["version"] == VERSION and dumps(kept["job"]) == header:
                return
            _forget(self._session, job_id)
        plain = dumps({"version": VERSION, "job": loads(header, limit=_MAX_HEADER, what="The job")})
        sealed = self._session.vault.seal(plain, "jobs", "sealed", job_id.encode())
        with transaction(self._session.db):
            give_up(self._session, job_id)  # by a process that forgot the job on its way out
            self._session.db.table("jobs").insert({"id": job_id, "created": self._session.now(), "sealed": sealed})

    def _info(self, row: Mapping[str, Any]) -> JobInfo:
        document = self._open(row)
        job: dict[str, Any] = {"verb": "", "arguments": {}} if document is None else document["job"]
        return JobInfo(
            job_id=row["id"],
            verb=job["verb"],
            arguments=job["arguments"],
            parts=_parts(self._session, row["id"]),
            records=_records(self._session, row["id"]),
            running=Lock(_lock_path(self._folder, row["id"])).is_held(),
            created=row["created"],
        )

    def _open(self, row: Mapping[str, Any]) -> Any:
        """Version and job; None if they are damaged, which is no reason to keep anybody from the other jobs."""
        try:
            plain = self._session.vault.open(row["sealed"], "jobs", "sealed", row["id"].encode())
            return loads(plain, limit=_MAX_HEADER, what="An unfinished job")
        except InputError as error:
            if error.code != "workspace.damaged":
                raise
        except MalformedError:
            pass
        return None


def _parts(session: Session, job_id: str) -> tuple[str, ...]:
    query = "SELECT part FROM job_parts WHERE job_id = ? ORDER BY rowid"
    return tuple(row["part"] for row in rows(session.db, query, job_id))


def _records(session: Session, job_id: str) -> int:
    row = first(session.db, "SELECT records FROM imports WHERE job_id = ?", job_id)
    return 0 if row is None else int(row["records"])


def _forget(session: Session, job_id: str) -> None:
    with transaction(session.db):
        give_up(session, job_id)
        session.db.execute("DELETE FROM job_parts WHERE job_id = ?", [job_id])
        session.db.execute("DELETE FROM jobs WHERE id = ?", [job_id])


def _lock_path(folder: Path, job_id: str) -> Path:
    return folder / f".{job_id}.lock"
