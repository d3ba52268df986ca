"""Settling the equations of all proofs by one multi-scalar multiplication, and naming the one that fails."""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.field import ORDER
from core.algebra.group import GroupBackend, Point
from core.channel.equation import Equation, weighted_sum
from core.commitments import generators


def is_satisfied(equation: Equation, points: Sequence[Point], backend: GroupBackend) -> bool:
    """Whether the equation over the decoded `points` (by handle) and the generators vanishes."""
    own = generators.points(backend)
    terms = [(points[handle], value % ORDER) for handle, value in equation.points.items()]
    terms += [(own[index], value % ORDER) for index, value in equation.generators.items()]
    used = [(point, value) for point, value in terms if value]
    return backend.is_identity(backend.msm([point for point, _ in used], [value for _, value in used]))


def failing_stages(
    weighted: Sequence[tuple[int, Equation]], points: Sequence[Point], backend: GroupBackend
) -> list[str]:
    """Empty if all equations hold; otherwise the stages of those that do not, in order, each tried by itself.

    The weights come from hashes of the entire proofs, so that false equations cannot cancel out but with probability
    2^-250 or so; should the sum fail although each equation holds, "batch" is named.
    """
    if is_satisfied(weighted_sum(weighted), points, backend):
        return []
    return [equation.stage for _, equation in weighted if not is_satisfied(equation, points, backend)] or ["batch"]
