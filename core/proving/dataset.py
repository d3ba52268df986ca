"""A committed dataset together with everything that opens it. Secret; lives in the worker process only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.records.layout import RowLayout
from core.records.schema import Schema


@dataclass(frozen=True, slots=True, repr=False)
class OpenedDataset:
    """numbers, commitments (48 bytes each), rows (N, W) uint16 and blindings run in parallel; root binds the first
    two.
    """

    root: bytes
    numbers: tuple[int, ...]
    commitments: tuple[bytes, ...]
    rows: NDArray[np.uint16]
    blindings: tuple[int, ...]
    schema: Schema

    @property
    def layout(self) -> RowLayout:
        """Where each value of a row stands."""
        return RowLayout.from_schema(self.schema)

    def __repr__(self) -> str:
        return f"OpenedDataset(root={self.root.hex()[:16]}..., {len(self.numbers)} secret records)"
