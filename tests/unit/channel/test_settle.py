"""A small made-up claim through both ends: what is true settles to nothing, what is false is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.algebra.batch.local import PointList
from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.channel.equation import Equation
from core.channel.points import PointTable
from core.channel.prover import Opened, ProverChannel
from core.channel.settlement import failing_stages
from core.channel.shape import ProofShape
from core.channel.verifier import VerifierChannel
from core.engines.plain import PlainEngine
from core.errors import InternalError, MalformedError
from core.monitor import SilentMonitor
from core.randomness import SeededTape
from core.transcript.pattern import Pattern, challenge, hidden, points

ROW, WIDTH = [3, 1, 4, 1, 5, 9, 2], 7
STATEMENT = b"a small made-up claim"


def pattern() -> Pattern:
    """Two committed rows; a, b, ab hidden; evaluations of both rows under one form and of the first under two."""
    shape = ProofShape()
    shape.add(points("rows", 2), hidden("factors", 3), challenge("point"), hidden("values", 2), hidden("forms", 2))
    shape.product(2)
    shape.opening("both", WIDTH, 2)
    shape.opening("first", WIDTH, 2)
    return shape.close()


Change = Callable[[dict[str, list[int]]], None]


def honest(_: dict[str, list[int]]) -> None:
    """Change nothing."""


def prove(change: Change = honest) -> bytes:
    engine, tape = PlainEngine(), SeededTape(b"settle")
    channel = ProverChannel("test", STATEMENT, pattern(), engine=engine, tape=tape, monitor=SilentMonitor())
    rows = [ROW, [7 * x for x in ROW]]
    blindings = tape.scalars("rows", 2)
    channel.points("rows", [engine.commit(range(WIDTH), row, b) for row, b in zip(rows, blindings, strict=True)])
    values = {"factors": [11, 13, 143]}
    change(values)
    a, b, ab = channel.hidden("factors", values["factors"])
    channel.log.product("first product", a, b, ab)
    channel.log.product("second product", a + 2, b * 3, ab * 3 + b * 6)
    z = channel.challenge("point")
    form = [pow(z, k, ORDER) for k in range(WIDTH)]
    opened = [Opened(row, b) for row, b in zip(rows, blindings, strict=True)]
    values |= {
        "values": [o.under(form) for o in opened],
        "forms": [opened[0].under([1] * WIDTH), opened[0].under(form)],
    }
    change(values)
    (v0, v1), slots = channel.evaluation_slots("values", values["values"])
    channel.log.zero("seven", v1 - v0 * 7)
    channel.log.evaluations("both", basis=range(WIDTH), objects=opened, forms=[form], slots=slots)
    _, slots = channel.evaluation_slots("forms", values["forms"])
    channel.log.evaluations("first", basis=range(WIDTH), objects=opened[:1], forms=[[1] * WIDTH, form], slots=slots)
    return channel.settle()


def equations(proof: bytes, statement: bytes = STATEMENT) -> tuple[list[tuple[int, Equation]], PointTable]:
    table = PointTable()
    channel = VerifierChannel("test", statement, pattern(), proof, table)
    rows = channel.points("rows", 2)
    a, b, ab = channel.hidden("factors", 3)
    channel.log.product("first product", a, b, ab)
    channel.log.product("second product", a + 2, b * 3, ab * 3 + b * 6)
    z = channel.challenge("point")
    form = [pow(z, k, ORDER) for k in range(WIDTH)]
    (v0, v1), slots = channel.evaluation_slots("values", 2)
    channel.log.zero("seven", v1 - v0 * 7)
    channel.log.evaluations("both", basis=range(WIDTH), objects=[{h: 1} for h in rows], forms=[form], slots=slots)
    _, slots = channel.evaluation_slots("forms", 2)
    channel.log.evaluations("first", basis=range(WIDTH), objects=[{rows[0]: 1}], forms=[[1] * WIDTH, form], slots=slots)
    return channel.settle(), table


def failing(proof: bytes, backend_name: str = "native", statement: bytes = STATEMENT) -> list[str]:
    """Stages whose equations do not vanish."""
    backend = get_backend(backend_name)
    weighted, table = equations(proof, statement)
    return failing_stages(weighted, [PointList(backend, backend.decode(table.blobs))], backend)


@pytest.mark.parametrize("backend", ["native", "reference"])
def test_honest_proof_settles(backend: str) -> None:
    assert failing(prove(), backend) == []


def set_value(name: str, index: int, value: int) -> Change:
    def change(values: dict[str, list[int]]) -> None:
        if name in values:
            values[name][index] = value

    return change


@pytest.mark.parametrize(
    ("name", "index", "stages"),
    [
        ("factors", 0, ["tie"]),
        ("factors", 2, ["tie"]),
        ("values", 0, ["both", "tie"]),
        ("values", 1, ["both", "tie"]),
        ("forms", 0, ["first"]),
        ("forms", 1, ["first"]),
    ],
)
def test_false_values_are_named(name: str, index: int, stages: list[str]) -> None:
    assert failing(prove(set_value(name, index, 1234567))) == stages


def test_another_statement_fails_everywhere() -> None:
    assert failing(prove(), statement=b"another claim") == ["both", "first", "tie"]


def test_length_follows_from_the_statement() -> None:
    proof = prove()
    for wrong in (proof[:-1], proof + b"\x00", b""):
        with pytest.raises(MalformedError) as caught:
            equations(wrong)
        assert caught.value.code == "proof.length"


def test_every_byte_matters() -> None:
    """A changed byte is a typed error, a point that does not decode, or an equation that does not vanish."""
    proof = prove()
    for at in range(0, len(proof), 7):
        changed = bytearray(proof)
        changed[at] ^= 1 << (at % 8)
        try:
            assert failing(bytes(changed))
        except MalformedError:
            continue


def test_steps_out_of_order_stop_the_program() -> None:
    channel = VerifierChannel("test", STATEMENT, pattern(), prove(), PointTable())
    with pytest.raises(InternalError):
        channel.hidden("factors", 3)


def test_values_are_hidden_by_the_pad() -> None:
    """No hidden value occurs in the proof as it is."""
    proof = prove()
    for value in (11, 13, 143, sum(ROW)):
        assert value.to_bytes(32, "big") not in proof
