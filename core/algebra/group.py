"""The group G1 of BLS12-381 behind one interface, written additively."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol, TypeAlias

from core.errors import InputError

Point: TypeAlias = Any
"""A backend's own point, immutable; never mixed between backends."""


class GroupBackend(Protocol):
    """Arithmetic in G1. Scalars are any ints, read modulo the order; points come from this same backend."""

    name: str
    identity: Point

    def decode(
        self, blobs: Sequence[bytes], *, first: int = 0, tick: Callable[[int], None] | None = None
    ) -> list[Point]:
        """The one door for untrusted points: compressed (48 bytes, ZCash's format), each of them checked.

        MalformedError "point.encoding" (not canonical), "point.identity", "point.curve" or "point.subgroup"; `.detail`
        begins with "point <index>", the first encoding counting as number `first`. If several are bad, the error is
        that of the least index. tick: called now and then with the number of points seen; may raise to stop.
        """

    def from_affine(self, coordinates: Sequence[tuple[int, int]]) -> list[Point]:
        """Points of trusted affine coordinates (pinned generators, own computations); checked by nobody."""

    def to_affine(self, point: Point) -> tuple[int, int] | None:
        """Affine coordinates; None for the identity."""

    def encode(self, point: Point) -> bytes:
        """The canonical compressed encoding, the identity's included."""

    def add(self, a: Point, b: Point) -> Point:
        """a + b."""

    def neg(self, a: Point) -> Point:
        """-a."""

    def mul(self, a: Point, scalar: int) -> Point:
        """scalar * a. Not constant time."""

    def msm(self, points: Sequence[Point], scalars: Sequence[int]) -> Point:
        """sum scalars[i] * points[i]; identity if empty, InternalError if lengths differ. Not constant time."""

    def is_identity(self, point: Point) -> bool:
        """Whether this is the neutral element."""


@cache
def get_backend(name: str = "native") -> GroupBackend:
    """The backend called "native" (compiled, for use) or "reference" (plain Python over py_ecc), loaded when used."""
    if name == "native":
        from core.algebra.backends.native import NativeBackend

        return NativeBackend()
    if name == "reference":
        from core.algebra.backends.reference import ReferenceBackend

        return ReferenceBackend()
    raise InputError("backend.unknown", f"There is no group backend called {name!r}.", "Use 'native' or 'reference'.")
