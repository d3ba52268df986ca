"""Python integers to rows of limbs and back, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from core.algebra.field import ORDER
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import LIMBS, Elements, from_montgomery, load, store, to_montgomery


@kernel
def _into(values: Elements) -> None:
    for i in range(values.shape[0]):
        store(values, i, to_montgomery(load(values, i)))


@kernel
def _out_of(values: Elements, result: Elements) -> None:
    for i in range(values.shape[0]):
        store(result, i, from_montgomery(load(values, i)))


def integers_to_rows(values: Iterable[int], size: int) -> Elements:
    """(n, size / 8) uint64 little-endian limbs of non-negative integers below 2^(8 size); writable."""
    data = bytearray().join([value.to_bytes(size, "little") for value in values])
    return np.frombuffer(data, dtype="<u8").reshape(-1, size // 8)


def rows_to_integers(rows: Elements) -> list[int]:
    """The integers whose little-endian limbs are the rows."""
    size = 8 * rows.shape[1]
    data = rows.tobytes()
    return [int.from_bytes(data[at : at + size], "little") for at in range(0, len(data), size)]


def elements(values: Sequence[int]) -> Elements:
    """Any integers, reduced, as elements."""
    result = integers_to_rows([int(value) % ORDER for value in values], 8 * LIMBS)
    _into(result)
    return result


def element(value: int) -> Elements:
    """One integer as an array of one element."""
    return elements((value,))


def canonical(values: Elements) -> Elements:
    """Limbs of the canonical integers, out of Montgomery form."""
    result = np.empty_like(values)
    _out_of(values, result)
    return result


def integers(values: Elements) -> list[int]:
    """Canonical integers of elements."""
    return rows_to_integers(canonical(values))
