"""Vectors of small integers committed row by row (Hyrax, 2018).

A vector of at most 2^variables entries is laid out in rows of 2^width; each row is one Pedersen commitment over the
data generators G_0..G_{2^width - 1}. Its multilinear extension at (row point, column point) is the linear form
eq(column point) of the combination sum_i eq(row point, i) C_i. Entries past the committed rows are zero because
nothing commits to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.polynomials.multilinear import eq_table

MIN_WIDTH = 5
MAX_WIDTH = 12


def choose_width(entries: int) -> int:
    """log2 of the row length for `entries` in all: rows a little longer than the square root.

    A row costs the verifier a decompression and 48 bytes, a generator only its share of one multiplication.
    """
    return min(MAX_WIDTH, max(MIN_WIDTH, (entries - 1).bit_length() // 2 + 1))


@dataclass(frozen=True)
class Column:
    """One committed vector: `length` entries, padded with zeros to 2^variables, variables >= width."""

    label: str
    length: int
    variables: int
    width: int

    @property
    def rows(self) -> int:
        """Number of row commitments."""
        return -(-self.length // (1 << self.width))

    def row_weights(self, point: Sequence[int]) -> list[int]:
        """eq of the leading coordinates with each committed row; `point` has `variables` coordinates."""
        return eq_table(point[: self.variables - self.width])[: self.rows]

    def form(self, point: Sequence[int]) -> list[int]:
        """eq of the trailing coordinates, the form over the row's generators."""
        return eq_table(point[self.variables - self.width :])
