"""The prover's arithmetic on compiled kernels; the same values, and so the same proof, as the plain engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.algebra.kernels import columns, convert, curve, pippenger, rows, tables, vectors
from core.algebra.kernels.anew import AffineLevels
from core.algebra.kernels.folding import Folding
from core.algebra.kernels.fractions import FractionLevels
from core.algebra.kernels.leaves import Block, Leaves
from core.algebra.kernels.products import ProductSumcheck
from core.algebra.kernels.scalar import Elements
from core.algebra.kernels.squares import BLOCK_VARIABLES, LEAN_BLOCK_VARIABLES, SquareSumcheck
from core.algebra.kernels.threads import over_ranges
from core.commitments import generators
from core.engines.generator_tables import SMALL_TABLES, WINDOW_TABLES, full_table, generator_points
from core.engines.interface import AffineBlock, Repeated, SmallMatrix, SmallVector

SHARE, LEAN_SHARE = 4, 8
"""Levels of a fraction tree with more nodes than a quarter, or an eighth, of the leaves in use are not kept."""

SPLIT = 256
"""Scalars from which one multiplication is worth two threads."""


def _leaves(block: AffineBlock) -> Block:
    terms, repeated = [], []
    for factor, column in block.terms:
        if isinstance(column, Repeated):
            repeated.append((factor, column.pattern, column.length))
        else:
            terms.append((factor, column))
    return Block(block.constant, terms, repeated, block.length)


class FastFolding:
    """A kernel folding whose cross terms leave compressed."""

    def __init__(self, folding: Folding) -> None:
        self._folding = folding

    def cross_terms(self) -> tuple[bytes, bytes]:
        first, second = curve.encode(self._folding.cross_terms())
        return first, second

    def fold(self, challenge: int) -> None:
        self._folding.fold(challenge)

    def final(self) -> list[int]:
        return convert.integers(np.ascontiguousarray(self._folding.remaining()))


class FastEngine:
    """Engine over (n, 4) uint64 Montgomery vectors."""

    name = "fast"

    def __init__(self, share: int = SHARE, block_variables: int = BLOCK_VARIABLES) -> None:
        """share: see AffineLevels; block_variables: see SquareSumcheck; more of either takes less memory."""
        self._share = share
        self._block_variables = block_variables

    def vector(self, values: Sequence[int]) -> Elements:
        return convert.elements(values)

    def ints(self, vector: Elements) -> list[int]:
        return convert.integers(vector)

    def eq_table(self, point: Sequence[int]) -> Elements:
        return vectors.eq_table(convert.elements(point))

    def affine(self, constant: int, terms: Sequence[tuple[int, SmallVector]], length: int) -> Elements:
        return vectors.affine(constant, terms, length)

    def outer(self, rows: Elements, columns: Elements) -> Elements:
        return vectors.outer(rows, columns)

    def concat(self, blocks: Sequence[Elements]) -> Elements:
        return np.concatenate(blocks) if blocks else convert.elements([])

    def combine(self, constant: Elements, terms: Sequence[tuple[int, Elements]]) -> Elements:
        return vectors.combine(constant, terms)

    def row_combination(self, weights: Elements, matrix: SmallMatrix) -> list[int]:
        return convert.integers(vectors.row_combination(weights, matrix))

    def matrix_form(self, matrix: SmallMatrix, form: Sequence[int]) -> Elements:
        return vectors.matrix_form(matrix, convert.elements(form))

    def fraction_tree(self, numerators: Elements, denominators: Elements) -> FractionLevels:
        return FractionLevels(numerators, denominators)

    def affine_fraction_tree(
        self, numerators: Sequence[AffineBlock], denominators: Sequence[AffineBlock]
    ) -> AffineLevels:
        upper, lower = ([_leaves(block) for block in blocks] for blocks in (numerators, denominators))
        return AffineLevels(Leaves(upper, lower), self._share)

    def leaner(self) -> FastEngine:
        return FastEngine(LEAN_SHARE, LEAN_BLOCK_VARIABLES)

    def product_sumcheck(
        self, tables: Sequence[Elements], terms: Sequence[tuple[int, tuple[int, ...]]], degree: int
    ) -> ProductSumcheck:
        return ProductSumcheck(tables, terms, degree)

    def square_sumcheck(self, matrix: SmallMatrix, tau: Sequence[int], row_variables: int) -> SquareSumcheck:
        return SquareSumcheck(matrix, tau, row_variables, self._block_variables)

    def commit_rows(
        self, matrix: SmallMatrix, blindings: Sequence[int], tick: Callable[[float], None] | None = None
    ) -> list[bytes]:
        if len(blindings) != len(matrix):
            raise ValueError("one blinding for each row")
        if matrix.dtype == np.uint16 and len(matrix) >= columns.TALL and matrix.shape[1]:
            return curve.encode(self._tall(matrix, blindings, tick))
        entries: vectors.Small = np.ascontiguousarray(matrix, dtype=np.int64)
        table = SMALL_TABLES.first(entries.shape[1])
        blinding_table = full_table(generators.BLINDING)
        scalars = convert.canonical(convert.elements(blindings))
        return curve.encode(rows.commit_wide_rows(entries, table, scalars, blinding_table))

    def _tall(
        self, matrix: SmallMatrix, blindings: Sequence[int], tick: Callable[[float], None] | None
    ) -> curve.Points:
        """As `commit_rows`, with one table a column."""
        entries = np.asarray(matrix, dtype=np.uint16)
        taken = columns.shifts(entries)
        points = generator_points()[: entries.shape[1]]
        shares = columns.add_columns(entries, taken, points, tick=tick or (lambda _: None))
        scalars = convert.canonical(convert.elements(blindings))
        total = rows.multiples(full_table(generators.BLINDING), scalars)
        shared = rows.commit_rows(
            np.array([taken], dtype=np.int64),
            SMALL_TABLES.first(len(taken)),
            np.zeros_like(scalars[:1]),
            full_table(generators.BLINDING),
        )
        for share in (*shares, np.repeat(shared, len(total), axis=0)):
            total = tables.add_points(total, share)
        return total

    def commit(self, basis: Sequence[int], values: Sequence[int], blinding: int) -> bytes:
        return curve.encode(self._sum(basis, values, blinding))[0]

    def opening(self, basis: Sequence[int], values: Sequence[int], form: Sequence[int], inner: int) -> FastFolding:
        if not len(basis) == len(values) == len(form):
            raise ValueError("basis, values and form of different lengths")
        indices = np.array(basis, dtype=np.int64)
        table = WINDOW_TABLES.covering(np.append(indices, generators.INNER))
        return FastFolding(
            Folding(
                table,
                indices,
                convert.elements(values),
                convert.elements(form),
                inner,
                generators.INNER,
            )
        )

    def _sum(self, basis: Sequence[int], values: Sequence[int], blinding: int) -> curve.Points:
        if len(basis) != len(values):
            raise ValueError("basis and values of different lengths")
        indices = np.array([*basis, generators.BLINDING], dtype=np.int64)
        scalars = convert.canonical(convert.elements([*values, blinding]))
        if len(indices) <= 2 and set(basis) <= {generators.VALUE, generators.INNER, generators.BLINDING}:
            sums = [rows.multiples(full_table(int(index)), scalars[k : k + 1]) for k, index in enumerate(indices)]
        else:
            table = WINDOW_TABLES.covering(indices)

            def part(start: int, stop: int) -> curve.Points:
                return pippenger.msm(table, indices[start:stop], scalars[start:stop])

            sums = over_ranges(part, len(indices), SPLIT)
        total = sums[0]
        for other in sums[1:]:
            total = tables.add_points(total, other)
        return total
