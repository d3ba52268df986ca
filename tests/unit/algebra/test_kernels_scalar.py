"""The scalar field in kernels against plain integers, at the edges and at random."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numba import njit

from core.algebra.field import ORDER
from core.algebra.kernels import convert
from core.algebra.kernels.scalar import (
    LIMBS,
    add,
    equal,
    is_zero,
    load,
    load_wide,
    magnitude,
    mul,
    mul_inline,
    mul_pair_inline,
    neg,
    one,
    store,
    store_wide,
    sub,
    wide_add_product,
    wide_reduce,
    wide_zero,
    zero,
)

EDGES = [0, 1, 2, ORDER - 1, ORDER - 2, (1 << 64) - 1, 1 << 64, 1 << 128, 1 << 192, (1 << 254) - 1, ORDER >> 1]
RADIX = 1 << 256


@njit
def _binary(a, b, results):
    for i in range(a.shape[0]):
        x, y = load(a, i), load(b, i)
        store(results, 7 * i, mul(x, y))
        store(results, 7 * i + 1, add(x, y))
        store(results, 7 * i + 2, sub(x, y))
        store(results, 7 * i + 3, neg(x))
        store(results, 7 * i + 4, mul_pair_inline(x, y, y, y))
        store(results, 7 * i + 6, mul_inline(x, y))
        store(results, 7 * i + 5, one() if equal(x, y) or is_zero(x) else zero())


@njit
def _gather(a, factors, total):
    result = load_wide(total, 0)
    for i in range(a.shape[0]):
        result = wide_add_product(result, load(a, i), factors[i])
    store_wide(total, 0, result)


@njit
def _reduce(total, result):
    store(result, 0, wide_reduce(load_wide(total, 0)))
    store(result, 1, wide_reduce(wide_zero()))


@njit
def _magnitudes(values, result):
    for i in range(values.shape[0]):
        result[i] = magnitude(values[i])


def _pairs() -> tuple[list[int], list[int]]:
    rng = random.Random(1)
    left = [a for a in EDGES for _ in EDGES] + [rng.randrange(ORDER) for _ in range(500)]
    right = [b for _ in EDGES for b in EDGES] + [rng.randrange(ORDER) for _ in range(500)]
    return left, right


def test_operations_agree_with_integers() -> None:
    left, right = _pairs()
    results = np.empty((7 * len(left), LIMBS), dtype=np.uint64)
    _binary(convert.elements(left), convert.elements(right), results)
    values = convert.integers(results)
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        expected = [a * b, a + b, a - b, -a, a * b + b * b, int(a == b or a == 0), a * b]
        assert values[7 * i : 7 * i + 7] == [value % ORDER for value in expected]


def test_results_are_canonical() -> None:
    left, right = _pairs()
    results = np.empty((7 * len(left), LIMBS), dtype=np.uint64)
    _binary(convert.elements(left), convert.elements(right), results)
    assert all(value < ORDER for value in convert.rows_to_integers(results))


def test_the_largest_pair_of_products_is_reduced() -> None:
    # The largest Montgomery representatives, not the largest values, come nearest to the bound of the reduction.
    largest = convert.integers_to_rows([ORDER - 1], 32)
    results = np.empty((7, LIMBS), dtype=np.uint64)
    _binary(largest, largest, results)
    assert convert.rows_to_integers(results)[4] == 2 * (ORDER - 1) ** 2 * pow(RADIX, -1, ORDER) % ORDER


def test_conversion_reduces_any_integer() -> None:
    values = [*EDGES, ORDER, ORDER + 1, -1, -ORDER, 1 << 300, -(1 << 400)]
    assert convert.integers(convert.elements(values)) == [value % ORDER for value in values]
    assert convert.integers(convert.elements([])) == []
    assert convert.rows_to_integers(convert.elements(values)) == [value * RADIX % ORDER for value in values]


def test_sums_with_small_integers() -> None:
    rng = random.Random(2)
    elements = [ORDER - 1] * 200 + [rng.randrange(ORDER) for _ in range(200)] + EDGES
    factors = [(1 << 64) - 1] * 200 + [rng.randrange(1 << 64) for _ in range(200)] + [1 << 63] * len(EDGES)
    total, result = np.zeros((1, 6), dtype=np.uint64), np.empty((2, LIMBS), dtype=np.uint64)
    _gather(convert.elements(elements), np.array(factors, dtype=np.uint64), total)
    _reduce(total, result)
    assert convert.integers(result) == [sum(a * b for a, b in zip(elements, factors, strict=True)) % ORDER, 0]


@pytest.mark.parametrize(
    "value",
    [0, ORDER - 1, ORDER, 2 * ORDER - 1, 2 * ORDER, (1 << 256) - 1, 1 << 256, (1 << 384) - 1, (1 << 384) - (1 << 256)],
)
def test_wide_sums_at_their_bounds(value: int) -> None:
    total = convert.integers_to_rows([value], 48)
    result = np.empty((2, LIMBS), dtype=np.uint64)
    _reduce(total, result)
    assert convert.rows_to_integers(result)[0] == value % ORDER


def test_magnitude_at_the_ends_of_int64() -> None:
    values = np.array([0, 1, -1, 2**63 - 1, -(2**63), -(2**63) + 1], dtype=np.int64)
    result = np.empty(len(values), dtype=np.uint64)
    _magnitudes(values, result)
    assert result.tolist() == [abs(value) for value in values.tolist()]
