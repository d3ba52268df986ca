"""The grid of all committed values, as the claims about a whole dataset see it."""

from __future__ import annotations

from dataclasses import dataclass

from core.records.layout import RowLayout


@dataclass(frozen=True)
class RecordGrid:
    """`count` records of `layout`, padded with zeros to powers of two in both directions."""

    count: int
    layout: RowLayout

    @property
    def row_variables(self) -> int:
        """log2 of the padded number of records, at least 1."""
        return max(1, (self.count - 1).bit_length())

    @property
    def column_variables(self) -> int:
        """log2 of the padded row width; one column more than the row is always left for the bias."""
        return self.layout.width.bit_length()

    @property
    def cell_variables(self) -> int:
        return self.row_variables + self.column_variables

    @property
    def record_basis(self) -> tuple[int, ...]:
        """Generators that a record may use."""
        return tuple(range(self.layout.width))
