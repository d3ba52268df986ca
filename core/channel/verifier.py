"""The verifier's end: reads and absorbs, draws challenges, states checks, and leaves equations to be settled
together.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.field import ORDER
from core.algebra.wire import Reader
from core.channel.base import Channel
from core.channel.batching import batch_group
from core.channel.equation import Equation
from core.channel.points import PointTable
from core.commitments import generators
from core.commitments.opening import final_length, fold_rounds, generator_coefficients
from core.constraints.expression import Expression
from core.constraints.products import message_count, state_products
from core.constraints.tie import build_tie
from core.errors import MalformedError, RejectedError
from core.transcript import labels
from core.transcript.pattern import Kind, Pattern


class VerifierChannel(Channel):
    """Reads `proof` along `pattern`; its length is checked before anything is read.

    Objects of evaluations are combinations of point handles of `table`.
    """

    def __init__(self, protocol: str, statement: bytes, pattern: Pattern, proof: bytes, table: PointTable) -> None:
        super().__init__(protocol, statement, pattern)
        if len(proof) != pattern.size:
            raise MalformedError(
                "proof.length",
                "A proof in this bundle has the wrong length for what it claims to prove.",
                "Ask for the bundle again; it was cut, extended, or made for another statement.",
                detail=f"{len(proof)} bytes, expected {pattern.size}",
            )
        self._reader = Reader(proof)
        self._table = table
        self._messages: list[int] = []
        self._pad = self.points(labels.PAD, 1)[0]

    def points(self, label: str, count: int) -> Sequence[int]:
        """Read and absorb `count` points; returns their handles."""
        self._expect(Kind.POINTS, label, count)
        blobs = self._reader.points(count)
        self.transcript.absorb(label, b"".join(blobs))
        return self._table.add(blobs)

    def scalars(self, label: str, count: int) -> list[int]:
        """Read and absorb `count` scalars in clear."""
        self._expect(Kind.SCALARS, label, count)
        return self._read_scalars(label, count)

    def hidden(self, label: str, count: int) -> list[Expression]:
        """Read and absorb `count` padded messages; returns the hidden scalars behind them."""
        self._expect(Kind.HIDDEN, label, count)
        start = len(self._messages)
        self._messages.extend(self._read_scalars(label, count))
        return [Expression.slot(start + i) for i in range(count)]

    def evaluation_slots(self, label: str, count: int) -> tuple[list[Expression], list[int]]:
        """Hidden scalars that are to be opened as evaluations, with their slots."""
        start = len(self._messages)
        return self.hidden(label, count), list(range(start, start + count))

    def _read_scalars(self, label: str, count: int) -> list[int]:
        values = self._reader.scalars(count)
        self.transcript.absorb(label, b"".join(value.to_bytes(32, "big") for value in values))
        return values

    def settle(self) -> list[tuple[int, Equation]]:
        """Read the closing messages; returns weighted equations that must all vanish.

        The weights are powers of a challenge drawn after the last byte of the proof.
        """
        self._settle_products()
        values = [self.points(f"{group.label}.values", len(group.slots)) for group in self.log.openings]
        batches = []
        for group in self.log.openings:
            kappa = self.challenge(f"{group.label}.kappa") if len(group.slots) > 1 else 1
            batches.append(batch_group(group, kappa, self.challenge(f"{group.label}.gamma")))
        theta, mu = self.challenge("tie.theta"), self.challenge("tie.mu")
        equations = []
        for group, handles, batch in zip(self.log.openings, values, batches, strict=True):
            equation = Equation(group.label)
            target = Equation(group.label)
            for combination, weight in zip(group.objects, batch.object_weights, strict=True):
                target.combination(combination, weight)
            for handle, weight in zip(handles, batch.value_weights, strict=True):
                target.point(handle, weight)
            self._opening(equation, target, [*group.basis, generators.VALUE], batch.form, 0)
            equations.append(equation)
        slots = [slot for group in self.log.openings for slot in group.slots]
        tie = build_tie(slots, self.log.linear, self._messages, theta, mu)
        target = Equation("tie")
        target.point(self._pad, 1)
        for handle, weight in zip((h for handles in values for h in handles), tie.weights, strict=True):
            target.point(handle, weight)
        basis = [*(generators.pad(j + 1) for j in range(len(self._messages))), generators.VALUE]
        equation = Equation("tie")
        self._opening(equation, target, basis, tie.form, tie.value)
        equations.append(equation)
        weight = self.challenge(labels.BATCH)
        self._expect_end()
        self._reader.done()
        weighted, power = [], weight
        for equation in equations:
            weighted.append((power, equation))
            power = power * weight % ORDER
        return weighted

    def _settle_products(self) -> None:
        count = message_count(len(self.log.products))
        if not count:
            return
        messages = self.hidden("products", count)
        point = self.challenge("products.point")
        if point <= len(self.log.products):
            raise RejectedError("products.point", "A challenge fell on a value that would reveal a hidden product.")
        left, right = self.scalars("products.opened", 2)
        state_products(self.log, messages, point, left, right)

    def _opening(self, equation: Equation, target: Equation, basis: list[int], form: list[int], value: int) -> None:
        """Add the unrolled equation of one opening (core.commitments.opening) to `equation`."""
        label, length = equation.stage, len(basis)
        mask = self.points(f"{label}.mask", 1)[0]
        mask_value = self.scalars(f"{label}.mask_value", 1)[0]
        inner = self.challenge(f"{label}.inner")
        c = self.challenge(f"{label}.c")
        blinding = self.scalars(f"{label}.blinding", 1)[0]
        crosses, folds = [], []
        for _ in range(fold_rounds(length)):
            crosses.append(self.points(f"{label}.cross", 2))
            folds.append(self.challenge(f"{label}.fold"))
        final = self.scalars(f"{label}.final", final_length(length))

        carried = 1
        for (first, second), e in zip(reversed(crosses), reversed(folds), strict=True):
            equation.point(first, carried)
            equation.point(second, carried * e % ORDER * e % ORDER)
            carried = carried * e % ORDER
        equation.add(target, carried * c % ORDER)
        equation.point(mask, carried)
        equation.generator(generators.BLINDING, -carried * blinding)
        coefficients = generator_coefficients(length, folds)
        size = len(final)
        reached = 0
        for i, index in enumerate(basis):
            share = coefficients[i] * final[i % size] % ORDER
            equation.generator(index, -share)
            reached += share * form[i]
        equation.generator(generators.INNER, inner * (carried * (c * value + mask_value) - reached))
