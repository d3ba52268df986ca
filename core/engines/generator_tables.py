"""Multiples of the generators, computed when first needed and kept for the life of the process."""

from __future__ import annotations

from functools import cache
from threading import Lock

import numpy as np

from core.algebra.kernels import curve, pippenger, tables
from core.commitments import generators


@cache
def generator_points() -> curve.Points:
    """All generators by index, (GENERATOR_COUNT, 12)."""
    return curve.from_affine(list(generators.load_affine()))


@cache
def full_table(index: int) -> curve.Points:
    """The table of one generator for full-size scalars, 400 KB."""
    return tables.full_table(generator_points()[index : index + 1])


class SmallTables:
    """Tables of the first data generators for small integers, 25 KB each, grown to the widest row asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._width = 0
        self._table = np.empty((0, 12), dtype=np.uint64)

    def first(self, width: int) -> curve.Points:
        """The table of at least `width` generators."""
        with self._lock:
            if width > self._width:
                added = tables.small_table(generator_points()[self._width : width])
                self._table = np.concatenate([self._table, added])
                self._width = width
            return self._table


class WindowTables:
    """Window multiples of all generators by index, 2.5 KB each; rows are filled for the generators asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._present = np.zeros(generators.GENERATOR_COUNT, dtype=np.bool_)
        self._table = np.empty((0, 12), dtype=np.uint64)

    def covering(self, basis: curve.Indices) -> curve.Points:
        """The table, complete for these indices."""
        with self._lock:
            if not len(self._table):
                self._table = np.empty((generators.GENERATOR_COUNT * pippenger.WINDOWS, 12), dtype=np.uint64)
            missing = np.unique(basis[~self._present[basis]])
            if len(missing):
                rows = missing[:, None] * pippenger.WINDOWS + np.arange(pippenger.WINDOWS)
                self._table[rows.ravel()] = tables.window_table(generator_points()[missing])
                self._present[missing] = True
            return self._table


SMALL_TABLES = SmallTables()
WINDOW_TABLES = WindowTables()
