"""Columns of integers in limbs: their lookups, and the linear form under which they are put together again."""

from __future__ import annotations

from dataclasses import dataclass

from core.algebra.field import ORDER
from core.commitments.hyrax import Column
from core.lookup.spec import Grid, RowBlock, Term
from core.polynomials.multilinear import eq_table


@dataclass(frozen=True)
class LimbGrid:
    """Integers of several limbs each, as one column: coordinate a, limb l at index a 2^limb_variables + l.

    width: of the column's rows; tag: of the range table of 2^limb_bits entries in which every limb is looked up.
    """

    label: str
    coordinates: int
    limbs: int
    limb_bits: int
    width: int
    tag: int

    @property
    def limb_variables(self) -> int:
        return (self.limbs - 1).bit_length()

    @property
    def coordinate_variables(self) -> int:
        """log2 of the padded number of coordinates; grown so that the column fills at least one row."""
        return max((self.coordinates - 1).bit_length(), self.width - self.limb_variables)

    @property
    def column(self) -> Column:
        length = self.coordinates << self.limb_variables
        return Column(self.label, length, self.coordinate_variables + self.limb_variables, self.width)

    def pattern(self, first: int = 0) -> tuple[int, ...]:
        """1 for the limbs in use from `first` on."""
        return tuple(int(first <= limb < self.limbs) for limb in range(1 << self.limb_variables))

    def block(self, label: str, *, first: int = 0, scale: int = 1) -> RowBlock:
        """Look up limbs from `first` on, times `scale`."""
        pattern = self.pattern(first)
        tags = tuple(self.tag for _ in pattern)
        grid = Grid(self.coordinates, pattern)
        return RowBlock(label, self.column.variables, grid, tags, (Term(self.label, scale=scale),))

    def form(self, zeta: list[int]) -> list[int]:
        """Over one row: the form under which sum_a eq(zeta, a) sum_l 2^(l limb_bits) limb_al is evaluated."""
        inside = zeta[len(zeta) - (self.width - self.limb_variables) :]
        powers = [1 << (limb * self.limb_bits) if limb < self.limbs else 0 for limb in range(1 << self.limb_variables)]
        return [weight * power % ORDER for weight in eq_table(inside) for power in powers]

    def point(self, zeta: list[int]) -> list[int]:
        """A full-length point whose leading coordinates choose the rows for zeta."""
        return [*zeta, *([0] * self.limb_variables)]
