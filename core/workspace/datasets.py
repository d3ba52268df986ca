"""Committed datasets: listed, opened block by block, and read record by record."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from core.commitments.merkle import dataset_root
from core.commitments.receipt import RecordOpening
from core.encoding.canonical import loads
from core.errors import InputError, RejectedError
from core.monitor import Monitor, SilentMonitor
from core.proving.dataset import OpenedDataset
from core.records.schema import Schema
from core.workspace.database import first, plain_errors, rows
from core.workspace.opening import DatasetOpening
from core.workspace.records import RecordSafe, damaged, list_digest
from core.workspace.session import Session

_MAX_SEALED_SCHEMA = 1 << 23
WHOLE = "id NOT IN (SELECT dataset_id FROM imports)"
"""Of a row of `datasets`: that its import is finished."""


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A stored dataset without its records; root: 64 hexadecimal digits; width: values in a row; listed: list_digest
    of its records in hexadecimal digits, None where an earlier version stored it.
    """

    dataset_id: str
    root: str
    name: str
    records: int
    width: int
    schema: Schema
    created: str
    listed: str | None


class DatasetStore:
    """Lists datasets and opens them; one that is still being imported is none."""

    def __init__(self, session: Session, file: Path) -> None:
        self._session = session
        self._file = file
        self._records = RecordSafe(session.vault)
        self._known: dict[tuple[object, ...], DatasetInfo] = {}

    def list(self) -> tuple[DatasetInfo, ...]:
        """All datasets, oldest first."""
        query = f"SELECT * FROM datasets WHERE {WHOLE} ORDER BY created, rowid"
        return tuple(self._info(row) for row in rows(self._session.db, query))

    def info(self, dataset: str) -> DatasetInfo:
        """The dataset with this id or root; InputError workspace.dataset_unknown."""
        return self._info(self._row(dataset))

    def open(self, dataset: str, *, monitor: Monitor | None = None) -> OpenedDataset:
        """Records, blinding factors and commitments of a dataset given by id or root, all opened here.

        InputError workspace.dataset_unknown, workspace.damaged.
        """
        return self.opening(dataset, helped=False).finish(monitor or SilentMonitor())

    def opening(self, dataset: str, *, helped: bool = True) -> DatasetOpening:
        """The same, begun; helped: by another process too, if the dataset is large."""
        info = self.info(dataset)
        return DatasetOpening(
            self._session, self._file, info, require_list=functools.partial(self._require_list, info), helped=helped
        )

    def commitments(self, dataset: str) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
        """Record numbers and commitments of a dataset, without opening any record; InputError workspace.damaged."""
        info = self.info(dataset)
        query = "SELECT number, commitment FROM records WHERE dataset_id = ? ORDER BY number"
        with plain_errors():
            found = self._session.db.execute(query, [info.dataset_id]).fetchall()
        numbers, commitments = tuple(map(itemgetter(0), found)), tuple(map(itemgetter(1), found))
        self._require_list(info, numbers, commitments)
        return numbers, commitments

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

    def _require_list(self, info: DatasetInfo, numbers: Sequence[int], commitments: Sequence[bytes]) -> None:
        """InputError workspace.damaged unless these are the records that the dataset's root is about."""
        digest = list_digest(numbers, commitments).hex()
        if len(numbers) != info.records:
            raise damaged()
        if info.listed is None:  # stored by an earlier version
            with contextlib.suppress(RejectedError):
                if dataset_root(numbers, commitments, info.schema.digest()).hex() == info.root:
                    return
        elif digest == info.listed:
            return
        raise damaged()

    def _row(self, dataset: str) -> dict[str, Any]:
        query = f"SELECT * FROM datasets WHERE (id = ? OR root = ?) AND {WHOLE}"
        row = first(self._session.db, query, dataset, dataset)
        if row is None:
            raise InputError(
                "workspace.dataset_unknown",
                "There is no dataset with this id or root in the workspace.",
                "List the datasets, or import one.",
            )
        return row

    def _info(self, row: dict[str, Any]) -> DatasetInfo:
        """What a stored dataset is; a wide schema takes a while to read, so the very same row is opened once."""
        stored = tuple(row.values())
        info = self._known.get(stored)
        if info is None:
            info = self._known[stored] = self._opened_info(row)
        return info

    def _opened_info(self, row: dict[str, Any]) -> DatasetInfo:
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
            listed=header.get("listed"),
        )
