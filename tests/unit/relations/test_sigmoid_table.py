"""The table against oracles that share no code with it: decimal arithmetic with 60 digits, and float64."""

from __future__ import annotations

import hashlib
import math
import random
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest

from core.errors import InternalError
from core.relations import sigmoid_table as module
from core.relations.sigmoid_table import TAIL_ERROR, interpolation_error, sigmoid_table

# SHA-256 of the values T, 8 bytes each, by step bits
DIGESTS = {
    4: "996fc729e6728c8183e5f52adb38f154cb7ef0c1068132fc9f4d6f65822727ea",
    5: "bd03e3f7a0b0ff1b164e20ec98b2703d352a5e58783bdc2e5b32e3b62e62df0b",
    6: "e2736e41957da6cd36ac56de4a27124b126473085c3a762978ab34d5a5ac93b2",
    7: "54ded2639417407b3d228b3ee95ec4c5115680c5084ad989966f5e3afb34cd9c",
    8: "ae7c1e90e606ac210b225d0fdb46ef4d43d896559479904c6ba0abdd06aca075",
    9: "11ac249bdd62b07db29d8dfc8a8199e7b15abe47e9d65bd3b15890a6da62cfa3",
    10: "935c3820a5be72b9cb2bd9930b6bfe326cfa5143f3645290ca7827b03656b46f",
    11: "51f34aced9d4380cd45a59f1e626bdf827bb1495acdd18d2cafe63e7a32ac443",
    12: "443c36749ae307e27f8b7b8dd5b4bd92c0b11510dd77a63deef2e6120b8abf6e",
    13: "5c995700dcb867cbbd67addeee39cd9d37c4ba421f7c220ab63c42d46bce5461",
    14: "9e7c3fb8765e072cf1bc85f57d190ad850459266534276ecf095dc211180aae8",
}


def sigma(z: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return 1 / (1 + (-(Decimal(z.numerator) / Decimal(z.denominator))).exp())


@pytest.mark.parametrize("step_bits", [4, 5, 8, 10, 12, 14])
def test_rows_are_correctly_rounded(step_bits: int) -> None:
    value_bits = max(2 * step_bits + 14, 24)
    table = sigmoid_table(step_bits, value_bits)
    half = 2 ** (step_bits + 5) - 1
    assert len(table.value) == len(table.slope) == len(table.tail) == 2 * half + 2
    generator = random.Random(step_bits)
    picked = [-half, -half + 1, -1, 0, 1, half - 1, half, *(generator.randint(-half, half) for _ in range(300))]
    for q in picked:
        exact = sigma(Fraction(q, 2**step_bits)) * 2**value_bits
        assert table.value[q + half + 1] == int(exact.to_integral_value(ROUND_HALF_EVEN))


def test_every_row_agrees_with_floats() -> None:
    table = sigmoid_table(8, 30)
    half = 2**13 - 1
    for u in range(1, len(table.value)):
        z = (u - half - 1) / 256
        assert abs(table.value[u] / 2**30 - 1 / (1 + math.exp(-z))) < 2**-31 + 1e-15


@pytest.mark.parametrize("step_bits", [4, 11])
def test_tails_slopes_and_monotony(step_bits: int) -> None:
    value_bits = max(2 * step_bits + 14, 24)
    table = sigmoid_table(step_bits, value_bits)
    one = 2**value_bits
    assert (table.value[0], table.slope[0], table.tail[0]) == (0, 0, -1)
    assert (table.value[-1], table.slope[-1], table.tail[-1]) == (one, 0, 1)
    assert set(table.tail[1:-1]) == {0}
    assert all(table.value[u] + table.slope[u] == table.value[u + 1] for u in range(1, len(table.value) - 1))
    assert min(table.slope) == 0  # the interpolated objective is convex
    # the steepest cell stays within the bound 2^(f_s-t-2) + 1 that the bounds page uses
    assert max(table.slope) <= one // 2 ** (step_bits + 2) + 1


@pytest.mark.parametrize("step_bits", sorted(DIGESTS))
def test_tables_never_change(step_bits: int) -> None:
    """Proofs made today must verify for ever. Each table was compared with decimals of 45 digits when it was pinned."""
    table = sigmoid_table(step_bits, max(2 * step_bits + 14, 24))
    digest = hashlib.sha256(b"".join(v.to_bytes(8, "big") for v in table.value)).hexdigest()
    assert digest == DIGESTS[step_bits]


@pytest.mark.parametrize("step_bits", [4, 8, 10])
def test_interpolation_error_holds_and_is_tight(step_bits: int) -> None:
    value_bits = max(2 * step_bits + 14, 24)
    table = sigmoid_table(step_bits, value_bits)
    bound = interpolation_error(step_bits, value_bits)
    half = 2 ** (step_bits + 5) - 1
    worst = Fraction(0)
    generator = random.Random(5)
    # |sigma''| is largest at |z| = ln(2 + sqrt 3) = 1.31696
    cells = [round(1.31696 * 2**step_bits), -half, half - 1, *(generator.randint(-half, half - 1) for _ in range(200))]
    for q in cells:
        for place in (Fraction(1, 2), Fraction(generator.randrange(1000), 1000)):
            z = (q + place) / 2**step_bits
            a = Fraction(table.value[q + half + 1] + place * table.slope[q + half + 1], 2**value_bits)
            worst = max(worst, abs(a - Fraction(sigma(z))))
    assert worst <= bound
    assert worst > bound * Fraction(95, 100)


def test_tail_error_covers_the_smallest_range() -> None:
    edge = 32 - Fraction(1, 16)
    assert 1 - sigma(edge) < Decimal(TAIL_ERROR.numerator) / Decimal(TAIL_ERROR.denominator)


def test_exponential_is_bounded_from_below() -> None:
    for step_bits in (4, 8, 14):
        for precision in (94, 170):
            with localcontext() as context:
                context.prec = 80
                exact = (-(Decimal(2) ** -step_bits)).exp() * 2**precision
            assert 0 <= exact - module._exp_below(step_bits, precision) <= 2


def test_an_unsettled_rounding_is_computed_again_with_more_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = sigmoid_table(8, 30)
    guards: list[int] = []
    original = module._upper_half

    def unsettled_once(step_bits: int, value_bits: int, guard_bits: int) -> list[int] | None:
        guards.append(guard_bits)
        return None if len(guards) == 1 else original(step_bits, value_bits, guard_bits)

    monkeypatch.setattr(module, "_upper_half", unsettled_once)
    assert sigmoid_table.__wrapped__(8, 30) == reference
    assert guards == [64, 128]


def test_unsupported_sizes_are_refused() -> None:
    for sizes in ((3, 30), (15, 30), (8, 0), (8, 46)):
        with pytest.raises(InternalError):
            sigmoid_table(*sizes)
