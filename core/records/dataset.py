"""Encoded records and rejected rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.records.layout import CONSENT, RowLayout
from core.records.schema import Schema


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not committed.

    line: the physical line on which it begins, from 1; column: the column at fault, "" for the row as a whole; reason:
    a plain sentence that holds no value.
    """

    line: int
    column: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class EncodedDataset:
    """Records as rows of integers, ready to be committed. Secret.

    rows: (N, W) uint16 in the order of the layout; numbers: the record numbers, from 1, given once; rejects: the rows
    of the source that became no record, in its order. Every row of the source is in one of the two.
    """

    rows: NDArray[np.uint16]
    numbers: tuple[int, ...]
    schema: Schema
    rejects: tuple[Reject, ...]

    def __repr__(self) -> str:
        return f"EncodedDataset({len(self.numbers)} records, {len(self.rejects)} rejects, redacted)"

    @cached_property
    def layout(self) -> RowLayout:
        """Where each value of a record stands."""
        return RowLayout.from_schema(self.schema)

    @property
    def rows_read(self) -> int:
        """Number of rows of the source: records and rejects."""
        return len(self.numbers) + len(self.rejects)

    @property
    def consented(self) -> int:
        """Number of records with consent; the others are committed but belong to no view."""
        return int(self.rows[:, CONSENT].sum())
