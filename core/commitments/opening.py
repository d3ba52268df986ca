"""Opening a linear form of a committed vector in logarithmic size (compressed Sigma-protocol, Attema-Cramer 2020).

Statement: P = <x, g> + rho H with L(x) = y, for public generators g, form L and value y. Messages:

    A = <r, g> + rho' H and t = L(r) for uniform r, rho'; then challenges xi (value generator xi Q) and c;
    phi = c rho + rho' in clear; z = c x + r is never sent whole but folded, halves lo and hi of the next power of two:
        A_k = <z_lo, g_hi> + L_hi(z_lo) xi Q,  B_k = <z_hi, g_lo> + L_lo(z_hi) xi Q,  challenge e_k,
        z <- z_lo + e z_hi,  g <- e g_lo + g_hi,  L <- e L_lo + L_hi,  R <- A_k + e R + e^2 B_k,
    starting from R = c P + A - phi H + (c y + t) xi Q, until at most four entries of z are left, which are sent.
The verifier checks R = <z, g> + L(z) xi Q, unrolled into one multi-scalar equation.

xi is drawn after P, L, y, A and t are fixed, so the coordinate on Q cannot be prepared. A generator that the object
must not use is absent from g, and a missing upper half is absent too, never free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.algebra.field import ORDER
from core.transcript.pattern import Step, challenge, points, scalars

LAST = 4
"""Folding stops at this many entries: two more rounds would cost more bytes than they save."""


def fold_rounds(length: int) -> int:
    """Number of folding rounds for `length` generators."""
    return max(0, (length - 1).bit_length() - (LAST.bit_length() - 1))


def final_length(length: int) -> int:
    """Entries of z that are sent in the end."""
    return min(length, LAST)


def opening_steps(label: str, length: int) -> Iterator[Step]:
    """The pattern of one opening over `length` generators."""
    yield points(f"{label}.mask", 1)
    yield scalars(f"{label}.mask_value", 1)
    yield challenge(f"{label}.inner")
    yield challenge(f"{label}.c")
    yield scalars(f"{label}.blinding", 1)
    for _ in range(fold_rounds(length)):
        yield points(f"{label}.cross", 2)
        yield challenge(f"{label}.fold")
    yield scalars(f"{label}.final", final_length(length))


def generator_coefficients(length: int, folds: Sequence[int]) -> list[int]:
    """Coefficient s_i of generator i in the folded generator that carries it: product of e_k where its k-th bit is 0.

    The i-th generator ends in entry i mod final size; the same coefficients fold the form.
    """
    table = [1]
    for e in folds:
        table = [value * factor % ORDER for value in table for factor in (e, 1)]
    size = 1 << max(0, (length - 1).bit_length() - len(folds)) if folds else length
    return [table[i // size] for i in range(length)]
