"""Imports: begun, found again by their job, and cleared away where they were given up."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.commitments.merkle import dataset_root
from core.errors import InternalError
from core.monitor import Monitor, SilentMonitor
from core.records.schema import Schema
from core.workspace.audit import AuditTrail
from core.workspace.database import first, rows, transaction
from core.workspace.datasets import WHOLE
from core.workspace.records import RecordSafe, ReusableOpening, row_bytes
from core.workspace.session import Session
from core.workspace.unfinished_import import NOBODY, CommittedBlock, UnfinishedImport

_LOOKUPS = 500  # tags in one query
_SWEPT = 2000  # records deleted in one transaction


class EncodedRecords(Protocol):
    """Rows (N, W) uint16, their record numbers, and the schema that encoded them."""

    @property
    def rows(self) -> NDArray[np.uint16]: ...
    @property
    def numbers(self) -> Sequence[int]: ...
    @property
    def schema(self) -> Schema: ...


class ImportStore:
    """Begins imports, finds them again, and clears away those that were given up."""

    def __init__(self, session: Session, audit: AuditTrail) -> None:
        self._session = session
        self._audit = audit
        self._records = RecordSafe(session.vault)

    def of_job(self, job_id: str, schema: Schema, *, width: int) -> UnfinishedImport:
        """The import of a job that this process is at, with the blocks that an interrupted run has left."""
        with transaction(self._session.db):
            known = first(self._session.db, "SELECT dataset_id FROM imports WHERE job_id = ?", job_id)
            dataset_id = self._enter(job_id, schema, width=width) if known is None else str(known["dataset_id"])
        return self._import(dataset_id, job_id, schema)

    def afresh(self, job_id: str, schema: Schema, *, width: int) -> UnfinishedImport:
        """The same without any block: what an interrupted run has left is given up."""
        with transaction(self._session.db):
            give_up(self._session, job_id)
            dataset_id = self._enter(job_id, schema, width=width)
        return self._import(dataset_id, job_id, schema)

    def store(
        self,
        encoded: EncodedRecords,
        *,
        commitments: Sequence[bytes],
        blindings: Sequence[int],
        root: bytes,
        name: str,
    ) -> str:
        """The id of a dataset that is at hand as a whole; the same root gives the same id and is stored once.

        InternalError workspace.dataset if lengths or root do not fit; workspace.blinding if a blinding factor is that
        of another record. All or nothing.
        """
        count = len(encoded.numbers)
        if not count == len(encoded.rows) == len(commitments) == len(blindings) or encoded.rows.dtype != np.uint16:
            raise InternalError("workspace.dataset", "Records, numbers, commitments and blinding factors do not fit.")
        if dataset_root(encoded.numbers, commitments, encoded.schema.digest()) != root:
            raise InternalError("workspace.dataset", "The dataset root is not that of these records.")
        with transaction(self._session.db):
            dataset_id = self._enter(NOBODY, encoded.schema, width=encoded.rows.shape[1])
            made = self._import(dataset_id, NOBODY, encoded.schema)
            made.add(made.sealed(CommittedBlock(encoded.rows, encoded.numbers, commitments, blindings)), b"")
            stored = made.publish(name)
        self.sweep()
        return stored.dataset_id

    def reusable(self, encoded: EncodedRecords) -> dict[int, ReusableOpening]:
        """Openings that may serve again, by position: of records with identical number, row and schema.

        Those of imports that are not finished are left alone.
        """
        digest = encoded.schema.digest()
        # The schema goes into the tags, so without a dataset under the same one there is nothing to find.
        query = f"SELECT 1 FROM datasets WHERE schema_digest = ? AND {WHOLE} LIMIT 1"
        if first(self._session.db, query, digest.hex()) is None:
            return {}
        found: dict[int, ReusableOpening] = {}
        tags = [
            self._records.row_tag(digest, n, row)
            for n, row in zip(encoded.numbers, row_bytes(encoded.rows), strict=True)
        ]
        position_of = {tag: position for position, tag in enumerate(tags)}
        for start in range(0, len(tags), _LOOKUPS):
            part = tags[start : start + _LOOKUPS]
            query = (
                f"SELECT * FROM records WHERE row_tag IN ({','.join('?' * len(part))})"
                " AND dataset_id NOT IN (SELECT dataset_id FROM imports)"
            )
            for record in rows(self._session.db, query, *part):
                opening = ReusableOpening(record["commitment"], self._records.open_blinding(record))
                found.setdefault(position_of[record["row_tag"]], opening)
        return found

    def sweep(self, monitor: Monitor | None = None) -> None:
        """Delete the records of imports that were given up, some at a time; what is left is left for the next time."""
        watch = monitor or SilentMonitor()
        db = self._session.db
        given_up = list(rows(db, "SELECT dataset_id FROM imports WHERE job_id NOT IN (SELECT id FROM jobs)"))
        for dataset_id in (row["dataset_id"] for row in given_up):
            left = True
            while left:
                watch.check()
                with transaction(db):
                    db.execute("DELETE FROM import_blocks WHERE dataset_id = ?", [dataset_id])
                    some = "SELECT rowid FROM records WHERE dataset_id = ? LIMIT ?"
                    left = db.execute(f"DELETE FROM records WHERE rowid IN ({some})", [dataset_id, _SWEPT]).rowcount > 0
                    if not left:
                        db.execute("DELETE FROM imports WHERE dataset_id = ?", [dataset_id])
                        db.execute("DELETE FROM datasets WHERE id = ?", [dataset_id])

    def _enter(self, job_id: str, schema: Schema, *, width: int) -> str:
        """A new dataset without a root, which nobody sees."""
        dataset_id = f"ds-{secrets.token_hex(6)}"
        unfinished: dict[str, Any] = {
            "id": dataset_id,
            "root": f"unfinished {dataset_id}",
            "schema_digest": schema.digest().hex(),
            "count": 0,
            "width": width,
            "created": self._session.now(),
            "sealed": b"",
        }
        self._session.db.table("datasets").insert(unfinished)
        self._session.db.table("imports").insert({"dataset_id": dataset_id, "job_id": job_id, "records": 0})
        return dataset_id

    def _import(self, dataset_id: str, job_id: str, schema: Schema) -> UnfinishedImport:
        return UnfinishedImport(self._session, self._audit, dataset_id=dataset_id, job_id=job_id, schema=schema)


def give_up(session: Session, job_id: str) -> None:
    """Part a job from its import, inside the caller's transaction; the same job, begun anew, does not find it."""
    session.db.execute("UPDATE imports SET job_id = ? WHERE job_id = ?", [NOBODY, job_id])
