"""A second verifier, written from docs/ alone: transcript, hidden messages, products, openings, the tie.

It shares nothing with the product but the group library and the file of generators. Everything is done by definition:
no closed forms, no tricks, no speed. What both verifiers agree on is what the pages say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from py_arkworks_bls12381 import G1Point, Scalar

R = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
KVAL, H, Q = 8192, 8193, 8194
BYTES = {"points": 48, "hidden": 32, "scalars": 32, "challenge": 0}
Step = tuple[str, str, int]
Points = dict[int, int]


class Refused(Exception):
    """The code of the first thing that is wrong."""


def generators() -> list[G1Point]:
    """All generators: G[0..4095], K[1..4096], Kval, H, Q."""
    data = (Path(__file__).parents[2] / "resources" / "generators" / "v1.bin").read_bytes()
    return [G1Point.from_xy_bytes_unchecked_be(data[at : at + 96]) for at in range(0, len(data), 96)]


def bits(x: int) -> int:
    return x.bit_length()


def inverse(x: int) -> int:
    return pow(x, -1, R)


def eq_all(v: Sequence[int]) -> list[int]:
    """eq(v, x) for all x, the first coordinate most significant."""
    table = [1]
    for c in v:
        table = [y for x in table for y in ((x - x * c) % R, x * c % R)]
    return table


def inside(v: Sequence[int], count: int) -> int:
    return sum(eq_all(v)[:count]) % R


def add_to(target: Points, source: Points, factor: int = 1) -> None:
    for handle, weight in source.items():
        target[handle] = (target.get(handle, 0) + factor * weight) % R


class Linear:
    """constant + sum of a_s t_s."""

    def __init__(self, terms: Points | None = None, constant: int = 0) -> None:
        self.terms, self.constant = dict(terms or {}), constant % R

    def __add__(self, other: Linear | int) -> Linear:
        if isinstance(other, int):
            return Linear(self.terms, self.constant + other)
        terms = dict(self.terms)
        add_to(terms, other.terms)
        return Linear(terms, self.constant + other.constant)

    def __mul__(self, factor: int) -> Linear:
        return Linear({s: a * factor % R for s, a in self.terms.items()}, self.constant * factor)

    def __sub__(self, other: Linear | int) -> Linear:
        return self + other * -1

    @property
    def slot(self) -> int:
        (slot,) = self.terms
        return slot


@dataclass
class Group:
    name: str
    basis: list[int]
    objects: list[Points]
    forms: list[list[int]]
    slots: list[int]


@dataclass
class Equation:
    """sum of points and generators, to be the identity."""

    name: str
    points: Points = field(default_factory=dict)
    generators: Points = field(default_factory=dict)


class Reader:
    """One proof: transcript, pattern, bytes, and the log of what was stated."""

    def __init__(
        self, protocol: str, statement: bytes, pattern: Sequence[Step], proof: bytes, blobs: list[bytes]
    ) -> None:
        self.hash = hashlib.sha3_512()
        self.absorb("protocol", protocol.encode())
        self.absorb("statement", statement)
        lines = "\n".join(f"{kind} {label} {count}" for kind, label, count in pattern)
        self.absorb("pattern", hashlib.sha256(lines.encode()).digest())
        if len(proof) != sum(BYTES[kind] * count for kind, _, count in pattern):
            raise Refused("proof.length")
        self.proof, self.at, self.pattern, self.blobs = proof, 0, list(pattern), blobs
        self.messages: list[int] = []
        self.zeros: list[Linear] = []
        self.products: list[tuple[Linear, Linear, Linear]] = []
        self.groups: list[Group] = []
        (self.pad,) = self.points("pad", 1)

    def absorb(self, label: str, data: bytes) -> None:
        name = label.encode()
        self.hash.update(len(name).to_bytes(4, "big") + name + len(data).to_bytes(8, "big") + data)

    def _step(self, step: Step) -> None:
        assert self.pattern.pop(0) == step

    def _take(self, size: int) -> bytes:
        self.at += size
        return self.proof[self.at - size : self.at]

    def challenge(self, label: str) -> int:
        self._step(("challenge", label, 1))
        while True:
            self.absorb("challenge", label.encode())
            value = int.from_bytes(self.hash.digest(), "big") % R
            if value:
                return value

    def challenges(self, label: str, count: int) -> list[int]:
        return [self.challenge(label) for _ in range(count)]

    def points(self, label: str, count: int) -> list[int]:
        self._step(("points", label, count))
        data = self._take(48 * count)
        self.absorb(label, data)
        first = len(self.blobs)
        self.blobs.extend(data[at : at + 48] for at in range(0, len(data), 48))
        return list(range(first, first + count))

    def scalars(self, label: str, count: int, kind: str = "scalars") -> list[int]:
        self._step((kind, label, count))
        data = self._take(32 * count)
        self.absorb(label, data)
        values = [int.from_bytes(data[at : at + 32], "big") for at in range(0, len(data), 32)]
        if any(value >= R for value in values):
            raise Refused("proof.scalar")
        return values

    def hidden(self, label: str, count: int) -> list[Linear]:
        first = len(self.messages)
        self.messages += self.scalars(label, count, "hidden")
        return [Linear({first + i: 1}) for i in range(count)]

    def zero(self, expression: Linear) -> None:
        self.zeros.append(expression)

    def product(self, left: Linear, right: Linear, result: Linear) -> None:
        self.products.append((left, right, result))

    def evaluations(
        self,
        name: str,
        basis: Iterable[int],
        objects: list[Points],
        forms: list[list[int]],
        values: list[Linear],
    ) -> None:
        self.groups.append(Group(name, list(basis), objects, forms, [value.slot for value in values]))

    def settle(self) -> list[tuple[int, Equation]]:
        """docs/verification.md, 4.1: all that closes a proof; weighted equations."""
        self._products()
        values = [self.points(f"{group.name}.values", len(group.slots)) for group in self.groups]
        drawn = []
        for group in self.groups:
            kappa = self.challenge(f"{group.name}.kappa") if len(group.slots) > 1 else 1
            drawn.append((kappa, self.challenge(f"{group.name}.gamma")))
        theta, mu = self.challenge("tie.theta"), self.challenge("tie.mu")
        equations = [self._group(g, v, *d) for g, v, d in zip(self.groups, values, drawn, strict=True)]
        equations.append(self._tie([handle for v in values for handle in v], theta, mu))
        weight = self.challenge("batch")
        assert not self.pattern and self.at == len(self.proof)
        return [(pow(weight, j, R), equation) for j, equation in enumerate(equations, 1)]

    def _products(self) -> None:
        n = len(self.products)
        messages = self.hidden("products", n + 3)
        e = self.challenge("products.point")
        if e <= n:
            raise Refused("products.point")
        f, g = self.scalars("products.opened", 2)
        low, high = lagrange(n + 1, e), lagrange(2 * n + 1, e)
        left, right, result = messages[0] * low[0], messages[1] * low[0], messages[2] * high[0]
        for q, (a, b, c) in enumerate(self.products, 1):
            left, right, result = left + a * low[q], right + b * low[q], result + c * high[q]
        for j in range(1, n + 1):
            result = result + messages[2 + j] * high[n + j]
        self.zero(left - f)
        self.zero(right - g)
        self.zero(result - f * g)

    def _group(self, group: Group, values: list[int], kappa: int, gamma: int) -> Equation:
        target: Points = {}
        for i, committed in enumerate(group.objects):
            add_to(target, committed, pow(kappa, i, R))
        for i, handle in enumerate(values):
            add_to(target, {handle: gamma * pow(kappa, i, R)})
        form = [sum(pow(kappa, i, R) * f[j] for i, f in enumerate(group.forms)) % R for j in range(len(group.basis))]
        return self._opening(group.name, target, [*group.basis, KVAL], [*form, -inverse(gamma) % R], 0)

    def _tie(self, values: list[int], theta: int, mu: int) -> Equation:
        slots = [slot for group in self.groups for slot in group.slots]
        target, form, claimed = {self.pad: 1}, [0] * len(self.messages), 0
        for i, (handle, slot) in enumerate(zip(values, slots, strict=True)):
            weight = pow(theta, i, R)
            add_to(target, {handle: mu * weight})
            form[slot] += weight
            claimed += weight * self.messages[slot]
        for q, check in enumerate(self.zeros):
            weight = pow(theta, len(slots) + q, R)
            claimed += weight * (check.constant + sum(a * self.messages[s] for s, a in check.terms.items()))
            for slot, a in check.terms.items():
                form[slot] += weight * a
        basis = [*range(4096, 4096 + len(form)), KVAL]
        return self._opening("tie", target, basis, [*(x % R for x in form), inverse(mu)], claimed % R)

    def _opening(self, name: str, target: Points, basis: list[int], form: list[int], y: int) -> Equation:
        (mask,) = self.points(f"{name}.mask", 1)
        (mask_value,) = self.scalars(f"{name}.mask_value", 1)
        xi, c = self.challenge(f"{name}.inner"), self.challenge(f"{name}.c")
        (phi,) = self.scalars(f"{name}.blinding", 1)
        rounds = max(0, bits(len(basis) - 1) - 2)
        crosses, folds = [], []
        for _ in range(rounds):
            crosses.append(self.points(f"{name}.cross", 2))
            folds.append(self.challenge(f"{name}.fold"))
        final = self.scalars(f"{name}.final", min(len(basis), 4))
        equation = Equation(name)
        carried = [1] * (rounds + 1)
        for i in range(rounds - 1, -1, -1):
            carried[i] = carried[i + 1] * folds[i] % R
        add_to(equation.points, target, carried[0] * c)
        add_to(equation.points, {mask: carried[0]})
        add_to(equation.generators, {H: -carried[0] * phi})
        for i in range(1, rounds + 1):
            first, second = crosses[i - 1]
            add_to(equation.points, {first: carried[i]})
            add_to(equation.points, {second: carried[i] * folds[i - 1] ** 2})
        reached = 0
        for j, generator in enumerate(basis):
            share = final[j % len(final)]
            for i in range(1, rounds + 1):
                if not (j // len(final)) >> (rounds - i) & 1:
                    share = share * folds[i - 1] % R
            add_to(equation.generators, {generator: -share})
            reached += share * form[j]
        add_to(equation.generators, {Q: xi * (carried[0] * (c * y + mask_value) - reached)})
        return equation


def lagrange(count: int, e: int) -> list[int]:
    """Coefficients at e for the nodes 0..count-1, straight from the formula."""
    result = []
    for i in range(count):
        over, under = 1, 1
        for j in range(count):
            if i != j:
                over, under = over * (e - j) % R, under * (i - j) % R
        result.append(over * inverse(under) % R)
    return result


def holds(weighted: Sequence[tuple[int, Equation]], points: Sequence[G1Point], own: Sequence[G1Point]) -> bool:
    """Whether the weighted sum of equations is the identity."""
    over_points: Points = {}
    over_generators: Points = {}
    for weight, equation in weighted:
        add_to(over_points, equation.points, weight)
        add_to(over_generators, equation.generators, weight)
    terms = [(points[h], x) for h, x in over_points.items()] + [(own[h], x) for h, x in over_generators.items()]
    scalars = [Scalar.from_be_bytes((x % R).to_bytes(32, "big")) for _, x in terms]
    return bool(G1Point.multiexp_unchecked([point for point, _ in terms], scalars) == G1Point.identity())
