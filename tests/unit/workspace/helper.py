"""Small made-up datasets; commitments are random bytes, because the workspace looks at their equality alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.commitments.merkle import dataset_root
from core.records.schema import Schema
from core.records.schema_file import read_schema
from core.resources import resource_path

PASSPHRASE = "correct horse battery staple"
WIDTH = 12


@cache
def schema() -> Schema:
    """The schema of the sample; the workspace does not look into it."""
    return read_schema(resource_path("samples", "breast_cancer.schema.json"))


@dataclass(frozen=True)
class Records:
    """What the workspace stores, without the parsing before it."""

    rows: NDArray[np.uint16]
    numbers: tuple[int, ...]
    schema: Schema


@dataclass(frozen=True)
class Committed:
    """Records with commitments, blinding factors and root."""

    encoded: Records
    commitments: tuple[bytes, ...]
    blindings: tuple[int, ...]
    root: bytes


def records(count: int = 5, *, seed: int = 1) -> Records:
    rows = np.random.default_rng(seed).integers(0, 1 << 16, (count, WIDTH)).astype(np.uint16)
    return Records(rows=rows, numbers=tuple(range(1, 2 * count, 2)), schema=schema())


def committed(encoded: Records, *, blindings: tuple[int, ...] | None = None, seed: int = 1) -> Committed:
    """Commitments that depend on number, row and blinding factor, as real ones do on the last two."""
    count = len(encoded.numbers)
    if blindings is None:
        generator = np.random.default_rng(seed)
        blindings = tuple(int.from_bytes(generator.bytes(31), "big") for _ in range(count))
    commitments = tuple(
        hashlib.sha384(repr((number, row.tolist(), blinding)).encode()).digest()
        for number, row, blinding in zip(encoded.numbers, encoded.rows, blindings, strict=True)
    )
    root = dataset_root(encoded.numbers, commitments, encoded.schema.digest())
    return Committed(encoded=encoded, commitments=commitments, blindings=blindings, root=root)
