"""Points of the curve y^2 = x^3 + 4 outside the group of prime order, made with py_ecc alone."""

from __future__ import annotations

from functools import cache

from py_ecc.bls.point_compression import compress_G1
from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.optimized_bls12_381.optimized_curve import add, curve_order, field_modulus, is_inf, multiply, normalize

from core.commitments.generators import load_affine

P = field_modulus
COFACTOR = 0x396C8C005555E1568C00AAAB0000AAAB


def has_point(x: int) -> bool:
    square = (x**3 + 4) % P
    return pow(square, (P - 1) // 2, P) in (0, 1)


def lift(x: int) -> tuple[FQ, FQ, FQ]:
    y = pow(x**3 + 4, (P + 1) // 4, P)
    assert (y * y - x**3 - 4) % P == 0
    return FQ(x), FQ(y), FQ(1)


@cache
def torsion(order: int) -> tuple[FQ, FQ, FQ]:
    """A point of this prime order, dividing the cofactor."""
    rest = COFACTOR * curve_order
    while rest % order == 0:
        rest //= order
    x = 1
    while True:
        x += 1
        if not has_point(x):
            continue
        point = multiply(lift(x), rest)
        while not is_inf(point):
            if is_inf(multiply(point, order)):
                return point
            point = multiply(point, order)


def generator(index: int) -> tuple[FQ, FQ, FQ]:
    x, y = load_affine()[index]
    return FQ(x), FQ(y), FQ(1)


def shifted(index: int, order: int) -> tuple[FQ, FQ, FQ]:
    """A generator plus a point of small order: on the curve, of order r times that."""
    return add(generator(index), torsion(order))


def affine(point: tuple[FQ, FQ, FQ]) -> tuple[int, int]:
    x, y = normalize(point)
    return int(x), int(y)


def compressed(point: tuple[FQ, FQ, FQ]) -> bytes:
    return int(compress_G1(point)).to_bytes(48, "big")


def flagged(flags: int, x: int) -> bytes:
    """48 bytes with these three top bits over any 381-bit number."""
    return (flags << 381 | x).to_bytes(48, "big")
