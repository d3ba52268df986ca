"""A dataset on its way into the workspace: block by block, invisible until all is there, then whole at once.

A block is one transaction: each record with its commitment, its blinding factor and its row, sealed, and a note of
where the source goes on. So a blinding factor is never on the disk without the one row that it hides, and whatever is
killed, copied or restored, what is stored goes on belonging together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.commitments.merkle import dataset_root
from core.encoding.canonical import dumps
from core.errors import CancelledError, InternalError
from core.records.schema import Schema
from core.workspace.audit import AuditTrail
from core.workspace.database import first, rows, transaction
from core.workspace.records import COLUMNS, RecordSafe, SealedRecord, damaged, list_digest, row_bytes
from core.workspace.session import Session

NOBODY = ""
"""In the place of a job's id: of an import that was given up."""

_INSERT = f"INSERT INTO records ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CommittedBlock:
    """Some records: rows (n, W) uint16, numbers, commitments of 48 bytes, blinding factors, in parallel. Secret."""

    rows: NDArray[np.uint16]
    numbers: Sequence[int]
    commitments: Sequence[bytes]
    blindings: Sequence[int]

    def __repr__(self) -> str:
        return f"CommittedBlock({len(self.numbers)} secret records)"


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """What an import came to; known: the workspace had this root, and nothing was added."""

    dataset_id: str
    root: bytes
    known: bool


class UnfinishedImport:
    """One dataset on its way. Secret."""

    def __init__(self, session: Session, audit: AuditTrail, *, dataset_id: str, job_id: str, schema: Schema) -> None:
        self._session = session
        self._audit = audit
        self._records = RecordSafe(session.vault)
        self._schema = schema
        self._digest = schema.digest()
        self._job_id = job_id
        self.dataset_id = dataset_id

    def __repr__(self) -> str:
        return f"UnfinishedImport({self.dataset_id!r}, <secret>)"

    def notes(self) -> list[bytes]:
        """The notes of the blocks that are stored, in order; InputError workspace.damaged."""
        query = "SELECT block, sealed FROM import_blocks WHERE dataset_id = ? ORDER BY block"
        found: list[bytes] = []
        for row in rows(self._session.db, query, self.dataset_id):
            if row["block"] != len(found):
                raise damaged()
            found.append(self._session.vault.open(row["sealed"], "import_blocks", "sealed", *self._place(row["block"])))
        stored = first(self._session.db, "SELECT COUNT(*) AS n FROM records WHERE dataset_id = ?", self.dataset_id)
        if stored != first(self._session.db, "SELECT records AS n FROM imports WHERE dataset_id = ?", self.dataset_id):
            raise damaged()
        return found

    def append(self, block: CommittedBlock, note: bytes) -> None:
        """Keep a block and its note; on the disk when this returns. CancelledError if the job was forgotten."""
        sealed = self.sealed(block)
        with transaction(self._session.db):
            self._require_job()
            self.add(sealed, note)

    def add(self, sealed: Sequence[SealedRecord], note: bytes) -> None:
        """The same inside the caller's transaction, with records that are sealed already."""
        db = self._session.db
        query = "SELECT COUNT(*) AS n FROM import_blocks WHERE dataset_id = ?"
        number = (first(db, query, self.dataset_id) or {"n": 0})["n"]
        db.conn.executemany(_INSERT, sealed)
        place = self._place(number)
        db.table("import_blocks").insert(
            {
                "dataset_id": self.dataset_id,
                "block": number,
                "sealed": self._session.vault.seal(note, "import_blocks", "sealed", *place),
            }
        )
        db.execute("UPDATE imports SET records = records + ? WHERE dataset_id = ?", [len(sealed), self.dataset_id])

    def finish(self, name: str) -> StoredDataset:
        """Make the dataset visible and forget the job, in one transaction; where its root is known, give it up.

        InternalError workspace.blinding if a blinding factor is that of another record; RejectedError dataset.*;
        CancelledError if the job was forgotten.
        """
        with transaction(self._session.db):
            self._require_job()
            stored = self.publish(name)
            for table, column in (("job_parts", "job_id"), ("jobs", "id")):
                self._session.db.execute(f"DELETE FROM {table} WHERE {column} = ?", [self._job_id])
        return stored

    def publish(self, name: str) -> StoredDataset:
        """The same inside the caller's transaction, without the job."""
        db = self._session.db
        numbers: list[int] = []
        commitments: list[bytes] = []
        query = "SELECT number, commitment FROM records WHERE dataset_id = ? ORDER BY number"
        for row in rows(db, query, self.dataset_id):
            numbers.append(row["number"])
            commitments.append(row["commitment"])
        root = dataset_root(numbers, commitments, self._digest)
        known = first(db, "SELECT id FROM datasets WHERE root = ?", root.hex())
        if known is not None:
            db.execute("UPDATE imports SET job_id = ? WHERE dataset_id = ?", [NOBODY, self.dataset_id])
            return StoredDataset(str(known["id"]), root, known=True)
        self._check_blindings()
        width = (first(db, "SELECT width FROM datasets WHERE id = ?", self.dataset_id) or {})["width"]
        listed = list_digest(numbers, commitments).hex()
        header = dumps({"name": name, "schema": self._schema.to_json(), "width": width, "listed": listed})
        sealed = self._session.vault.seal(header, "datasets", "sealed", self.dataset_id.encode(), root)
        db.execute(
            "UPDATE datasets SET root = ?, count = ?, created = ?, sealed = ? WHERE id = ?",
            [root.hex(), len(numbers), self._session.now(), sealed, self.dataset_id],
        )
        for table in ("import_blocks", "imports"):
            db.execute(f"DELETE FROM {table} WHERE dataset_id = ?", [self.dataset_id])
        self._audit.append("dataset.imported", self.dataset_id, root=root.hex(), records=len(numbers))
        return StoredDataset(self.dataset_id, root, known=False)

    def sealed(self, block: CommittedBlock) -> list[SealedRecord]:
        """The records of a block as the database takes them."""
        members = zip(block.numbers, row_bytes(block.rows), block.commitments, block.blindings, strict=True)
        return list(self._records.seal(self.dataset_id, members, schema_digest=self._digest))

    def _require_job(self) -> None:
        """Nobody forgot the job meanwhile; only this process can have, on its way out."""
        query = "SELECT 1 FROM imports JOIN jobs ON jobs.id = imports.job_id WHERE dataset_id = ? AND job_id = ?"
        if first(self._session.db, query, self.dataset_id, self._job_id) is None:
            raise CancelledError()

    def _check_blindings(self) -> None:
        """Refuse a blinding factor that hides two different records, in this dataset or in another one."""
        # Those that occur twice are found in the index alone; few do, where records were imported before.
        twice = first(
            self._session.db,
            "SELECT 1 FROM records WHERE blinding_tag IN"
            " (SELECT blinding_tag FROM records GROUP BY blinding_tag HAVING COUNT(*) > 1)"
            " GROUP BY blinding_tag HAVING COUNT(DISTINCT row_tag) > 1 OR COUNT(DISTINCT commitment) > 1 LIMIT 1",
        )
        if twice is not None:
            raise InternalError("workspace.blinding", "A blinding factor was about to hide two different records.")

    def _place(self, block: int) -> tuple[bytes, bytes]:
        return self.dataset_id.encode(), block.to_bytes(8, "big")
