"""The sum over one block of points, as it passes between processes."""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.encoding import join_affine
from core.algebra.group import GroupBackend, Point


def block_sum(backend: GroupBackend, points: Sequence[Point], scalars: Sequence[int]) -> bytes:
    """sum scalars[i] * point i as x || y, empty for the identity."""
    used = [(point, scalar) for point, scalar in zip(points, scalars, strict=True) if scalar]
    affine = backend.to_affine(backend.msm([point for point, _ in used], [scalar for _, scalar in used]))
    return b"" if affine is None else join_affine(*affine)
