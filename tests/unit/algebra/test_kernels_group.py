"""Group kernels against the native backend: complete additions, encodings, multiplications, row commitments."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from core.algebra.encoding import FIELD_MODULUS, IDENTITY_ENCODING
from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.algebra.kernels import convert, curve, pippenger, rows, tables
from core.commitments import generators

NATIVE = get_backend("native")
POINTS = generators.points(NATIVE)
AFFINE = list(generators.load_affine())


def _kernel(indices: Sequence[int]) -> curve.Points:
    """Generators by index; -1 - k is the negative of generator k."""
    return curve.from_affine(
        [AFFINE[k] if k >= 0 else (AFFINE[-1 - k][0], FIELD_MODULUS - AFFINE[-1 - k][1]) for k in indices]
    )


def _native_sum(indices: Sequence[int]) -> bytes:
    total = NATIVE.identity
    for k in indices:
        total = NATIVE.add(total, POINTS[k] if k >= 0 else NATIVE.neg(POINTS[-1 - k]))
    return NATIVE.encode(total)


def _canonical(values: Sequence[int]) -> convert.Elements:
    return convert.canonical(convert.elements(values))


def test_coordinates_and_encodings() -> None:
    chosen = [0, 1, -1, -2, 4095, 4096, 8194]
    points = _kernel(chosen)
    assert curve.coordinates(points)[0] == AFFINE[0]
    assert curve.encode(points) == [_native_sum([k]) for k in chosen]
    assert curve.encode(np.zeros((1, 12), dtype=np.uint64)) == [IDENTITY_ENCODING]
    assert curve.encode(np.zeros((0, 12), dtype=np.uint64)) == []


def test_batch_addition_is_complete() -> None:
    nothing = np.zeros((1, 12), dtype=np.uint64)
    left = np.concatenate([_kernel([0, 0, 0]), nothing, nothing, _kernel([5])])
    right = np.concatenate([_kernel([1, 0, -1]), _kernel([2]), nothing, nothing])
    expected = [_native_sum(pair) for pair in ([0, 1], [0, 0], [0, -1], [2], [], [5])]
    assert curve.encode(tables.add_points(left, right)) == expected


@pytest.mark.parametrize("lengths", [[1], [0, 2], [3, 0, 1, 7], [33, 1, 16], []])
def test_segments(lengths: list[int]) -> None:
    rng = random.Random(len(lengths))
    segments = [[rng.choice([0, 0, -1, rng.randrange(50)]) for _ in range(n)] for n in lengths]
    points = _kernel([k for segment in segments for k in segment] or [0]).reshape(-1, 6)
    start = np.cumsum([0, *lengths])[: len(lengths)].astype(np.int64)
    curve.sum_segments(points, start, np.array(lengths, dtype=np.int64))
    sums = curve.encode(points.reshape(-1, 12))
    for begin, segment in zip(start.tolist(), segments, strict=True):
        if segment:
            assert sums[begin] == _native_sum(segment)


@pytest.mark.parametrize("bits", range(2, 15))
def test_signed_digits_recompose(bits: int) -> None:
    values = [0, 1, ORDER - 1, ORDER >> 1, (1 << 254) - 1, 1 << 254, int("80" * 31, 16), int("7f" * 31, 16)]
    values += [1 << k for k in range(0, 255, 7)]
    windows = 255 // bits + 1
    digits = np.empty(len(values) * windows, dtype=np.int64)
    pippenger.signed_digits(convert.integers_to_rows(values, 32), bits, windows, digits)
    for row, value in zip(digits.reshape(-1, windows).tolist(), values, strict=True):
        assert sum(digit << (bits * w) for w, digit in enumerate(row)) == value
        assert max(map(abs, row)) <= 1 << (bits - 1)


@pytest.mark.parametrize("count", [1, 2, 3, 17, 100, 257])
def test_multiplication_by_buckets(count: int) -> None:
    rng = random.Random(count)
    basis = [rng.randrange(50) for _ in range(count)]
    scalars = [rng.choice([0, 1, 2, ORDER - 1, rng.randrange(ORDER), rng.randrange(1 << 16)]) for _ in basis]
    if count > 16:
        basis[:4], scalars[:4] = [9] * 4, [5, ORDER - 5, 7, 7]
    table = tables.window_table(_kernel(range(50)))
    result = pippenger.msm(table, np.array(basis, dtype=np.int64), _canonical(scalars))
    assert curve.encode(result) == [NATIVE.encode(NATIVE.msm([POINTS[k] for k in basis], scalars))]


@pytest.mark.parametrize("digit", [1, 2, 255, 256, 257, 511, 512, 513, 1023, 1024])
def test_every_kind_of_digit_in_every_window(digit: int) -> None:
    scalars = [digit << (10 * w) for w in range(25)] + [sum(digit << (10 * w) for w in range(0, 25, 2))]
    table = tables.window_table(_kernel([7]))
    for scalar in scalars:
        result = pippenger.msm(table, np.zeros(1, dtype=np.int64), _canonical([scalar]))
        assert curve.encode(result) == [NATIVE.encode(NATIVE.mul(POINTS[7], scalar % ORDER))]


def test_a_multiplication_without_terms_is_the_identity() -> None:
    empty = np.empty((0, 4), dtype=np.uint64)
    result = pippenger.msm(tables.window_table(_kernel([0])), np.empty(0, dtype=np.int64), empty)
    assert curve.encode(result) == [IDENTITY_ENCODING]


def test_rows_from_tables() -> None:
    limit = tables.SMALL_LIMIT - 1
    values = [0, 1, -1, 127, 128, 129, 255, 256, 32767, 32768, 32769, 65535, 65536, -128, -129, -65535, limit, -limit]
    rng = random.Random(5)
    matrix = np.array(
        [values, [0] * len(values), values[::-1], [rng.randrange(-limit, limit + 1) for _ in values]], dtype=np.int64
    )
    blindings = [0, 0, ORDER - 1, rng.randrange(ORDER)]
    width = matrix.shape[1]
    table = tables.small_table(_kernel(range(width)))
    result = rows.commit_rows(matrix, table, _canonical(blindings), tables.full_table(_kernel([generators.BLINDING])))
    points = [*POINTS[:width], POINTS[generators.BLINDING]]
    expected = [
        NATIVE.encode(NATIVE.msm(points, [value % ORDER for value in [*row, blinding]]))
        for row, blinding in zip(matrix.tolist(), blindings, strict=True)
    ]
    assert curve.encode(result) == expected


def test_multiples_of_one_generator() -> None:
    scalars = [0, 1, 128, 129, ORDER - 1, 1 << 254]
    result = rows.multiples(tables.full_table(_kernel([3])), _canonical(scalars))
    assert curve.encode(result) == [NATIVE.encode(NATIVE.mul(POINTS[3], k)) for k in scalars]
