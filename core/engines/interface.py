"""What a prover needs computed, so that the protocol is written once and the arithmetic twice.

`plain` is Python integers, to be read and trusted; `fast` is numba kernels, to be used. Under one seeded tape both give
the same proof byte for byte. Nothing here draws randomness or touches the transcript.

Conventions. Field elements are integers modulo the order of BLS12-381 G1. A vector of 2^n elements is a multilinear
polynomial in n variables; the first variable is the most significant bit of the index, and variables are bound from the
first on, so that binding folds the upper half of a table onto the lower one: t'[i] = t[i] + r (t[i + half] - t[i]).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.algebra.patterns import written_out

Vector: TypeAlias = Any
"""An engine's own vector of field elements: a list of ints (plain) or an (n, 4) uint64 Montgomery array (fast)."""

SmallMatrix: TypeAlias = NDArray[np.int64] | NDArray[np.uint16] | NDArray[np.int32]
"""Signed small integers, (rows, width); committed and combined without becoming field elements first."""


SmallVector: TypeAlias = NDArray[np.int64] | NDArray[np.uint16] | NDArray[np.int32]
"""The same in one dimension."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """`length` entries, `pattern` again and again."""

    pattern: NDArray[np.uint16]
    length: int

    def whole(self) -> SmallVector:
        """All entries."""
        return written_out(self.pattern, self.length)


@dataclass(frozen=True, slots=True)
class AffineBlock:
    """constant + sum coefficient * column, elementwise, `length` elements; shorter columns count as zero past their
    end.
    """

    constant: int
    terms: Sequence[tuple[int, SmallVector | Repeated]]
    length: int

    def columns(self) -> list[tuple[int, SmallVector]]:
        """The terms, repeated ones written out."""
        return [(factor, column.whole() if isinstance(column, Repeated) else column) for factor, column in self.terms]


class SumcheckProver(Protocol):
    """The prover's tables of one sumcheck, bound one variable after the other.

    A round whose polynomial is known already is not asked for; its challenge is bound all the same.
    """

    def round(self) -> list[int]:
        """Coefficients c_1..c_D of the round polynomial; c_0 follows from the running claim."""

    def bind(self, challenge: int) -> None:
        """Fix the current first variable to `challenge`."""

    def final(self) -> list[int]:
        """After the last variable: the value of each table at the challenge point, in the order documented."""


class FractionTree(Protocol):
    """Sum of fractions p_i/q_i as a binary tree (Papini-Haboeck 2023); level 0 is the root, level `depth` the leaves.

    Node x of level l has the children x and x + 2^l of level l + 1 (first half, second half):
    p = p0 q1 + p1 q0, q = q0 q1.
    """

    depth: int

    def root(self) -> tuple[int, int]:
        """(p, q) at the root."""

    def sumcheck(self, level: int, point: Sequence[int], weight: int) -> SumcheckProver:
        """Sumcheck of sum_x eq(point, x) g(x), g = p0 q1 + p1 q0 + weight q0 q1, from `level` to its children.

        `point` has `level` coordinates. Rounds give c_1, c_2 of h, where the round polynomial is eq(point_i, X) h(X)
        without the constant eq factors of earlier rounds, so that the next claim is h(challenge) and
        c_0 = claim - point_i (c_1 + c_2). final() = [p0, p1, q0, q1] at the challenge point (for level 0 at once).
        Uses up the children's tables.
        """

    def skip(self, level: int) -> None:
        """Let go of the children's tables of a level whose sumcheck is not needed."""


class Folding(Protocol):
    """The logarithmic part of a linear-form opening (Attema-Cramer 2020), see core.commitments.opening.

    Over the current z, generators g and form L, split at the half m of the next power of two (upper part padded with
    zeros and absent generators):
    A = <z_lo, g_hi> + L_hi(z_lo) xi Q,  B = <z_hi, g_lo> + L_lo(z_hi) xi Q;
    fold: z' = z_lo + e z_hi, g' = e g_lo + g_hi, L' = e L_lo + L_hi.
    """

    def cross_terms(self) -> tuple[bytes, bytes]:
        """(A, B), compressed."""

    def fold(self, challenge: int) -> None:
        """Halve everything with e = challenge."""

    def final(self) -> list[int]:
        """The remaining z (at most 4 entries)."""


class Engine(Protocol):
    """Arithmetic of a prover. Generators are named by their index in the generator file
    (core.commitments.generators).
    """

    name: str

    # vectors -------------------------------------------------------------------------------------------------------
    def vector(self, values: Sequence[int]) -> Vector:
        """Any integers, reduced modulo the order."""

    def ints(self, vector: Vector) -> list[int]:
        """Canonical representatives."""

    def eq_table(self, point: Sequence[int]) -> Vector:
        """eq(point, x) for x = 0..2^n - 1, first coordinate most significant."""

    def affine(self, constant: int, terms: Sequence[tuple[int, SmallVector]], length: int) -> Vector:
        """constant + sum coefficient * column, elementwise; columns shorter than `length` count as zero past their
        end.
        """

    def outer(self, rows: Vector, columns: Vector) -> Vector:
        """rows[i] * columns[j] at index i * len(columns) + j."""

    def concat(self, blocks: Sequence[Vector]) -> Vector:
        """Blocks one after the other."""

    def combine(self, constant: Vector, terms: Sequence[tuple[int, Vector]]) -> Vector:
        """constant + sum coefficient * vector, elementwise; all of one length."""

    def row_combination(self, weights: Vector, matrix: SmallMatrix) -> list[int]:
        """sum_i weights[i] matrix[i, :]; weights past the number of rows are ignored."""

    def matrix_form(self, matrix: SmallMatrix, form: Sequence[int]) -> Vector:
        """matrix @ form, one element a row."""

    # sumchecks -----------------------------------------------------------------------------------------------------
    def fraction_tree(self, numerators: Vector, denominators: Vector) -> FractionTree:
        """The tree over 2^depth leaves; denominators are non-zero. Leaves missing up to a power of two are 0/1. The
        vectors are used up.
        """

    def affine_fraction_tree(
        self, numerators: Sequence[AffineBlock], denominators: Sequence[AffineBlock]
    ) -> FractionTree:
        """The same over blocks of leaves, one after the other: block by block numerators and denominators of one
        length. The columns must not change while the tree is in use, because leaves may be made from them anew.
        """

    def leaner(self) -> Engine:
        """An engine that gives the same values and needs less memory, if it can, for more time."""

    def product_sumcheck(
        self, tables: Sequence[Vector], terms: Sequence[tuple[int, tuple[int, ...]]], degree: int
    ) -> SumcheckProver:
        """Sumcheck of sum_x sum_t coefficient_t prod_k tables[index_tk](x), at most `degree` (2 or 3) factors a term.

        Rounds give c_1..c_degree of the round polynomial, c_0 = (claim - c_1 - ... - c_degree) / 2.
        final() = every table's value, in order. Tables are copied, not changed.
        """

    def square_sumcheck(self, matrix: SmallMatrix, tau: Sequence[int], row_variables: int) -> SumcheckProver:
        """Sumcheck of sum_{i,c} eq(tau, c) X[i, c]^2 over 2^row_variables rows, then 2^len(tau) columns, zero-padded.

        Row rounds give c_1, c_2 of the round polynomial, c_0 = (claim - c_1 - c_2) / 2; column rounds give c_1, c_2 of
        h in the eq shape, as in FractionTree.sumcheck. final() = [X at the challenge point].
        """

    # group ---------------------------------------------------------------------------------------------------------
    def commit_rows(
        self, matrix: SmallMatrix, blindings: Sequence[int], tick: Callable[[float], None] | None = None
    ) -> list[bytes]:
        """C_i = sum_j matrix[i, j] G_j + blindings[i] H, compressed (48 bytes).

        tick: may be called now and then with the share that is done; what it raises ends the work.
        """

    def commit(self, basis: Sequence[int], values: Sequence[int], blinding: int) -> bytes:
        """sum_k values[k] * generator[basis[k]] + blinding H, full-size scalars, compressed."""

    def opening(self, basis: Sequence[int], values: Sequence[int], form: Sequence[int], inner: int) -> Folding:
        """Start folding z = values with L = form over the generators named by basis, value generator inner * Q."""
