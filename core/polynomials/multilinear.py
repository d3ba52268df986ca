"""Public multilinear polynomials, evaluated by formula where there is one.

Indices are binary with the first coordinate most significant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from operator import mul

from core.algebra.field import ORDER


def eq_table(point: Sequence[int]) -> list[int]:
    """eq(point, x) for x = 0..2^n - 1: all products of the tables of both halves of the point."""
    if not point:
        return [1]
    if len(point) == 1:
        return [(1 - point[0]) % ORDER, point[0] % ORDER]
    half = len(point) // 2
    leading, trailing = eq_table(point[:half]), eq_table(point[half:])
    return [a * b % ORDER for a in leading for b in trailing]


def eq_multiples(point: Sequence[int], factor: int, places: range) -> Iterator[int]:
    """factor eq(point, x) for the x of a range within 0..2^n - 1, each below the square of the order: who adds many up
    reduces the sums.
    """
    half = len(point) // 2
    bits = len(point) - half
    leading, trailing = eq_table(point[:half]), eq_table(point[half:])
    first, end = places.start >> bits, -(-places.stop >> bits)
    scaled = [factor * weight % ORDER for weight in leading[first:end]]
    rows = chain.from_iterable([weight * other for other in trailing] for weight in scaled)
    return islice(rows, places.start - (first << bits), places.stop - (first << bits))


def eq_index(point: Sequence[int], index: int) -> int:
    """eq(point, index)."""
    value = 1
    for position, coordinate in enumerate(point):
        bit = index >> (len(point) - 1 - position) & 1
        value = value * (coordinate if bit else 1 - coordinate) % ORDER
    return value


def eq_points(first: Sequence[int], second: Sequence[int]) -> int:
    """eq(first, second) for two points."""
    value = 1
    for a, b in zip(first, second, strict=True):
        value = value * (a * b + (1 - a) * (1 - b)) % ORDER
    return value


def selector(point: Sequence[int], count: int) -> int:
    """Multilinear extension of x -> 1 if x < count else 0, for 0 <= count <= 2^n."""
    if count >= 1 << len(point):
        return 1
    value, prefix = 0, 1
    for position, coordinate in enumerate(point):
        bit = count >> (len(point) - 1 - position) & 1
        if bit:
            value += prefix * (1 - coordinate)
            prefix = prefix * coordinate % ORDER
        else:
            prefix = prefix * (1 - coordinate) % ORDER
    return value % ORDER


def identity(point: Sequence[int]) -> int:
    """Multilinear extension of x -> x, that is sum_i 2^i x_i."""
    value = 0
    for coordinate in point:
        value = (2 * value + coordinate) % ORDER
    return value


def evaluate(values: Sequence[int], point: Sequence[int]) -> int:
    """Multilinear extension of a list of integers, zero past its end.

    eq(point, x) is a product over both halves of x, so that each value is multiplied by an entry of one half's table,
    which for a small value costs a third of a product of field elements, and no table as long as the list is made.
    """
    half = len(point) // 2
    leading, trailing = eq_table(point[:half]), eq_table(point[half:])
    width = len(trailing)
    parts = [values[at : at + width] for at in range(0, min(len(values), width * len(leading)), width)]
    total: int = sum(weight * sum(map(mul, trailing, part)) for weight, part in zip(leading, parts, strict=False))
    return total % ORDER
