"""The base field of BLS12-381 (381 bits) inside kernels: 6 limbs, Montgomery form with radix 2^384."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from core.algebra.encoding import FIELD_MODULUS
from core.algebra.kernels.environment import kernel
from core.algebra.kernels.limbs import I64, Limbs, field, join, operation, pieces

Coordinates: TypeAlias = NDArray[np.uint64]
"""(n, 6) uint64, C-contiguous."""

LIMBS = 6
RADIX = 1 << 384

_OPERATIONS = field("base", LIMBS, FIELD_MODULUS)
load, store = _OPERATIONS.load, _OPERATIONS.store
mul, mul_inline = _OPERATIONS.mul, _OPERATIONS.mul_inline
add, sub, neg = _OPERATIONS.add, _OPERATIONS.sub, _OPERATIONS.neg
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


def _shift_right(builder: Any, value: Any, count: Any) -> Any:
    limbs = [*pieces(builder, value, LIMBS), I64(0)]
    shifted = [builder.call(_funnel(builder, "fshr"), [limbs[i + 1], limbs[i], count]) for i in range(LIMBS)]
    return join(builder, shifted)


def _shift_left(builder: Any, value: Any, count: Any) -> Any:
    limbs = [I64(0), *pieces(builder, value, LIMBS)]
    shifted = [builder.call(_funnel(builder, "fshl"), [limbs[i + 1], limbs[i], count]) for i in range(LIMBS)]
    return join(builder, shifted)


def _funnel(builder: Any, name: str) -> Any:
    full = f"llvm.{name}.i64"
    known = builder.module.globals.get(full)
    return known or ir.Function(builder.module, ir.FunctionType(I64, [I64, I64, I64]), full)


def _trailing_zeros(builder: Any, value: Any) -> Any:
    return builder.cttz(builder.trunc(value, I64), ir.IntType(1)(0))


shift_right = operation("shift_right", _ELEMENT, [_ELEMENT, types.int64], _shift_right)
"""a 2^-count rounded down, 0 <= count < 64."""

shift_left = operation("shift_left", _ELEMENT, [_ELEMENT, types.int64], _shift_left)
"""a 2^count modulo 2^384, 0 <= count < 64."""

trailing_zeros = operation("trailing_zeros", types.int64, [_ELEMENT], _trailing_zeros)
"""Zero bits at the low end of the lowest limb, at most 64."""

plain_add = operation("plain_add", _ELEMENT, [_ELEMENT] * 2, lambda builder, a, b: builder.add(a, b))
plain_sub = operation("plain_sub", _ELEMENT, [_ELEMENT] * 2, lambda builder, a, b: builder.sub(a, b))
modulus = operation("modulus", _ELEMENT, [], lambda builder: _NARROW(FIELD_MODULUS))


@kernel
def inverse(value: Any) -> Any:
    """1 / value, by the binary extended Euclidean algorithm (Kaliski 1995); the inverse of 0 is 0.

    With a the Montgomery form of `value`: u s + v r = p, so that r and s never exceed p, and modulo p a r = -u 2^k and
    a s = v 2^k, both signs changing whenever the two pairs are swapped. It ends with v = 0, u = 1.
    """
    if is_zero(value):
        return value
    u, v, r, s = modulus(), value, zero(), plain_one()
    k = 0
    negative = True
    while not is_zero(v):
        count = trailing_zeros(v)
        if count > 63:
            count = 63
        v, r = shift_right(v, count), shift_left(r, count)
        k += count
        if trailing_zeros(v) == 0:
            if exceeds(u, v):
                u, v, r, s = v, u, s, r
                negative = not negative
            v, s = plain_sub(v, u), plain_add(s, r)
    if negative:
        r = neg(r)
    # r = a^-1 2^k; wanted: a^-1 2^768.
    exponent = 768 - k
    while exponent >= 380:
        r = add(r, r)
        exponent -= 1
    power = shift_left(plain_one(), exponent & 63)
    for _ in range(exponent >> 6):
        power = shift_left(shift_left(power, 32), 32)
    return mul(mul(r, radix_squared()), power)


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
