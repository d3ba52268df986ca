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
    call_shared,
    field,
    memory,
    montgomery_product,
    operation,
    pieces,
    row,
    subtract_once,
)

Elements: TypeAlias = NDArray[np.uint64]
"""(n, 4) uint64, C-contiguous: n elements in Montgomery form."""

LIMBS = 4
WIDE = 6
RADIX = 1 << 256

_OPERATIONS = field("scalar", LIMBS, ORDER, inline=False)
load, store = _OPERATIONS.load, _OPERATIONS.store
mul, add, sub, neg = _OPERATIONS.mul, _OPERATIONS.add, _OPERATIONS.sub, _OPERATIONS.neg
is_zero, equal = _OPERATIONS.is_zero, _OPERATIONS.equal
zero, one = _OPERATIONS.zero, _OPERATIONS.one
load_wide, store_wide = memory(WIDE)

_ELEMENT, _WIDE = Limbs(LIMBS), Limbs(WIDE)
_N256, _N320, _N384, _N512 = (ir.IntType(bits) for bits in (256, 320, 384, 512))


def _redc(builder: Any, value: Any) -> Any:
    """value 2^-256 mod r for a 512-bit value < 2 r^2, two summands at most."""
    negated_inverse = I64(-pow(ORDER, -1, 1 << 64) % (1 << 64))
    modulus = [I64(ORDER >> (64 * i) & 0xFFFFFFFFFFFFFFFF) for i in range(LIMBS)]
    for i in range(LIMBS):
        limb = builder.trunc(builder.lshr(value, _N512(64 * i)), I64)
        part = builder.zext(row(builder, modulus, builder.mul(limb, negated_inverse), _N320), _N512)
        value = builder.add(value, builder.shl(part, _N512(64 * i)))
    return subtract_once(builder, builder.trunc(builder.lshr(value, _N512(256)), _N256), ORDER)


def _product(builder: Any, x: Any, y: Any) -> Any:
    """x y in 512 bits."""
    limbs = pieces(builder, x, LIMBS)
    total = _N512(0)
    for i, factor in enumerate(pieces(builder, y, LIMBS)):
        part = builder.zext(row(builder, limbs, factor, _N320), _N512)
        total = builder.add(total, builder.shl(part, _N512(64 * i)))
    return total


def _mul_pair(builder: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return _redc(builder, builder.add(_product(builder, a, b), _product(builder, c, d)))


def _shared_mul_pair(builder: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    return call_shared(builder, "proofward_scalar_mul_pair", _N256, [a, b, c, d], _mul_pair)


def _wide_add_product(builder: Any, total: Any, a: Any, factor: Any) -> Any:
    part = row(builder, pieces(builder, a, LIMBS), factor, _N320)
    return builder.add(total, builder.zext(part, _N384))


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


mul_pair = operation("mul_pair", _ELEMENT, [_ELEMENT] * 4, _shared_mul_pair)
"""a b + c d with one reduction."""

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
