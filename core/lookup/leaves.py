"""Where each lookup block lies among the leaves of the one fraction tree.

Blocks have power-of-two sizes and lie one after the other, largest first, so that each is aligned to its size and its
local coordinates are a suffix of the leaf point. Leaves past the last block are the fraction 0/1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.algebra.field import ORDER
from core.polynomials.multilinear import eq_index


@dataclass(frozen=True)
class LeafLayout:
    """Offsets of blocks of 2^variables leaves in a tree of 2^depth leaves."""

    order: tuple[str, ...]
    variables: Mapping[str, int]
    offsets: Mapping[str, int]
    depth: int

    @classmethod
    def arrange(cls, blocks: Mapping[str, int]) -> LeafLayout:
        """`blocks` maps labels to their number of variables; ties keep the given order."""
        order = tuple(sorted(blocks, key=lambda label: -blocks[label]))
        offsets, end = {}, 0
        for label in order:
            offsets[label] = end
            end += 1 << blocks[label]
        return cls(order, dict(blocks), offsets, max(1, (end - 1).bit_length()))

    @property
    def used(self) -> int:
        """Leaves covered by blocks; the rest up to 2^depth is filler."""
        return sum(1 << count for count in self.variables.values())

    def local(self, label: str, point: Sequence[int]) -> list[int]:
        """The block's own coordinates at a leaf point."""
        return list(point[self.depth - self.variables[label] :])

    def weight(self, label: str, point: Sequence[int]) -> int:
        """eq of the leaf point's leading coordinates with the block's place."""
        count = self.variables[label]
        return eq_index(point[: self.depth - count], self.offsets[label] >> count)

    def filler(self, point: Sequence[int]) -> int:
        """The denominators' extension over all leaves outside blocks: 1 minus the blocks' weights."""
        return (1 - sum(self.weight(label, point) for label in self.order)) % ORDER
