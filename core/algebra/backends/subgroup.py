"""Whether a point of the curve lies in the group of prime order, in plain integers (Scott, eprint 2021/1130).

The curve y^2 = x^3 + 4 over the integers modulo p has h r points; h contains 3 and 11, so a point must be tested by
itself. The endomorphism phi(x, y) = (beta x, y), beta a primitive cube root of unity, satisfies phi^2 + phi + 1 = 0 on
the whole curve. On the group of order r = u^4 - u^2 + 1 it is multiplication by -u^2, for one of the two beta.
Conversely phi(P) = -u^2 P gives phi^2(P) = u^4 P, hence (u^4 - u^2 + 1) P = r P = 0. So the test is exact:

    P is in the group of order r  <=>  phi(P) + u^2 P = 0.

Additions use the complete formulas for a = 0 (Renes, Costello, Batina, eprint 2015/1060, algorithms 7 and 9), which
hold for every pair of points of a curve of odd order such as this one: no case is left to forget.
"""

from __future__ import annotations

from core.algebra.encoding import FIELD_MODULUS as P

BETA = 0x5F19672FDF76CE51BA69C6076A0F77EADDB3A93BE6F89688DE17D813620A00022E01FFFFFFFEFFFE
"""The cube root of unity for which phi is multiplication by -u^2 on the group of order r."""

U = 0xD201000000010000
"""|u|, the absolute value of the parameter of BLS12-381."""

_U_BITS = [int(bit) for bit in bin(U)[3:]]
_B3 = 12

Projective = tuple[int, int, int]
"""(X, Y, Z) for x = X/Z, y = Y/Z; the identity is (0, Y, 0)."""


def add(a: Projective, b: Projective) -> Projective:
    """a + b for any two points of the curve."""
    x1, y1, z1 = a
    x2, y2, z2 = b
    xx, yy, zz = x1 * x2 % P, y1 * y2 % P, z1 * z2 % P
    xy = ((x1 + y1) * (x2 + y2) - xx - yy) % P
    yz = ((y1 + z1) * (y2 + z2) - yy - zz) % P
    xz = ((x1 + z1) * (x2 + z2) - xx - zz) * _B3 % P
    low, high, triple = yy - _B3 * zz, yy + _B3 * zz, 3 * xx
    return (xy * low - yz * xz) % P, (low * high + triple * xz) % P, (high * yz + triple * xy) % P


def double(a: Projective) -> Projective:
    """2 a for any point of the curve."""
    x, y, z = a
    yy, zz = y * y % P, z * z * _B3 % P
    low = yy - 3 * zz
    return 2 * x * y % P * low % P, (low * (yy + zz) + 8 * yy * zz) % P, 8 * yy * (y * z % P) % P


def times_u(a: Projective) -> Projective:
    """|u| a, by 63 doublings and 5 additions."""
    total = a
    for bit in _U_BITS:
        total = double(total)
        if bit:
            total = add(total, a)
    return total


def in_subgroup(x: int, y: int) -> bool:
    """Whether (x, y), a point of the curve with reduced coordinates, has order r."""
    qx, qy, qz = times_u(times_u((x, y, 1)))
    # The identity has Z = 0 and Y != 0, so the second comparison fails for it.
    return (qx - BETA * x * qz) % P == 0 and (qy + y * qz) % P == 0
