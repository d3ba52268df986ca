"""Many points that sums are taken over, and those on their way from untrusted encodings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.algebra.group import GroupBackend, Point
from core.errors import InternalError
from core.monitor import Monitor, SilentMonitor

_CHUNK = 1 << 15
"""Terms of a sum between two looks at the monitor."""


class Scalars(Protocol):
    """Scalars of a sum, a list of them or one that finds those of a part when they are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, places: slice, /) -> Sequence[int]: ...


class PointSums(Protocol):
    """Points of one backend that sums are taken over."""

    def __len__(self) -> int: ...

    def sum(self, scalars: Scalars) -> Point:
        """sum scalars[i] * point i, one scalar for each point."""


class PointBatch(PointSums, Protocol):
    """Points on their way from untrusted encodings; nothing is known of them before a sum has come out.

    `sum` checks every point, those with the scalar 0 too: MalformedError of GroupBackend.decode for the first that is
    bad.
    """

    def close(self) -> None:
        """End what still works for this batch; it cannot be used any more."""


class PointList:
    """PointSums over points at hand."""

    def __init__(self, backend: GroupBackend, points: Sequence[Point], monitor: Monitor | None = None) -> None:
        self._backend = backend
        self._points = points
        self._monitor = monitor or SilentMonitor()

    def __len__(self) -> int:
        return len(self._points)

    def sum(self, scalars: Scalars) -> Point:
        if len(scalars) != len(self._points):
            raise InternalError("group.lengths", "Points and scalars of a sum differ in number.")
        used = [(point, scalar) for point, scalar in zip(self._points, scalars[:], strict=True) if scalar]
        total = self._backend.identity
        for start in range(0, len(used), _CHUNK):
            self._monitor.check()
            points, factors = zip(*used[start : start + _CHUNK], strict=True)
            total = self._backend.add(total, self._backend.msm(points, factors))
        return total
