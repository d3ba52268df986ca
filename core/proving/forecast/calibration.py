"""What each unit of work costs on this machine now, measured in about a second on made-up records of the same width.

Loads are large enough to leave the caches, as the work itself does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.algebra.batch.opening import helper_count
from core.algebra.group import get_backend
from core.bundle.keys import SigningKey
from core.channel.equation import Equation
from core.channel.runs import EqRun
from core.claims.bounded.prover import sums_of
from core.claims.bounded.relation import PROJECTIONS, projection_stream, projection_weights
from core.claims.validity.prover import open_records
from core.commitments.merkle import dataset_root
from core.engines.interface import AffineBlock, Engine, Repeated, SumcheckProver
from core.lookup.tables import SigmoidRows
from core.monitor import Monitor
from core.polynomials.multilinear import eq_table
from core.proving.forecast.costs import Cost, timed
from core.proving.forecast.shape import Shape
from core.proving.forecast.work import cells_of, leaves_of
from core.relations.sigmoid_table import MIN_STEP_BITS, sigmoid_table
from core.relations.views import derive_views
from core.training.rows import RowView

Rows: TypeAlias = NDArray[np.uint16]

TREES = ((0, 18), (22, 20))
"""log2 of leaves, and log2 of those of the tree that is measured from there on: the memory of very large trees is far
from any cache, and new."""
ROWS = 1 << 11
CELLS = 1 << 21
"""Entries of the matrices that records are imitated by, at most."""
TRAINED_CELLS = 1 << 22
"""Entries of the matrix for training, at most: enough blocks for every core."""
POINTS = 1 << 12
"""Points that the verifier is measured on, at most: the more there are, the less each takes."""


def calibrate(shape: Shape, *, engine: Engine, monitor: Monitor) -> dict[str, Cost]:
    """The cost of every unit of core.proving.forecast.work that this shape needs."""
    bench = _Bench(shape, engine)
    steps: list[Callable[[], dict[str, Cost]]] = [
        bench.records,
        bench.lookups,
        bench.columns,
        bench.openings,
        bench.residual,
        bench.training,
        bench.public,
        bench.verifier,
    ]
    if shape.range_claim == "bounded":
        steps.append(bench.squares)
    costs: dict[str, Cost] = {}
    for done, step in enumerate(steps):
        monitor.check()
        monitor.progress(done / len(steps))
        costs |= step()
    monitor.progress(1.0)
    return costs


class _Bench:
    """Made-up records of the shape's width, and the measurements on them."""

    def __init__(self, shape: Shape, engine: Engine) -> None:
        self._shape = shape
        self._engine = engine
        self._random = np.random.default_rng(1)
        self._width = shape.layout.width
        self._rows = self._matrix(min(ROWS, CELLS // self._width), self._width)

    def records(self) -> dict[str, Cost]:
        """record, form, row."""
        engine, rows = self._engine, self._rows
        point = self._elements((len(rows) - 1).bit_length())
        blindings = self._elements(len(rows))
        few = rows[:128]
        return {
            "record": timed(lambda: open_records(engine, rows, blindings, eq_table(point)[: len(rows)]))
            * (1 / len(rows)),
            "form": timed(lambda: engine.matrix_form(rows, blindings[: self._width])) * (1 / len(rows)),
            "row": timed(lambda: engine.commit_rows(few, blindings[: len(few)])) * (1 / len(few)),
        }

    def lookups(self) -> dict[str, Cost]:
        """leaf, level and, where there are any, cell: a small tree and large ones, as full as the real ones.

        A tree that is just too full for one level less goes through all its levels anew once more.
        """
        level = timed(lambda: self._walk(0, 1 << 5), 3) * (1 / 15)
        costs = {"level": level}
        for name, spec in (("leaf", self._shape.optimum.spec), ("cell", self._shape.ranges.spec)):
            if name == "leaf" or cells_of(spec):
                depth = min(spec.layout.depth, max(measured for least, measured in TREES if leaves_of(spec) >> least))
                leaves, cells = (count >> (spec.layout.depth - depth) for count in (leaves_of(spec), cells_of(spec)))
                walked = timed(partial(self._walk, cells, leaves - cells), warm=False)
                known = level * (depth * (depth + 1) / 2)
                if cells:
                    known = known + costs["leaf"] * (leaves - cells)
                costs[name] = walked.less(known) * (1 / (cells or leaves))
        return costs

    def columns(self) -> dict[str, Cost]:
        """entry, wide: rows as long as those of the model's proof, where most entries are."""
        engine, width = self._engine, 1 << self._shape.optimum.width
        count = max(2, 4096 // width)
        largest = 1 << self._shape.parameters.value_bits
        blindings = self._elements(count)
        costs = {}
        for name, low, high in (("entry", 0, 1 << 16), ("wide", largest >> 1, largest)):
            entries = self._random.integers(low, high, (count, width), dtype=np.int64)
            costs[name] = timed(partial(engine.commit_rows, entries, blindings)) * (1 / (count * width))
        return costs

    def openings(self) -> dict[str, Cost]:
        """generator, opening: one long vector and one short one."""
        long, short = timed(lambda: self._open(1024)), timed(lambda: self._open(32), 2)
        generator = long.less(short) * (1 / (1024 - 32))
        return {"generator": generator, "opening": short.less(generator * 32)}

    def residual(self) -> dict[str, Cost]:
        """residual: nine tables of 2^11 rows through all rounds."""
        size = 1 << 12
        column = self._random.integers(0, 1 << 16, size, dtype=np.int64)
        terms = [(1, (0, 1)), (1, (0, 2, 3)), (3, (0, 4)), (5, (5, 6)), (7, (5, 7, 8)), (9, (5, 4, 4)), (2, (5, 4))]
        scale = self._elements(1)[0]

        def work() -> None:
            tables = [self._engine.affine(1, [(scale, column), (3, column)], size) for _ in range(9)]
            self._rounds(self._engine.product_sumcheck(tables, terms, 3), 12)

        return {"residual": timed(work) * (1 / size)}

    def training(self) -> dict[str, Cost]:
        """evaluation, step, exact, curvature."""
        from core.training.probe import evaluation, fit_a_few, polishing  # it loads torch

        shape, features = self._shape, len(self._shape.layout.features)
        count = max(1, min(shape.train, TRAINED_CELLS // self._width))
        rows = self._view(count)
        outcomes = self._random.integers(0, 2, count, dtype=np.int64)
        few, labels = self._matrix(16, features), np.arange(16) % 2
        taken = fit_a_few(few, labels)
        step = timed(lambda: fit_a_few(few, labels), warm=False) * (1 / taken)
        call = timed(evaluation(few[:1], labels[:1]), 10)
        each = timed(evaluation(rows, outcomes), 4)
        some = min(count, 1 << 12)
        parameters = replace(shape.parameters, rows=some)
        weights = tuple(
            int(w) << (parameters.weight_scale_bits - 16)
            for w in self._random.integers(-(1 << 12), 1 << 12, features + 1)
        )
        exact, curvature = polishing(self._view(some), outcomes[:some], weights, parameters)
        return {
            "step": step,
            "evaluation": each.less(call) * (1 / count),
            "exact": timed(exact) * (1 / some),
            "curvature": timed(curvature) * (1 / some),
        }

    def public(self) -> dict[str, Cost]:
        """listed, drawn, table, sign, packed."""
        numbers = tuple(range(1, ROWS + 1))
        blobs = [number.to_bytes(48, "big") for number in numbers]
        half = Fraction(1, 2)

        content = sigmoid_table(MIN_STEP_BITS, 24)
        table = SigmoidRows(1, len(content.value).bit_length() - 1, lambda: content)
        point = self._elements(table.variables)
        beta = self._elements(1)[0]

        def tabulate() -> None:
            for _, column in table.columns():
                np.asarray(column, dtype=np.int64)
            table.evaluate(point, beta)

        key = SigningKey.generate("calibration")
        message = bytes(1 << 14)
        return {
            "listed": timed(lambda: dataset_root(numbers, blobs, bytes(32))) * (1 / ROWS),
            "drawn": timed(lambda: derive_views(numbers, excluded=(), seed=bytes(32), share=half)) * (1 / ROWS),
            "table": timed(tabulate) * (1 / len(content.value)),
            "sign": timed(lambda: key.sign_both(message), 2),
            "packed": timed(lambda: b"".join(n.to_bytes(8, "big") + b for n, b in zip(numbers, blobs, strict=True)))
            * (8 / ROWS),
        }

    def verifier(self) -> dict[str, Cost]:
        """point, helped, product, pass."""
        backend, count = get_backend("native"), min(POINTS, self._shape.count)
        blobs = self._engine.commit_rows(self._matrix(count, 1).astype(np.int64), self._elements(count))
        scalars = self._elements(count)
        point = self._elements((ROWS - 1).bit_length())

        points = backend.decode(blobs)

        def combine() -> None:
            equation = Equation("calibration")
            equation.combination(EqRun(0, ROWS, point), scalars[0])
            equation.coefficients(range(ROWS))

        product = timed(lambda: backend.msm(points, scalars), warm=False) * (1 / count)
        one = timed(lambda: backend.decode(blobs), warm=False) * (1 / count) + product
        return {
            "point": one,
            "helped": Cost(one.wall / helper_count(self._shape.count), one.cpu),
            "product": product,
            "pass": timed(combine) * (1 / ROWS),
        }

    def squares(self) -> dict[str, Cost]:
        """square, projected, weight."""
        rows, seed = self._rows, self._elements(1)[0]
        variables = (len(rows) - 1).bit_length()
        tau = self._elements(self._width.bit_length())
        stream = projection_stream(seed, len(rows))
        weights = self._elements(PROJECTIONS)
        cells = len(rows) * self._width

        def square() -> None:
            sumcheck = self._engine.square_sumcheck(rows, tau, variables)
            self._rounds(sumcheck, variables + len(tau))

        return {
            "square": timed(square) * (1 / cells),
            "projected": timed(lambda: sums_of(rows, projection_stream(seed, len(rows)))) * (1 / cells),
            "weight": timed(lambda: projection_weights(stream, len(rows), weights)) * (1 / len(rows)),
        }

    def _walk(self, cells: int, others: int) -> None:
        """All sumchecks of a tree over so many cells of records, a power of two or none, and other leaves."""
        engine = self._engine
        beta, alpha, weight = self._elements(3)
        numerators, denominators = [], []
        if cells:
            period = min(cells, 1 << (self._width - 1).bit_length())
            tags = Repeated(np.ones(period, dtype=np.uint16), cells)
            numerators.append(AffineBlock(0, [(1, tags)], cells))
            denominators.append(AffineBlock(alpha, [(-1, tags), (beta, self._limbs(cells))], cells))
        if others:
            mask = np.ones(others, dtype=np.uint16)
            numerators.append(AffineBlock(0, [(1, mask)], others))
            denominators.append(AffineBlock(alpha, [(-1, mask), (beta, self._limbs(others))], others))
        tree = engine.affine_fraction_tree(numerators, denominators)
        point = self._elements(tree.depth)
        for level in range(tree.depth):
            self._rounds(tree.sumcheck(level, point[:level], weight), level)

    def _limbs(self, count: int) -> Rows:
        return self._random.integers(0, 1 << 16, count, dtype=np.int64).astype(np.uint16)

    def _open(self, length: int) -> None:
        basis, values, form = range(length), self._elements(length), self._elements(length)
        self._engine.commit(basis, values, values[0])
        folding = self._engine.opening(basis, values, form, form[0])
        for challenge in self._elements(max(0, (length - 1).bit_length() - 2)):
            folding.cross_terms()
            folding.fold(challenge)
        folding.final()

    def _rounds(self, sumcheck: SumcheckProver, rounds: int) -> None:
        for challenge in self._elements(rounds):
            sumcheck.round()
            sumcheck.bind(challenge)
        sumcheck.final()

    def _elements(self, count: int) -> list[int]:
        """Field elements of full length, as challenges and blinding factors are."""
        return [int.from_bytes(self._random.bytes(31), "big") | 1 << 240 for _ in range(count)]

    def _view(self, count: int) -> RowView:
        """The features of so many records, picked from among others as a training view is."""
        matrix = self._matrix(count + count // 4 + 1, self._width)
        places = np.sort(self._random.permutation(len(matrix))[:count])
        return RowView(matrix, places, np.array(self._shape.layout.features))

    def _matrix(self, rows: int, columns: int) -> Rows:
        return self._random.integers(0, 1 << 16, (rows, columns), dtype=np.uint16)
