"""A second verifier, written from docs/ alone: sizes, the sigmoid table, `optimum` and consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from math import isqrt

from tests.soundness.second_dataset import Layout, Weighted
from tests.soundness.second_lookup import (
    Column,
    Grid,
    Lookup,
    Rows,
    Table,
    challenges,
    choose_width,
    closed,
    listed_table,
    looked_up,
    range_table,
    rounds_pattern,
    sumcheck,
    tree_pattern,
)
from tests.soundness.second_protocol import Linear, R, Reader, Refused, bits, eq_all, inside, inverse


@dataclass
class Sizes:
    """Letters of docs/protocol/fixed-point.md."""

    t: int
    f_s: int
    l: int  # noqa: E741  the page's letter
    k: int
    V: int
    E: int
    B: int

    @property
    def f_w(self) -> int:
        return self.k + self.t - 16

    @property
    def b(self) -> int:
        return 32 + self.f_s - self.t

    @property
    def S(self) -> int:
        return 1 << (self.f_s + self.k)

    @property
    def w_max(self) -> int:
        return 1 << (self.l * self.V - 1)

    @property
    def half(self) -> int:
        return (1 << (self.t + 5)) - 1

    @property
    def gradient_limbs(self) -> int:
        return -(-bits(self.B) // self.l)


def sqrt_up(x: Fraction) -> Fraction:
    q = max(0, 96 + (bits(x.denominator) - bits(x.numerator)) // 2 + 1)
    scaled = -((-x.numerator << (2 * q)) // x.denominator)
    root = isqrt(scaled)
    return Fraction(root + (root * root < scaled), 1 << q)


def eps(t: int, f_s: int) -> Fraction:
    return Fraction(9622505, 8 * 10**8 * 4**t) + Fraction(1, 2 ** (f_s + 1)) + Fraction(1, 2**46)


def sizes(n: int, d: int, c: Fraction, target: Fraction) -> Sizes:
    """docs/verification.md, section 3; Refused parameters.uncertifiable."""
    steep, refused = n * c, Refused("parameters.uncertifiable")
    for t in range(4, 15):
        f_s = max(2 * t + 14, 24)
        if (d + 1) * (steep * eps(t, f_s)) ** 2 <= (target * Fraction(6, 10)) ** 2:
            break
    else:
        raise refused
    limb = min(16, max(8, bits(n) + 1))
    for k in range(limb, 61, limb):
        f_w = k + t - 16
        if f_w >= 24 and (d + 1) * (((d + 1) * steep / 8 + Fraction(1, 2)) / 2**f_w) ** 2 <= (target / 20) ** 2:
            break
    else:
        raise refused
    norm = sqrt_up(2 * Fraction(6931471806, 10**10) * steep) + 1
    v = next(v for v in range(1, 99) if norm * 2**f_w < 2 ** (limb * v - 1))
    e = next(e for e in range(1, 99) if norm * sqrt_up(Fraction(d + 1)) * 2**t < 2 ** (limb * e))
    b = 32 + f_s - t
    noise = (Fraction((d + 1) * n * c.numerator, 4) + c.denominator) * 2**b
    bound = next(1 << m for m in range(999) if 1 << m >= noise)
    if (d + 1) * (steep * Fraction(bound, n * c.numerator << (16 + f_s + k))) ** 2 > (target * Fraction(3, 10)) ** 2:
        raise refused
    return Sizes(t, f_s, limb, k, v, e, bound)


@cache
def sigmoid_rows(t: int, f_s: int) -> list[tuple[int, int, int]]:
    """(T, slope, tail) by decimal arithmetic with 60 digits."""
    context, half = Context(prec=60), (1 << (t + 5)) - 1
    upper = []
    for q in range(half + 1):
        power = context.exp(context.divide(Decimal(-q), Decimal(1 << t)))
        upper.append(int(context.divide(Decimal(1 << f_s), 1 + power).to_integral_value()))
    nodes = [(1 << f_s) - upper[q] for q in range(half, 0, -1)] + upper
    inner = [(nodes[i], nodes[i + 1] - nodes[i], 0) for i in range(2 * half)]
    return [(0, 0, -1), *inner, (1 << f_s, 0, 1)]


@dataclass
class Claim:
    """What a bundle says of its model. weights: the bias last, None if hidden; model: the handle of the hidden one."""

    statement: bytes
    count: int
    layout: Layout
    train: list[int]
    members: list[int]
    c: Fraction
    sizes: Sizes
    weights: list[int] | None
    model: int


def optimum(claim: Claim, proof: bytes, blobs: list[bytes]) -> Weighted:
    """docs/verification.md, 4.3."""
    s, layout, weights = claim.sizes, claim.layout, claim.weights
    n, d, width = len(claim.train), len(layout.features), layout.width
    rho = [f"rho.{i}" for i in range(s.k // s.l)]
    excess = [f"excess.{i}" for i in range(s.E)]
    table = sigmoid_rows(s.t, s.f_s)
    coordinate_limbs = s.gradient_limbs + (s.V if weights is None else 0)
    w = choose_width(n * (4 + len(excess) + len(rho)) + (d + 1) * coordinate_limbs + len(table) + (1 << s.l))
    rv, cv, nv = max(bits(n - 1), w), bits(width), max(1, bits(claim.count - 1))
    gradient, limbs = Grid(d + 1, s.gradient_limbs, s.l, w), Grid(d + 1, s.V, s.l, w)

    cells = [("u", 1, 1), ("value", 2, 1), ("slope", 3, 1), ("tail", 4, 1)]
    columns = [Column(name, n, rv) for name in ("u", "value", "slope", "tail", *excess, *rho)]
    columns.append(gradient.column("gradient"))
    top = bits(s.B) - s.l * (s.gradient_limbs - 1)
    rows = [Rows("sigmoid", rv, n, [1], [1], cells)]
    rows += [Rows(name, rv, n, [1], [2], [(name, 1, 1)]) for name in (*excess, *rho)]
    rows.append(gradient.rows("gradient", "gradient", 2))
    rows.append(gradient.rows("gradient.top", "gradient", 2, first=s.gradient_limbs - 1, scale=1 << (s.l - top)))
    if weights is None:
        columns.append(limbs.column("weights"))
        rows.append(limbs.rows("weights", "weights", 2))
    wide, long = max(s.t + 6, w), max(s.l, w)
    columns += [Column("cells.count", len(table), wide), Column("limbs.count", 1 << s.l, long)]
    cell = listed_table([(1, u, *row) for u, row in enumerate(table)])
    tables = [Table("cells", wide, s.t + 6, cell, "cells.count")]
    tables.append(Table("limbs", long, s.l, range_table(2), "limbs.count"))
    lookup = Lookup(columns, rows, tables, w)

    reader = Reader("proofward/bundle/v1", claim.statement, _pattern(claim, lookup, gradient, limbs, rv), proof, blobs)
    row = range(1 << w)
    rest, found, v = looked_up(reader, lookup, "optimum")
    (x,) = reader.hidden("optimum.lookup", 1)
    reader.zero(rest - x)
    reader.evaluations("optimum.lookup", row, [lookup.combine(found, v)], [lookup.form(v)], [x])

    zeta = reader.challenges("optimum.zeta", gradient.high)
    (g,) = reader.hidden("optimum.gradient", 1)
    committed = gradient.object(lookup.handles["gradient"], zeta)
    reader.evaluations("optimum.gradient", row, [committed], [gradient.form(zeta)], [g])
    eta = eq_all(zeta)[: d + 1]
    other = list[int]()
    if weights is None:
        other = reader.challenges("optimum.zeta.weights", limbs.high)
        weight, at_other, in_limbs = reader.hidden("optimum.weights", 3)
        reader.zero(in_limbs - s.w_max * inside(other, d + 1) - at_other)
        committed = limbs.object(lookup.handles["weights"], other)
        reader.evaluations("optimum.weights", row, [committed], [limbs.form(other)], [in_limbs])
    else:
        weight = Linear(constant=sum(a * b for a, b in zip(eta, weights, strict=True)))

    tau, chi = reader.challenges("optimum.tau", rv), reader.challenge("optimum.chi")
    start = (g - s.B * inside(zeta, d + 1) - weight * (claim.c.denominator << s.b)) * inverse(claim.c.numerator)
    last, star = sumcheck(reader, "optimum.residual", start, rv, 3)
    view, at_tau = inside(star, n), _eq(tau, star)
    lin, y = reader.hidden("optimum.records", 2)
    (logit,) = reader.hidden("optimum.logit", 1)
    at = reader.hidden("optimum.columns_at", 6)
    u, value, slope, tail, beyond, remainder = at
    prod = reader.hidden("optimum.products", 4)
    reader.product(remainder, slope, prod[0])
    reader.product(lin + (eta[d] * view << 16), value * (1 << s.k) + prod[0] - y * s.S, prod[1])
    reader.product(tail, beyond, prod[2])
    reader.product(y, y, prod[3])
    bias = 0 if weights is None else weights[d] * view << 16
    decomposed = logit + bias - (u - (s.half + 1) * view) * (1 << s.k) - remainder - prod[2] * (1 << s.k)
    reader.zero(last - prod[1] - decomposed * (chi * at_tau) - (prod[3] - y) * (chi * chi * at_tau))

    third, slot = [0] * width, logit
    if weights is None:
        rest, star_j = sumcheck(reader, "optimum.inner", logit, cv, 2)
        (record,) = reader.hidden("optimum.inner.record", 1)
        (weight_j,) = reader.hidden("optimum.inner.weight", 1)
        inner = eq_all(star_j)
        reader.product(record + (inner[width] * view << 16), weight_j, rest)
        third, slot = inner[:width], record
    else:
        third = _spread(layout, weights)
    records = {claim.train[p]: e for p, e in enumerate(eq_all(star)[:n])}
    forms = [_spread(layout, eta), _unit(layout, 9), third]
    reader.evaluations("optimum.records", range(width), [records], forms, [lin, y, slot])
    parts = [{name: 1} for name in ("u", "value", "slope", "tail")]
    parts += [{name: 1 << (s.l * i) for i, name in enumerate(names)} for names in (excess, rho)]
    objects = [lookup.combine(part, star) for part in parts]
    reader.evaluations("optimum.columns_at", row, objects, [lookup.form(star)], at)
    if weights is None:
        basis = [*layout.features, width]
        forms = [eta, eq_all(other)[: d + 1], [inner[j] for j in basis]]
        reader.evaluations("optimum.model", basis, [{claim.model: 1}], forms, [weight, at_other, weight_j])

    places = eq_all(reader.challenges("consent.rows", nv))
    (total,) = reader.hidden("consent.total", 1)
    reader.zero(total - sum(places[i] for i in claim.members))
    everybody = dict(enumerate(places[: claim.count]))
    reader.evaluations("consent", range(width), [everybody], [_unit(layout, 8)], [total])
    return reader.settle()


def _eq(v: Sequence[int], w: Sequence[int]) -> int:
    result = 1
    for a, b in zip(v, w, strict=True):
        result = result * (a * b + (1 - a) * (1 - b)) % R
    return result


def _spread(layout: Layout, values: Sequence[int]) -> list[int]:
    form = [0] * layout.width
    for position, value in zip(layout.features, values, strict=False):
        form[position] = value % R
    return form


def _unit(layout: Layout, position: int) -> list[int]:
    return [int(j == position) for j in range(layout.width)]


def _pattern(claim: Claim, lookup: Lookup, gradient: Grid, limbs: Grid, rv: int) -> list[tuple[str, str, int]]:
    hidden, width, row = claim.weights is None, claim.layout.width, 1 << lookup.w
    steps = [*tree_pattern("optimum", lookup), ("hidden", "optimum.lookup", 1)]
    steps += [*challenges("optimum.zeta", gradient.high), ("hidden", "optimum.gradient", 1)]
    if hidden:
        steps += [*challenges("optimum.zeta.weights", limbs.high), ("hidden", "optimum.weights", 3)]
    steps += [*challenges("optimum.tau", rv), *challenges("optimum.chi"), *rounds_pattern("optimum.residual", rv, 3)]
    steps += [("hidden", "optimum.records", 2), ("hidden", "optimum.logit", 1)]
    steps += [("hidden", "optimum.columns_at", 6), ("hidden", "optimum.products", 4)]
    if hidden:
        steps += rounds_pattern("optimum.inner", bits(width), 2)
        steps += [("hidden", "optimum.inner.record", 1), ("hidden", "optimum.inner.weight", 1)]
    steps += [*challenges("consent.rows", max(1, bits(claim.count - 1))), ("hidden", "consent.total", 1)]
    groups = [("optimum.lookup", row, 1), ("optimum.gradient", row, 1)]
    groups += [("optimum.weights", row, 1)] if hidden else []
    groups += [("optimum.records", width, 3), ("optimum.columns_at", row, 6)]
    groups += [("optimum.model", len(claim.layout.features) + 1, 3)] if hidden else []
    return closed(steps, 5 + 2 * lookup.depth + int(hidden), [*groups, ("consent", width, 1)])
