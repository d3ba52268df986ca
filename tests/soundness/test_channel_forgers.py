"""Forgers of the channel itself: each attacks one challenge, and gets through only where it is known before.

A made-up claim commits one row x = (5, 6, 7, 8) and says what its first two entries are; two hidden values p, q are
said to be 3 and 4, and 11 times 13 to be what r says. Every forger makes a false statement about one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest

from core.algebra.batch.local import PointList
from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.channel.base import Channel
from core.channel.points import PointTable
from core.channel.prover import Opened, ProverChannel
from core.channel.settlement import failing_stages
from core.channel.shape import ProofShape
from core.channel.verifier import VerifierChannel
from core.commitments import generators
from core.constraints.expression import Expression
from core.constraints.products import lagrange
from core.engines.plain import PlainEngine
from core.monitor import SilentMonitor
from core.randomness import SeededTape
from core.transcript.pattern import Pattern, hidden, points

X, WIDTH = [5, 6, 7, 8], 4
FORMS = [[1, 0, 0, 0], [0, 1, 0, 0]]
KNOWN = 12345


def pattern() -> Pattern:
    shape = ProofShape()
    shape.add(points("row", 1), hidden("entries", 2), hidden("numbers", 2), hidden("factors", 3))
    shape.product()
    shape.opening("row", WIDTH, 2)
    return shape.close()


@dataclass
class Lie:
    """on_row, on_pad: weight put on further generators of the row's and the pad's commitment; claimed: hidden values by
    label; sent: amounts added to messages by label without being committed; carried: weight by opening that the forger
    knows to be on the value generator."""

    on_row: dict[int, int] = field(default_factory=dict)
    on_pad: int = 0
    claimed: dict[str, list[int]] = field(default_factory=dict)
    sent: dict[str, list[int]] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)


class PadEngine(PlainEngine):
    """Commits the pad with weight on the value generator."""

    def __init__(self, extra: int) -> None:
        super().__init__()
        self._extra = extra

    def commit(self, basis: Sequence[int], values: Sequence[int], blinding: int) -> bytes:
        extra, self._extra = self._extra, 0
        return super().commit([*basis, generators.VALUE], [*values, extra], blinding)


def prove(lie: Lie) -> bytes:
    class ForgerChannel(ProverChannel):
        def hidden(self, label: str, values: Sequence[int]) -> list[Expression]:
            shift = lie.sent.get(label, [0] * len(values))
            start = len(self._values)
            real = list(self._pads)
            self._pads[start : start + len(values)] = [p + s for p, s in zip(real[start:], shift, strict=False)]
            expressions = super().hidden(label, lie.claimed.get(label, values))
            self._pads[:] = real
            return expressions

        def _opening(self, label: str, basis: Any, values: Any, blinding: int, form: Any) -> None:
            carried = lie.carried.get(label, 0)
            super()._opening(label, basis, [*values[:-1], values[-1] + carried], blinding, form)

    tape = SeededTape(b"channel forger")
    engine = PadEngine(lie.on_pad) if lie.on_pad else PlainEngine()
    channel = ForgerChannel("test", b"", pattern(), engine=engine, tape=tape, monitor=SilentMonitor())
    blinding = tape.scalar("row")
    basis, values = [*range(WIDTH), *lie.on_row], [*X, *lie.on_row.values()]
    channel.points("row", [engine.commit(basis, values, blinding)])
    _, slots = channel.evaluation_slots("entries", X[:2])
    state(channel, [*channel.hidden("numbers", [3, 4]), *channel.hidden("factors", [11, 13, 143])])
    row = Opened(X, blinding)
    channel.log.evaluations("row", basis=range(WIDTH), objects=[row], forms=FORMS, slots=slots)
    return channel.settle()


def state(channel: Channel, values: Sequence[Expression]) -> None:
    p, q, a, b, product = values
    channel.log.zero("p", p - 3)
    channel.log.zero("q", q - 4)
    channel.log.product("product", a, b, product)


def failing(proof: bytes) -> list[str]:
    table, backend = PointTable(), get_backend("native")
    channel = VerifierChannel("test", b"", pattern(), proof, table)
    row = channel.points("row", 1)[0]
    _, slots = channel.evaluation_slots("entries", 2)
    state(channel, [*channel.hidden("numbers", 2), *channel.hidden("factors", 3)])
    channel.log.evaluations("row", basis=range(WIDTH), objects=[{row: 1}], forms=FORMS, slots=slots)
    return failing_stages(channel.settle(), [PointList(backend, backend.decode(table.blobs))], backend)


@contextmanager
def known(label: str, value: int) -> Iterator[None]:
    """A world in which this challenge is known before anything is sent."""
    real = Channel.challenge

    def drawn(self: Channel, asked: str) -> int:
        result = real(self, asked)
        return value if asked == label else result

    with patch.object(Channel, "challenge", drawn):
        yield


def false_product() -> Lie:
    """11 times 13 is said to be 144; h(0) is chosen so that h is right at the point that the forger expects."""
    low, high = lagrange(3, KNOWN)[:2]
    honest = SeededTape(b"channel forger")
    pads = len([step for step in pattern().steps if step.kind.value == "hidden" for _ in range(step.count)])
    honest.scalars("pad", pads + 1)
    honest.scalar("row")
    first, second = honest.scalars("products.mask", 2)
    beyond = (2 * 11 - first) * (2 * 13 - second)
    at_zero = first * second - high * pow(low, -1, ORDER)
    return Lie(claimed={"factors": [11, 13, 144], "products": [first, second, at_zero, beyond]})


CASES: dict[str, tuple[Callable[[], Lie], tuple[str, int], list[str]]] = {
    "two false entries cancel": (
        lambda: Lie(claimed={"entries": [5 + 9, 6 - 9]}), ("row.kappa", 1), ["row"],
    ),
    "row on the value generator": (
        lambda: Lie(on_row={generators.VALUE: 9}, claimed={"entries": [5 - 9, 6]}, carried={"row": 9}),
        ("row.gamma", 1), ["row"],
    ),
    "row on the inner generator": (
        lambda: Lie(on_row={generators.INNER: -9}, claimed={"entries": [5 + 9, 6]}), ("row.inner", 1), ["row"],
    ),
    "two false equations cancel": (
        lambda: Lie(claimed={"numbers": [3 + 9, 4 - 9]}), ("tie.theta", 1), ["tie"],
    ),
    "pad on the value generator": (
        lambda: Lie(on_pad=9, sent={"entries": [9, 0]}, carried={"tie": 9}), ("tie.mu", 1), ["tie"],
    ),
    "false product": (false_product, ("products.point", KNOWN), ["tie"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_forger_is_stopped(name: str) -> None:
    lie, _, stages = CASES[name]
    assert failing(prove(lie())) == stages


@pytest.mark.parametrize("name", CASES)
def test_forger_gets_through_if_the_challenge_is_known(name: str) -> None:
    lie, (label, value), _ = CASES[name]
    with known(label, value):
        assert failing(prove(lie())) == []


def test_without_a_lie_nothing_fails() -> None:
    assert failing(prove(Lie())) == []
