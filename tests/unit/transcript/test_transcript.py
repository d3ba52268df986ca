"""The hash and the pattern: what is absorbed, in which order, and that nothing read goes without being absorbed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.algebra.field import ORDER
from core.channel.points import PointTable
from core.channel.prover import ProverChannel
from core.channel.verifier import VerifierChannel
from core.engines.plain import PlainEngine
from core.errors import InternalError, MalformedError
from core.monitor import SilentMonitor
from core.randomness import SeededTape
from core.transcript.pattern import Kind, Pattern, Step, challenge, hidden, points, scalars
from core.transcript.transcript import Transcript
from tests.vectors.make_golden import FOLDER, PROTOCOL, ROW, STATEMENT, small_pattern

MESSAGES = st.lists(st.tuples(st.text(max_size=6), st.binary(max_size=12)), max_size=4)


def drawn(messages: Sequence[tuple[str, bytes]], protocol: str = "test") -> int:
    transcript = Transcript(protocol)
    for label, data in messages:
        transcript.absorb(label, data)
    return transcript.challenge("end")


def test_a_challenge_is_the_digest_of_all_that_was_absorbed() -> None:
    """Written out by hand for one short transcript."""
    by_hand = b"".join(
        len(name).to_bytes(4, "big") + name + len(data).to_bytes(8, "big") + data
        for name, data in ((b"protocol", b"test"), (b"x", b"\x01\x02"), (b"challenge", b"end"))
    )
    expected = int.from_bytes(hashlib.sha3_512(by_hand).digest(), "big") % ORDER
    assert drawn([("x", b"\x01\x02")]) == expected


@given(MESSAGES, MESSAGES)
def test_different_messages_give_different_challenges(
    first: list[tuple[str, bytes]], second: list[tuple[str, bytes]]
) -> None:
    assert (drawn(first) == drawn(second)) == (first == second)


def test_boundaries_between_messages_count() -> None:
    together = {
        drawn([("a", b"bc")]),
        drawn([("ab", b"c")]),
        drawn([("a", b"b"), ("", b"c")]),
        drawn([("a", b"b"), ("a", b"c")]),
        drawn([("", b"abc")]),
        drawn([("a", b"bc")], protocol="other"),
    }
    assert len(together) == 6


def test_two_draws_in_a_row_differ_and_later_messages_depend_on_both() -> None:
    transcript, other = Transcript("test"), Transcript("test")
    first, second = transcript.challenge("c"), transcript.challenge("c")
    assert first != second
    assert first == other.challenge("c")
    assert transcript.challenge("d") != other.challenge("d")


def test_zero_is_drawn_again() -> None:
    digests = [bytes(64), ORDER.to_bytes(64, "big"), (5 * ORDER + 7).to_bytes(64, "big")]

    class Fixed:
        def update(self, data: bytes) -> None:
            pass

        def copy(self) -> Fixed:
            return self

        def digest(self) -> bytes:
            return digests.pop(0)

    with patch("core.transcript.transcript.hashlib.sha3_512", Fixed):
        assert Transcript("test").challenge("c") == 7
    assert digests == []


# pattern -------------------------------------------------------------------------------------------------------------


def test_sizes_follow_from_the_steps() -> None:
    pattern = Pattern.of([points("a", 3), challenge("c"), hidden("b", 4), scalars("d", 2), hidden("b", 1)])
    assert pattern.size == 3 * 48 + 4 * 32 + 2 * 32 + 32
    assert pattern.hidden_count == 5
    assert Pattern.of([]).size == 0


def test_the_digest_depends_on_every_part_of_every_step() -> None:
    steps = [points("a", 3), hidden("b", 4), challenge("c"), scalars("d", 2)]
    digests = {Pattern.of(steps).digest()}
    for at, step in enumerate(steps):
        for other in (
            Step(step.kind, step.label + "x", step.count),
            Step(step.kind, step.label, step.count + 1),
            Step(Kind.SCALARS if step.kind is not Kind.SCALARS else Kind.HIDDEN, step.label, step.count),
        ):
            digests.add(Pattern.of([*steps[:at], other, *steps[at + 1 :]]).digest())
        digests.add(Pattern.of([*steps[:at], *steps[at + 1 :]]).digest())
    digests.add(Pattern.of(steps[::-1]).digest())
    digests.add(Pattern.of([*steps, steps[-1]]).digest())
    assert len(digests) == 1 + 4 * 4 + 2


def prover(pattern: Pattern) -> ProverChannel:
    return ProverChannel(
        "test", b"", pattern, engine=PlainEngine(), tape=SeededTape(b"transcript"), monitor=SilentMonitor()
    )


def test_a_prover_cannot_leave_the_pattern() -> None:
    pattern = Pattern.of([points("pad", 1), hidden("a", 2), challenge("c"), scalars("d", 1)])
    for wrong in (
        lambda channel: channel.hidden("a", [1]),
        lambda channel: channel.hidden("b", [1, 2]),
        lambda channel: channel.scalars("a", [1, 2]),
        lambda channel: channel.challenge("c"),
        lambda channel: channel.points("a", [b"", b""]),
    ):
        with pytest.raises(InternalError) as caught:
            wrong(prover(pattern))
        assert caught.value.code == "transcript.order"
    channel = prover(pattern)
    channel.hidden("a", [1, 2])
    channel.challenge("c")
    channel.scalars("d", [1])
    with pytest.raises(InternalError):
        channel.challenge("c")


# everything read is absorbed -----------------------------------------------------------------------------------------

SMALL = (FOLDER / "small.bin").read_bytes()


def challenges_of(proof: bytes, statement: bytes = STATEMENT, protocol: str = PROTOCOL) -> list[int]:
    """All challenges that the verifier draws for the small golden proof; its equations are not looked at."""
    found: list[int] = []
    real = Transcript.challenge

    def remember(self: Transcript, label: str) -> int:
        found.append(real(self, label))
        return found[-1]

    with patch.object(Transcript, "challenge", remember):
        channel = VerifierChannel(protocol, statement, small_pattern(), proof, PointTable())
        (row,) = channel.points("rows", 1)
        a, b = channel.hidden("factors", 2)
        channel.log.product("product", a, b, a * 0 + 143)
        z = channel.challenge("point")
        forms = [[pow(z, k, ORDER) for k in range(len(ROW))], [1] * len(ROW)]
        _, slots = channel.evaluation_slots("values", 2)
        channel.log.evaluations("row", basis=range(len(ROW)), objects=[{row: 1}], forms=forms, slots=slots)
        channel.settle()
    return found


def test_every_element_read_changes_all_later_challenges_and_no_earlier_one() -> None:
    honest = challenges_of(SMALL)
    offset = drawn_before = 0
    for step in small_pattern().steps:
        if step.kind is Kind.CHALLENGE:
            drawn_before += 1
            continue
        unit = 48 if step.kind is Kind.POINTS else 32
        for start in range(offset, offset + step.size, unit):
            position = start + unit - 1
            changed = challenges_of(SMALL[:position] + bytes([SMALL[position] ^ 1]) + SMALL[position + 1 :])
            assert changed[:drawn_before] == honest[:drawn_before], step
            assert all(a != b for a, b in zip(changed[drawn_before:], honest[drawn_before:], strict=True)), step
        offset += step.size
    assert (offset, drawn_before) == (len(SMALL), len(honest))


def test_statement_and_protocol_change_every_challenge() -> None:
    honest = challenges_of(SMALL)
    for other in (challenges_of(SMALL, statement=STATEMENT + b" "), challenges_of(SMALL, protocol=PROTOCOL + "x")):
        assert all(a != b for a, b in zip(other, honest, strict=True))


def test_a_scalar_beyond_the_order_is_malformed() -> None:
    at = 96  # the first hidden message, after pad and row
    value = int.from_bytes(SMALL[at : at + 32], "big") + ORDER
    forged = SMALL[:at] + (value % (1 << 256)).to_bytes(32, "big") + SMALL[at + 32 :]
    assert value < 1 << 256, "the same number in another spelling"
    with pytest.raises(MalformedError) as caught:
        challenges_of(forged)
    assert caught.value.code == "proof.scalar"
