"""The prover's end: commits the pad first, sends everything else behind it, and settles what was stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.algebra.field import ORDER
from core.channel.base import Channel
from core.channel.batching import batch_group
from core.commitments import generators
from core.commitments.opening import fold_rounds
from core.constraints.expression import Expression
from core.constraints.products import extend, message_count, state_products
from core.constraints.tie import build_tie
from core.engines.interface import Engine
from core.errors import InternalError
from core.monitor import Monitor
from core.randomness import Tape
from core.transcript import labels
from core.transcript.pattern import Kind, Pattern


@dataclass(frozen=True)
class Opened:
    """A committed vector as the prover knows it: entries over the group's basis, and the blinding."""

    values: Sequence[int]
    blinding: int

    def under(self, form: Sequence[int]) -> int:
        """The linear form of the entries."""
        return sum(a * b for a, b in zip(self.values, form, strict=True)) % ORDER

    def __repr__(self) -> str:
        return f"Opened(<{len(self.values)} secret values>)"


class ProverChannel(Channel):
    """Sends along `pattern`; objects of evaluations are `Opened`. `proof` holds the bytes sent so far."""

    def __init__(
        self, protocol: str, statement: bytes, pattern: Pattern, *, engine: Engine, tape: Tape, monitor: Monitor
    ) -> None:
        super().__init__(protocol, statement, pattern)
        self.engine = engine
        self.tape = tape
        self.monitor = monitor
        self.proof = bytearray()
        self._messages: list[int] = []
        self._values: list[int] = []
        self._pads = tape.scalars("pad", pattern.hidden_count)
        self._pad_basis = [generators.pad(j + 1) for j in range(len(self._pads))]
        self._pad_blinding = tape.scalar("pad.blinding")
        self.points(labels.PAD, [engine.commit(self._pad_basis, self._pads, self._pad_blinding)])

    def points(self, label: str, blobs: Sequence[bytes]) -> None:
        """Send and absorb points."""
        self._expect(Kind.POINTS, label, len(blobs))
        data = b"".join(blobs)
        self.transcript.absorb(label, data)
        self.proof += data

    def scalars(self, label: str, values: Sequence[int]) -> None:
        """Send scalars in clear: only values that are uniform whatever the witness."""
        self._expect(Kind.SCALARS, label, len(values))
        self._send(label, values)

    def hidden(self, label: str, values: Sequence[int]) -> list[Expression]:
        """Send scalars behind fresh pads."""
        self.monitor.check()
        self._expect(Kind.HIDDEN, label, len(values))
        start = len(self._values)
        self._values.extend(value % ORDER for value in values)
        padded = [(v + p) % ORDER for v, p in zip(self._values[start:], self._pads[start:], strict=False)]
        self._messages.extend(padded)
        self._send(label, padded)
        return [Expression.slot(start + i) for i in range(len(values))]

    def evaluation_slots(self, label: str, values: Sequence[int]) -> tuple[list[Expression], list[int]]:
        """Hidden scalars that are to be opened as evaluations, with their slots."""
        start = len(self._values)
        return self.hidden(label, values), list(range(start, start + len(values)))

    def value(self, expression: Expression) -> int:
        """What an expression over the hidden scalars is worth, for the prover's own use."""
        return expression.evaluate(self._values)

    def _send(self, label: str, values: Sequence[int]) -> None:
        data = b"".join(value.to_bytes(32, "big") for value in values)
        self.transcript.absorb(label, data)
        self.proof += data

    def settle(self) -> bytes:
        """Send the closing messages; returns the whole proof."""
        self._settle_products()
        blindings = []
        for group in self.log.openings:
            drawn = self.tape.scalars("value.blinding", len(group.slots))
            blindings.append(drawn)
            self.points(
                f"{group.label}.values",
                [
                    self.engine.commit([generators.VALUE], [self._values[slot]], blinding)
                    for slot, blinding in zip(group.slots, drawn, strict=True)
                ],
            )
        batches = []
        for group in self.log.openings:
            kappa = self.challenge(f"{group.label}.kappa") if len(group.slots) > 1 else 1
            batches.append(batch_group(group, kappa, self.challenge(f"{group.label}.gamma")))
        theta, mu = self.challenge("tie.theta"), self.challenge("tie.mu")
        for group, drawn, batch in zip(self.log.openings, blindings, batches, strict=True):
            values = [0] * len(group.basis)
            blinding = 0
            for opened, weight in zip(group.objects, batch.object_weights, strict=True):
                for i, entry in enumerate(opened.values):
                    values[i] += weight * entry
                blinding += weight * opened.blinding
            on_value = 0
            for slot, own, weight in zip(group.slots, drawn, batch.value_weights, strict=True):
                on_value += weight * self._values[slot]
                blinding += weight * own
            basis = [*group.basis, generators.VALUE]
            self._opening(group.label, basis, [*values, on_value], blinding, batch.form)
        slots = [slot for group in self.log.openings for slot in group.slots]
        tie = build_tie(slots, self.log.linear, self._messages, theta, mu)
        on_value = sum(w * self._values[slot] for w, slot in zip(tie.weights, slots, strict=True))
        flat = [blinding for drawn in blindings for blinding in drawn]
        blinding = self._pad_blinding + sum(w * b for w, b in zip(tie.weights, flat, strict=True))
        self._opening("tie", [*self._pad_basis, generators.VALUE], [*self._pads, on_value], blinding, tie.form)
        self.challenge(labels.BATCH)
        self._expect_end()
        return bytes(self.proof)

    def _settle_products(self) -> None:
        checks = self.log.products
        if not message_count(len(checks)):
            return
        first, second = self.tape.scalars("products.mask", 2)
        left = [first, *(self.value(check.left) for check in checks)]
        right = [second, *(self.value(check.right) for check in checks)]
        beyond = range(len(checks) + 1, 2 * len(checks) + 1)
        upper = [a * b % ORDER for a, b in zip(extend(left, beyond), extend(right, beyond), strict=True)]
        messages = self.hidden("products", [first, second, first * second, *upper])
        point = self.challenge("products.point")
        if point <= len(checks):
            raise InternalError("products.point", "A challenge fell on a value that would reveal a hidden product.")
        opened = [extend(left, [point])[0], extend(right, [point])[0]]
        self.scalars("products.opened", opened)
        state_products(self.log, messages, point, opened[0], opened[1])

    def _opening(
        self, label: str, basis: Sequence[int], values: Sequence[int], blinding: int, form: Sequence[int]
    ) -> None:
        self.monitor.check()
        length = len(basis)
        mask = self.tape.scalars("opening.mask", length)
        mask_blinding = self.tape.scalar("opening.mask_blinding")
        self.points(f"{label}.mask", [self.engine.commit(basis, mask, mask_blinding)])
        self.scalars(f"{label}.mask_value", [sum(a * b for a, b in zip(mask, form, strict=True)) % ORDER])
        inner = self.challenge(f"{label}.inner")
        c = self.challenge(f"{label}.c")
        self.scalars(f"{label}.blinding", [(c * blinding + mask_blinding) % ORDER])
        response = [(c * x + r) % ORDER for x, r in zip(values, mask, strict=True)]
        folding = self.engine.opening(basis, response, form, inner)
        for _ in range(fold_rounds(length)):
            self.points(f"{label}.cross", list(folding.cross_terms()))
            folding.fold(self.challenge(f"{label}.fold"))
        self.scalars(f"{label}.final", folding.final())
