"""Products of hidden scalars (Attema-Cramer 2020, section 6).

For K checks a_k b_k = c_k let f, g be the polynomials of degree K with f(k) = a_k, g(k) = b_k for k = 1..K and random
f(0), g(0), and h = f g, of degree 2K, so h(k) = c_k. The prover sends f(0), g(0), h(0), h(K+1)..h(2K) as hidden
scalars; after the challenge e, outside {1..K}, it sends f(e) and g(e) in clear. They are uniform, masked by f(0) and
g(0), whose Lagrange coefficient at e does not vanish. The verifier checks the three linear statements f(e), g(e), h(e)
= f(e) g(e). If some c_k differs from a_k b_k, h differs from f g as a polynomial, and a random e exposes it but for
2K/r.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.field import ORDER, batch_inverse
from core.constraints.expression import Expression, total
from core.constraints.log import ConstraintLog


def message_count(products: int) -> int:
    """Hidden scalars sent for `products` checks: f(0), g(0), h(0), h(K+1..2K)."""
    return products + 3 if products else 0


def lagrange(nodes: int, point: int) -> list[int]:
    """Coefficients l_0..l_{nodes-1} with p(point) = sum l_i p(i) for every p of degree below `nodes`.

    For a point that is itself a node the result is the unit vector.
    """
    if point % ORDER < nodes:
        return [int(i == point % ORDER) for i in range(nodes)]
    differences = [(point - i) % ORDER for i in range(nodes)]
    numerator = 1
    for difference in differences:
        numerator = numerator * difference % ORDER
    factorial = [1] * nodes
    for i in range(1, nodes):
        factorial[i] = factorial[i - 1] * i % ORDER
    denominators = [
        differences[i] * factorial[i] * factorial[nodes - 1 - i] * (-1 if (nodes - 1 - i) % 2 else 1) % ORDER
        for i in range(nodes)
    ]
    return [numerator * inverse % ORDER for inverse in batch_inverse(denominators)]


def extend(values: Sequence[int], points: Sequence[int]) -> list[int]:
    """Evaluate at `points` the polynomial of degree below len(values) with these values at 0, 1, 2, ..."""
    return [sum(c * v for c, v in zip(lagrange(len(values), point), values, strict=True)) % ORDER for point in points]


def state_products(log: ConstraintLog, messages: Sequence[Expression], e: int, f_e: int, g_e: int) -> None:
    """Add the three linear statements that settle all products of `log`; messages as counted by message_count."""
    count = len(log.products)
    low = lagrange(count + 1, e)
    high = lagrange(2 * count + 1, e)
    left = total([messages[0] * low[0], *(p.left * c for p, c in zip(log.products, low[1:], strict=True))])
    right = total([messages[1] * low[0], *(p.right * c for p, c in zip(log.products, low[1:], strict=True))])
    result = total(
        [
            messages[2] * high[0],
            *(p.result * c for p, c in zip(log.products, high[1 : count + 1], strict=True)),
            *(m * c for m, c in zip(messages[3:], high[count + 1 :], strict=True)),
        ]
    )
    log.zero("products.left", left - f_e)
    log.zero("products.right", right - g_e)
    log.zero("products.result", result - f_e * g_e % ORDER)
