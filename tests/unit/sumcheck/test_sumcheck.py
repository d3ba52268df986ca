"""Rounds against explicit polynomials, and both sumchecks through both ends against sums over the whole cube."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.algebra.batch.local import PointList
from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.channel.points import PointTable
from core.channel.prover import ProverChannel
from core.channel.settlement import failing_stages
from core.channel.shape import ProofShape
from core.channel.verifier import VerifierChannel
from core.constraints.expression import Expression
from core.engines import get_engine
from core.monitor import SilentMonitor
from core.polynomials.multilinear import eq_points, eq_table, evaluate
from core.randomness import SeededTape
from core.sumcheck.prover import prove_eq_sumcheck, prove_product_sumcheck
from core.sumcheck.rounds import eq_round, product_round, sumcheck_steps
from core.sumcheck.verifier import verify_eq_sumcheck, verify_product_sumcheck
from core.transcript.pattern import Pattern, challenge, hidden

FIELD = st.integers(0, ORDER - 1)
ROUND = {"coefficients": st.lists(FIELD, min_size=2, max_size=4), "r": FIELD}


def at(coefficients: Sequence[int], x: int) -> int:
    return sum(c * pow(x, k, ORDER) for k, c in enumerate(coefficients)) % ORDER


@given(**ROUND)
def test_product_round(coefficients: list[int], r: int) -> None:
    """From s(0) + s(1) and c_1.. the constant is found, and s(r) comes out."""
    claim = (at(coefficients, 0) + at(coefficients, 1)) % ORDER
    slots = [Expression.slot(k) for k in range(len(coefficients))]
    values = [claim, *coefficients[1:]]
    assert product_round(slots[0], slots[1:], r).evaluate(values) == at(coefficients, r)


@given(tau=FIELD, **ROUND)
def test_eq_round(coefficients: list[int], r: int, tau: int) -> None:
    """From (1 - tau) h(0) + tau h(1) and c_1.. the constant is found, and h(r) comes out."""
    claim = ((1 - tau) * at(coefficients, 0) + tau * at(coefficients, 1)) % ORDER
    slots = [Expression.slot(k) for k in range(len(coefficients))]
    values = [claim, *coefficients[1:]]
    assert eq_round(slots[0], slots[1:], tau, r).evaluate(values) == at(coefficients, r)


TERMS = [(3, (0, 1, 2)), (ORDER - 5, (1,)), (7, (0, 0)), (11, (2, 1))]


def summand(values: Sequence[int]) -> int:
    return sum(c * prod(values[k] for k in factors) for c, factors in TERMS) % ORDER


def product_pattern(rounds: int) -> Pattern:
    shape = ProofShape()
    shape.add(hidden("claim", 1), *sumcheck_steps("round", rounds, 3), hidden("end", 1))
    return shape.close()


def product_proof(tables: list[list[int]], rounds: int, claim: int, engine_name: str = "plain") -> bytes:
    engine = get_engine(engine_name)
    channel = ProverChannel(
        "test", b"", product_pattern(rounds), engine=engine, tape=SeededTape(b"sum"), monitor=SilentMonitor()
    )
    (start,) = channel.hidden("claim", [claim])
    prover = engine.product_sumcheck([engine.vector(table) for table in tables], TERMS, 3)
    end, point = prove_product_sumcheck(channel, "round", start, prover, rounds)
    finals = prover.final()
    assert finals == [evaluate(table, point) for table in tables]
    (reached,) = channel.hidden("end", [summand(finals)])
    channel.log.zero("end", end - reached)
    return channel.settle()


def failing_product(proof: bytes, rounds: int) -> list[str]:
    table = PointTable()
    channel = VerifierChannel("test", b"", product_pattern(rounds), proof, table)
    (start,) = channel.hidden("claim", 1)
    end, point = verify_product_sumcheck(channel, "round", start, rounds, 3)
    assert len(point) == rounds
    (reached,) = channel.hidden("end", 1)
    channel.log.zero("end", end - reached)
    backend = get_backend("native")
    return failing_stages(channel.settle(), [PointList(backend, backend.decode(table.blobs))], backend)


def tables(rounds: int) -> list[list[int]]:
    tape = SeededTape(b"tables")
    return [tape.scalars("entry", 1 << rounds) for _ in range(3)]


@pytest.mark.parametrize("rounds", range(5))
def test_product_sumcheck_proves_the_sum_over_the_cube(rounds: int) -> None:
    own = tables(rounds)
    claim = sum(summand(values) for values in zip(*own, strict=True)) % ORDER
    assert failing_product(product_proof(own, rounds, claim), rounds) == []
    assert failing_product(product_proof(own, rounds, claim + 1), rounds) == ["tie"]


def eq_pattern(rounds: int) -> Pattern:
    shape = ProofShape()
    shape.add(*[challenge("tau")] * rounds, hidden("claim", 1), *sumcheck_steps("round", rounds, 2), hidden("end", 1))
    return shape.close()


@pytest.mark.parametrize("level", range(4))
def test_eq_sumcheck_proves_the_weighted_sum(level: int) -> None:
    """A level of a fraction tree: sum_x eq(tau, x) [p0 q1 + p1 q0 + weight q0 q1](x)."""
    engine, weight = get_engine("plain"), 12345
    tape = SeededTape(b"leaves")
    depth = 4
    leaves = [tape.scalars("leaf", 1 << depth) for _ in range(2)]
    tree = engine.fraction_tree(engine.vector(leaves[0]), engine.vector(leaves[1]))
    p, q = leaves
    for _ in range(depth - level - 1):  # the level below `level`, by the definition
        half = len(p) // 2
        p, q = (
            [(p[i] * q[i + half] + p[i + half] * q[i]) % ORDER for i in range(half)],
            [q[i] * q[i + half] % ORDER for i in range(half)],
        )
    half = len(p) // 2
    parts = [p[:half], p[half:], q[:half], q[half:]]

    def combined(p0: int, p1: int, q0: int, q1: int) -> int:
        return (p0 * q1 + p1 * q0 + weight * q0 * q1) % ORDER

    for off in (0, 1):
        channel = ProverChannel(
            "test", b"", eq_pattern(level), engine=engine, tape=SeededTape(b"eq"), monitor=SilentMonitor()
        )
        tau = channel.challenges("tau", level)
        summands = [combined(*values) for values in zip(*parts, strict=True)]
        claim = sum(w * s for w, s in zip(eq_table(tau), summands, strict=True)) + off
        (start,) = channel.hidden("claim", [claim])
        prover = tree.sumcheck(level, tau, weight) if off == 0 else _again(leaves, level, tau, weight)
        end, point = prove_eq_sumcheck(channel, "round", start, tau, prover)
        finals = prover.final()
        assert finals == [evaluate(part, point) for part in parts]
        (reached,) = channel.hidden("end", [combined(*finals)])
        channel.log.zero("end", end - reached)
        assert (channel.value(end) == channel.value(reached)) == (off == 0)
        assert failing_eq(channel.settle(), level) == ["tie"] * off


def _again(leaves: list[list[int]], level: int, tau: list[int], weight: int) -> object:
    engine = get_engine("plain")
    tree = engine.fraction_tree(engine.vector(leaves[0]), engine.vector(leaves[1]))
    return tree.sumcheck(level, tau, weight)


def failing_eq(proof: bytes, rounds: int) -> list[str]:
    table = PointTable()
    channel = VerifierChannel("test", b"", eq_pattern(rounds), proof, table)
    tau = channel.challenges("tau", rounds)
    (start,) = channel.hidden("claim", 1)
    end, point = verify_eq_sumcheck(channel, "round", start, tau, 2)
    assert 0 <= eq_points(tau, point) < ORDER
    (reached,) = channel.hidden("end", 1)
    channel.log.zero("end", end - reached)
    backend = get_backend("native")
    return failing_stages(channel.settle(), [PointList(backend, backend.decode(table.blobs))], backend)
