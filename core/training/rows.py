"""Training rows that are read block by block, so that a training view is never copied out of the dataset whole."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Rows(Protocol):
    """Rows of uint16, (n, d), of which a range can be taken: a matrix, or a view of one."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    def __getitem__(self, part: slice, /) -> NDArray[np.uint16]: ...


class RowView:
    """Some columns of some rows of a matrix (N, W) of uint16. Secret."""

    def __init__(self, matrix: NDArray[np.uint16], rows: NDArray[np.integer], columns: NDArray[np.integer]) -> None:
        self._matrix = matrix
        self._rows = rows
        first = int(columns[0]) if len(columns) else 0
        adjacent = np.array_equal(columns, np.arange(first, first + len(columns)))
        self._columns: slice | NDArray[np.integer] = slice(first, first + len(columns)) if adjacent else columns
        self.shape = (len(rows), len(columns))
        self.dtype = matrix.dtype

    def __repr__(self) -> str:
        return f"RowView{self.shape}"

    def __getitem__(self, part: slice) -> NDArray[np.uint16]:
        rows: NDArray[np.uint16] = self._matrix[self._rows[part]]
        return rows[:, self._columns]
