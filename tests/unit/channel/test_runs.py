"""Combinations over all records give, part by part, the coefficients that their definitions say."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from core.algebra.batch.local import PointList
from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.channel.equation import Combination, Equation
from core.channel.runs import EqRun, EqView, Run
from core.channel.settlement import is_satisfied
from core.claims.bounded.relation import PROJECTIONS, Projected, projection_stream, projection_weights
from core.commitments import generators
from core.errors import InternalError
from core.polynomials.multilinear import eq_index, eq_multiples

COUNT, FIRST, VARIABLES = 21, 3, 5
RNG = random.Random(11)
POINT = [RNG.randrange(ORDER) for _ in range(VARIABLES)]
VIEW = sorted(RNG.sample(range(COUNT), 13))
WEIGHTS = [RNG.randrange(ORDER) for _ in range(PROJECTIONS)]
STREAM = projection_stream(77, COUNT)


def _bit(record: int, s: int) -> int:
    return STREAM[record * PROJECTIONS // 8 + s // 8] >> (7 - s % 8) & 1


DEFINED: list[tuple[Run, Callable[[int], int]]] = [
    (EqRun(FIRST, COUNT, POINT), lambda i: eq_index(POINT, i)),
    (EqRun(FIRST, COUNT, [0] * VARIABLES), lambda i: int(i == 0)),
    (EqView(FIRST, VIEW, POINT), lambda i: eq_index(POINT, VIEW.index(i)) if i in VIEW else 0),
    (EqView(FIRST, (), POINT), lambda _: 0),
    (
        Projected(FIRST, COUNT, STREAM, WEIGHTS),
        lambda i: sum(WEIGHTS[s] * _bit(i, s) for s in range(PROJECTIONS)),
    ),
]


@pytest.mark.parametrize("factor", [0, 1, ORDER - 1, 1 << 200])
@pytest.mark.parametrize("which", range(len(DEFINED)))
def test_coefficients_are_those_of_the_definition_whatever_part_is_asked_for(which: int, factor: int) -> None:
    run, defined = DEFINED[which]
    total = FIRST + COUNT + 4
    equation = Equation("one")
    equation.combination(run, factor)
    equation.point(FIRST + 2, 5)
    equation.combination({FIRST + COUNT: 3, 0: ORDER - 2}, 2)
    others = {FIRST + 2: 5, FIRST + COUNT: 6, 0: -4}
    expected = [
        (others.get(handle, 0) + (factor * defined(handle - FIRST) if 0 <= handle - FIRST < COUNT else 0)) % ORDER
        for handle in range(total)
    ]
    assert equation.coefficients(range(total)) == expected
    for size in (1, 2, 7, 8, 16):
        parts = [range(start, min(start + size, total)) for start in range(0, total, size)]
        assert [value for part in parts for value in equation.coefficients(part)] == expected
    assert equation.coefficients(range(total, total + 3)) == [0, 0, 0]
    assert equation.coefficients(range(4, 4)) == []


def test_the_prover_s_projections_are_the_verifier_s() -> None:
    equation = Equation("one")
    equation.combination(Projected(0, COUNT, STREAM, WEIGHTS), 1)
    assert equation.coefficients(range(COUNT)) == projection_weights(STREAM, COUNT, WEIGHTS)


@pytest.mark.parametrize("variables", range(7))
def test_multiples_of_any_range(variables: int) -> None:
    point = [RNG.randrange(ORDER) for _ in range(variables)]
    table = [3 * eq_index(point, x) % ORDER for x in range(1 << variables)]
    for start in range(len(table) + 1):
        for stop in range(start, len(table) + 1):
            assert [m % ORDER for m in eq_multiples(point, 3, range(start, stop))] == table[start:stop]


@pytest.mark.parametrize(
    "make",
    [
        lambda: EqRun(0, 33, POINT).add_to([0] * 33, 0, 1),
        lambda: Projected(0, COUNT + 1, STREAM, WEIGHTS).add_to([0] * (COUNT + 1), 0, 1),
        lambda: EqView(0, range(33), POINT),
        lambda: EqView(0, (1, 1), POINT),
        lambda: EqView(0, (2, 1), POINT),
    ],
)
def test_a_run_that_does_not_fit_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(InternalError):
        make()


def test_what_is_no_multiple_of_anything_stays() -> None:
    held: Sequence[int] = [9] * 4
    for start in (0, 100):
        coefficients = list(held)
        EqRun(50, 10, POINT).add_to(coefficients, start, 1)
        assert coefficients == held


def test_an_equation_about_points_that_are_not_there_is_refused() -> None:
    backend = get_backend("native")
    points = generators.points(backend)[:30]
    cases: list[tuple[Combination, int]] = [
        (EqRun(3, COUNT, POINT), 3 + COUNT),
        (EqView(3, VIEW, POINT), 4 + VIEW[-1]),
        ({8: 1}, 9),
    ]
    for run, end in cases:
        equation = Equation("one")
        equation.combination(run, 1)
        assert equation.end == end
        for given in (end, end + 1):
            is_satisfied(equation, [PointList(backend, points[:5]), PointList(backend, points[5:given])], backend)
        with pytest.raises(InternalError):
            is_satisfied(equation, [PointList(backend, points[:5]), PointList(backend, points[5 : end - 1])], backend)
    assert Equation("none").end == EqView(0, (), POINT).end == 0
