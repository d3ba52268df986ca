"""A second verifier, written from docs/ alone: sumcheck, lookups, limbs, patterns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.soundness.second_protocol import (
    Linear,
    Points,
    R,
    Reader,
    Step,
    add_to,
    bits,
    eq_all,
    inside,
    inverse,
)

Element = Callable[[Sequence[int], int], int]
"""The multilinear extension of a table's combined column at a point, under beta."""


@dataclass
class Column:
    name: str
    length: int
    variables: int


@dataclass
class Rows:
    """A row block: cells i < count, pattern 1; terms are (column, power of beta, scale)."""

    name: str
    variables: int
    count: int
    pattern: list[int]
    tags: list[int]
    terms: list[tuple[str, int, int]]


@dataclass
class Table:
    name: str
    variables: int
    own: int
    element: Element
    count: str


@dataclass
class Grid:
    """Limbs: coordinate a, limb j at index a 2^low + j."""

    coordinates: int
    limbs: int
    limb_bits: int
    w: int

    @property
    def low(self) -> int:
        return bits(self.limbs - 1)

    @property
    def high(self) -> int:
        return max(bits(self.coordinates - 1), self.w - self.low)

    def column(self, name: str) -> Column:
        return Column(name, self.coordinates << self.low, self.high + self.low)

    def rows(self, name: str, column: str, tag: int, *, first: int = 0, scale: int = 1) -> Rows:
        pattern = [int(first <= j < self.limbs) for j in range(1 << self.low)]
        tags = [tag] * len(pattern)
        return Rows(name, self.high + self.low, self.coordinates, pattern, tags, [(column, 1, scale)])

    def object(self, handles: Sequence[int], zeta: list[int]) -> Points:
        weights = eq_all([*zeta, *([0] * self.low)][: self.high + self.low - self.w])
        return dict(zip(handles, weights, strict=False))

    def form(self, zeta: list[int]) -> list[int]:
        powers = [1 << (j * self.limb_bits) if j < self.limbs else 0 for j in range(1 << self.low)]
        return [e * power % R for e in eq_all(zeta[len(zeta) - (self.w - self.low) :]) for power in powers]


def choose_width(entries: int) -> int:
    return min(12, max(5, bits(entries - 1) // 2 + 1))


def identity(v: Sequence[int]) -> int:
    return sum(e * x for x, e in enumerate(eq_all(v))) % R


def range_table(tag: int) -> Element:
    return lambda v, beta: (tag + beta * identity(v)) % R


def listed_table(rows: Sequence[Sequence[int]]) -> Element:
    """rows[b][p] is the entry at power p of beta; power 0 is the tag."""

    def element(v: Sequence[int], beta: int) -> int:
        powers = [pow(beta, p, R) for p in range(len(rows[0]))]
        combined = [sum(x * p for x, p in zip(row, powers, strict=True)) for row in rows]
        return sum(e * x for e, x in zip(eq_all(v), combined, strict=True)) % R

    return element


class Lookup:
    """Blocks and columns of one proof, and where they stand among the leaves."""

    def __init__(self, columns: list[Column], rows: list[Rows], tables: list[Table], w: int) -> None:
        self.columns, self.rows, self.tables, self.w = columns, rows, tables, w
        self.offsets, end = {}, 0
        for block in sorted([*rows, *tables], key=lambda block: -block.variables):
            self.offsets[block.name] = end
            end += 1 << block.variables
        self.depth = max(1, bits(end - 1))
        self.handles: dict[str, list[int]] = {}

    @property
    def commitments(self) -> int:
        return sum(-(-column.length >> self.w) for column in self.columns)

    def read(self, reader: Reader, label: str) -> None:
        handles = reader.points(label, self.commitments)
        for column in self.columns:
            count = -(-column.length >> self.w)
            self.handles[column.name], handles = handles[:count], handles[count:]

    def combine(self, parts: Points | dict[str, int], v: Sequence[int]) -> Points:
        result: Points = {}
        for column in self.columns:
            if column.name in parts:
                own = v[len(v) - column.variables :]
                weights = eq_all(own[: column.variables - self.w])
                add_to(result, dict(zip(self.handles[column.name], weights, strict=False)), parts[column.name])
        return result

    def form(self, v: Sequence[int]) -> list[int]:
        return eq_all(v[len(v) - self.w :])

    def _place(self, name: str, variables: int, v: Sequence[int]) -> int:
        return eq_all(v[: self.depth - variables])[self.offsets[name] >> variables]

    def leaves(self, v: list[int], alpha: int, beta: int, omega: int) -> tuple[int, dict[str, int]]:
        """The public number, and a coefficient for each column."""
        public, outside, found = 0, 1, dict[str, int]()
        for block in self.rows:
            place, own = self._place(block.name, block.variables, v), v[self.depth - block.variables :]
            split = block.variables - bits(len(block.pattern) - 1)
            along = eq_all(own[split:])
            mask = inside(own[:split], block.count) * sum(e * x for e, x in zip(along, block.pattern, strict=True))
            tag = sum(e * x for e, x in zip(along, block.tags, strict=True))
            public += place * (mask + omega * (alpha - tag))
            outside -= place
            for column, power, scale in block.terms:
                found[column] = (found.get(column, 0) - omega * place * pow(beta, power, R) * scale) % R
        for table in self.tables:
            place, own = self._place(table.name, table.variables, v), v[self.depth - table.variables :]
            public += omega * place * (alpha - table.element(own[table.variables - table.own :], beta))
            outside -= place
            found[table.count] = (found.get(table.count, 0) - place) % R
        return (public + omega * outside) % R, found


def eq_round(reader: Reader, label: str, claim: Linear, y: int) -> tuple[Linear, int]:
    h1, h2 = reader.hidden(label, 2)
    x = reader.challenge(label)
    return claim - (h1 + h2) * y + h1 * x + h2 * (x * x), x


def sumcheck(reader: Reader, label: str, claim: Linear, rounds: int, degree: int) -> tuple[Linear, list[int]]:
    point = []
    for _ in range(rounds):
        coefficients = reader.hidden(label, degree)
        x = reader.challenge(label)
        constant = claim
        for coefficient in coefficients:
            constant = constant - coefficient
        claim = constant * inverse(2)
        for power, coefficient in enumerate(coefficients, 1):
            claim = claim + coefficient * pow(x, power, R)
        point.append(x)
    return claim, point


def fractions(reader: Reader, depth: int) -> tuple[Linear, Linear, list[int]]:
    q, inverted = reader.hidden("fractions.root", 2)
    reader.product(q, inverted, Linear(constant=1))
    p, v = Linear(), list[int]()
    for _ in range(depth):
        weight = reader.challenge("fractions.lambda")
        claim, bound = p + q * weight, []
        for y in v:
            claim, x = eq_round(reader, "fractions.round", claim, y)
            bound.append(x)
        p0, p1, q0, q1 = reader.hidden("fractions.children", 4)
        (product,) = reader.hidden("fractions.product", 1)
        reader.product(p0 + q0 * weight, q1, product)
        reader.product(p1, q0, claim - product)
        nu = reader.challenge("fractions.child")
        p, q, v = p0 + (p1 - p0) * nu, q0 + (q1 - q0) * nu, [nu, *bound]
    return p, q, v


def looked_up(reader: Reader, lookup: Lookup, claim: str) -> tuple[Linear, dict[str, int], list[int]]:
    """From the columns to the leaf point: p + omega q - public, coefficients, point."""
    lookup.read(reader, f"{claim}.columns")
    beta, alpha = reader.challenge(f"{claim}.beta"), reader.challenge(f"{claim}.alpha")
    p, q, v = fractions(reader, lookup.depth)
    omega = reader.challenge(f"{claim}.omega")
    public, found = lookup.leaves(v, alpha, beta, omega)
    return p + q * omega - public, found, v


# patterns


def challenges(label: str, count: int = 1) -> list[Step]:
    return [("challenge", label, 1)] * count


def opening_pattern(name: str, length: int) -> list[Step]:
    head: list[Step] = [("points", f"{name}.mask", 1), ("scalars", f"{name}.mask_value", 1)]
    head += [*challenges(f"{name}.inner"), *challenges(f"{name}.c"), ("scalars", f"{name}.blinding", 1)]
    fold: list[Step] = [("points", f"{name}.cross", 2), ("challenge", f"{name}.fold", 1)]
    return [*head, *(fold * max(0, bits(length - 1) - 2)), ("scalars", f"{name}.final", min(length, 4))]


def tree_pattern(claim: str, lookup: Lookup) -> list[Step]:
    """From the pad to omega."""
    steps: list[Step] = [("points", "pad", 1)] + (challenges("bounded.seed") if claim == "bounded" else [])
    steps += [("points", f"{claim}.columns", lookup.commitments)]
    steps += [*challenges(f"{claim}.beta"), *challenges(f"{claim}.alpha"), ("hidden", "fractions.root", 2)]
    for level in range(lookup.depth):
        steps += challenges("fractions.lambda")
        steps += rounds_pattern("fractions.round", level, 2)
        steps += [("hidden", "fractions.children", 4), ("hidden", "fractions.product", 1)]
        steps += challenges("fractions.child")
    return steps + challenges(f"{claim}.omega")


def rounds_pattern(label: str, rounds: int, degree: int) -> list[Step]:
    return [("hidden", label, degree), ("challenge", label, 1)] * rounds


def closed(steps: list[Step], products: int, groups: list[tuple[str, int, int]]) -> list[Step]:
    """With the steps that settle; groups are (name, basis, values)."""
    steps = [*steps, ("hidden", "products", products + 3)]
    steps += [*challenges("products.point"), ("scalars", "products.opened", 2)]
    pads = sum(count for kind, _, count in steps if kind == "hidden")
    steps += [("points", f"{name}.values", values) for name, _, values in groups]
    for name, _, values in groups:
        steps += (challenges(f"{name}.kappa") if values > 1 else []) + challenges(f"{name}.gamma")
    steps += challenges("tie.theta") + challenges("tie.mu")
    for name, basis, _ in groups:
        steps += opening_pattern(name, basis + 1)
    return steps + opening_pattern("tie", pads + 1) + challenges("batch")
