"""Settling the equations of all proofs by one multi-scalar multiplication, and naming the one that fails."""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.batch.local import PointSums
from core.algebra.field import ORDER
from core.algebra.group import GroupBackend
from core.channel.equation import Equation, weighted_sum
from core.commitments import generators
from core.errors import InternalError


class _Coefficients:
    """Scalars: an equation's coefficients of consecutive points, found when they are asked for. A part of a
    long sum may begin before those of the next are known.
    """

    def __init__(self, equation: Equation, places: range) -> None:
        self._equation = equation
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, places: slice) -> list[int]:
        return self._equation.coefficients(self._places[places])


def is_satisfied(equation: Equation, points: Sequence[PointSums], backend: GroupBackend) -> bool:
    """Whether the equation over the decoded points and the generators vanishes.

    points: in the order of their handles, in as many lists as they are kept in. InternalError if the equation has more.
    """
    if equation.end > sum(map(len, points)):
        raise InternalError("equation.points", "An equation speaks of points that are not there.")
    own = generators.points(backend)
    used = [(own[index], value % ORDER) for index, value in equation.generators.items()]
    total = backend.msm([point for point, _ in used], [value for _, value in used])
    start = 0
    for part in points:
        total = backend.add(total, part.sum(_Coefficients(equation, range(start, start + len(part)))))
        start += len(part)
    return backend.is_identity(total)


def failing_stages(
    weighted: Sequence[tuple[int, Equation]], points: Sequence[PointSums], backend: GroupBackend
) -> list[str]:
    """Empty if all equations hold; otherwise the stages of those that do not, in order, each tried by itself.

    The weights come from hashes of the entire proofs, so that false equations cannot cancel out but with probability
    2^-250 or so; should the sum fail although each equation holds, "batch" is named.
    """
    if is_satisfied(weighted_sum(weighted), points, backend):
        return []
    return [equation.stage for _, equation in weighted if not is_satisfied(equation, points, backend)] or ["batch"]
