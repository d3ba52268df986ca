"""Compiling (first start) or loading (later starts) every kernel at once, announced, before a proof needs them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.algebra.kernels import columns
from core.commitments import generators
from core.engines.fast import FastEngine
from core.engines.generator_tables import generator_points
from core.engines.interface import AffineBlock, Repeated
from core.monitor import Monitor

STAGE = "kernels"


def _vectors(engine: FastEngine) -> None:
    small = np.array([[1, -2], [3, 4]], dtype=np.int64)
    weights = engine.eq_table([3])
    affine = engine.affine(1, [(2, small[0])], 2)
    engine.ints(engine.combine(engine.outer(weights, affine), [(3, engine.concat([affine, affine]))]))
    engine.row_combination(weights, small)
    engine.matrix_form(small, [1, 2])


def _fractions(engine: FastEngine) -> None:
    # Seven leaves, one is missing; negative entries take products, the others come from tables of multiples.
    column = np.arange(7, dtype=np.int64)
    anew = engine.affine_fraction_tree([AffineBlock(1, [(2, -column)], 7)], [AffineBlock(3, [(4, column)], 7)])
    kept = engine.fraction_tree(engine.vector(range(8)), engine.vector(range(1, 9)))
    # a grid of cells, whose leaves are folded before they are made, and two leaves of another kind
    once, cells = Repeated(np.ones(1, dtype=np.uint16), 32), np.arange(32, dtype=np.uint16)
    grid = engine.affine_fraction_tree(
        [AffineBlock(0, [(1, once)], 32), AffineBlock(1, [(2, -column)], 2)],
        [AffineBlock(5, [(6, once), (7, cells)], 32), AffineBlock(3, [(4, column)], 2)],
    )
    for tree in (anew, kept, grid):
        for level in range(tree.depth):
            sumcheck = tree.sumcheck(level, list(range(9, 9 + level)), 11)
            for challenge in range(level):
                sumcheck.round()
                sumcheck.bind(challenge)
            sumcheck.final()


def _products(engine: FastEngine) -> None:
    sumcheck = engine.product_sumcheck([engine.vector([1, 2])], [(3, (0, 0))], 2)
    sumcheck.round()
    sumcheck.bind(4)
    sumcheck.final()


def _squares(engine: FastEngine) -> None:
    # One row variable more than are summed as integers, then one column variable.
    sumcheck = engine.square_sumcheck(np.ones((32, 2), dtype=np.int64), [3], 5)
    for challenge in range(6):
        sumcheck.round()
        sumcheck.bind(challenge)
    sumcheck.final()


def _rows(engine: FastEngine) -> None:
    engine.commit_rows(np.array([[1, -300]], dtype=np.int64), [5])
    columns.add_columns(np.array([[1], [3]], dtype=np.uint16), [0], generator_points()[:1], tick=lambda _: None)


def _commit(engine: FastEngine) -> None:
    engine.commit([0, 1], [2, 3], 4)
    engine.commit([generators.VALUE], [2], 3)


def _opening(engine: FastEngine) -> None:
    folding = engine.opening(range(5), [1, 2, 3, 4, 5], [5, 4, 3, 2, 1], 6)
    folding.cross_terms()
    folding.fold(7)
    folding.final()


def warm_up(monitor: Monitor) -> None:
    """Use every kernel on a few numbers; seconds on the first start of a version, a fraction of one later."""
    monitor.stage(STAGE)
    engine = FastEngine()
    steps: list[Callable[[FastEngine], None]] = [_vectors, _fractions, _products, _squares, _rows, _commit, _opening]
    for done, step in enumerate(steps):
        monitor.check()
        monitor.progress(done / len(steps))
        step(engine)
    monitor.progress(1.0)
