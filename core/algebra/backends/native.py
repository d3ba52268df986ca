"""The group by arkworks, through py_arkworks_bls12381."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import add
from typing import TYPE_CHECKING

from py_arkworks_bls12381 import G1Point, Scalar

from core.algebra.backends.jointly import hidden_sums, pays
from core.algebra.encoding import join_affine, not_in_subgroup, not_on_curve, split, split_affine
from core.algebra.field import ORDER, SCALAR_BYTES
from core.errors import InternalError, MalformedError

if TYPE_CHECKING:
    from core.algebra.group import Point

_TICK = 512
"""Points between two calls of `tick`."""


def _decompress(blob: bytes, index: int) -> Point:
    """A point of the curve, which may lie outside the group."""
    # The library forgives the identity's stray bits, so the form is checked before it is asked.
    split(blob, index)
    try:
        return G1Point.from_compressed_bytes_unchecked(blob)
    except ValueError:
        raise not_on_curve(index) from None


def _scalar(value: int) -> Scalar:
    return Scalar.from_le_bytes((value % ORDER).to_bytes(SCALAR_BYTES, "little"))


class NativeBackend:
    """GroupBackend over compiled code."""

    name = "native"

    def __init__(self) -> None:
        self.identity: Point = G1Point.identity()

    def decode(
        self, blobs: Sequence[bytes], *, first: int = 0, tick: Callable[[int], None] | None = None
    ) -> list[Point]:
        """As the interface says; many points are tested for the group together (core.algebra.backends.jointly)."""
        points: list[Point] = []
        try:
            for index, blob in enumerate(blobs):
                if tick is not None and index % _TICK == 0:
                    tick(index)
                points.append(_decompress(blob, first + index))
        except MalformedError:
            # one before it may be outside the group, and the least index is to be named
            self._in_subgroup(points, blobs[: len(points)], first)
            raise
        self._in_subgroup(points, blobs, first)
        if tick is not None:
            tick(len(blobs))
        return points

    def _in_subgroup(self, points: Sequence[Point], blobs: Sequence[bytes], first: int) -> None:
        """MalformedError "point.subgroup" for the first of these points of the curve that is outside the group."""
        together = pays(len(points))
        if together and all(total.is_in_subgroup() for total in hidden_sums(points, blobs, add, self.identity)):
            return
        for index, point in enumerate(points):
            if not point.is_in_subgroup():
                raise not_in_subgroup(first + index)
        if together:
            raise InternalError("group.sums", "Points lie in the group one by one, and sums of them do not.")

    def from_affine(self, coordinates: Sequence[tuple[int, int]]) -> list[Point]:
        return [G1Point.from_xy_bytes_unchecked_be(join_affine(x, y)) for x, y in coordinates]

    def to_affine(self, point: Point) -> tuple[int, int] | None:
        if self.is_identity(point):
            return None
        return split_affine(bytes(point.to_xy_bytes_be()))

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
