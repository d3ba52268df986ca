"""The tie: over the true pads its form gives its value exactly when every check and every tied value is true."""

from __future__ import annotations

import pytest

from core.algebra.field import ORDER
from core.constraints.expression import Expression
from core.constraints.log import LinearCheck
from core.constraints.tie import Tie, build_tie
from core.randomness import SeededTape

TAPE = SeededTape(b"tie")
HIDDEN = [5, 7, 12, 35, 100]
PADS = TAPE.scalars("pad", len(HIDDEN))
MESSAGES = [(t + p) % ORDER for t, p in zip(HIDDEN, PADS, strict=True)]
THETA, MU = TAPE.scalars("challenge", 2)
SLOTS = [3, 0, 3]
T = [Expression.slot(k) for k in range(len(HIDDEN))]
CHECKS = [
    LinearCheck("sum", T[0] + T[1] - T[2]),
    LinearCheck("constant", T[4] - 100),
    LinearCheck("many", T[0] * 7 + T[3] * (ORDER - 1)),
]


def mismatch(tie: Tie, committed: list[int]) -> int:
    """form over (pads, the value commitments' content) minus value, the V_k holding `committed`."""
    on_value = sum(w * v for w, v in zip(tie.weights, committed, strict=True))
    return (sum(a * p for a, p in zip(tie.form, [*PADS, on_value], strict=True)) - tie.value) % ORDER


def built(checks: list[LinearCheck] = CHECKS, messages: list[int] = MESSAGES) -> Tie:
    return build_tie(SLOTS, checks, messages, THETA, MU)


TRUE = [HIDDEN[slot] for slot in SLOTS]


def test_what_is_true_ties() -> None:
    assert mismatch(built(), TRUE) == 0


def test_weights_and_form_on_the_value_generator() -> None:
    tie = built()
    assert tie.weights == [MU * pow(THETA, k, ORDER) % ORDER for k in range(3)]
    assert tie.form[-1] * MU % ORDER == 1
    assert len(tie.form) == len(HIDDEN) + 1


@pytest.mark.parametrize("place", range(3))
def test_a_false_value_is_seen(place: int) -> None:
    false = [value + int(k == place) for k, value in enumerate(TRUE)]
    assert mismatch(built(), false) != 0


@pytest.mark.parametrize("place", range(3))
def test_a_false_check_is_seen(place: int) -> None:
    check = CHECKS[place]
    false = [LinearCheck(c.label, c.expression + int(c is check)) for c in CHECKS]
    assert mismatch(built(false), TRUE) != 0


@pytest.mark.parametrize("slot", range(len(HIDDEN)))
def test_a_false_message_is_seen(slot: int) -> None:
    """Every hidden scalar here is in some check or opened value."""
    changed = [m + int(k == slot) for k, m in enumerate(MESSAGES)]
    assert mismatch(built(messages=changed), TRUE) != 0


def test_two_false_values_that_cancel_under_unit_weights_do_not_under_theta() -> None:
    assert mismatch(built(), [TRUE[0] + 1, TRUE[1] - 1, TRUE[2]]) != 0


def test_nothing_to_tie() -> None:
    tie = build_tie([], [], [], THETA, MU)
    assert (tie.form, tie.value, tie.weights) == ([pow(MU, -1, ORDER)], 0, [])
