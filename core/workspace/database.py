"""The database file: how it is opened, which tables it has, and what its errors mean to a person.

Everything secret is sealed before it comes here, so journals and temporary pages hold ciphertext only; the settings
below are a second line. Several processes may have the workspace open: readers do not wait (write-ahead log), writers
wait for one another.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database, Migrations

from core.errors import InputError, InternalError, ProofwardError

APPLICATION_ID = 0x50574644  # "PWFD", at a fixed place in the file
_WAIT_SECONDS = 30.0
_SETTINGS = (
    "PRAGMA page_size = 16384",  # of a new file: a record of a thousand values takes 2 KB, and shares its page
    "PRAGMA cache_size = -65536",  # KB; tags come in random order, and so do the index pages that take them
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # deleted pages are overwritten
    "PRAGMA temp_store = MEMORY",  # no temporary files
    "PRAGMA synchronous = FULL",  # what was committed survives power loss
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)

migrations = Migrations("proofward-workspace")


@migrations(name="0001-first-version")
def _first_version(db: Database) -> None:
    tables: dict[str, tuple[dict[str, type], str | tuple[str, ...]]] = {
        "meta": ({"name": str, "value": bytes}, "name"),
        "datasets": (
            {"id": str, "root": str, "schema_digest": str, "count": int, "width": int, "created": str, "sealed": bytes},
            "id",
        ),
        "records": (
            {
                "dataset_id": str,
                "number": int,
                "commitment": bytes,
                "row": bytes,
                "blinding": bytes,
                "row_tag": bytes,
                "blinding_tag": bytes,
            },
            ("dataset_id", "number"),
        ),
        "proofs": ({"dataset_id": str, "claim": str, "created": str, "sealed": bytes}, ("dataset_id", "claim")),
        "models": (
            {"dataset_id": str, "subject_digest": str, "created": str, "sealed": bytes},
            ("dataset_id", "subject_digest"),
        ),
        "bundles": (
            {"sha256": str, "dataset_id": str, "subject_digest": str, "created": str, "sealed": bytes},
            "sha256",
        ),
        "keys": ({"fingerprint": str, "created": str, "sealed": bytes}, "fingerprint"),
        "identities": ({"fingerprint": str, "created": str, "sealed": bytes}, "fingerprint"),
        "audit": (
            {
                "seq": int,
                "time": str,
                "action": str,
                "subject": str,
                "details": str,
                "previous": bytes,
                "mac": bytes,
            },
            "seq",
        ),
    }
    for name, (columns, key) in tables.items():
        foreign = [("dataset_id", "datasets", "id")] if "dataset_id" in columns else []
        db.table(name).create(columns, pk=key, not_null=set(columns), foreign_keys=foreign, strict=True)
    db.table("datasets").create_index(["root"], unique=True)
    db.table("records").create_index(["row_tag"])
    db.table("records").create_index(["blinding_tag"])


@migrations(name="0002-unfinished-jobs")
def _unfinished_jobs(db: Database) -> None:
    tables: dict[str, tuple[dict[str, type], str | tuple[str, ...]]] = {
        "jobs": ({"id": str, "created": str, "sealed": bytes}, "id"),
        "job_parts": ({"job_id": str, "part": str, "sealed": bytes}, ("job_id", "part")),
    }
    for name, (columns, key) in tables.items():
        foreign = [("job_id", "jobs", "id")] if "job_id" in columns else []
        db.table(name).create(columns, pk=key, not_null=set(columns), foreign_keys=foreign, strict=True)


@migrations(name="0003-unfinished-imports")
def _unfinished_imports(db: Database) -> None:
    tables: dict[str, tuple[dict[str, type], str | tuple[str, ...]]] = {
        "imports": ({"dataset_id": str, "job_id": str, "records": int}, "dataset_id"),
        "import_blocks": ({"dataset_id": str, "block": int, "sealed": bytes}, ("dataset_id", "block")),
    }
    for name, (columns, key) in tables.items():
        foreign = [("dataset_id", "datasets", "id")]
        db.table(name).create(columns, pk=key, not_null=set(columns), foreign_keys=foreign, strict=True)


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what the database library raises into a sentence for a person."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error) from None


def connect(path: Path) -> Database:
    """The open database at `path`, its tables brought up to date; InputError workspace.* if that is not possible."""
    with plain_errors():
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
        )
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            # Where the file system cannot share memory, the file keeps its rollback journal, which is as safe.
            connection.execute("PRAGMA journal_mode = WAL")
            # No plugins: what else is installed on this machine has no business in here.
            db = Database(connection, recursive_triggers=False, execute_plugins=False)
            _upgrade(db)
        except BaseException:
            connection.close()
            raise
    return db


@contextlib.contextmanager
def transaction(db: Database) -> Iterator[None]:
    """All that is written in the block, or nothing; waits for other writers before the block begins."""
    with plain_errors():
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")
            raise
        db.conn.execute("COMMIT")


def rows(db: Database, sql: str, *arguments: object) -> Iterator[dict[str, Any]]:
    """The rows of a query, one by one."""
    with plain_errors():
        yield from db.query(sql, list(arguments))


def first(db: Database, sql: str, *arguments: object) -> dict[str, Any] | None:
    """The first row of a query, if it has any."""
    return next(rows(db, sql, *arguments), None)


def _upgrade(db: Database) -> None:
    """Apply the migrations that the file lacks; refuse one that a later version wrote."""
    tables = set(db.table_names())
    application = db.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID and tables:
        raise InputError("workspace.damaged", "The file in the workspace folder is not a workspace of Proofward.")
    known = {migration.name for migration in _all_migrations()}
    applied = {migration.name for migration in migrations.applied(db)}
    if not applied <= known:
        raise InputError(
            "workspace.version",
            "This workspace was made by a later version of Proofward.",
            "Open it with a newer version of Proofward.",
        )
    if applied == known:
        return
    with transaction(db):  # another process may be upgrading; it waits here, and finds nothing left to do
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(db)


def _all_migrations() -> list[Any]:
    return migrations.pending(Database(memory=True, execute_plugins=False))


def _translated(error: sqlite3.Error) -> ProofwardError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return InputError(
            "workspace.busy", "Another program is using the workspace.", "Wait until it has finished, then try again."
        )
    if code == sqlite3.SQLITE_FULL:
        return InputError("workspace.full", "The disk of the workspace is full.", "Make room, then try again.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return InputError(
            "workspace.folder",
            "The workspace cannot be read or written.",
            "Check the folder's permissions and its disk.",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return InputError("workspace.damaged", "The workspace file is damaged.", "Restore it from a backup.")
    return InternalError("workspace.database", "The workspace database refused an operation.")
