"""The group by py_ecc: slow, in plain Python, its curve arithmetic reviewed elsewhere.

py_ecc adds, doubles, multiplies and compresses. It has no subgroup test and no multi-scalar multiplication, and takes
some encodings differently from this format, so these three are here, over the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.algebra.backends.py_ecc_curve import FQ, Z1, add, compress_G1, double, is_inf, multiply, neg, normalize
from core.algebra.backends.subgroup import in_subgroup
from core.algebra.encoding import COORDINATE_BYTES, FIELD_MODULUS, not_in_subgroup, not_on_curve, split
from core.algebra.field import ORDER
from core.errors import InternalError

if TYPE_CHECKING:
    from core.algebra.group import Point

_TICK = 64
"""Points between two calls of `tick`."""


def _checked(blob: bytes, index: int) -> tuple[int, int]:
    """Coordinates of one untrusted encoding, fully checked; `index` is its place in the batch, for the error."""
    x, larger = split(blob, index)
    square = (x * x * x + 4) % FIELD_MODULUS
    y = pow(square, (FIELD_MODULUS + 1) // 4, FIELD_MODULUS)
    if y * y % FIELD_MODULUS != square:
        raise not_on_curve(index)
    if (2 * y > FIELD_MODULUS) != larger:
        y = FIELD_MODULUS - y
    if not in_subgroup(x, y):
        raise not_in_subgroup(index)
    return x, y


def window_bits(count: int, bits: int) -> int:
    """The digit size c that makes ceil(bits/c) windows of `count` additions and 2^c bucket additions cheapest."""
    return min(range(1, 17), key=lambda c: -(-(bits + 1) // c) * (count + (1 << c)))


def signed_digits(value: int, c: int) -> list[int]:
    """Digits d_k of value >= 0 in base 2^c, least first, -2^(c-1) < d_k <= 2^(c-1)."""
    digits = []
    while value:
        digit = value & ((1 << c) - 1)
        if digit > 1 << (c - 1):
            digit -= 1 << c
        digits.append(digit)
        value = (value - digit) >> c
    return digits


class ReferenceBackend:
    """GroupBackend over py_ecc's projective points."""

    name = "reference"

    def __init__(self) -> None:
        self.identity: Point = Z1

    def decode(
        self, blobs: Sequence[bytes], *, first: int = 0, tick: Callable[[int], None] | None = None
    ) -> list[Point]:
        coordinates = []
        for index, blob in enumerate(blobs):
            if tick is not None and index % _TICK == 0:
                tick(index)
            coordinates.append(_checked(blob, first + index))
        if tick is not None:
            tick(len(blobs))
        return self.from_affine(coordinates)

    def from_affine(self, coordinates: Sequence[tuple[int, int]]) -> list[Point]:
        return [(FQ(x), FQ(y), FQ(1)) for x, y in coordinates]

    def to_affine(self, point: Point) -> tuple[int, int] | None:
        if self.is_identity(point):
            return None
        x, y = normalize(point)
        return int(x), int(y)

    def encode(self, point: Point) -> bytes:
        return int(compress_G1(point)).to_bytes(COORDINATE_BYTES, "big")

    def add(self, a: Point, b: Point) -> Point:
        return add(a, b)

    def neg(self, a: Point) -> Point:
        return neg(a)

    def mul(self, a: Point, scalar: int) -> Point:
        return multiply(a, scalar % ORDER)

    def msm(self, points: Sequence[Point], scalars: Sequence[int]) -> Point:
        """Pippenger's buckets with signed digits; scalars above r/2 are taken as negative, so small ones stay short."""
        if len(points) != len(scalars):
            raise InternalError("group.lengths", "Points and scalars of a sum differ in number.")
        terms = []
        for point, scalar in zip(points, scalars, strict=True):
            value = scalar % ORDER
            if value:
                terms.append((neg(point), ORDER - value) if 2 * value > ORDER else (point, value))
        bits = max((value.bit_length() for _, value in terms), default=0)
        c = window_bits(len(terms), bits)
        windows = -(-(bits + 1) // c)
        buckets: list[list[Point | None]] = [[None] * ((1 << (c - 1)) + 1) for _ in range(windows)]
        for point, value in terms:
            for row, digit in zip(buckets, signed_digits(value, c), strict=False):
                if digit:
                    held = row[abs(digit)]
                    signed = point if digit > 0 else neg(point)
                    row[abs(digit)] = signed if held is None else add(held, signed)
        total = Z1
        for row in reversed(buckets):
            for _ in range(c):
                total = double(total)
            total = add(total, _bucket_sum(row))
        return total

    def is_identity(self, point: Point) -> bool:
        return bool(is_inf(point))


def _bucket_sum(row: Sequence[Point | None]) -> Point:
    """sum k row[k]: the running sums from the top, added up."""
    running, total = Z1, Z1
    for held in reversed(row[1:]):
        if held is not None:
            running = add(running, held)
        total = add(total, running)
    return total
