"""The simulator: makes whole proofs from the statement alone, if it may choose the challenges.

This is the zero-knowledge argument as a program. Nothing here takes a witness: no record, weight, blinding factor or
hidden scalar is an argument, and the commitments that a statement names may be points that nobody can open. The
simulation asks the verifier's own questions, in the verifier's own order, and makes up the answers:

    points         a uniform point each
    hidden, clear  a uniform scalar each
    opening        z and the blinding's response phi uniform, the challenges drawn beforehand, and then
                   mask = Com(z; phi) - c P,   mask value = L(z) - c y,   and z folded as an honest prover does

All of it is distributed exactly as in an honest proof (docs/protocol). The transcript then verifies under the
challenges that the simulation drew, and under no others: see `programmed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.algebra.wire import Reader
from core.channel.base import Channel
from core.channel.equation import Equation
from core.channel.points import PointTable
from core.channel.verifier import VerifierChannel
from core.commitments import generators
from core.commitments.opening import fold_rounds
from core.constraints.log import ConstraintLog
from core.engines.plain import PlainEngine
from core.randomness import SeededTape, Tape
from core.transcript import labels
from core.transcript.pattern import Kind, Pattern
from core.transcript.transcript import Transcript

_BACKEND = get_backend("native")


def random_point(tape: Tape) -> bytes:
    """A uniform point of the group, compressed."""
    return _BACKEND.encode(_BACKEND.mul(generators.points(_BACKEND)[generators.BLINDING], tape.scalar("point")))


class Simulation(VerifierChannel):
    """A verifier's channel that answers itself. `proof`: the bytes made up so far; `programmed`: the challenges.

    challenges: to be used instead of fresh ones, in the order of the protocol.
    """

    def __init__(
        self,
        protocol: str,
        statement: bytes,
        pattern: Pattern,
        table: PointTable,
        tape: Tape,
        challenges: Sequence[int] | None = None,
    ) -> None:
        Channel.__init__(self, protocol, statement, pattern)
        self.proof = bytearray()
        self.programmed: list[int] = []
        self._given = None if challenges is None else iter(challenges)
        self.log = ConstraintLog()
        self._tape = tape
        self._table = table
        self._messages: list[int] = []
        self._reader = Reader(b"")
        self._pad = self.points(labels.PAD, 1)[0]

    def challenge(self, label: str, value: int | None = None) -> int:
        """Draw a challenge, or use the one drawn beforehand."""
        self._expect(Kind.CHALLENGE, label, 1)
        self.programmed.append(self._draw() if value is None else value)
        return self.programmed[-1]

    def _draw(self) -> int:
        return (self._tape.scalar("challenge") or 1) if self._given is None else next(self._given)

    def points(self, label: str, count: int, blobs: Sequence[bytes] | None = None) -> list[int]:
        """Make up points, or send those computed from public values."""
        self._expect(Kind.POINTS, label, count)
        made = [random_point(self._tape) for _ in range(count)] if blobs is None else blobs
        self.proof += b"".join(made)
        return self._table.add(made)

    def scalars(self, label: str, count: int, values: Sequence[int] | None = None) -> list[int]:
        self._expect(Kind.SCALARS, label, count)
        return self._read_scalars(label, count, values)

    def _read_scalars(self, label: str, count: int, values: Sequence[int] | None = None) -> list[int]:
        made = list(values) if values is not None else self._tape.scalars(label, count)
        self.proof += b"".join(value.to_bytes(32, "big") for value in made)
        return made

    def _opening(self, equation: Equation, target: Equation, basis: list[int], form: list[int], value: int) -> None:
        label, length = equation.stage, len(basis)
        inner, c = self._draw(), self._draw()
        z, phi = self._tape.scalars("z", length), self._tape.scalar("phi")
        own = generators.points(_BACKEND)
        every = target.coefficients(range(len(self._table.blobs)))
        handles = [handle for handle, coefficient in enumerate(every) if coefficient]
        coefficients = [every[handle] for handle in handles]
        committed = _BACKEND.decode([self._table.blobs[handle] for handle in handles])
        mask = _BACKEND.msm(
            [*(own[index] for index in basis), own[generators.BLINDING], *committed],
            [*z, phi, *(-c * coefficient % ORDER for coefficient in coefficients)],
        )
        self.points(f"{label}.mask", 1, [_BACKEND.encode(mask)])
        reached = sum(a * b for a, b in zip(z, form, strict=True))
        self.scalars(f"{label}.mask_value", 1, [(reached - c * value) % ORDER])
        self.challenge(f"{label}.inner", inner)
        self.challenge(f"{label}.c", c)
        self.scalars(f"{label}.blinding", 1, [phi])
        folding = PlainEngine().opening(basis, z, form, inner)
        for _ in range(fold_rounds(length)):
            self.points(f"{label}.cross", 2, folding.cross_terms())
            folding.fold(self.challenge(f"{label}.fold"))
        final = folding.final()
        self.scalars(f"{label}.final", len(final), final)


class Continuation(Simulation):
    """Another continuation of a simulated proof: the same up to `products.opened`, made up anew from there on."""

    def __init__(
        self, protocol: str, statement: bytes, pattern: Pattern, table: PointTable, tape: Tape, first: Simulation
    ) -> None:
        steps = [step.label for step in pattern.steps]
        shared = pattern.steps[: steps.index("products.opened") + 1]
        self._before = Reader(bytes(first.proof[: sum(step.size for step in shared)]))
        self._left = sum(step.size > 0 for step in shared)
        self._drawn = iter(first.programmed[: sum(step.kind is Kind.CHALLENGE for step in shared)])
        super().__init__(protocol, statement, pattern, table, tape)

    def challenge(self, label: str, value: int | None = None) -> int:
        return super().challenge(label, next(self._drawn, value))

    def points(self, label: str, count: int, blobs: Sequence[bytes] | None = None) -> list[int]:
        self._left -= 1
        return super().points(label, count, self._before.points(count) if self._left >= 0 else blobs)

    def _read_scalars(self, label: str, count: int, values: Sequence[int] | None = None) -> list[int]:
        self._left -= 1
        return super()._read_scalars(label, count, self._before.scalars(count) if self._left >= 0 else values)


@contextmanager
def simulating(module: Any, seed: bytes, first: Simulation | None = None) -> Iterator[list[Simulation]]:
    """A claim's verifier, run inside, asks a simulation instead of reading a proof; yields the simulations made.

    first: simulate a continuation of this one.
    """
    made: list[Simulation] = []

    def channel(protocol: str, statement: bytes, pattern: Pattern, proof: bytes, table: PointTable) -> Simulation:
        assert proof == b"", "a simulation starts from nothing"
        tape = SeededTape(seed)
        if first is None:
            made.append(Simulation(protocol, statement, pattern, table, tape))
        else:
            made.append(Continuation(protocol, statement, pattern, table, tape, first))
        return made[-1]

    with patch.object(module, "VerifierChannel", channel):
        yield made


@contextmanager
def programmed(challenges: Sequence[int]) -> Iterator[None]:
    """A world in which the hash returns these challenges, one after the other, and nothing after the last."""
    left = iter(challenges)

    def challenge(self: Transcript, label: str) -> int:
        self.absorb("challenge", label.encode())
        return next(left)

    with patch.object(Transcript, "challenge", challenge):
        yield
    assert next(left, None) is None, "the verifier asked for fewer challenges than were programmed"
