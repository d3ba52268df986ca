"""The verifier's view of committed columns: handles of row commitments, and evaluations as combinations of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.algebra.field import ORDER
from core.channel.equation import Combination
from core.channel.verifier import VerifierChannel
from core.commitments.hyrax import Column


class CommittedColumns:
    """Row handles of every column of a lookup, in the order in which they were read."""

    def __init__(self, columns: Sequence[Column], handles: Sequence[int]) -> None:
        self._columns = {column.label: column for column in columns}
        self._handles: dict[str, Sequence[int]] = {}
        start = 0
        for column in columns:
            self._handles[column.label] = handles[start : start + column.rows]
            start += column.rows

    @classmethod
    def read(cls, channel: VerifierChannel, label: str, columns: Sequence[Column]) -> CommittedColumns:
        """Read all row commitments at once."""
        return cls(columns, channel.points(label, sum(column.rows for column in columns)))

    def combine(self, parts: Mapping[str, int], points: Mapping[str, Sequence[int]]) -> Combination:
        """sum_label parts[label] * (rows of that column at points[label]); one form fits all at equal trailing
        points.
        """
        result: dict[int, int] = {}
        for label, factor in parts.items():
            weights = self._columns[label].row_weights(points[label])
            for handle, weight in zip(self._handles[label], weights, strict=True):
                result[handle] = result.get(handle, 0) + factor * weight % ORDER
        return result
