"""The transcript and the small golden proof recomputed from the formulas, in plain integers and with py_ecc alone.

A second reading of the protocol: nothing of the program is imported here, generators are hashed anew, the openings are
folded point by point instead of being unrolled, polynomials are interpolated by the textbook formula. Symbols as in
docs/protocol.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import decompress_G1
from py_ecc.optimized_bls12_381 import Z1, add, curve_order, eq, multiply

R = curve_order
DST = b"PROOFWARD-V01-CS01-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"


@cache
def generator(label: str) -> tuple:
    return hash_to_G1(label.encode(), DST, hashlib.sha256)


class Hash:
    """SHA3-512 over (u32 length, label, u64 length, data) for every message; challenges are digests modulo r."""

    def __init__(self, protocol: str) -> None:
        self.data = b""
        self.put("protocol", protocol.encode())

    def put(self, label: str, data: bytes) -> None:
        name = label.encode()
        self.data += len(name).to_bytes(4, "big") + name + len(data).to_bytes(8, "big") + data

    def draw(self, label: str) -> int:
        value = 0
        while value == 0:
            self.put("challenge", label.encode())
            value = int.from_bytes(hashlib.sha3_512(self.data).digest(), "big") % R
        return value


def lagrange_at(nodes: Sequence[int], values: Sequence[int], x: int) -> int:
    """The polynomial through (nodes, values), at x."""
    total = 0
    for i, node in enumerate(nodes):
        above, below = 1, 1
        for k, other in enumerate(nodes):
            if k != i:
                above = above * (x - other) % R
                below = below * (node - other) % R
        total += values[i] * above * pow(below, -1, R)
    return total % R


def inner(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True)) % R


def combine(points: Sequence[tuple], scalars: Sequence[int]) -> tuple:
    total = Z1
    for point, scalar in zip(points, scalars, strict=True):
        total = add(total, multiply(point, scalar % R))
    return total


class Bytes:
    """A proof, read front to back; what is read is absorbed."""

    def __init__(self, data: bytes, transcript: Hash) -> None:
        self.data, self.at, self.transcript = data, 0, transcript

    def points(self, label: str, count: int) -> list[tuple]:
        taken = self.data[self.at : self.at + 48 * count]
        self.at += 48 * count
        self.transcript.put(label, taken)
        return [decompress_G1(int.from_bytes(taken[48 * i : 48 * i + 48], "big")) for i in range(count)]

    def scalars(self, label: str, count: int) -> list[int]:
        taken = self.data[self.at : self.at + 32 * count]
        self.at += 32 * count
        self.transcript.put(label, taken)
        return [int.from_bytes(taken[32 * i : 32 * i + 32], "big") for i in range(count)]


def opening_holds(
    proof: Bytes, label: str, *, commitment: tuple, basis: Sequence[tuple], form: Sequence[int], value: int
) -> bool:
    """P = <x, g> + rho H with L(x) = y, by folding z, g and L down to four entries."""
    draw = proof.transcript.draw
    (mask,) = proof.points(f"{label}.mask", 1)
    (t,) = proof.scalars(f"{label}.mask_value", 1)
    xi = draw(f"{label}.inner")
    c = draw(f"{label}.c")
    (phi,) = proof.scalars(f"{label}.blinding", 1)
    q = multiply(generator("Q"), xi)
    left = combine([commitment, mask, generator("H"), q], [c, 1, -phi, c * value + t])
    g, form = list(basis), list(form)
    while len(g) > 4:
        half = 1
        while 2 * half < len(g):
            half *= 2
        first, second = proof.points(f"{label}.cross", 2)
        e = draw(f"{label}.fold")
        left = combine([first, left, second], [1, e, e * e])
        upper, upper_form = g[half:], form[half:]
        missing = half - len(upper)
        upper, upper_form = upper + [Z1] * missing, upper_form + [0] * missing
        g = [add(multiply(low, e), high) for low, high in zip(g[:half], upper, strict=True)]
        form = [(e * low + high) % R for low, high in zip(form[:half], upper_form, strict=True)]
    z = proof.scalars(f"{label}.final", len(g))
    return bool(eq(left, combine([*g, q], [*z, inner(z, form)])))


SMALL_STEPS = """points pad 1
points rows 1
hidden factors 2
challenge point 1
hidden values 2
hidden products 4
challenge products.point 1
scalars products.opened 2
points row.values 2
challenge row.kappa 1
challenge row.gamma 1
challenge tie.theta 1
challenge tie.mu 1
points row.mask 1
scalars row.mask_value 1
challenge row.inner 1
challenge row.c 1
scalars row.blinding 1
points row.cross 2
challenge row.fold 1
scalars row.final 4
points tie.mask 1
scalars tie.mask_value 1
challenge tie.inner 1
challenge tie.c 1
scalars tie.blinding 1
points tie.cross 2
challenge tie.fold 1
points tie.cross 2
challenge tie.fold 1
scalars tie.final 4
challenge batch 1"""


def small_proof_holds(data: bytes, *, protocol: str, statement: bytes) -> dict[str, bool]:
    """The golden proof's two openings, each by itself.

    The claim: a committed row of 7 entries sums to 25, and two hidden factors have the product 143. Hidden scalars in
    order: the factors a, b; the row's evaluations v0 at (1, z, .., z^6) and v1 at (1, .., 1); f(0), g(0), h(0), h(2).
    """
    transcript = Hash(protocol)
    transcript.put("statement", statement)
    transcript.put("pattern", hashlib.sha256(SMALL_STEPS.encode()).digest())
    proof = Bytes(data, transcript)
    (pad,) = proof.points("pad", 1)
    (row,) = proof.points("rows", 1)
    m = proof.scalars("factors", 2)
    z = transcript.draw("point")
    m += proof.scalars("values", 2)
    m += proof.scalars("products", 4)
    e = transcript.draw("products.point")
    f_e, g_e = proof.scalars("products.opened", 2)
    values = proof.points("row.values", 2)
    kappa, gamma = transcript.draw("row.kappa"), transcript.draw("row.gamma")
    theta, mu = transcript.draw("tie.theta"), transcript.draw("tie.mu")

    # U + gamma sum kappa^k V_k over (G_0..G_6, K_val), form (sum kappa^k L_k, -1/gamma), value 0
    g = [generator(f"G/{j}") for j in range(7)]
    powers = [pow(z, j, R) for j in range(7)]
    form = [(power + kappa) % R for power in powers]
    row_holds = opening_holds(
        proof,
        "row",
        commitment=combine([row, *values], [1, gamma, gamma * kappa]),
        basis=[*g, generator("K_val")],
        form=[*form, -pow(gamma, -1, R)],
        value=0,
    )

    # checks as sum_j a_j pi_j = constant + sum_j a_j m_j, each from "constant + sum_j a_j t_j = 0"
    def interpolation(nodes: int, at: int) -> list[int]:
        units = [[int(i == k) for k in range(nodes)] for i in range(nodes)]
        return [lagrange_at(range(nodes), unit, at) for unit in units]

    two, three = interpolation(2, e), interpolation(3, e)
    checks = [
        ({3: 1}, -25),  # v1 = 25
        ({4: two[0], 0: two[1]}, -f_e),  # f(e), f(1) = a
        ({5: two[0], 1: two[1]}, -g_e),  # g(e), g(1) = b
        ({6: three[0], 7: three[2]}, 143 * three[1] - f_e * g_e),  # h(e), h(1) = 143, h(2) sent
    ]
    tie_form, tie_value = [0] * 8, 0
    power = 1
    for slot in (2, 3):
        tie_form[slot] += power
        tie_value += power * m[slot]
        power = power * theta % R
    for terms, constant in checks:
        for slot, coefficient in terms.items():
            tie_form[slot] += power * coefficient
            tie_value += power * coefficient * m[slot]
        tie_value += power * constant
        power = power * theta % R
    tie_holds = opening_holds(
        proof,
        "tie",
        commitment=combine([pad, *values], [1, mu, mu * theta]),
        basis=[*(generator(f"K/{j + 1}") for j in range(8)), generator("K_val")],
        form=[*tie_form, pow(mu, -1, R)],
        value=tie_value % R,
    )
    return {"row": row_holds, "tie": tie_holds, "whole": proof.at == len(data)}
