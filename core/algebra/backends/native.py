"""The group by arkworks, through py_arkworks_bls12381."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from py_arkworks_bls12381 import G1Point, Scalar

from core.algebra.backends.spread import check_all, join_affine
from core.algebra.encoding import not_in_subgroup, not_on_curve, split
from core.algebra.field import ORDER, SCALAR_BYTES
from core.errors import InternalError

if TYPE_CHECKING:
    from core.algebra.group import Point

_SPREAD_FROM = 20_000


def _decode_one(blob: bytes, index: int) -> Point:
    # The library forgives the identity's stray bits, so the form is checked before it is asked.
    split(blob, index)
    try:
        point = G1Point.from_compressed_bytes_unchecked(blob)
    except ValueError:
        raise not_on_curve(index) from None
    if not point.is_in_subgroup():
        raise not_in_subgroup(index)
    return point


def check_point(blob: bytes, index: int) -> bytes:
    """x || y of one untrusted encoding, fully checked; `index` is its place in the batch, for the error."""
    return bytes(_decode_one(blob, index).to_xy_bytes_be())


def _scalar(value: int) -> Scalar:
    return Scalar.from_be_bytes((value % ORDER).to_bytes(SCALAR_BYTES, "big"))


class NativeBackend:
    """GroupBackend over compiled code."""

    name = "native"

    def __init__(self) -> None:
        self.identity: Point = G1Point.identity()

    def decode(self, blobs: Sequence[bytes]) -> list[Point]:
        if len(blobs) <= _SPREAD_FROM:
            return [_decode_one(blob, index) for index, blob in enumerate(blobs)]
        # Points cannot travel between processes; coordinates can, and loading them costs next to nothing.
        return [G1Point.from_xy_bytes_unchecked_be(data) for data in check_all(check_point, blobs, _SPREAD_FROM)]

    def from_affine(self, coordinates: Sequence[tuple[int, int]]) -> list[Point]:
        return [G1Point.from_xy_bytes_unchecked_be(join_affine(x, y)) for x, y in coordinates]

    def encode(self, point: Point) -> bytes:
        return bytes(point.to_compressed_bytes())

    def add(self, a: Point, b: Point) -> Point:
        return a + b

    def neg(self, a: Point) -> Point:
        return -a

    def mul(self, a: Point, scalar: int) -> Point:
        return a * _scalar(scalar)

    def msm(self, points: Sequence[Point], scalars: Sequence[int]) -> Point:
        if len(points) != len(scalars):
            raise InternalError("group.lengths", "Points and scalars of a sum differ in number.")
        return G1Point.multiexp_unchecked(list(points), [_scalar(scalar) for scalar in scalars])

    def is_identity(self, point: Point) -> bool:
        return bool(point == self.identity)
