"""The prover's end: commits the pad first, sends everything else behind it, and settles what was stated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.algebra.field import ORDER, SCALAR_BYTES, packed_scalars, scalars_to_bytes
from core.algebra.wire import POINT_BYTES, Reader
from core.channel.base import Channel
from core.channel.batching import batch_group
from core.channel.journal import Journal, JournalMismatchError
from core.commitments import generators
from core.commitments.opening import fold_rounds
from core.constraints.expression import Expression
from core.constraints.products import extend, message_count, state_products
from core.constraints.tie import build_tie
from core.encoding.framing import framed
from core.engines.interface import Engine
from core.errors import InternalError, MalformedError
from core.monitor import Monitor
from core.randomness import Tape
from core.transcript import labels
from core.transcript.pattern import Kind, Pattern

T = TypeVar("T")


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
    """Sends along `pattern`; objects of evaluations are `Opened`. `proof` holds the bytes sent so far.

    journal: of this proof alone; with what an interrupted prover sent, the same messages are sent again, and those that
    are costly need not be computed (`recalled`, `holds`). JournalMismatchError if they turn out otherwise.
    """

    def __init__(
        self,
        protocol: str,
        statement: bytes,
        pattern: Pattern,
        *,
        engine: Engine,
        tape: Tape,
        monitor: Monitor,
        journal: Journal | None = None,
    ) -> None:
        super().__init__(protocol, statement, pattern)
        self.engine = engine
        self._journal = journal
        if journal is not None:
            tape = journal.open(hashlib.sha256(framed(protocol, statement, pattern.digest())).digest(), tape)
        self._known = b"" if journal is None else journal.sent
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
        self._send(label, b"".join(blobs))
        self._offer()

    def scalars(self, label: str, values: Sequence[int]) -> None:
        """Send scalars in clear: only values that are uniform whatever the witness."""
        self._expect(Kind.SCALARS, label, len(values))
        self._send(label, _encoded(values))

    def hidden(self, label: str, values: Sequence[int]) -> list[Expression]:
        """Send scalars behind fresh pads."""
        self.monitor.check()
        self._expect(Kind.HIDDEN, label, len(values))
        start = len(self._values)
        self._values.extend(value % ORDER for value in values)
        padded = [(v + p) % ORDER for v, p in zip(self._values[start:], self._pads[start:], strict=False)]
        self._messages.extend(padded)
        self._send(label, _encoded(padded))
        self.drawn()
        self._offer()
        return [Expression.slot(start + i) for i in range(len(values))]

    def drawn(self) -> None:
        """Say that whatever the messages up to `settle` depend on is drawn: what is sent and found may be kept now.

        After the first padded message that is so in any case.
        """
        if self._journal is not None:
            self._journal.drawn()

    def _offer(self) -> None:
        if self._journal is not None:
            self._journal.offer(self.proof)

    def evaluation_slots(self, label: str, values: Sequence[int]) -> tuple[list[Expression], list[int]]:
        """Hidden scalars that are to be opened as evaluations, with their slots."""
        start = len(self._values)
        return self.hidden(label, values), list(range(start, start + len(values)))

    def value(self, expression: Expression) -> int:
        """What an expression over the hidden scalars is worth, for the prover's own use."""
        return expression.evaluate(self._values)

    def recalled(self) -> list[int] | None:
        """The hidden scalars of the next step if they were sent before an interruption, else None."""
        step, start = self._next_step, len(self.proof)
        if step is None or step.kind is not Kind.HIDDEN or start + step.size > len(self._known):
            return None
        blobs = Reader(self._known[start : start + step.size]).scalars(step.count)
        pads = self._pads[len(self._values) : len(self._values) + step.count]
        return [(message - pad) % ORDER for message, pad in zip(blobs, pads, strict=True)]

    def recalled_points(self, count: int) -> list[bytes] | None:
        """The points of the next step if they were sent before an interruption, else None."""
        start = len(self.proof)
        if start + count * POINT_BYTES > len(self._known):
            return None
        return Reader(self._known[start:]).points(count)

    def result(self, name: str, make: Callable[[], bytes], read: Callable[[bytes], T]) -> T:
        """Something that takes long and follows from the witness and what was drawn and sent: made once, also if the
        proof is interrupted, and then read. JournalMismatchError if what was kept cannot be read.
        """
        data = make() if self._journal is None else self._journal.result(name, make)
        self._offer()
        try:
            return read(data)
        except (MalformedError, ValueError):
            raise JournalMismatchError from None

    def opened(self, name: str, length: int, make: Callable[[], Opened]) -> Opened:
        """The same for the opening of a combination of records, which have so many entries."""

        def packed() -> bytes:
            found = make()
            return scalars_to_bytes([value % ORDER for value in (found.blinding, *found.values)])

        def read(data: bytes) -> Opened:
            blinding, *values = packed_scalars(data)
            if len(values) != length:
                raise ValueError("another number of entries")
            return Opened(values, blinding)

        return self.result(name, packed, read)

    def committed(self, name: str, count: int, make: Callable[[], list[bytes]]) -> list[bytes]:
        """The same for so many commitments."""

        def read(data: bytes) -> list[bytes]:
            reader = Reader(data)
            found = reader.points(count)
            reader.done()
            return found

        return self.result(name, lambda: b"".join(make()), read)

    def confirmed(self, name: str, make: Callable[[], bytes]) -> bool:
        """Whether an interrupted run came to the same result; JournalMismatchError if to another, which ends this one.

        False where there was none.
        """
        return self._journal is not None and self._journal.confirm(name, make())

    def holds(self, scalars: int) -> bool:
        """Whether the next so many hidden scalars were all sent before an interruption."""
        return len(self.proof) + scalars * SCALAR_BYTES <= len(self._known)

    def _send(self, label: str, data: bytes) -> None:
        known = self._known[len(self.proof) : len(self.proof) + len(data)]
        if not data.startswith(known):
            raise JournalMismatchError
        self.transcript.absorb(label, data)
        self.proof += data

    def settle(self) -> bytes:
        """Send the closing messages; returns the whole proof."""
        self._settle_products()
        if self._journal is not None:  # whatever is drawn from here on is drawn for this run alone
            self._journal.close()
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


def _encoded(values: Sequence[int]) -> bytes:
    return b"".join(value.to_bytes(SCALAR_BYTES, "big") for value in values)
