"""Vectors of field elements: eq tables, affine and linear combinations, small-integer matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.algebra.kernels.convert import elements
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import (
    LIMBS,
    WIDE,
    Elements,
    add,
    load,
    load_wide,
    magnitude,
    mul,
    neg,
    one,
    store,
    store_wide,
    sub,
    wide_add_product,
    wide_reduce,
    wide_zero,
)
from core.algebra.kernels.threads import over_ranges

Small: TypeAlias = NDArray[np.int64]
AnySmall: TypeAlias = NDArray[np.int64] | NDArray[np.uint16] | NDArray[np.int32]

LEAST = 1 << 12
"""Elements worth a second thread."""

BLOCK = 1 << 14
"""Small integers brought into the kernels' own layout at a time, so that large matrices are never copied whole."""


@kernel
def _eq_table(point: Elements, table: Elements) -> None:
    store(table, 0, one())
    size = 1
    for k in range(point.shape[0]):
        coordinate = load(point, k)
        for i in range(size - 1, -1, -1):
            value = load(table, i)
            upper = mul(value, coordinate)
            store(table, 2 * i + 1, upper)
            store(table, 2 * i, sub(value, upper))
        size *= 2


def eq_table(point: Elements) -> Elements:
    """eq(point, x) for x = 0..2^n - 1, first coordinate most significant."""
    if 1 << len(point) > LEAST:
        half = len(point) // 2
        return outer(eq_table(point[:half]), eq_table(point[half:]))
    table = np.empty((1 << len(point), LIMBS), dtype=np.uint64)
    _eq_table(point, table)
    return table


@kernel
def _signed(element: Any, value: int) -> Any:
    """The element, negated for a negative value: element * value = _signed(element, value) * |value|."""
    return neg(element) if value < 0 else element


@kernel
def _affine(result: Elements, coefficients: Elements, columns: Small) -> None:
    """result[i] = coefficients[-1] + sum_k coefficients[k] columns[k, i]."""
    terms = columns.shape[0]
    constant = load(coefficients, terms)
    for i in range(result.shape[0]):
        total = wide_zero()
        for k in range(terms):
            value = columns[k, i]
            if value != 0:
                total = wide_add_product(total, _signed(load(coefficients, k), value), magnitude(value))
        store(result, i, add(constant, wide_reduce(total)))


def affine_range(result: Elements, coefficients: Elements, columns: Sequence[AnySmall], start: int, stop: int) -> None:
    """Entries start..stop - 1 of coefficients[-1] + sum_k coefficients[k] columns[k] into `result`."""
    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        pieces = np.zeros((len(columns), last - first), dtype=np.int64)
        for row, column in zip(pieces, columns, strict=True):
            piece = column[first:last]
            row[: len(piece)] = piece
        _affine(result[first - start : last - start], coefficients, pieces)


def affine(constant: int, terms: Sequence[tuple[int, AnySmall]], length: int) -> Elements:
    """constant + sum coefficient * column elementwise; columns shorter than `length` count as zero past their end."""
    result = np.empty((length, LIMBS), dtype=np.uint64)
    coefficients = elements([*(coefficient for coefficient, _ in terms), constant])
    columns = [column for _, column in terms]

    def part(start: int, stop: int) -> None:
        affine_range(result[start:stop], coefficients, columns, start, stop)

    over_ranges(part, length, LEAST)
    return result


@kernel
def _outer(result: Elements, rows: Elements, columns: Elements, start: int, stop: int) -> None:
    width = columns.shape[0]
    for i in range(start, stop):
        factor = load(rows, i)
        for j in range(width):
            store(result, i * width + j, mul(factor, load(columns, j)))


def outer(rows: Elements, columns: Elements) -> Elements:
    """rows[i] * columns[j] at index i * len(columns) + j."""
    result = np.empty((len(rows) * len(columns), LIMBS), dtype=np.uint64)
    least = max(1, LEAST // max(1, len(columns)))
    over_ranges(partial(_outer, result, rows, columns), len(rows), least)
    return result


@kernel
def _add_scaled(result: Elements, factor: Elements, vector: Elements, start: int, stop: int) -> None:
    coefficient = load(factor, 0)
    for i in range(start, stop):
        store(result, i, add(load(result, i), mul(coefficient, load(vector, i))))


def combine(constant: Elements, terms: Sequence[tuple[int, Elements]]) -> Elements:
    """constant + sum coefficient * vector, elementwise."""
    result = constant.copy()
    factors = elements([coefficient for coefficient, _ in terms])
    for k, (_, vector) in enumerate(terms):
        if len(vector) != len(result):
            raise ValueError("vectors of different lengths")
        over_ranges(partial(_add_scaled, result, factors[k : k + 1], vector), len(result), LEAST)
    return result


def _blocks(matrix: AnySmall, start: int, stop: int) -> Iterator[tuple[int, Small]]:
    """Rows start..stop - 1 in contiguous int64 pieces, with the first row of each."""
    step = max(1, BLOCK // max(1, matrix.shape[1]))
    for first in range(start, stop, step):
        yield first, np.ascontiguousarray(matrix[first : min(first + step, stop)], dtype=np.int64)


@kernel
def _row_combination(weights: Elements, first: int, matrix: Small, sums: NDArray[np.uint64]) -> None:
    """sums[j] += sum_i weights[first + i] matrix[i, j]."""
    width = matrix.shape[1]
    for i in range(matrix.shape[0]):
        weight = load(weights, first + i)
        for j in range(width):
            value = matrix[i, j]
            if value != 0:
                factor = _signed(weight, value)
                store_wide(sums, j, wide_add_product(load_wide(sums, j), factor, magnitude(value)))


@kernel
def _reduce(sums: NDArray[np.uint64], result: Elements) -> None:
    for j in range(result.shape[0]):
        store(result, j, wide_reduce(load_wide(sums, j)))


def row_combination(weights: Elements, matrix: AnySmall) -> Elements:
    """sum_i weights[i] matrix[i, :]; what is past the shorter of the two is ignored."""
    rows, width = min(len(weights), matrix.shape[0]), matrix.shape[1]

    def part(start: int, stop: int) -> Elements:
        sums = np.zeros((width, WIDE), dtype=np.uint64)
        for first, block in _blocks(matrix, start, stop):
            _row_combination(weights, first, block, sums)
        result = np.empty((width, LIMBS), dtype=np.uint64)
        _reduce(sums, result)
        return result

    parts = over_ranges(part, rows, max(1, LEAST // max(1, width)))
    total = np.zeros((width, LIMBS), dtype=np.uint64)
    return combine(total, [(1, result) for result in parts])


@kernel
def _matrix_form(result: Elements, first: int, matrix: Small, form: Elements) -> None:
    for i in range(matrix.shape[0]):
        total = wide_zero()
        for j in range(matrix.shape[1]):
            value = matrix[i, j]
            if value != 0:
                total = wide_add_product(total, _signed(load(form, j), value), magnitude(value))
        store(result, first + i, wide_reduce(total))


def matrix_form(matrix: AnySmall, form: Elements) -> Elements:
    """matrix @ form, one element a row."""
    if matrix.shape[1] != len(form):
        raise ValueError("form and matrix of different widths")
    result = np.empty((matrix.shape[0], LIMBS), dtype=np.uint64)

    def part(start: int, stop: int) -> None:
        for first, block in _blocks(matrix, start, stop):
            _matrix_form(result, first, block, form)

    over_ranges(part, matrix.shape[0], max(1, LEAST // max(1, matrix.shape[1])))
    return result
