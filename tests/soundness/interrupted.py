"""Continuations of half-made proofs, and a search for what they must never hold: one mask with two responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from core.algebra.batch.local import PointList
from core.algebra.group import get_backend
from core.channel.equation import Equation
from core.channel.journal import Journal
from core.channel.points import PointTable
from core.channel.settlement import failing_stages
from core.claims.attestation import optimum_statement, parameters_of, views_of
from core.claims.bounded.prover import prove_bounded
from core.claims.bounded.relation import BoundedRelation
from core.claims.bounded.verifier import verify_bounded
from core.claims.optimum.prover import OptimumSecrets, prove_optimum
from core.claims.optimum.relation import OptimumRelation
from core.claims.optimum.statement import HiddenModel, PublicModel
from core.claims.optimum.verifier import verify_optimum
from core.claims.statement import DatasetStatement
from core.claims.validity.prover import prove_validity
from core.claims.validity.relation import ValidityRelation
from core.claims.validity.verifier import verify_validity
from core.engines import get_engine
from core.monitor import SilentMonitor
from core.randomness import SystemTape, Tape
from core.training.quantise import optimum_witness
from core.transcript.pattern import Kind, Pattern, Step
from tests.soundness.hospital import honest

Proofs = Sequence[bytes]


@dataclass(frozen=True)
class Claim:
    """One claim over the small hospital: its prover, its verifier, its pattern."""

    pattern: Pattern
    prove: Callable[[Journal | None, Tape, str], bytes]
    verify: Callable[[bytes, PointTable, range], list[tuple[int, Equation]]]
    commitments: tuple[bytes, ...]
    model: bytes | None = None

    def failing(self, proof: bytes) -> list[str]:
        """What does not hold."""
        table = PointTable()
        records = table.add(self.commitments)
        weighted = self.verify(proof, table, records)
        group = get_backend("native")
        return failing_stages(weighted, [PointList(group, group.decode(table.blobs))], group)


def claim_of(name: str) -> Claim:
    """validity, bounded, optimum, or hidden: optimum with a hidden model."""
    h = honest(name == "hidden")
    data, layout, monitor = h.dataset, h.dataset.layout, SilentMonitor()
    dataset = DatasetStatement(root=data.root, count=len(data.numbers), schema=data.schema)
    if name in ("validity", "bounded"):
        prove_it = prove_validity if name == "validity" else prove_bounded
        relation = (ValidityRelation if name == "validity" else BoundedRelation)(dataset.count, layout)

        def prove(journal: Journal | None, tape: Tape, engine: str) -> bytes:
            return prove_it(
                dataset,
                data.rows,
                data.blindings,
                engine=get_engine(engine),
                tape=tape,
                monitor=monitor,
                journal=journal,
            )

        check = verify_validity if name == "validity" else verify_bounded
        return Claim(
            relation.pattern(),
            prove,
            lambda proof, table, records: check(dataset, proof, table, records),
            data.commitments,
        )
    views = views_of(data.numbers, excluded=(), root=data.root, plan=h.plan, nonce=h.nonce)
    parameters = parameters_of(views, layout=layout, plan=h.plan)
    trained, train = h.attestation.trained, np.asarray(views.train)
    part = h.attestation.predicate["model"]
    hidden = bytes.fromhex(part["commitment"]) if name == "hidden" else None
    model = PublicModel((*trained.weights, trained.bias)) if hidden is None else HiddenModel(hidden)
    statement = optimum_statement(
        h.attestation.predicate, count=dataset.count, layout=layout, views=views, parameters=parameters, model=model
    )
    witness = optimum_witness(
        data.rows[np.ix_(train, np.asarray(layout.features))],
        data.rows[train, layout.outcome].astype(np.int64),
        weights=trained.weights,
        bias=trained.bias,
        parameters=parameters,
    )
    secrets = OptimumSecrets(data.rows, data.blindings, witness, h.model_blinding if hidden else 0)

    def prove_model(journal: Journal | None, tape: Tape, engine: str) -> bytes:
        return prove_optimum(
            statement, secrets, engine=get_engine(engine), tape=tape, monitor=monitor, journal=journal
        )

    def verify_model(proof: bytes, table: PointTable, records: range) -> list[tuple[int, Equation]]:
        handle = None if hidden is None else table.add([hidden])[0]
        return verify_optimum(statement, proof, table, records, handle)

    return Claim(OptimumRelation(statement).pattern(), prove_model, verify_model, data.commitments)


@dataclass
class Recorder(SystemTape):
    """The system's randomness, written down with its labels."""

    drawn: list[tuple[str, int]] = field(default_factory=list)

    def scalar(self, label: str) -> int:
        self.drawn.append((label, super().scalar(label)))
        return self.drawn[-1][1]

    def scalars(self, label: str, count: int) -> list[int]:
        return [self.scalar(label) for _ in range(count)]


@dataclass
class Kept:
    """Every journal of one proof, in order."""

    journals: list[bytes] = field(default_factory=list)

    def journal(self, kept: bytes | None = None, kind: type[Journal] = Journal) -> Journal:
        return kind(kept, self.journals.append)


def messages(pattern: Pattern, proof: bytes) -> Iterator[tuple[Step, bytes]]:
    """The steps that travel, each with its bytes."""
    start = 0
    for step in pattern.steps:
        if step.kind is not Kind.CHALLENGE:
            yield step, proof[start : start + step.size]
        start += step.size


def fixed_length(pattern: Pattern) -> int:
    """Bytes of the fixed phase: up to and with `products.opened`."""
    labels = [step.label for step in pattern.steps]
    return sum(step.size for step in pattern.steps[: labels.index("products.opened") + 1])


def pairs(pattern: Pattern, proofs: Proofs) -> set[str]:
    """The steps at which two different proofs answer one mask twice.

    The pad commitment masks every padded scalar and what is opened of the products; the mask of an opening masks its
    responses; a value commitment masks its value. Proofs with a mask in common must agree in what it masks.
    """
    found: set[str] = set()
    for one, other in combinations(proofs, 2):
        mine, theirs = list(messages(pattern, one)), list(messages(pattern, other))
        same_pad = mine[0][1] == theirs[0][1]
        masked: dict[str, bool] = {}
        for (step, a), (_, b) in zip(mine, theirs, strict=True):
            stem = step.label.rpartition(".")[0]
            if step.label.endswith((".mask", ".values")):
                masked[stem] = masked.get(stem, False) or a == b
                if step.label.endswith(".values") and a == b and one != other:
                    found.add(step.label)
            elif step.label.endswith((".blinding", ".final", ".mask_value")):
                if masked.get(stem) and a != b:
                    found.add(step.label)
            elif same_pad and (step.kind is Kind.HIDDEN or step.label == "products.opened") and a != b:
                found.add(step.label)
    return found

