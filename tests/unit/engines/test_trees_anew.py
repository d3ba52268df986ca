"""Fraction trees whose lowest levels are made anew give what the plain engine keeps; so do the leaner ways at all."""

from __future__ import annotations

import importlib
import random
from collections.abc import Sequence

import numpy as np
import pytest

from core.algebra.field import ORDER
from core.algebra.kernels import anew
from core.engines.fast import LEAN_SHARE, SHARE, FastEngine
from core.engines.interface import AffineBlock, FractionTree, Repeated, SmallVector
from core.engines.plain import PlainEngine
from tests.soundness.hospital import hospital

PLAIN, LEAN = PlainEngine(), FastEngine().leaner()
Blocks = tuple[list[AffineBlock], list[AffineBlock]]


def column(rng: random.Random, length: int, kind: str) -> SmallVector:
    """Short columns come from tables of multiples, the others from products."""
    if kind == "cells":
        return np.array([rng.choice([0, 1, 255, 256, 65535]) for _ in range(length)], dtype=np.uint16)
    low, high = {"limbs": (0, 65535), "wide": (0, 1 << 45), "signed": (-(1 << 62), 1 << 62)}[kind]
    return np.array([rng.choice([low, high, rng.randint(low, high)]) for _ in range(length)], dtype=np.int64)


def leaves(rng: random.Random, lengths: Sequence[int]) -> Blocks:
    """Blocks as lookups have them: masks and multiplicities over challenges less columns, some of them too short."""
    numerators, denominators = [], []
    for length in lengths:
        mask = column(rng, rng.choice([length, max(1, length - 3)]), rng.choice(["cells", "limbs", "signed"]))
        numerators.append(AffineBlock(rng.choice([0, 5]), [(rng.choice([1, -1]), mask)], length))
        terms = [
            (rng.randrange(ORDER), column(rng, rng.choice([length, length // 2]), kind))
            for kind in rng.choice([("cells",), ("cells", "limbs"), ("limbs", "wide"), ("signed",), ()])
        ]
        denominators.append(AffineBlock(rng.randrange(ORDER), terms, length))
    return numerators, denominators


def grid(rng: random.Random, variables: int, period: int, tables: Sequence[int]) -> Blocks:
    """A padded grid of cells that are masked and tagged by column, before tables: a lookup of whole records."""
    length = 1 << variables
    count = rng.randint(1, length // period)
    mask, tags = ([rng.choice([0, 1, 1, 3]) for _ in range(period)] for _ in range(2))
    cells = column(rng, rng.choice([count * period, length]), "cells")
    numerators, denominators = leaves(rng, tables)
    short = Repeated(np.array(mask, dtype=np.uint16), count * period)
    whole = Repeated(np.array(tags, dtype=np.uint16), length)
    numerators.insert(0, AffineBlock(rng.choice([0, 0, 7]), [(rng.choice([1, -2]), short)], length))
    denominators.insert(0, AffineBlock(rng.randrange(ORDER), [(-1, whole), (rng.randrange(ORDER), cells)], length))
    return numerators, denominators


GRIDS = [(3, 1, (1,)), (4, 4, (2, 1)), (5, 2, ()), (5, 8, (8, 4)), (6, 4, (16, 3)), (6, 64, (32,)), (7, 4, (1,))]


def walk(tree: FractionTree, *, zeros: bool = False) -> list[object]:
    """Everything that a tree says on the way from the root to the leaves; each point continues those before it."""
    rng = random.Random(5)
    said: list[object] = [tree.depth, tree.root()]
    point: list[int] = []
    for level in range(tree.depth):
        sumcheck = tree.sumcheck(level, point, rng.randrange(ORDER))
        bound = []
        for _ in range(level):
            said.append(sumcheck.round())
            bound.append(0 if zeros and rng.random() < 0.3 else rng.randrange(ORDER))
            sumcheck.bind(bound[-1])
        said.append(sumcheck.final())
        point = [rng.randrange(ORDER), *bound]
    return said


@pytest.mark.parametrize("block", [1, 2, 8, 1 << 11])
@pytest.mark.parametrize("share", [1, SHARE, LEAN_SHARE, 64])
@pytest.mark.parametrize(
    "lengths",
    [(1,), (2,), (3,), (4,), (5, 1), (16,), (16, 1), (16, 8, 4), (31,), (32, 32), (64, 2), (100, 27), (128, 1, 1)],
)
def test_trees_agree_whatever_is_kept(
    lengths: tuple[int, ...], share: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full trees, fillers from one to nearly half of the leaves, odd sizes, one block and many."""
    monkeypatch.setattr(anew, "BLOCK", block)
    numerators, denominators = leaves(random.Random(sum(lengths)), lengths)
    plain = PLAIN.affine_fraction_tree(numerators, denominators)
    assert walk(FastEngine(share).affine_fraction_tree(numerators, denominators)) == walk(plain)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("block", [1, 4, 1 << 11])
@pytest.mark.parametrize("share", [1, SHARE, LEAN_SHARE, 64])
@pytest.mark.parametrize(("variables", "period", "tables"), GRIDS)
def test_grids_agree_whatever_is_kept(
    variables: int,
    period: int,
    tables: tuple[int, ...],
    share: int,
    block: int,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Masks that end early, columns that count otherwise, cells that are missing, periods longer than a block."""
    monkeypatch.setattr(anew, "BLOCK", block)
    blocks = grid(random.Random(seed), variables, period, tables)
    plain = PLAIN.affine_fraction_tree(*blocks)
    assert walk(FastEngine(share).affine_fraction_tree(*blocks)) == walk(plain)


@pytest.mark.parametrize(("variables", "period"), [(13, 32), (12, 4096)])
def test_larger_grids_agree(variables: int, period: int) -> None:
    blocks = grid(random.Random(variables), variables, period, (64, 5))
    plain = walk(PLAIN.affine_fraction_tree(*blocks), zeros=True)
    fast = FastEngine()
    for engine in (fast, fast.leaner()):
        assert walk(engine.affine_fraction_tree(*blocks), zeros=True) == plain


@pytest.mark.parametrize("lengths", [(4096, 40), (8192,), (4096, 2048, 77)])
def test_larger_trees_agree(lengths: tuple[int, ...]) -> None:
    """Several blocks of the usual size on several threads, and challenges of zero, which have no inverse."""
    numerators, denominators = leaves(random.Random(1), lengths)
    plain = walk(PLAIN.affine_fraction_tree(numerators, denominators), zeros=True)
    fast = FastEngine()
    for engine in (fast, fast.leaner(), fast.leaner().leaner()):
        assert walk(engine.affine_fraction_tree(numerators, denominators), zeros=True) == plain


def test_points_out_of_order_agree() -> None:
    """A sumcheck whose claim does not follow from the one before it takes one more value a round."""
    numerators, denominators = leaves(random.Random(2), (64, 9))
    trees = [engine.affine_fraction_tree(numerators, denominators) for engine in (PLAIN, FastEngine())]
    for level in (6, 3, 5):
        point = [7 + level] * level
        sumchecks = [tree.sumcheck(level, point, 11) for tree in trees]
        for _ in range(level):
            assert sumchecks[1].round() == sumchecks[0].round()
            for sumcheck in sumchecks:
                sumcheck.bind(13)
        assert sumchecks[1].final() == sumchecks[0].final()


def test_blocks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        FastEngine().affine_fraction_tree([AffineBlock(1, [], 4)], [AffineBlock(1, [], 5)])


@pytest.mark.parametrize(("rows", "width", "variables"), [(130, 3, 8), (64, 5, 6), (5, 2, 3), (200, 1, 8)])
def test_squares_agree_in_the_leaner_way(rows: int, width: int, variables: int) -> None:
    """Six rounds as integers, more than there are variables, and rows missing up to a power of two."""
    rng = random.Random(rows)
    matrix = column(rng, rows * width, "cells").reshape(rows, width)
    tau = [rng.randrange(ORDER) for _ in range(3)]
    sumchecks = [engine.square_sumcheck(matrix, tau, variables) for engine in (PLAIN, LEAN)]
    for _ in range(variables + len(tau)):
        assert sumchecks[1].round() == sumchecks[0].round()
        challenge = rng.randrange(ORDER)
        for sumcheck in sumchecks:
            sumcheck.bind(challenge)
    assert sumchecks[1].final() == sumchecks[0].final()


@pytest.mark.parametrize("hidden", [False, True])
def test_whole_proofs_do_not_depend_on_what_is_kept(hidden: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anew, "BLOCK", 64)
    usual = hospital(records=16, features=2, hidden=hidden, engine_name="plain")
    monkeypatch.setattr(importlib.import_module("tests.soundness.hospital"), "get_engine", lambda _: LEAN)
    lean = hospital(records=16, features=2, hidden=hidden, engine_name="fast")
    assert lean.attestation.validity == usual.attestation.validity
    assert lean.attestation.attestation == usual.attestation.attestation
