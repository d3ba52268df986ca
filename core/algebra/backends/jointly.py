"""Whether many points of the curve lie in the group of prime order, by testing a few hidden sums of them.

The curve's points form a finite abelian group E with the group G of order r inside. For a list of points of which at
least one lies outside G, and independent uniform bits b_i, the sum of the points with b_i = 1 lies outside G with
probability at least 1/2: whatever the other bits are, the two sums with and without a point outside G differ by it, so
at most one of them is inside. SUMS independent sums all lie in G with probability at most 2^-SUMS, whatever the torsion
is (the cofactor contains 3 and 11, which is why one sum with long coefficients would not do). The bits are read off a
hash of all the encodings, so whoever chooses the points has one try an evaluation of that hash.

The sums are formed `window` bits at a time: each point is added to the bucket of its digit, and the sums over all
buckets with one bit set follow by folding the buckets in half. That is some 15 additions a point where a test by itself
takes 126 doublings.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.algebra.group import Point

SUMS = 144
"""A list with a point outside the group passes with probability at most 2^-SUMS, as much as any challenge allows."""

LABEL = b"proofward/subgroup/v1"
_WORD = 16
_TEST = 40
"""Additions that a test of one point by itself takes as long as."""


def window_bits(count: int) -> int:
    """The digit size that makes all sums over `count` points cheapest."""
    return min(range(1, _WORD + 1), key=lambda bits: -(-SUMS // bits) * (count + (2 << bits)))


def pays(count: int) -> bool:
    """Whether testing `count` points together is cheaper than one by one."""
    bits = window_bits(count)
    return -(-SUMS // bits) * (count + (2 << bits)) + SUMS * _TEST < count * _TEST


def hidden_sums(
    points: Sequence[Point], blobs: Sequence[bytes], add: Callable[[Point, Point], Point], identity: Point
) -> Iterator[Point]:
    """At least SUMS sums over random halves of the points, the halves given by a hash of all encodings `blobs`."""
    bits = window_bits(len(points))
    seed = hashlib.sha3_512(LABEL + len(blobs).to_bytes(8, "big") + b"".join(blobs)).digest()
    mask = (1 << bits) - 1
    for window in range(-(-SUMS // bits)):
        stream = hashlib.shake_256(seed + window.to_bytes(2, "big")).digest(2 * len(points))
        buckets = [identity] * (1 << bits)
        for point, word in zip(points, struct.unpack(f">{len(points)}H", stream), strict=True):
            digit = word & mask
            buckets[digit] = add(buckets[digit], point)
        for bit in reversed(range(bits)):
            lower, upper = buckets[: 1 << bit], buckets[1 << bit :]
            total = identity
            for bucket in upper:
                total = add(total, bucket)
            yield total
            buckets = [add(low, high) for low, high in zip(lower, upper, strict=True)]
