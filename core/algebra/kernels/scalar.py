"""The scalar field F of BLS12-381 G1 inside kernels: the field's operations, and products with small integers.

Elements are 4 limbs in Montgomery form with radix 2^256. Small integers stay out of Montgomery form: element * integer
is gathered without reduction in 6 limbs and reduced once a sum.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from core.algebra.field import ORDER
from core.algebra.kernels.limbs import (
    I64,
    Limbs,
    add_row,
    field,
    join,
    memory,
    modulus_limbs,
    montgomery_product,
    operation,
    pieces,
    subtract_once,
)

Elements: TypeAlias = NDArray[np.uint64]
"""(n, 4) uint64, C-contiguous: n elements in Montgomery form."""

LIMBS = 4
WIDE = 6
RADIX = 1 << 256

_OPERATIONS = field("scalar", LIMBS, ORDER)
load, store = _OPERATIONS.load, _OPERATIONS.store
mul, mul_inline = _OPERATIONS.mul, _OPERATIONS.mul_inline
add, sub, neg = _OPERATIONS.add, _OPERATIONS.sub, _OPERATIONS.neg
is_zero, equal = _OPERATIONS.is_zero, _OPERATIONS.equal
zero, one = _OPERATIONS.zero, _OPERATIONS.one
load_wide, store_wide = memory(WIDE)

_ELEMENT, _WIDE = Limbs(LIMBS), Limbs(WIDE)
_N256, _N384 = ir.IntType(256), ir.IntType(384)


def _pair(builder: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """(a b + c d) 2^-256 mod r: two rows of products a step, then the step's multiple of r, in 6 limbs."""
    negated_inverse = I64(-pow(ORDER, -1, 1 << 64) % (1 << 64))
    constant = modulus_limbs(ORDER, LIMBS)
    a_limbs, c_limbs = pieces(builder, a, LIMBS), pieces(builder, c, LIMBS)
    total = [I64(0)] * (LIMBS + 2)
    for b_limb, d_limb in zip(pieces(builder, b, LIMBS), pieces(builder, d, LIMBS), strict=True):
        for limbs, factor in ((a_limbs, b_limb), (c_limbs, d_limb)):
            total = add_row(builder, total, [*limbs, I64(0)], factor)
        quotient = builder.mul(total[0], negated_inverse)
        total = [*add_row(builder, total, [*constant, I64(0)], quotient)[1:], I64(0)]
    return subtract_once(builder, join(builder, total[:LIMBS]), ORDER)


def _wide_add_product(builder: Any, total: Any, a: Any, factor: Any) -> Any:
    limbs = pieces(builder, a, LIMBS)
    return join(builder, add_row(builder, pieces(builder, total, WIDE), [*limbs, I64(0)], factor))


def _wide_reduce(builder: Any, total: Any) -> Any:
    low = builder.trunc(total, _N256)
    low = subtract_once(builder, subtract_once(builder, low, 2 * ORDER), ORDER)
    high = builder.trunc(builder.lshr(total, _N384(256)), _N256)
    high = montgomery_product(builder, high, _N256(RADIX * RADIX % ORDER), LIMBS, ORDER)
    return subtract_once(builder, builder.add(low, high), ORDER)


def _magnitude(builder: Any, value: Any) -> Any:
    negative = builder.icmp_signed("<", value, I64(0))
    return builder.select(negative, builder.sub(I64(0), value), value)


def _times(constant: int) -> Any:
    return lambda builder, a: montgomery_product(builder, a, _N256(constant), LIMBS, ORDER)


mul_pair_inline = operation("mul_pair_inline", _ELEMENT, [_ELEMENT] * 4, _pair)
"""a b + c d with one reduction; copied into the kernel like mul_inline."""

wide_zero = operation("wide_zero", _WIDE, [], lambda builder: _N384(0))
"""An empty sum of products with small integers."""

wide_add_product = operation("wide_add_product", _WIDE, [_WIDE, _ELEMENT, types.uint64], _wide_add_product)
"""total + a * magnitude without reduction, for an unsigned 64-bit magnitude; at most 2^64 summands."""

wide_reduce = operation("wide_reduce", _ELEMENT, [_WIDE], _wide_reduce)
"""total mod r: the low 256 bits, plus the upper 128 bits times 2^256 by one Montgomery product with 2^512 mod r."""

to_montgomery = operation("to_montgomery", _ELEMENT, [_ELEMENT], _times(RADIX * RADIX % ORDER))
"""An integer below r, into Montgomery form."""

from_montgomery = operation("from_montgomery", _ELEMENT, [_ELEMENT], _times(1))
"""The canonical integer of an element."""

magnitude = operation("magnitude", types.uint64, [types.int64], _magnitude)
"""|value| of an int64 as uint64, right for -2^63 too."""
