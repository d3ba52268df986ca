"""The base field of BLS12-381 (381 bits) inside kernels: 6 limbs, Montgomery form with radix 2^384."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from core.algebra.encoding import FIELD_MODULUS
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.limbs import Limbs, field, operation

Coordinates: TypeAlias = NDArray[np.uint64]
"""(n, 6) uint64, C-contiguous."""

LIMBS = 6
RADIX = 1 << 384

_OPERATIONS = field("base", LIMBS, FIELD_MODULUS, inline=False)
load, store = _OPERATIONS.load, _OPERATIONS.store
mul, add, sub, neg = _OPERATIONS.mul, _OPERATIONS.add, _OPERATIONS.sub, _OPERATIONS.neg
is_zero, equal = _OPERATIONS.is_zero, _OPERATIONS.equal
zero, one = _OPERATIONS.zero, _OPERATIONS.one

_ELEMENT = Limbs(LIMBS)
_NARROW = ir.IntType(64 * LIMBS)


radix_squared = operation("radix_squared", _ELEMENT, [], lambda builder: _NARROW(RADIX * RADIX % FIELD_MODULUS))
plain_one = operation("plain_one", _ELEMENT, [], lambda builder: _NARROW(1))
lesser_half = operation("lesser_half", _ELEMENT, [], lambda builder: _NARROW((FIELD_MODULUS - 1) // 2))
exceeds = operation(
    "exceeds", types.boolean, [_ELEMENT, _ELEMENT], lambda builder, a, b: builder.icmp_unsigned(">", a, b)
)
"""a > b as plain integers."""

_EXPONENT = np.array([FIELD_MODULUS - 2 >> 4 * i & 15 for i in range(95, -1, -1)], dtype=np.int64)


@kernel
def inverse(value: Any) -> Any:
    """value^(p - 2), four bits of the exponent at a time; the inverse of 0 is 0."""
    powers = np.empty((16, 6), dtype=np.uint64)
    store(powers, 0, one())
    for k in range(1, 16):
        store(powers, k, mul(load(powers, k - 1), value))
    result = one()
    for digit in _EXPONENT:
        for _ in range(4):
            result = mul(result, result)
        if digit > 0:
            result = mul(result, load(powers, digit))
    return result


@kernel
def into_montgomery(values: Coordinates) -> None:
    """In place, from canonical integers."""
    for i in range(values.shape[0]):
        store(values, i, mul(load(values, i), radix_squared()))


@kernel
def out_of_montgomery(values: Coordinates, result: Coordinates) -> None:
    """Canonical integers of all rows."""
    for i in range(values.shape[0]):
        store(result, i, mul(load(values, i), plain_one()))
