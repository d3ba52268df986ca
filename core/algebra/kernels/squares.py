"""Sumcheck of sum_{i,c} eq(tau, c) X[i, c]^2 over a large matrix of small integers, rows first.

The first k row variables split the rows into 2^k blocks. Their rounds need no field element for any entry: with
G_c[a, b] = sum_i X[a, i, c] X[b, i, c], exact integers, and H = sum_c eq(tau, c) G_c, a 2^k x 2^k matrix, the round
polynomial of the first variable is the sum over u of the quadratic form H[(x, u), (x', u)] in (1 - X, X), and binding
it folds both indices of H. Then all k challenges fold the matrix at once into field elements, 2^k times fewer than it
has entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import ORDER
from core.algebra.kernels.convert import element, elements, integers
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.scalar import (
    LIMBS,
    Elements,
    add,
    load,
    magnitude,
    mul,
    mul_inline,
    neg,
    store,
    sub,
    wide_add_product,
    wide_reduce,
    wide_zero,
    zero,
)
from core.algebra.kernels.threads import over_ranges
from core.algebra.kernels.vectors import AnySmall, Small, eq_table, matrix_form

BLOCK_VARIABLES, LEAN_BLOCK_VARIABLES = 4, 6
"""k: more would cost more integer products, fewer more field elements; with the second a quarter as many are kept."""

TILE = 32
"""Columns whose sums stay in the core's nearest cache."""

CHUNK = 1 << 18
"""Entries copied out of the matrix at a time."""

LEAST = 1 << 12
"""Field elements worth a second thread."""

_EXACT_FLOAT = 1 << 53
_EXACT_INTEGER = 1 << 63


@kernel
def _gram(blocks: NDArray[np.float64], sums: Small) -> None:
    """sums[pair, c] += sum_i blocks[a, i, c] blocks[b, i, c] for a <= b in order; every sum below 2^53."""
    count, rows, width = blocks.shape
    partial = np.empty((count * (count + 1) // 2, TILE), dtype=np.float64)
    for first in range(0, width, TILE):
        columns = min(TILE, width - first)
        partial[:] = 0.0
        for i in range(rows):
            pair = 0
            for a in range(count):
                for b in range(a, count):
                    for c in range(columns):
                        partial[pair, c] += blocks[a, i, first + c] * blocks[b, i, first + c]
                    pair += 1
        for pair in range(partial.shape[0]):
            for c in range(columns):
                sums[pair, first + c] += np.int64(partial[pair, c])


@kernel
def _fold_blocks(result: Elements, weights: Elements, blocks: Small) -> None:
    """result[i width + c] = sum_a weights[a] blocks[a, i, c]."""
    count, rows, width = blocks.shape
    for i in range(rows):
        for c in range(width):
            total = wide_zero()
            for a in range(count):
                value = blocks[a, i, c]
                if value != 0:
                    weight = load(weights, a)
                    total = wide_add_product(total, neg(weight) if value < 0 else weight, magnitude(value))
            store(result, i * width + c, wide_reduce(total))


@kernel
def _row_round(table: Elements, width: int, half: int, start: int, stop: int, sums: Elements) -> None:
    """For each column the sums over start <= i < stop of a d and d^2, a = t[i, c], d = t[i + half, c] - a."""
    for c in range(width):
        store(sums, c, zero())
        store(sums, width + c, zero())
    for i in range(start, stop):
        for c in range(width):
            low = load(table, i * width + c)
            step = sub(load(table, (i + half) * width + c), low)
            store(sums, c, add(load(sums, c), mul_inline(low, step)))
            store(sums, width + c, add(load(sums, width + c), mul_inline(step, step)))


@kernel
def _column_round(row: Elements, rest: Elements, half: int, result: Elements) -> None:
    """sum_c rest[c] a d and sum_c rest[c] d^2 over the two halves of one row."""
    first, second = zero(), zero()
    for c in range(half):
        low = load(row, c)
        step = sub(load(row, c + half), low)
        weighted = mul(load(rest, c), step)
        first = add(first, mul(weighted, low))
        second = add(second, mul(weighted, step))
    store(result, 0, first)
    store(result, 1, second)


@kernel
def _weigh(sums: Elements, weights: Elements, result: Elements) -> None:
    """The two halves of `sums`, each weighted and added up."""
    width = sums.shape[0] // 2
    for part in range(2):
        total = zero()
        for c in range(width):
            total = add(total, mul(load(sums, part * width + c), load(weights, c)))
        store(result, part, total)


@kernel
def _bind(table: Elements, challenge: Elements, half: int, start: int, stop: int) -> None:
    """table[i] += challenge (table[i + half] - table[i]) for start <= i < stop."""
    r = load(challenge, 0)
    for i in range(start, stop):
        low = load(table, i)
        store(table, i, add(low, mul_inline(r, sub(load(table, i + half), low))))


class SquareSumcheck:
    """Row rounds in the product shape, column rounds in the eq shape; see Engine.square_sumcheck."""

    def __init__(
        self, matrix: AnySmall, tau: Sequence[int], row_variables: int, block_variables: int = BLOCK_VARIABLES
    ) -> None:
        self._matrix: AnySmall | None = matrix
        self._rows, self._width = matrix.shape
        self._tau = list(tau)
        self._weights = eq_table(elements(tau))
        self._variables = row_variables
        self._bound: list[int] = []
        self._table = np.empty((0, LIMBS), dtype=np.uint64)
        self._size = 1 << row_variables
        """Rows left while rows are bound, then columns left."""
        largest = max(abs(int(matrix.max())), abs(int(matrix.min()))) if matrix.size else 0
        fits = largest * largest * self._size < _EXACT_INTEGER and largest * largest * TILE < _EXACT_FLOAT
        self._blocks = min(block_variables, row_variables) if fits else 0
        self._longest = max(1, min(CHUNK, _EXACT_FLOAT // max(1, largest * largest) - 1))
        self._form: list[list[int]] | None = None
        """Of the blocks, bound so far; made when the first round asks for it: rounds that were sent need none."""
        if not self._blocks:
            self._materialise()

    @property
    def _height(self) -> int:
        """Rows of one block."""
        return 1 << (self._variables - self._blocks)

    def _block_rows(self, first: int, last: int, dtype: type[np.float64] | type[np.int64]) -> NDArray[Any]:
        """Rows first..last - 1 of every block, (2^k, last - first, width), zero past the matrix."""
        assert self._matrix is not None
        result = np.zeros((1 << self._blocks, last - first, self._width), dtype=dtype)
        for a, block in enumerate(result):
            piece = self._matrix[a * self._height + first : a * self._height + last]
            block[: len(piece)] = piece
        return result

    def _steps(self, start: int, stop: int, most: int) -> Iterator[tuple[int, int]]:
        step = max(1, min(most, CHUNK // max(1, self._width << self._blocks)))
        for first in range(start, stop, step):
            yield first, min(first + step, stop)

    def _quadratic_form(self) -> list[list[int]]:
        """H as integers."""
        count = 1 << self._blocks

        def part(start: int, stop: int) -> Small:
            sums = np.zeros((count * (count + 1) // 2, self._width), dtype=np.int64)
            for first, last in self._steps(start, stop, self._longest):
                _gram(self._block_rows(first, last, np.float64), sums)
            return sums

        sums = sum(over_ranges(part, self._height, max(1, LEAST // max(1, self._width))))
        upper = iter(integers(matrix_form(np.asarray(sums), self._weights[: self._width])))
        form = [[0] * count for _ in range(count)]
        for a in range(count):
            for b in range(a, count):
                form[a][b] = form[b][a] = next(upper)
        return form

    def _materialise(self) -> None:
        """Fold the matrix by the challenges so far; it is not looked at again."""
        weights = eq_table(elements(self._bound))
        width = self._width
        self._table = np.empty((self._height * width, LIMBS), dtype=np.uint64)

        def part(start: int, stop: int) -> None:
            for first, last in self._steps(start, stop, self._height):
                target = self._table[first * width : last * width]
                _fold_blocks(target, weights, self._block_rows(first, last, np.int64))

        over_ranges(part, self._height, max(1, LEAST // max(1, width)))
        self._matrix = None
        if len(self._bound) == self._variables:
            self._begin_columns()

    def _begin_columns(self) -> None:
        """The one row that is left, padded to all columns, and the eq table without the first column variable."""
        self._size = 1 << len(self._tau)
        row = np.zeros((self._size, LIMBS), dtype=np.uint64)
        row[: self._width] = self._table[: self._width]
        self._table = row
        self._weights = eq_table(elements(self._tau[1:]))

    def round(self) -> list[int]:
        half = self._size // 2
        if len(self._bound) < self._blocks:
            return self._form_round()
        result = np.empty((2, LIMBS), dtype=np.uint64)
        if len(self._bound) >= self._variables:
            _column_round(self._table, self._weights, half, result)
            products = integers(result)
        else:
            width = self._width

            def part(start: int, stop: int) -> list[int]:
                sums, share = np.empty((2 * width, LIMBS), dtype=np.uint64), np.empty((2, LIMBS), dtype=np.uint64)
                _row_round(self._table, width, half, start, stop, sums)
                _weigh(sums, self._weights, share)
                return integers(share)

            parts = over_ranges(part, half, max(1, LEAST // max(1, width)))
            products = [sum(values) for values in zip(*parts, strict=True)]
        return [2 * products[0] % ORDER, products[1] % ORDER]

    def _form_round(self) -> list[int]:
        if self._form is None:
            self._form = self._quadratic_form()
            for challenge in self._bound:
                self._form = _fold_form(self._form, challenge)
        form, half = self._form, len(self._form) // 2
        low, mixed, high = (
            sum(form[x * half + u][y * half + u] for u in range(half)) for x, y in ((0, 0), (0, 1), (1, 1))
        )
        return [2 * (mixed - low) % ORDER, (low - 2 * mixed + high) % ORDER]

    def bind(self, challenge: int) -> None:
        half = self._size // 2
        rows_left = len(self._bound) < self._variables
        self._bound.append(challenge)
        if len(self._bound) <= self._blocks:
            self._size = half
            if self._form is not None:
                self._form = _fold_form(self._form, challenge)
            if len(self._bound) == self._blocks:
                self._materialise()
            return
        entries = half * (self._width if rows_left else 1)
        r = element(challenge)
        over_ranges(lambda start, stop: _bind(self._table, r, entries, start, stop), entries, LEAST)
        self._size = half
        if not rows_left:
            self._tau = self._tau[1:]
            self._weights = eq_table(elements(self._tau[1:]))
        elif len(self._bound) == self._variables:
            self._begin_columns()

    def final(self) -> list[int]:
        return integers(self._table[:1])


def _fold_form(form: Sequence[Sequence[int]], challenge: int) -> list[list[int]]:
    """Both variables bound; the form is symmetric, so its columns are as good as its rows."""
    folded = [_fold_integers(row, challenge) for row in form]
    return [_fold_integers(column, challenge) for column in zip(*folded, strict=True)]


def _fold_integers(values: Sequence[int], challenge: int) -> list[int]:
    half = len(values) // 2
    return [(values[u] + challenge * (values[u + half] - values[u])) % ORDER for u in range(half)]
