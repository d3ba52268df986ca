"""A committed dataset together with everything that opens it. Secret; lives in the worker process only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import packed_scalars
from core.records.layout import RowLayout
from core.records.schema import Schema


class PackedScalars(Sequence[int]):
    """Scalars as bytes, which become integers when the first is asked for: who goes on with openings that were kept
    does not wait for it. Secret. MalformedError, then, for one that is none.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __repr__(self) -> str:
        return "PackedScalars(<secret>)"

    @cached_property
    def _values(self) -> list[int]:
        return packed_scalars(self._data)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[int]:
        return iter(self._values)

    @overload
    def __getitem__(self, key: int) -> int: ...

    @overload
    def __getitem__(self, key: slice) -> list[int]: ...

    def __getitem__(self, key: int | slice) -> int | list[int]:
        return self._values[key]


@dataclass(frozen=True, slots=True, repr=False)
class OpenedDataset:
    """numbers, commitments (48 bytes each), rows (N, W) uint16 and blindings run in parallel; root binds the first
    two.
    """

    root: bytes
    numbers: tuple[int, ...]
    commitments: tuple[bytes, ...]
    rows: NDArray[np.uint16]
    blindings: Sequence[int]
    schema: Schema

    @property
    def layout(self) -> RowLayout:
        """Where each value of a row stands."""
        return RowLayout.from_schema(self.schema)

    def __repr__(self) -> str:
        return f"OpenedDataset(root={self.root.hex()[:16]}..., {len(self.numbers)} secret records)"
