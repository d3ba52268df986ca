"""Vector kernels against sums of plain integers: odd lengths, empty inputs, the ends of int64."""

from __future__ import annotations

import random

import numpy as np
import pytest

from core.algebra.field import ORDER
from core.algebra.kernels import convert, threads, vectors

ENDS = [0, 1, -1, 2**63 - 1, -(2**63), 65535, -65536, 1 << 62]


def _scalars(rng: random.Random, count: int) -> list[int]:
    return [rng.choice([0, 1, ORDER - 1, rng.randrange(ORDER)]) for _ in range(count)]


def _matrix(rng: random.Random, rows: int, width: int) -> vectors.Small:
    entries = [rng.choice([*ENDS, rng.randrange(-(1 << 20), 1 << 20)]) for _ in range(rows * width)]
    return np.array(entries, dtype=np.int64).reshape(rows, width)


@pytest.mark.parametrize("variables", [0, 1, 2, 5, 9])
def test_eq_table_is_the_product_of_its_factors(variables: int) -> None:
    rng = random.Random(variables)
    point = _scalars(rng, variables)
    table = convert.integers(vectors.eq_table(convert.elements(point)))
    for index in {0, len(table) - 1, rng.randrange(len(table))}:
        expected = 1
        for position, coordinate in enumerate(point):
            bit = index >> (variables - 1 - position) & 1
            expected = expected * (coordinate if bit else 1 - coordinate) % ORDER
        assert table[index] == expected
    assert sum(table) % ORDER == 1


@pytest.mark.parametrize("length", [1, 7, 64, 40_001])
def test_affine_counts_missing_entries_as_zero(length: int) -> None:
    rng = random.Random(length)
    constant = rng.randrange(ORDER)
    columns = [_matrix(rng, 1, size)[0] for size in (length, length // 2, 0)]
    terms = list(zip(_scalars(rng, 3), columns, strict=True))
    expected = [
        (constant + sum(c * int(column[i]) for c, column in terms if i < len(column))) % ORDER for i in range(length)
    ]
    assert convert.integers(vectors.affine(constant, terms, length)) == expected


def test_affine_without_terms_and_without_entries() -> None:
    assert convert.integers(vectors.affine(-1, [], 3)) == [ORDER - 1] * 3
    assert convert.integers(vectors.affine(5, [], 0)) == []


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 5), (0, 4), (4, 0), (130, 70)])
def test_outer(rows: int, columns: int) -> None:
    rng = random.Random(rows)
    a, b = _scalars(rng, rows), _scalars(rng, columns)
    expected = [x * y % ORDER for x in a for y in b]
    assert convert.integers(vectors.outer(convert.elements(a), convert.elements(b))) == expected


def test_combine_leaves_its_inputs_alone() -> None:
    rng = random.Random(7)
    constant, first, second = (_scalars(rng, 33) for _ in range(3))
    inputs = [convert.elements(v) for v in (constant, first, second)]
    result = vectors.combine(inputs[0], [(-1, inputs[1]), (1 << 270, inputs[2])])
    assert convert.integers(result) == [
        (a - b + (1 << 270) * c) % ORDER for a, b, c in zip(constant, first, second, strict=True)
    ]
    assert [convert.integers(v) for v in inputs] == [constant, first, second]
    with pytest.raises(ValueError):
        vectors.combine(inputs[0], [(1, inputs[1][:5])])


@pytest.mark.parametrize(
    ("rows", "width", "weights"), [(1, 1, 1), (5, 3, 8), (8, 3, 5), (0, 4, 2), (300, 33, 300), (900, 41, 901)]
)
def test_small_matrices_on_both_sides(rows: int, width: int, weights: int) -> None:
    rng = random.Random(rows + width)
    matrix = _matrix(rng, rows, width)
    entries = matrix.tolist()
    w, form = _scalars(rng, weights), _scalars(rng, width)
    expected = [sum(a * row[j] for a, row in zip(w, entries, strict=False)) % ORDER for j in range(width)]
    assert convert.integers(vectors.row_combination(convert.elements(w), matrix)) == expected
    expected = [sum(a * b for a, b in zip(row, form, strict=True)) % ORDER for row in entries]
    assert convert.integers(vectors.matrix_form(matrix, convert.elements(form))) == expected


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 101])
@pytest.mark.parametrize("least", [1, 2, 50, 1000])
def test_ranges_cover_every_index_once(count: int, least: int) -> None:
    assert [i for start, stop in threads.ranges(count, least) for i in range(start, stop)] == list(range(count))


def test_an_error_on_another_thread_is_not_lost() -> None:
    def fail() -> int:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        threads.together([lambda: 1, fail])
