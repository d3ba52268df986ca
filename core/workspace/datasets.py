"""Committed datasets: stored whole or not at all, listed, opened, and read record by record."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.commitments.merkle import dataset_root
from core.commitments.receipt import RecordOpening
from core.encoding.canonical import dumps, loads
from core.errors import InputError, InternalError
from core.monitor import Monitor, SilentMonitor
from core.proving.dataset import OpenedDataset
from core.records.schema import Schema
from core.workspace.audit import AuditTrail
from core.workspace.database import first, rows, transaction
from core.workspace.records import RecordSafe, ReusableOpening, damaged, row_bytes
from core.workspace.session import Session

_MAX_SEALED_SCHEMA = 1 << 23
_LOOKUPS = 500  # tags in one query
_PAUSE = 1000  # records between two looks at the monitor


class EncodedRecords(Protocol):
    """What is stored: rows (N, W) uint16, their record numbers, and the schema that encoded them."""

    @property
    def rows(self) -> NDArray[np.uint16]: ...
    @property
    def numbers(self) -> tuple[int, ...]: ...
    @property
    def schema(self) -> Schema: ...


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A stored dataset without its records; root: 64 hexadecimal digits; width: values in a row."""

    dataset_id: str
    root: str
    name: str
    records: int
    width: int
    schema: Schema
    created: str


class DatasetStore:
    """Stores datasets and opens them again."""

    def __init__(self, session: Session, audit: AuditTrail) -> None:
        self._session = session
        self._audit = audit
        self._records = RecordSafe(session.vault)

    def store(
        self,
        encoded: EncodedRecords,
        *,
        commitments: Sequence[bytes],
        blindings: Sequence[int],
        root: bytes,
        name: str,
        monitor: Monitor | None = None,
    ) -> str:
        """The id of the stored dataset; the same root gives the same id and is stored once.

        InternalError workspace.dataset if lengths or root do not fit; workspace.blinding if a blinding factor is that
        of another record. All or nothing, also when cancelled.
        """
        watch = monitor or SilentMonitor()
        count = len(encoded.numbers)
        if not count == len(encoded.rows) == len(commitments) == len(blindings) or encoded.rows.dtype != np.uint16:
            raise InternalError("workspace.dataset", "Records, numbers, commitments and blinding factors do not fit.")
        schema_digest = encoded.schema.digest()
        if dataset_root(encoded.numbers, commitments, schema_digest) != root:
            raise InternalError("workspace.dataset", "The dataset root is not that of these records.")
        known = first(self._session.db, "SELECT id FROM datasets WHERE root = ?", root.hex())
        if known is not None:
            return str(known["id"])
        dataset_id = f"ds-{secrets.token_hex(6)}"
        header = {"name": name, "schema": encoded.schema.to_json(), "width": encoded.rows.shape[1]}
        with transaction(self._session.db):
            self._session.db.table("datasets").insert(
                {
                    "id": dataset_id,
                    "root": root.hex(),
                    "schema_digest": schema_digest.hex(),
                    "count": count,
                    "width": encoded.rows.shape[1],
                    "created": self._session.now(),
                    "sealed": self._session.vault.seal(dumps(header), "datasets", "sealed", dataset_id.encode(), root),
                }
            )
            self._session.db.table("records").insert_all(
                self._sealed_records(dataset_id, encoded, commitments, blindings, watch), batch_size=200
            )
            self._check_blindings(dataset_id)
            self._audit.append("dataset.imported", dataset_id, root=root.hex(), records=count)
        return dataset_id

    def reusable(self, encoded: EncodedRecords) -> dict[int, ReusableOpening]:
        """Openings that may serve again, by position: of records with identical number, row and schema."""
        digest = encoded.schema.digest()
        found: dict[int, ReusableOpening] = {}
        tags = [
            self._records.row_tag(digest, n, row)
            for n, row in zip(encoded.numbers, row_bytes(encoded.rows), strict=True)
        ]
        position_of = {tag: position for position, tag in enumerate(tags)}
        for start in range(0, len(tags), _LOOKUPS):
            part = tags[start : start + _LOOKUPS]
            query = f"SELECT * FROM records WHERE row_tag IN ({','.join('?' * len(part))})"
            for record in rows(self._session.db, query, *part):
                opening = ReusableOpening(record["commitment"], self._records.open_blinding(record))
                found.setdefault(position_of[record["row_tag"]], opening)
        return found

    def list(self) -> tuple[DatasetInfo, ...]:
        """All datasets, oldest first."""
        return tuple(
            self._info(row) for row in rows(self._session.db, "SELECT * FROM datasets ORDER BY created, rowid")
        )

    def info(self, dataset: str) -> DatasetInfo:
        """The dataset with this id or root; InputError workspace.dataset_unknown."""
        return self._info(self._row(dataset))

    def open(self, dataset: str, *, monitor: Monitor | None = None) -> OpenedDataset:
        """Records, blinding factors and commitments of a dataset given by id or root, its root computed again.

        InputError workspace.dataset_unknown, or workspace.damaged if anything does not fit.
        """
        watch = monitor or SilentMonitor()
        info = self.info(dataset)
        values = np.empty((info.records, info.width), dtype=np.uint16)
        numbers: list[int] = []
        commitments: list[bytes] = []
        blindings: list[int] = []
        query = "SELECT * FROM records WHERE dataset_id = ? ORDER BY number"
        for record in rows(self._session.db, query, info.dataset_id):
            position = len(numbers)
            if position == info.records:
                raise damaged()
            if position % _PAUSE == 0:
                watch.check()
                watch.progress(position / info.records)
            values[position] = self._records.open_row(record, width=info.width)
            numbers.append(record["number"])
            commitments.append(record["commitment"])
            blindings.append(self._records.open_blinding(record))
        root = bytes.fromhex(info.root)
        if len(numbers) != info.records or dataset_root(numbers, commitments, info.schema.digest()) != root:
            raise damaged()
        return OpenedDataset(
            root=root,
            numbers=tuple(numbers),
            commitments=tuple(commitments),
            rows=values,
            blindings=tuple(blindings),
            schema=info.schema,
        )

    def commitments(self, dataset: str) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
        """Record numbers and commitments of a dataset, without opening any record."""
        info = self.info(dataset)
        query = "SELECT number, commitment FROM records WHERE dataset_id = ? ORDER BY number"
        found = [(row["number"], row["commitment"]) for row in rows(self._session.db, query, info.dataset_id)]
        return tuple(number for number, _ in found), tuple(commitment for _, commitment in found)

    def open_record(self, dataset: str, number: int) -> RecordOpening:
        """Row and blinding factor of one record; InputError workspace.record_unknown."""
        info = self.info(dataset)
        query = "SELECT * FROM records WHERE dataset_id = ? AND number = ?"
        # Larger numbers are no records, and the database would not take them.
        record = first(self._session.db, query, info.dataset_id, number) if 0 <= number < 1 << 63 else None
        if record is None:
            raise InputError(
                "workspace.record_unknown",
                "The dataset has no record with this number.",
                "Record numbers are in the import.",
            )
        values = tuple(self._records.open_row(record, width=info.width).tolist())
        return RecordOpening(values=values, blinding=self._records.open_blinding(record))

    def _sealed_records(
        self,
        dataset_id: str,
        encoded: EncodedRecords,
        commitments: Sequence[bytes],
        blindings: Sequence[int],
        monitor: Monitor,
    ) -> Iterator[dict[str, object]]:
        digest, count = encoded.schema.digest(), len(encoded.numbers)
        members = zip(encoded.numbers, row_bytes(encoded.rows), commitments, blindings, strict=True)
        for position, (number, row, commitment, blinding) in enumerate(members):
            if position % _PAUSE == 0:
                monitor.check()
                monitor.progress(position / count)
            yield self._records.seal(
                dataset_id, number=number, commitment=commitment, row=row, blinding=blinding, schema_digest=digest
            )

    def _check_blindings(self, dataset_id: str) -> None:
        """Refuse a blinding factor that hides two different records, in this dataset or in an earlier one."""
        other = first(
            self._session.db,
            "SELECT 1 FROM records AS ours JOIN records AS theirs ON ours.blinding_tag = theirs.blinding_tag"
            " WHERE ours.dataset_id = ? AND (ours.row_tag <> theirs.row_tag OR ours.commitment <> theirs.commitment)"
            " LIMIT 1",
            dataset_id,
        )
        if other is not None:
            raise InternalError("workspace.blinding", "A blinding factor was about to hide two different records.")

    def _row(self, dataset: str) -> dict[str, Any]:
        row = first(self._session.db, "SELECT * FROM datasets WHERE id = ? OR root = ?", dataset, dataset)
        if row is None:
            raise InputError(
                "workspace.dataset_unknown",
                "There is no dataset with this id or root in the workspace.",
                "List the datasets, or import one.",
            )
        return row

    def _info(self, row: dict[str, Any]) -> DatasetInfo:
        place = (row["id"].encode(), bytes.fromhex(row["root"]))
        plain = self._session.vault.open(row["sealed"], "datasets", "sealed", *place)
        header: Any = loads(plain, limit=_MAX_SEALED_SCHEMA, what="The dataset")
        schema = Schema.from_json(header["schema"])
        if schema.digest().hex() != row["schema_digest"] or header["width"] != row["width"]:
            raise damaged()
        return DatasetInfo(
            dataset_id=row["id"],
            root=row["root"],
            name=header["name"],
            records=row["count"],
            width=row["width"],
            schema=schema,
            created=row["created"],
        )
