"""The readable prover's arithmetic: Python integers and one group backend, nothing clever.

It is the oracle for `fast`: under one seeded tape both give the same proof byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.algebra.field import ORDER
from core.algebra.group import GroupBackend, get_backend
from core.commitments import generators
from core.engines.interface import AffineBlock, SmallMatrix, SmallVector
from core.polynomials.multilinear import eq_table


def _fold(table: list[int], r: int) -> list[int]:
    half = len(table) // 2
    return [(low + r * (high - low)) % ORDER for low, high in zip(table[:half], table[half:], strict=True)]


def _interpolate(values: Sequence[int]) -> list[int]:
    """Coefficients of the polynomial of degree <= 3 with these values at 0, 1, 2, ...."""
    inverse = {k: pow(k, -1, ORDER) for k in (2, 6)}
    if len(values) == 3:
        a, b, c = values
        second = (a - 2 * b + c) * inverse[2] % ORDER
        return [a, (b - a - second) % ORDER, second]
    a, b, c, d = values
    third = (d - 3 * c + 3 * b - a) * inverse[6] % ORDER
    second = ((a - 2 * b + c) * inverse[2] - 3 * third) % ORDER
    return [a, (b - a - second - third) % ORDER, second, third]


class PlainFractionSumcheck:
    """sum_x eq(point, x) [p0 q1 + p1 q0 + weight q0 q1](x) by the book."""

    def __init__(self, tables: list[list[int]], point: Sequence[int], weight: int) -> None:
        self._tables = tables
        self._point = list(point)
        self._weight = weight

    def round(self) -> list[int]:
        rest = eq_table(self._point[1:])
        half = len(rest)
        values = []
        for x in (0, 1, 2):
            total = 0
            for i in range(half):
                p0, p1, q0, q1 = (t[i] + x * (t[i + half] - t[i]) for t in self._tables)
                total += rest[i] * ((p0 + self._weight * q0) * q1 + p1 * q0)
            values.append(total % ORDER)
        return _interpolate(values)[1:]

    def bind(self, challenge: int) -> None:
        self._tables = [_fold(table, challenge) for table in self._tables]
        self._point = self._point[1:]

    def final(self) -> list[int]:
        return [table[0] for table in self._tables]


class PlainFractionTree:
    """All levels as pairs of lists."""

    def __init__(self, numerators: list[int], denominators: list[int]) -> None:
        self.depth = (len(numerators) - 1).bit_length()
        missing = (1 << self.depth) - len(numerators)
        levels = [([*numerators, *([0] * missing)], [*denominators, *([1] * missing)])]
        while len(levels[-1][0]) > 1:
            p, q = levels[-1]
            half = len(p) // 2
            levels.append(
                (
                    [(p[i] * q[i + half] + p[i + half] * q[i]) % ORDER for i in range(half)],
                    [q[i] * q[i + half] % ORDER for i in range(half)],
                )
            )
        self._levels = levels[::-1]

    def root(self) -> tuple[int, int]:
        p, q = self._levels[0]
        return p[0], q[0]

    def sumcheck(self, level: int, point: Sequence[int], weight: int) -> PlainFractionSumcheck:
        p, q = self._levels[level + 1]
        half = len(p) // 2
        return PlainFractionSumcheck([p[:half], p[half:], q[:half], q[half:]], point, weight)

    def skip(self, level: int) -> None:
        """The levels stay."""


class PlainProductSumcheck:
    """sum_x sum_t coefficient_t prod_k table_tk(x) by evaluation at 0..degree."""

    def __init__(self, tables: Sequence[list[int]], terms: Sequence[tuple[int, tuple[int, ...]]], degree: int) -> None:
        self._tables = [list(table) for table in tables]
        self._terms = list(terms)
        self._degree = degree

    def round(self) -> list[int]:
        half = len(self._tables[0]) // 2
        values = []
        for x in range(self._degree + 1):
            total = 0
            for i in range(half):
                at = [(t[i] + x * (t[i + half] - t[i])) % ORDER for t in self._tables]
                for coefficient, factors in self._terms:
                    product = coefficient
                    for k in factors:
                        product = product * at[k] % ORDER
                    total += product
            values.append(total % ORDER)
        return _interpolate(values)[1:]

    def bind(self, challenge: int) -> None:
        self._tables = [_fold(table, challenge) for table in self._tables]

    def final(self) -> list[int]:
        return [table[0] for table in self._tables]


class PlainSquareSumcheck:
    """sum_{i,c} eq(tau, c) X[i, c]^2 by evaluation at 0, 1, 2; rows first."""

    def __init__(self, matrix: SmallMatrix, tau: Sequence[int], row_variables: int) -> None:
        columns = 1 << len(tau)
        rows = [[*row, *([0] * (columns - len(row)))] for row in matrix.tolist()]
        rows += [[0] * columns for _ in range((1 << row_variables) - len(rows))]
        self._rows = rows
        self._tau = list(tau)

    def round(self) -> list[int]:
        values = []
        for x in (0, 1, 2):
            if len(self._rows) > 1:
                half, weights = len(self._rows) // 2, eq_table(self._tau)
                pairs = zip(self._rows[:half], self._rows[half:], strict=True)
                total = sum(
                    w * (a + x * (b - a)) ** 2
                    for low, high in pairs
                    for w, a, b in zip(weights, low, high, strict=True)
                )
            else:
                row, weights = self._rows[0], eq_table(self._tau[1:])
                half = len(weights)
                total = sum(w * (row[c] + x * (row[c + half] - row[c])) ** 2 for c, w in enumerate(weights))
            values.append(total % ORDER)
        return _interpolate(values)[1:]

    def bind(self, challenge: int) -> None:
        if len(self._rows) > 1:
            half = len(self._rows) // 2
            self._rows = [
                [(a + challenge * (b - a)) % ORDER for a, b in zip(low, high, strict=True)]
                for low, high in zip(self._rows[:half], self._rows[half:], strict=True)
            ]
        else:
            self._rows = [_fold(self._rows[0], challenge)]
            self._tau = self._tau[1:]

    def final(self) -> list[int]:
        return [self._rows[0][0] % ORDER]


class PlainFolding:
    """The folding of core.commitments.opening with folded generators as points."""

    def __init__(
        self, backend: GroupBackend, basis: Sequence[int], values: Sequence[int], form: Sequence[int], inner: int
    ) -> None:
        points = generators.points(backend)
        self._backend = backend
        self._points = [points[index] for index in basis]
        self._values = [value % ORDER for value in values]
        self._form = [value % ORDER for value in form]
        self._inner_point = backend.mul(points[generators.INNER], inner)

    def _half(self) -> int:
        return 1 << ((len(self._values) - 1).bit_length() - 1)

    def cross_terms(self) -> tuple[bytes, bytes]:
        m = self._half()
        z, g, form = self._values, self._points, self._form
        upper = len(z) - m
        first = self._term(z[:upper], g[m:], sum(a * b for a, b in zip(z[:upper], form[m:], strict=True)))
        second = self._term(z[m:], g[:upper], sum(a * b for a, b in zip(z[m:], form[:upper], strict=True)))
        return first, second

    def _term(self, scalars: Sequence[int], points: Sequence[object], value: int) -> bytes:
        return self._backend.encode(
            self._backend.msm([*points, self._inner_point], [*(s % ORDER for s in scalars), value % ORDER])
        )

    def fold(self, challenge: int) -> None:
        m = self._half()
        upper = len(self._values) - m
        e, backend = challenge, self._backend
        padding = [0] * (m - upper)
        self._values = [
            (low + e * high) % ORDER for low, high in zip(self._values[:m], self._values[m:] + padding, strict=True)
        ]
        self._form = [
            (e * low + high) % ORDER for low, high in zip(self._form[:m], self._form[m:] + padding, strict=True)
        ]
        low_points = [backend.mul(point, e) for point in self._points[:m]]
        self._points = [
            backend.add(point, self._points[m + i]) if i < upper else point for i, point in enumerate(low_points)
        ]

    def final(self) -> list[int]:
        return list(self._values)


class PlainEngine:
    """Engine over lists of ints; group operations by `backend` ("native" or "reference")."""

    name = "plain"

    def __init__(self, backend: str = "native") -> None:
        self._backend = get_backend(backend)

    def vector(self, values: Sequence[int]) -> list[int]:
        return [int(value) % ORDER for value in values]

    def ints(self, vector: list[int]) -> list[int]:
        return list(vector)

    def eq_table(self, point: Sequence[int]) -> list[int]:
        return eq_table(point)

    def affine(self, constant: int, terms: Sequence[tuple[int, SmallVector]], length: int) -> list[int]:
        result = [constant % ORDER] * length
        for coefficient, column in terms:
            for i, value in enumerate(column.tolist()):
                result[i] = (result[i] + coefficient * value) % ORDER
        return result

    def outer(self, rows: list[int], columns: list[int]) -> list[int]:
        return [row * column % ORDER for row in rows for column in columns]

    def concat(self, blocks: Sequence[list[int]]) -> list[int]:
        return [value for block in blocks for value in block]

    def combine(self, constant: list[int], terms: Sequence[tuple[int, list[int]]]) -> list[int]:
        result = list(constant)
        for coefficient, vector in terms:
            result = [(a + coefficient * b) % ORDER for a, b in zip(result, vector, strict=True)]
        return result

    def row_combination(self, weights: list[int], matrix: SmallMatrix) -> list[int]:
        result = [0] * matrix.shape[1]
        for weight, row in zip(weights, matrix.tolist(), strict=False):
            for j, value in enumerate(row):
                if value:
                    result[j] += weight * value
        return [value % ORDER for value in result]

    def matrix_form(self, matrix: SmallMatrix, form: Sequence[int]) -> list[int]:
        return [sum(a * b for a, b in zip(row, form, strict=True)) % ORDER for row in matrix.tolist()]

    def fraction_tree(self, numerators: list[int], denominators: list[int]) -> PlainFractionTree:
        return PlainFractionTree(numerators, denominators)

    def affine_fraction_tree(
        self, numerators: Sequence[AffineBlock], denominators: Sequence[AffineBlock]
    ) -> PlainFractionTree:
        p, q = (
            self.concat([self.affine(block.constant, block.columns(), block.length) for block in blocks])
            for blocks in (numerators, denominators)
        )
        return PlainFractionTree(p, q)

    def leaner(self) -> PlainEngine:
        return self

    def product_sumcheck(
        self, tables: Sequence[list[int]], terms: Sequence[tuple[int, tuple[int, ...]]], degree: int
    ) -> PlainProductSumcheck:
        return PlainProductSumcheck(tables, terms, degree)

    def square_sumcheck(self, matrix: SmallMatrix, tau: Sequence[int], row_variables: int) -> PlainSquareSumcheck:
        return PlainSquareSumcheck(matrix, tau, row_variables)

    def commit_rows(
        self, matrix: SmallMatrix, blindings: Sequence[int], tick: Callable[[float], None] | None = None
    ) -> list[bytes]:
        basis = range(matrix.shape[1])
        return [self.commit(basis, row, b) for row, b in zip(matrix.tolist(), blindings, strict=True)]

    def commit(self, basis: Sequence[int], values: Sequence[int], blinding: int) -> bytes:
        points = generators.points(self._backend)
        used = [(points[index], value % ORDER) for index, value in zip(basis, values, strict=True) if value % ORDER]
        used.append((points[generators.BLINDING], blinding % ORDER))
        return self._backend.encode(self._backend.msm([point for point, _ in used], [value for _, value in used]))

    def opening(self, basis: Sequence[int], values: Sequence[int], form: Sequence[int], inner: int) -> PlainFolding:
        return PlainFolding(self._backend, basis, values, form, inner)
