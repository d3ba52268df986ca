"""Stored records of one dataset, read and opened one block after the other, from either end."""

from __future__ import annotations

import sqlite3
import sys
from typing import TypeAlias

import numpy as np

from core.algebra.wire import POINT_BYTES
from core.workspace.records import RecordSafe, damaged

Columns: TypeAlias = tuple[bytes, bytes, bytes, bytes]
"""Of so many records, one after the other: numbers (8 bytes each), commitments (48), blinding factors (32) and values
(2 each); numbers and values as this machine has them. Secret.
"""


class RecordReader:
    """Opens records of a dataset in the order of their numbers or, backwards, from the last one on."""

    def __init__(
        self, connection: sqlite3.Connection, safe: RecordSafe, dataset_id: str, *, width: int, backwards: bool = False
    ) -> None:
        order = "DESC" if backwards else "ASC"
        query = f"SELECT number, commitment, row, blinding FROM records WHERE dataset_id = ? ORDER BY number {order}"
        self._stored = connection.execute(query, [dataset_id])
        self._safe = safe
        self._dataset_id = dataset_id
        self._width = width
        self._backwards = backwards

    def read(self, count: int) -> Columns:
        """The next so many records, either way in the order of their numbers.

        InputError workspace.damaged, also if there are fewer; sqlite3.Error.
        """
        records = self._stored.fetchmany(count)
        if len(records) != count:
            raise damaged()
        if self._backwards:
            records.reverse()
        rows, blindings = self._safe.open_all(self._dataset_id, records, width=self._width)
        numbers = np.array([record[0] for record in records], dtype=np.int64)
        commitments = b"".join([record[1] for record in records])
        if len(commitments) != count * POINT_BYTES:
            raise damaged()
        if sys.byteorder == "big":
            rows = np.frombuffer(rows, dtype="<u2").astype(np.uint16).tobytes()
        return numbers.tobytes(), commitments, blindings, rows

    def close(self) -> None:
        """Read no further, so that the database need not stay as it is."""
        self._stored.close()
