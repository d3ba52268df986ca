"""The prover's walk from the root of the fraction tree to one point of its leaves."""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.field import ORDER, packed_scalars, scalars_to_bytes
from core.channel.prover import ProverChannel
from core.constraints.expression import Expression
from core.engines.interface import FractionTree, SumcheckProver
from core.errors import InternalError
from core.lookup.fractions import CHILDREN, ROUND_DEGREE, descend, state_level, state_root
from core.lookup.spec import LeafRelation, LookupSpec
from core.lookup.witness import SecretColumns, build_tree
from core.sumcheck.prover import Recalled, prove_eq_sumcheck


def prove_fractions(channel: ProverChannel, tree: FractionTree) -> tuple[Expression, Expression, list[int]]:
    """Prove that the tree's fractions sum to zero, down to the returned leaf claims and point."""
    denominator, inverse = channel.hidden("fractions.root", channel.recalled() or _root(tree))
    state_root(channel.log, denominator, inverse)
    numerator = Expression(0)
    point: list[int] = []
    for level in range(tree.depth):
        channel.monitor.progress(level / tree.depth)
        weight = channel.challenge("fractions.lambda")
        claim = numerator + denominator * weight
        # a level that was sent before an interruption needs its messages alone
        tables: SumcheckProver
        if channel.holds(level * ROUND_DEGREE + CHILDREN):
            tree.skip(level)
            tables = Recalled()
        else:
            tables = tree.sumcheck(level, point, weight)
        claim, bound = prove_eq_sumcheck(channel, "fractions.round", claim, point, tables)
        p0, p1, q0, q1 = channel.recalled() or tables.final()
        children = channel.hidden("fractions.children", [p0, p1, q0, q1])
        product = channel.hidden("fractions.product", [(p0 + weight * q0) * q1])[0]
        state_level(channel.log, claim, children, product, weight)
        t = channel.challenge("fractions.child")
        numerator, denominator = descend(children, t)
        point = [t, *bound]
    return numerator, denominator, point


def _root(tree: FractionTree) -> list[int]:
    """The root's denominator and its inverse."""
    root = tree.root()[1]
    if root % ORDER == 0:
        raise InternalError("lookup.pole", "A lookup challenge fell on a value of the data; start the proof again.")
    return [root, pow(root, -1, ORDER)]


def _leaves(
    channel: ProverChannel, label: str, spec: LookupSpec, point: Sequence[int], *, alpha: int, beta: int, omega: int
) -> LeafRelation:
    """spec.relation, which takes a second where tables have a million entries."""
    names = [column.label for column in spec.columns]

    def make() -> bytes:
        found = spec.relation(point, alpha, beta, omega)
        return scalars_to_bytes([found.public, found.records, *(found.columns[name] for name in names)])

    def read(data: bytes) -> LeafRelation:
        public, records, *factors = packed_scalars(data)
        return LeafRelation(public, dict(zip(names, factors, strict=True)), records)

    return channel.result(f"{label}.leaves", make, read)


def prove_lookup(channel: ProverChannel, label: str, spec: LookupSpec, columns: SecretColumns) -> None:
    """The whole argument for lookups of columns alone: fractions, the leaves' relation, one opening for all columns."""
    engine = channel.engine
    beta, alpha = channel.challenge(f"{label}.beta"), channel.challenge(f"{label}.alpha")
    numerator, denominator, point = prove_fractions(channel, build_tree(engine, spec, columns.entries, alpha, beta))
    omega = channel.challenge(f"{label}.omega")
    leaves = _leaves(channel, label, spec, point, alpha=alpha, beta=beta, omega=omega)
    places = {column.label: spec.local(column.label, point) for column in spec.columns}
    first = spec.columns[0]
    form = first.form(places[first.label])
    opened = columns.combine(engine, leaves.columns, places)
    (value,), slots = channel.evaluation_slots(f"{label}.lookup", [opened.under(form)])
    channel.log.zero(f"{label}.lookup", numerator + denominator * omega - value - leaves.public)
    channel.log.evaluations(
        f"{label}.lookup", basis=range(1 << first.width), objects=[opened], forms=[form], slots=slots
    )
