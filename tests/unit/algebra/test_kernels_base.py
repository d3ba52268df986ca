"""The base field in kernels against plain integers."""

from __future__ import annotations

import random

import numpy as np
from numba import njit

from core.algebra.encoding import FIELD_MODULUS as P
from core.algebra.kernels import base, convert
from core.algebra.kernels.base import add, exceeds, inverse, lesser_half, load, mul, mul_inline, neg, store, sub

EDGES = [0, 1, 2, P - 1, P - 2, (P - 1) // 2, (P + 1) // 2, (1 << 380) - 1, (1 << 64) - 1, 1 << 320]


@njit
def _operations(a, b, results):
    for i in range(a.shape[0]):
        x, y = load(a, i), load(b, i)
        store(results, 6 * i, mul(x, y))
        store(results, 6 * i + 1, add(x, y))
        store(results, 6 * i + 2, sub(x, y))
        store(results, 6 * i + 3, neg(x))
        store(results, 6 * i + 4, inverse(x))
        store(results, 6 * i + 5, mul_inline(x, y))


@njit
def _larger(values, result):
    for i in range(values.shape[0]):
        result[i] = exceeds(load(values, i), lesser_half())


@njit
def _inverses(values, results):
    for i in range(values.shape[0]):
        store(results, i, inverse(load(values, i)))


def _into(values: list[int]) -> base.Coordinates:
    rows = convert.integers_to_rows(values, 48)
    base.into_montgomery(rows)
    return rows


def test_operations_agree_with_integers() -> None:
    rng = random.Random(3)
    left = [a for a in EDGES for _ in EDGES] + [rng.randrange(P) for _ in range(200)]
    right = [b for _ in EDGES for b in EDGES] + [rng.randrange(P) for _ in range(200)]
    results = np.empty((6 * len(left), 6), dtype=np.uint64)
    _operations(_into(left), _into(right), results)
    assert all(value < P for value in convert.rows_to_integers(results))
    base.out_of_montgomery(results.copy(), results)
    values = convert.rows_to_integers(results)
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        expected = [a * b % P, (a + b) % P, (a - b) % P, -a % P, pow(a, P - 2, P), a * b % P]
        assert values[6 * i : 6 * i + 6] == expected


def test_the_larger_root_is_told_from_the_lesser() -> None:
    values = [0, 1, (P - 1) // 2, (P + 1) // 2, P - 1]
    result = np.empty(len(values), dtype=np.uint8)
    _larger(convert.integers_to_rows(values, 48), result)
    assert result.tolist() == [0, 0, 0, 1, 1]


def test_inverses_at_random_and_of_powers_of_two() -> None:
    # Powers of two leave the longest runs of zero bits to shift away at once.
    rng = random.Random(4)
    values = [1 << k for k in range(381)] + [P - (1 << k) for k in range(380)] + [rng.randrange(P) for _ in range(3000)]
    # Once as values, once as Montgomery representatives.
    for rows, factor in ((_into(values), 1), (convert.integers_to_rows(values, 48), pow(base.RADIX, -1, P))):
        results = np.empty_like(rows)
        _inverses(rows, results)
        base.out_of_montgomery(results.copy(), results)
        inverses = convert.rows_to_integers(results)
        assert all(value * factor * inverse % P == 1 for value, inverse in zip(values, inverses, strict=True))
