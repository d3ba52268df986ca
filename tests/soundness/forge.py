"""Tools of dishonest provers: they hold the signing key, know every secret, lie where they like, and sign again.

Two kinds of tool. Some change what is proven from (rows, weights, columns); the rest of the proof is then made as well
as it can be. `lying` changes hidden messages on the way; with `solve` a forger proves twice under one tape, sees by how
much an equation is off, and lies by just that amount, so that one single check is left to stop it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import numpy as np

import core.claims.bounded.prover as bounded_prover
import core.claims.optimum.prover as optimum_prover
import core.claims.validity.prover as validity_prover
import core.lookup.prover as lookup_prover
from core.algebra.field import ORDER
from core.bundle.writer import BundleParts
from core.channel.prover import Opened, ProverChannel
from core.claims.attestation import optimum_statement, parameters_of, views_of
from core.claims.bounded.relation import BoundedRelation
from core.claims.optimum.prover import OptimumSecrets, prove_optimum
from core.claims.optimum.relation import TAG_SIGMOID, OptimumRelation
from core.claims.optimum.statement import HiddenModel, OptimumStatement, PublicModel
from core.claims.optimum.witness import column_entries
from core.claims.statement import DatasetStatement
from core.claims.validity.prover import prove_validity
from core.claims.validity.relation import FLAG_ON, TAG_RANGE, ValidityRelation
from core.constraints.expression import Expression
from core.constraints.log import ConstraintLog
from core.encoding.canonical import dumps
from core.engines.interface import Engine
from core.lookup.spec import RECORDS, Grid, LookupSpec, RowBlock
from core.lookup.witness import Entries
from core.monitor import SilentMonitor
from core.randomness import SeededTape
from core.records.layout import RowLayout
from core.relations.gradient import decompose
from core.relations.model import ModelDocument
from core.relations.parameters import FEATURE_BITS, OptimumParameters
from core.relations.sigmoid_table import sigmoid_table
from core.relations.views import Views
from core.training.quantise import OptimumWitness
from tests.soundness.hospital import Hospital

Place = tuple[str, int, int]
"""A hidden message: label, how many times that label was sent before, index among the values sent then."""


# lies on the way -----------------------------------------------------------------------------------------------------


@dataclass
class Trace:
    """What a forger remembers of a proof: where each hidden message went, what was stated, and what it is worth."""

    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    log: ConstraintLog = field(default_factory=ConstraintLog)
    values: list[int] = field(default_factory=list)

    def slot(self, place: Place) -> int:
        label, occurrence, index = place
        return self.starts[label, occurrence] + index

    def worth(self, expression: Expression) -> int:
        return expression.evaluate(self.values)

    def mismatch(self, label: str, place: Place) -> int:
        """By how much the message at `place` must change for the linear statement `label` to hold."""
        check = next(check for check in self.log.linear if check.label == label)
        off, slope = self.worth(check.expression), check.expression.terms[self.slot(place)]
        return -off * pow(slope, -1, ORDER) % ORDER


@contextmanager
def lying(lies: Mapping[Place, int]) -> Iterator[Trace]:
    """Provers add these amounts to their hidden messages; yields the trace of the last proof made."""
    trace = Trace()

    class LyingChannel(ProverChannel):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            trace.starts.clear()
            self._sent: dict[str, int] = {}
            super().__init__(*arguments, **options)
            trace.log, trace.values = self.log, self._values

        def hidden(self, label: str, values: Sequence[int]) -> list[Expression]:
            occurrence = self._sent.get(label, 0)
            self._sent[label] = occurrence + 1
            trace.starts[label, occurrence] = len(self._values)
            changed = [value + lies.get((label, occurrence, i), 0) for i, value in enumerate(values)]
            return super().hidden(label, changed)

    with ExitStack() as stack:
        for module in (optimum_prover, validity_prover, bounded_prover):
            stack.enter_context(patch.object(module, "ProverChannel", LyingChannel))
        yield trace


def solve(prove: Callable[[], bytes], amounts: Callable[[Trace], dict[Place, int]]) -> bytes:
    """Prove once to see what is off, then again with the lies that `amounts` derives from that."""
    with lying({}) as trace:
        prove()
    with lying(amounts(trace)):
        return prove()


def settle_by(label: str, place: Place) -> Callable[[Trace], dict[Place, int]]:
    """Lie at `place` so that the linear statement `label` holds."""
    return lambda trace: {place: trace.mismatch(label, place)}


# checks removed ------------------------------------------------------------------------------------------------------


@contextmanager
def without_statement(*labels: str) -> Iterator[None]:
    """A world in which neither side states these linear or product checks."""
    zero, product = ConstraintLog.zero, ConstraintLog.product

    def fewer_zeros(self: ConstraintLog, label: str, expression: Expression) -> None:
        if label not in labels:
            zero(self, label, expression)

    def trivial_products(
        self: ConstraintLog, label: str, left: Expression, right: Expression, result: Expression
    ) -> None:
        nothing = Expression(0)
        product(self, label, *((nothing,) * 3 if label in labels else (left, right, result)))

    with (
        patch.object(ConstraintLog, "zero", fewer_zeros),
        patch.object(ConstraintLog, "product", trivial_products),
    ):
        yield


@contextmanager
def without_equation(*stages: str) -> Iterator[None]:
    """A verifier that does not look at the equations of these stages ("claim:stage")."""
    import core.verification.claims as verification

    real = verification.failing_stages

    def forgiving(weighted: Any, points: Any, backend: Any) -> list[str]:
        return real([(w, e) for w, e in weighted if e.stage not in stages], points, backend)

    with patch.object(verification, "failing_stages", forgiving):
        yield


@contextmanager
def without_lookup(*blocks: str) -> Iterator[None]:
    """A world in which the entries of these row blocks need not occur in any table."""
    with ExitStack() as stack:
        for relation in (OptimumRelation, ValidityRelation, BoundedRelation):
            stack.enter_context(_blocks_removed(relation, blocks))
        yield


@contextmanager
def _blocks_removed(relation: type, blocks: Sequence[str]) -> Iterator[None]:
    real = relation.__dict__["spec"].func

    def fewer(self: Any) -> LookupSpec:
        spec = real(self)
        rows = (replace(b, grid=Grid(0, b.grid.pattern)) if b.label in blocks else b for b in spec.rows)
        return LookupSpec(spec.columns, tuple(rows), spec.tables)

    with patch.object(relation, "spec", property(fewer)):
        yield


# the forgers' own witnesses ------------------------------------------------------------------------------------------


def views_for(h: Hospital) -> Views:
    """The views that the verifier will derive."""
    excluded = h.attestation.predicate["views"]["excluded"]
    return views_of(h.dataset.numbers, excluded=excluded, root=h.dataset.root, plan=h.plan, nonce=h.nonce)


def parameters_for(h: Hospital) -> OptimumParameters:
    return parameters_of(views_for(h), layout=h.dataset.layout, plan=h.plan)


Residual = Callable[[int, int], int | None]
"""A forger's own residual A - S y of a training row (position in the view, logit z); None for the honest one."""


def witness_for(
    rows: np.ndarray,
    layout: RowLayout,
    train: Sequence[int],
    weights: Sequence[int],
    p: OptimumParameters,
    residual: Residual | None = None,
) -> OptimumWitness:
    """Cells and gradient of any weights (the bias last) on any rows, in plain integers, certified or not."""
    table = sigmoid_table(p.step_bits, p.value_bits)
    features = [[int(rows[i, j]) for j in layout.features] + [1 << FEATURE_BITS] for i in train]
    logits = [sum(x * w for x, w in zip(x, weights, strict=True)) for x in features]
    cells = [decompose(z, p) for z in logits]
    own = [residual(position, z) if residual else None for position, z in enumerate(logits)]
    residuals = [
        other
        if other is not None
        else (table.value[cell.row] << p.remainder_bits)
        + cell.remainder * table.slope[cell.row]
        - p.scale * int(rows[i, layout.outcome])
        for i, cell, other in zip(train, cells, own, strict=True)
    ]
    gradient = [
        p.c_num * sum(x[a] * e for x, e in zip(features, residuals, strict=True)) + (p.c_den << p.decay_shift) * w
        for a, w in enumerate(weights)
    ]

    def column(name: str) -> np.ndarray:
        return np.array([getattr(cell, name) for cell in cells], dtype=np.int64)

    row = column("row")
    return OptimumWitness(
        parameters=p,
        weights=tuple(weights[:-1]),
        bias=weights[-1],
        row=row,
        value=np.array([table.value[u] for u in row], dtype=np.int64),
        slope=np.array([table.slope[u] for u in row], dtype=np.int64),
        tail=column("tail"),
        excess=column("excess"),
        remainder=column("remainder"),
        gradient=tuple(gradient),
    )


def fitted(
    h: Hospital, *, rows: np.ndarray | None = None, train: Sequence[int] | None = None, residual: Residual | None = None
) -> Model:
    """Certified weights for any rows and residuals: Newton's method on exact gradients, until the range check holds."""
    p, layout = parameters_for(h), h.dataset.layout
    rows = h.dataset.rows if rows is None else rows
    train = views_for(h).train if train is None else train
    table = sigmoid_table(p.step_bits, p.value_bits)
    features = [[int(rows[i, j]) for j in layout.features] + [1 << FEATURE_BITS] for i in train]
    unit, decay = 1 << p.weight_scale_bits, p.c_den << p.decay_shift
    weights = [0] * (len(layout.features) + 1)
    for _ in range(100):
        gradient = [decay * w for w in weights]
        hessian = np.eye(len(weights)) * decay
        for position, (i, x) in enumerate(zip(train, features, strict=True)):
            z = sum(a * w for a, w in zip(x, weights, strict=True))
            own = residual(position, z) if residual else None
            if own is None:
                cell = decompose(z, p)
                own = (table.value[cell.row] << p.remainder_bits) + cell.remainder * table.slope[cell.row]
                own -= p.scale * int(rows[i, layout.outcome])
                steepness = float(table.slope[cell.row]) * p.c_num
                hessian += steepness * np.outer(np.array(x, dtype=float), np.array(x, dtype=float))
            for a, entry in enumerate(x):
                gradient[a] += p.c_num * entry * own
        if all(-p.gradient_bound <= g < p.gradient_bound for g in gradient):
            return Model(tuple(weights), h.model_blinding)
        step = np.linalg.solve(hessian, np.array([float(g) for g in gradient]))
        step *= min(1.0, 4.0 * unit / max(1e-9, float(np.abs(step).max())))
        weights = [w - round(s) for w, s in zip(weights, step.tolist(), strict=True)]
    raise AssertionError("the forger found no weights")


def recount(relation: OptimumRelation, entries: dict[str, Entries]) -> dict[str, Entries]:
    """The multiplicities that suit these columns best: all that is looked up and does occur in its table."""
    p = relation.parameters
    sigmoid = np.zeros(p.table_rows, dtype=np.int64)
    limbs = np.zeros(1 << p.limb_bits, dtype=np.int64)
    for block in relation.spec.rows:
        table = sigmoid if block.tags[0] == TAG_SIGMOID else limbs
        values = _looked_up(block, entries)
        table += np.bincount(values[(values >= 0) & (values < len(table))], minlength=len(table))
    return {**entries, "table.sigmoid.count": sigmoid, "table.limb.count": limbs}


def record_cells(relation: ValidityRelation, rows: np.ndarray) -> Entries:
    """The record matrix over the padded grid, with room for values that no honest row has."""
    cells = np.zeros((rows.shape[0], 1 << relation.column_variables), dtype=np.int64)
    cells[:, : rows.shape[1]] = rows
    return cells.ravel()


def recount_validity(relation: ValidityRelation, rows: np.ndarray, entries: dict[str, Entries]) -> dict[str, Entries]:
    """The same for `validity`: entries hold the high bytes, where there are any."""
    spec = relation.spec
    cells = {**entries, RECORDS: record_cells(relation, rows)}
    span = len(entries["range.count"])
    wide = np.zeros(span, dtype=np.int64)
    small = np.zeros(4, dtype=np.int64)
    for block in spec.rows:
        for tag in set(block.tags) - {0}:
            values = _looked_up(block, cells, tag)
            if tag == TAG_RANGE:
                wide += np.bincount(values[(values >= 0) & (values < span)], minlength=span)
            else:
                on = 1 if tag == TAG_RANGE + 1 else FLAG_ON
                small[2 * (tag - 2) : 2 * (tag - 2) + 2] += [(values == 0).sum(), (values == on).sum()]
    return {**entries, "range.count": wide, "small.count": small}


def _looked_up(block: RowBlock, entries: Mapping[str, Entries], tag: int | None = None) -> np.ndarray:
    """Values that a block looks up, of one tag if asked; of a tuple block the first term."""
    mask = np.tile(np.asarray(block.grid.pattern, dtype=bool), block.grid.count)
    if tag is not None:
        mask &= np.tile(np.asarray(block.tags), len(mask) // len(block.tags)) == tag
    terms = block.terms[:1] if block.tags[0] == TAG_SIGMOID and len(block.terms) == 4 else block.terms
    total = sum(term.scale * entries[term.column][: len(mask)] for term in terms)
    return np.asarray(total)[mask]


def _counts(entries: Mapping[str, Entries]) -> dict[str, Entries]:
    return {label: column for label, column in entries.items() if label.endswith(".count")}


@contextmanager
def pretending(module: Any, entries: Mapping[str, Entries]) -> Iterator[None]:
    """The fractions are built from these columns instead of the committed ones."""
    real = module.build_tree

    def other(engine: Any, spec: Any, committed: Mapping[str, Entries], alpha: int, beta: int) -> Any:
        return real(engine, spec, {**committed, **entries}, alpha, beta)

    with patch.object(module, "build_tree", other):
        yield


# forged proofs -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class TwoFaced(OptimumSecrets):
    """Uses other rows for the training view and the committed ones where all records are combined, as for consent."""

    committed: np.ndarray | None = None

    def combine(self, engine: Engine, view: Sequence[int], point: Sequence[int]) -> Opened:
        if self.committed is None or not isinstance(view, range):
            return super().combine(engine, view, point)
        return replace(self, rows=self.committed, committed=None).combine(engine, view, point)


@dataclass
class Model:
    """Weights with the bias last; blinding: of their commitment, if they are hidden."""

    weights: tuple[int, ...]
    blinding: int = 0


def honest_model(h: Hospital) -> Model:
    trained = h.attestation.trained
    return Model((*trained.weights, trained.bias), h.model_blinding)


def predicate_for(h: Hospital, model: Model, *, commitment: bytes | None = None) -> tuple[dict[str, Any], bytes | None]:
    """The honest predicate about this model, every digest recomputed, and the model file."""
    p = parameters_for(h)
    if h.attestation.model is None:
        basis = OptimumRelation(claim_of(h)).model_basis
        blob = commitment or h.engine.commit(basis, model.weights, model.blinding)
        return {**h.attestation.predicate, "model": {"visibility": "hidden", "commitment": blob.hex()}}, None
    document = ModelDocument(
        schema=h.schema.digest().hex(),
        features=tuple(h.dataset.layout.feature_names),
        scale_bits=p.weight_scale_bits,
        weights=tuple(model.weights[:-1]),
        bias=model.weights[-1],
    )
    data = dumps(document.to_json())
    digest = hashlib.sha256(data).hexdigest()
    return {**h.attestation.predicate, "model": {"visibility": "public", "digest": digest}}, data


def claim_of(h: Hospital, predicate: Mapping[str, Any] | None = None, model: Model | None = None) -> OptimumStatement:
    """The statement that the verifier will derive from this predicate."""
    predicate = predicate or h.attestation.predicate
    weights = (model or honest_model(h)).weights
    hidden = predicate["model"].get("commitment")
    return optimum_statement(
        predicate,
        count=len(h.dataset.numbers),
        layout=h.dataset.layout,
        views=views_for(h),
        parameters=parameters_for(h),
        model=HiddenModel(bytes.fromhex(hidden)) if hidden else PublicModel(tuple(weights)),
    )


Spoil = Callable[[OptimumRelation, dict[str, Entries]], dict[str, Entries]]


def forged_optimum(
    h: Hospital,
    *,
    model: Model | None = None,
    rows: np.ndarray | None = None,
    claim: OptimumStatement | None = None,
    spoil: Spoil | None = None,
    residual: Residual | None = None,
    pretend: bool = False,
    amounts: Callable[[Trace], dict[Place, int]] | None = None,
    predicate: dict[str, Any] | None = None,
    model_file: bytes | None = None,
) -> BundleParts:
    """Bundle parts with a forged attestation: this model, these rows, these columns, these lies.

    pretend: build the fractions from columns that are in order, whatever was committed.
    """
    model = model or honest_model(h)
    if predicate is None:
        predicate, model_file = predicate_for(h, model)
    claim = claim or claim_of(h, predicate, model)
    rows = h.dataset.rows if rows is None else rows
    witness = witness_for(rows, h.dataset.layout, claim.train, model.weights, claim.parameters, residual)
    secrets = TwoFaced(rows, h.dataset.blindings, witness, model.blinding, h.dataset.rows)
    relation = OptimumRelation(claim)
    entries = orderly = recount(relation, column_entries(relation, witness))
    if spoil is not None:
        entries = spoil(relation, entries)
        entries = {**entries, **_counts(orderly)} if pretend else recount(relation, entries)

    def prove() -> bytes:
        with pretending(lookup_prover, orderly if pretend else {}):
            return prove_optimum(
                claim, secrets, engine=h.engine, tape=SeededTape(b"forger"), monitor=SilentMonitor(), entries=entries
            )

    proof = prove() if amounts is None else solve(prove, amounts)
    honest = h.parts()
    visible = predicate["model"]
    digest = visible.get("digest") or hashlib.sha256(bytes.fromhex(visible["commitment"])).hexdigest()
    return BundleParts(
        predicate=predicate,
        subject_name=honest.subject_name,
        subject_digest=digest,
        validity=honest.validity,
        attestation=proof,
        numbers=honest.numbers,
        commitments=honest.commitments,
        schema_bytes=honest.schema_bytes,
        model_bytes=model_file,
    )


def forged_validity(
    h: Hospital,
    *,
    rows: np.ndarray | None = None,
    pretended: np.ndarray | None = None,
    amounts: Callable[[Trace], dict[Place, int]] | None = None,
) -> bytes:
    """A proof of `validity` over the committed records, from these rows and lies.

    pretended: build the fractions and the columns from these rows instead.
    """
    rows = h.dataset.rows if rows is None else rows
    statement = DatasetStatement(root=h.dataset.root, count=len(h.dataset.numbers), schema=h.schema)
    relation = ValidityRelation(statement.count, statement.layout)
    shown = rows if pretended is None else pretended
    entries = validity_prover.column_entries(relation, np.clip(shown, 0, FLAG_ON).astype(np.int64))
    if not relation.whole:
        wide = np.array(relation.pattern_of("limb16", "number"), dtype=bool)[: rows.shape[1]]
        high = np.zeros((rows.shape[0], 1 << relation.column_variables), dtype=np.int64)
        high[:, : rows.shape[1]][:, wide] = np.clip(shown[:, wide].astype(np.int64) >> 8, 0, 255)
        entries["high"] = high.ravel()
        entries["range.count"] = np.zeros(256, dtype=np.int64)
    entries = recount_validity(relation, shown, entries)
    fractions = {RECORDS: record_cells(relation, shown)}

    def prove() -> bytes:
        with pretending(validity_prover, fractions):
            return prove_validity(
                statement,
                rows,
                h.dataset.blindings,
                engine=h.engine,
                tape=SeededTape(b"forger"),
                monitor=SilentMonitor(),
                entries=entries,
            )

    return prove() if amounts is None else solve(prove, amounts)


def with_validity(h: Hospital, proof: bytes) -> BundleParts:
    """Bundle parts with this proof about ranges, and an attestation made anew over a statement that names it."""
    honest = h.attestation.predicate["dataset"]
    claim = "bounded" if "bounded" in honest else "validity"
    reference = {**honest, claim: {"proof": hashlib.sha256(proof).hexdigest()}}
    predicate = {**h.attestation.predicate, "dataset": reference}
    parts = forged_optimum(h, predicate=predicate, model_file=h.attestation.model)
    return BundleParts(
        predicate=predicate,
        subject_name=parts.subject_name,
        subject_digest=parts.subject_digest,
        validity=proof,
        attestation=parts.attestation,
        numbers=parts.numbers,
        commitments=parts.commitments,
        schema_bytes=parts.schema_bytes,
        model_bytes=parts.model_bytes,
    )
