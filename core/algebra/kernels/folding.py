"""The folding of a linear-form opening over fixed generators, without ever folding a point.

After some rounds the folded generator at position t is sum_i s_i g_i over the original i = t modulo the current size,
s_i a product of challenges. One multiplication over the original generators with scalars z s_i is cheaper than folding
points, which would cost a full-size multiplication for each.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from core.algebra.kernels.base import Coordinates
from core.algebra.kernels.convert import element
from core.algebra.kernels.curve import Indices, Points
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.pippenger import multiply
from core.algebra.kernels.scalar import LIMBS, Elements, add, from_montgomery, load, mul, one, store, zero
from core.algebra.kernels.threads import together


@kernel
def _cross_term(
    table: Coordinates,
    basis: Indices,
    z: Elements,
    form: Elements,
    coefficients: Elements,
    half: int,
    shift: int,
    inner: Elements,
    inner_index: int,
    result: Coordinates,
) -> None:
    """One cross term: shift -half is the lower z on upper generators, +half the upper z on lower ones."""
    length = z.shape[0]
    most = basis.shape[0] + 1
    chosen = np.empty(most, dtype=np.int64)
    scalars = np.empty((most, LIMBS), dtype=np.uint64)
    used = 0
    for i in range(basis.shape[0]):
        position = i & (2 * half - 1)
        partner = position + shift
        if position < length and 0 <= partner < length:
            chosen[used] = basis[i]
            store(scalars, used, from_montgomery(mul(load(z, partner), load(coefficients, i))))
            used += 1
    value = zero()
    for position in range(length):
        partner = position + shift
        if 0 <= partner < length:
            value = add(value, mul(load(z, partner), load(form, position)))
    chosen[used] = inner_index
    store(scalars, used, from_montgomery(mul(value, load(inner, 0))))
    multiply(table, chosen[: used + 1], scalars[: used + 1], result)


@kernel
def _fold(z: Elements, form: Elements, coefficients: Elements, challenge: Elements, half: int) -> None:
    """z <- z_lo + e z_hi and L <- e L_lo + L_hi into the first `half` entries; lower coefficients times e."""
    e = load(challenge, 0)
    upper = z.shape[0] - half
    for t in range(half):
        low = mul(e, load(form, t))
        if t < upper:
            store(z, t, add(load(z, t), mul(e, load(z, half + t))))
            low = add(low, load(form, half + t))
        store(form, t, low)
    for i in range(coefficients.shape[0]):
        if i & (2 * half - 1) < half:
            store(coefficients, i, mul(e, load(coefficients, i)))


@kernel
def _ones(values: Elements) -> None:
    for i in range(values.shape[0]):
        store(values, i, one())


class Folding:
    """z, L and the coefficients of the original generators, halved round by round; takes over `values` and `form`.

    `table` holds the window multiples of every generator in `basis` and of the inner one, by index.
    """

    def __init__(
        self, table: Points, basis: Indices, values: Elements, form: Elements, inner: int, inner_index: int
    ) -> None:
        self._table = table
        self._basis = basis
        self._z = values
        self._form = form
        self._inner = element(inner)
        self._inner_index = inner_index
        self._coefficients = np.empty((len(basis), LIMBS), dtype=np.uint64)
        _ones(self._coefficients)

    @property
    def half(self) -> int:
        """Half of the next power of two of the current length."""
        return 1 << ((len(self._z) - 1).bit_length() - 1)

    def cross_terms(self) -> Points:
        """A and B as two points."""
        half = self.half
        result = np.empty((2, 12), dtype=np.uint64)
        flat = result.reshape(-1, 6)
        common = (self._table.reshape(-1, 6), self._basis, self._z, self._form, self._coefficients, half)
        inner = (self._inner, self._inner_index)
        together(
            [
                partial(_cross_term, *common, -half, *inner, flat[:2]),
                partial(_cross_term, *common, half, *inner, flat[2:]),
            ]
        )
        return result

    def fold(self, challenge: int) -> None:
        """Halve everything."""
        half = self.half
        _fold(self._z, self._form, self._coefficients, element(challenge), half)
        self._z, self._form = self._z[:half], self._form[:half]

    def remaining(self) -> Elements:
        """The current z."""
        return self._z
