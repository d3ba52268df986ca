"""How a long list of encodings is cut into blocks that are decoded one after the other, or in several processes.

The cut follows from the number of points alone, so that what is tested together, and with it the verdict, is the same
on every machine.
"""

from __future__ import annotations

import itertools

LARGEST = 1 << 14
"""Points of the largest block."""
DIVIDED = 1 << 10
"""Points from which on there are at least two blocks."""


def block_ranges(count: int) -> list[range]:
    """0..count - 1 in order, as a power of two of blocks of nearly one size; no blocks for no points."""
    least = -(-count // LARGEST)
    blocks = 1 << max((least - 1).bit_length() if least else 0, int(count > DIVIDED))
    edges = [count * block // blocks for block in range(blocks + 1)]
    return [range(low, high) for low, high in itertools.pairwise(edges) if low < high]
