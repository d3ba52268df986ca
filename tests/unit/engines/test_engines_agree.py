"""Every method of the fast engine gives what the plain engine gives, on ordinary, odd and extreme inputs."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.algebra.field import ORDER
from core.commitments import generators
from core.engines import get_engine
from core.engines.fast import FastEngine
from core.engines.plain import PlainEngine
from core.engines.warm import STAGE, warm_up
from core.errors import CancelledError, InputError
from core.monitor import SilentMonitor

PLAIN, FAST = PlainEngine(), FastEngine()
ROOT = Path(__file__).resolve().parents[3]
SPECIAL = [0, 1, 2, ORDER - 1, ORDER >> 1, (1 << 128) - 1]


def _scalars(rng: random.Random, count: int) -> list[int]:
    return [rng.choice(SPECIAL) if rng.random() < 0.2 else rng.randrange(ORDER) for _ in range(count)]


def _matrix(rng: random.Random, rows: int, width: int, bits: int) -> np.ndarray:
    bound = 1 << bits
    entries = [rng.choice([0, 1, -1, bound - 1, -bound, rng.randrange(-bound, bound)]) for _ in range(rows * width)]
    return np.array(entries, dtype=np.int64).reshape(rows, width)


def test_names_and_choice() -> None:
    assert get_engine("fast").name == "fast"
    assert get_engine("plain").name == "plain"
    with pytest.raises(InputError):
        get_engine("faster")


def test_vectors() -> None:
    values = [*SPECIAL, -1, -ORDER, 1 << 300, ORDER]
    assert FAST.ints(FAST.vector(values)) == PLAIN.ints(PLAIN.vector(values))
    assert FAST.ints(FAST.vector([])) == []


@pytest.mark.parametrize("variables", [0, 1, 3, 7])
def test_eq_tables(variables: int) -> None:
    point = _scalars(random.Random(variables), variables)
    assert FAST.ints(FAST.eq_table(point)) == PLAIN.eq_table(point)


def test_linear_algebra() -> None:
    rng = random.Random(11)
    for length in (1, 5, 32):
        a, b = _scalars(rng, length), _scalars(rng, 3)
        terms = [(rng.randrange(ORDER), _matrix(rng, 1, size, 62)[0]) for size in (length, length - 1, 0)]
        plain, fast = PLAIN.affine(7, terms, length), FAST.affine(7, terms, length)
        assert FAST.ints(fast) == plain
        assert FAST.ints(FAST.outer(FAST.vector(a), FAST.vector(b))) == PLAIN.outer(a, b)
        assert FAST.ints(FAST.concat([fast, FAST.vector(a), fast])) == PLAIN.concat([plain, a, plain])
        pairs = [(rng.randrange(ORDER), plain), (-3, a)]
        fast_pairs = [(coefficient, FAST.vector(vector)) for coefficient, vector in pairs]
        assert FAST.ints(FAST.combine(FAST.vector(a), fast_pairs)) == PLAIN.combine(a, pairs)
    assert FAST.ints(FAST.concat([])) == PLAIN.concat([])


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint16])
def test_small_matrices(dtype: type) -> None:
    rng = random.Random(12)
    information = np.iinfo(dtype)
    for rows, width, weights in ((1, 1, 1), (7, 5, 8), (6, 3, 4), (0, 2, 1)):
        entries = [rng.choice([information.min, information.max, 0, 1, 77]) for _ in range(rows * width)]
        matrix = np.array(entries, dtype=dtype).reshape(rows, width)
        w, form = _scalars(rng, weights), _scalars(rng, width)
        assert FAST.row_combination(FAST.vector(w), matrix) == PLAIN.row_combination(w, matrix)
        assert FAST.ints(FAST.matrix_form(matrix, form)) == PLAIN.matrix_form(matrix, form)
        # A transposed view is not contiguous.
        v = _scalars(rng, width)
        assert FAST.row_combination(FAST.vector(v), matrix.T) == PLAIN.row_combination(v, matrix.T)


@pytest.mark.parametrize("depth", [0, 1, 2, 5, 11])
def test_fraction_trees(depth: int) -> None:
    rng = random.Random(depth)
    size = 1 << depth
    numerators = _scalars(rng, size)
    denominators = [value or 1 for value in _scalars(rng, size)]
    if depth == 5:
        numerators[17:], denominators[17:] = [0] * (size - 17), [1] * (size - 17)
    plain = PLAIN.fraction_tree(numerators, denominators)
    fast = FAST.fraction_tree(FAST.vector(numerators), FAST.vector(denominators))
    assert fast.depth == plain.depth == depth
    assert fast.root() == plain.root()
    for level in range(depth):
        point, weight = _scalars(rng, level), rng.choice([0, 1, rng.randrange(ORDER)])
        both = plain.sumcheck(level, point, weight), fast.sumcheck(level, point, weight)
        for _ in range(level):
            assert both[1].round() == both[0].round()
            challenge = _scalars(rng, 1)[0]
            for sumcheck in both:
                sumcheck.bind(challenge)
        assert both[1].final() == both[0].final()


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("used", [0, 1, 16, 17, 18, 20, 23, 24, 25, 31, 32])
def test_fraction_trees_with_fillers(used: int, missing: bool) -> None:
    rng = random.Random(used)
    numerators = [*_scalars(rng, used), *([0] * (32 - used))]
    denominators = [*(value or 1 for value in _scalars(rng, used)), *([1] * (32 - used))]
    # Leaves may be given without the fillers.
    length = used if missing and used > 16 else 32
    plain = PLAIN.fraction_tree(numerators[:length], denominators[:length])
    fast = FAST.fraction_tree(FAST.vector(numerators[:length]), FAST.vector(denominators[:length]))
    assert fast.root() == plain.root() == PLAIN.fraction_tree(numerators, denominators).root()
    for level in (0, 1, 3, 4):
        point, weight = _scalars(rng, level), rng.randrange(ORDER)
        both = plain.sumcheck(level, point, weight), fast.sumcheck(level, point, weight)
        for _ in range(level):
            assert both[1].round() == both[0].round()
            challenge = rng.randrange(ORDER)
            for sumcheck in both:
                sumcheck.bind(challenge)
        assert both[1].final() == both[0].final()


@pytest.mark.parametrize(
    ("zeros", "depth", "used"), [(False, 9, 300), (True, 9, 300), (False, 13, 4200), (True, 13, 4096)]
)
def test_fraction_trees_from_root_to_leaves(zeros: bool, depth: int, used: int) -> None:
    # As the protocol walks: each point continues the challenges before it. Zero coordinates have no inverse.
    rng = random.Random(int(zeros))
    size = 1 << depth
    numerators, denominators = _scalars(rng, size), [value or 1 for value in _scalars(rng, size)]
    numerators[used:], denominators[used:] = [0] * (size - used), [1] * (size - used)
    plain = PLAIN.fraction_tree(numerators, denominators)
    given = max(used, size // 2 + 1)
    fast = FAST.fraction_tree(FAST.vector(numerators[:given]), FAST.vector(denominators[:given]))
    point: list[int] = []
    for level in range(depth):
        weight = rng.randrange(ORDER)
        both = plain.sumcheck(level, point, weight), fast.sumcheck(level, point, weight)
        bound = []
        for _ in range(level):
            assert both[1].round() == both[0].round()
            challenge = 0 if zeros and rng.random() < 0.2 else rng.randrange(ORDER)
            for sumcheck in both:
                sumcheck.bind(challenge)
            bound.append(challenge)
        assert both[1].final() == both[0].final()
        point = [rng.randrange(ORDER), *bound]


@pytest.mark.parametrize("degree", [2, 3])
@pytest.mark.parametrize("variables", [0, 1, 4, 10])
def test_product_sumchecks(degree: int, variables: int) -> None:
    rng = random.Random(10 * degree + variables)
    tables = [_scalars(rng, 1 << variables) for _ in range(4)]
    terms = [(rng.randrange(ORDER), tuple(rng.randrange(4) for _ in range(rng.randint(0, degree)))) for _ in range(5)]
    terms += [(-2, (0,) * degree), (0, (1,))]
    vectors = [FAST.vector(table) for table in tables]
    both = PLAIN.product_sumcheck(tables, terms, degree), FAST.product_sumcheck(vectors, terms, degree)
    for _ in range(variables):
        assert both[1].round() == both[0].round()
        challenge = _scalars(rng, 1)[0]
        for sumcheck in both:
            sumcheck.bind(challenge)
    assert both[1].final() == both[0].final()
    assert [FAST.ints(vector) for vector in vectors] == tables


@pytest.mark.parametrize(
    ("rows", "width", "row_variables", "column_variables", "bits"),
    [
        (1, 3, 0, 2, 8),
        (5, 1, 3, 0, 16),
        (7, 3, 3, 2, 16),
        (40, 5, 6, 4, 16),
        (64, 33, 6, 6, 16),
        (3, 2, 5, 1, 16),
        (40, 3, 6, 2, 22),
        (33, 3, 6, 2, 40),
        (20, 4, 5, 2, 62),
        (0, 2, 5, 1, 8),
    ],
)
def test_square_sumchecks(rows: int, width: int, row_variables: int, column_variables: int, bits: int) -> None:
    rng = random.Random(rows + bits)
    matrix = _matrix(rng, rows, width, bits)
    tau = _scalars(rng, column_variables)
    _walk_squares(rng, matrix, tau, row_variables)


def test_square_sumchecks_of_the_largest_records() -> None:
    rng = random.Random(31)
    records = np.full((70, 40), 65535, dtype=np.uint16)
    _walk_squares(rng, records, _scalars(rng, 6), 7)


@pytest.mark.parametrize("recalled", range(8))
def test_square_sumchecks_whose_first_rounds_were_sent(recalled: int) -> None:
    """Who goes on binds the rounds that were sent before the first one is asked for."""
    rng = random.Random(recalled)
    records = np.array([[rng.randrange(65536) for _ in range(5)] for _ in range(60)], dtype=np.uint16)
    tau = _scalars(rng, 3)
    plain, fast = PLAIN.square_sumcheck(records, tau, 6), FAST.square_sumcheck(records, tau, 6)
    for done in range(6 + len(tau)):
        if done >= recalled:
            assert fast.round() == plain.round()
        challenge = _scalars(rng, 1)[0]
        for sumcheck in (plain, fast):
            sumcheck.bind(challenge)
    assert fast.final() == plain.final()


def _walk_squares(rng: random.Random, matrix: np.ndarray, tau: list[int], row_variables: int) -> None:
    both = PLAIN.square_sumcheck(matrix, tau, row_variables), FAST.square_sumcheck(matrix, tau, row_variables)
    for _ in range(row_variables + len(tau)):
        assert both[1].round() == both[0].round()
        challenge = _scalars(rng, 1)[0]
        for sumcheck in both:
            sumcheck.bind(challenge)
    assert both[1].final() == both[0].final()


@pytest.mark.parametrize(
    ("rows", "width", "bits"), [(1, 1, 1), (3, 5, 8), (20, 33, 16), (2, 7, 40), (4, 6, 62), (0, 4, 3)]
)
def test_row_commitments(rows: int, width: int, bits: int) -> None:
    rng = random.Random(rows)
    matrix = _matrix(rng, rows, width, bits)
    if rows > 3:
        matrix[1] = 0
        matrix[2, 0] = -(1 << 63)
    blindings = _scalars(rng, rows)
    assert FAST.commit_rows(matrix, blindings) == PLAIN.commit_rows(matrix, blindings)


def test_row_commitments_at_the_edges_of_an_entry_s_parts() -> None:
    """Entries beyond the small table are committed to in parts of 16 bits with a sign."""
    edges = [k << 16 for k in (8, 9, 1 << 15, 1 << 19, (1 << 31) + 1, (1 << 35) - 1)] + [1 << 63]
    values = [sign * (edge + by) for edge in edges for by in (-(1 << 15) - 1, -(1 << 15), -1, 0, 1) for sign in (1, -1)]
    values += [1 << 15, (1 << 15) + 1, (1 << 19) - 1, 1 << 19]
    row = [value for value in values if -(1 << 63) <= value < 1 << 63]
    both = np.array([row, row[::-1], [0] * len(row), [3] * len(row)], dtype=np.int64)
    assert FAST.commit_rows(both, [0, 1, ORDER - 1, 5]) == PLAIN.commit_rows(both, [0, 1, ORDER - 1, 5])


def test_row_commitments_of_records() -> None:
    rng = random.Random(21)
    records = np.array([[rng.randrange(65536) for _ in range(9)] for _ in range(5)], dtype=np.uint16)
    blindings = _scalars(rng, 5)
    assert FAST.commit_rows(records, blindings) == PLAIN.commit_rows(records, blindings)


def test_a_row_of_nothing_is_the_identity() -> None:
    nothing = np.zeros((1, 4), dtype=np.int64)
    assert FAST.commit_rows(nothing, [0]) == PLAIN.commit_rows(nothing, [0])


@pytest.mark.parametrize("count", [0, 1, 2, 5, 40, 300])
def test_commitments(count: int) -> None:
    rng = random.Random(count)
    basis = [rng.choice([rng.randrange(8192), generators.VALUE, generators.INNER]) for _ in range(count)]
    values, blinding = _scalars(rng, count), rng.randrange(ORDER)
    assert FAST.commit(basis, values, blinding) == PLAIN.commit(basis, values, blinding)


@pytest.mark.parametrize("values", [[0], [1], [ORDER - 1], [-5]])
def test_commitments_to_one_value(values: list[int]) -> None:
    for blinding in (0, 1, ORDER - 1):
        for index in (generators.VALUE, generators.INNER, generators.BLINDING, 0):
            assert FAST.commit([index], values, blinding) == PLAIN.commit([index], values, blinding)


@pytest.mark.parametrize("length", [2, 3, 5, 8, 13, 64, 65])
def test_foldings(length: int) -> None:
    rng = random.Random(length)
    basis = [*rng.sample(range(8192), length - 1), generators.VALUE]
    values, form, inner = _scalars(rng, length), _scalars(rng, length), rng.randrange(ORDER)
    both = PLAIN.opening(basis, values, form, inner), FAST.opening(basis, values, form, inner)
    for _ in range((length - 1).bit_length()):
        assert both[1].cross_terms() == both[0].cross_terms()
        challenge = _scalars(rng, 1)[0]
        for folding in both:
            folding.fold(challenge)
        assert both[1].final() == both[0].final()


def test_lengths_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError):
        FAST.commit([0, 1], [1], 1)
    with pytest.raises(ValueError):
        FAST.commit_rows(np.zeros((2, 2), dtype=np.int64), [1])
    with pytest.raises(ValueError):
        FAST.opening([0, 1], [1, 2], [1], 1)
    with pytest.raises(ValueError):
        FAST.matrix_form(np.zeros((2, 2), dtype=np.int64), [1])


class Recorder(SilentMonitor):
    """Keeps what it is told; stops at the given check."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stages: list[str] = []
        self.shares: list[float] = []
        self.checks = 0
        self._stop_at = stop_at

    def stage(self, name: str) -> None:
        self.stages.append(name)

    def progress(self, done: float) -> None:
        self.shares.append(done)

    def check(self) -> None:
        self.checks += 1
        if self.checks == self._stop_at:
            raise CancelledError()


def test_warming_up_is_announced_and_can_be_stopped() -> None:
    monitor = Recorder()
    warm_up(monitor)
    assert monitor.stages == [STAGE]
    assert monitor.shares == sorted(monitor.shares)
    assert monitor.shares[-1] == 1.0
    with pytest.raises(CancelledError):
        warm_up(Recorder(stop_at=2))


AFTER_WARMING_UP = """
import importlib, pkgutil
import numpy as np
from numba.core.dispatcher import Dispatcher
import core.algebra.kernels as package
from core.engines.fast import FastEngine
from core.engines.interface import AffineBlock
from core.engines.warm import warm_up
from core.monitor import SilentMonitor

def compiled():
    names = [f"{package.__name__}.{info.name}" for info in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(name) for name in names]
    return {
        f"{module.__name__}.{name}": len(value.signatures)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher)
    }

warm_up(SilentMonitor())
before = compiled()
engine = FastEngine()
records = np.arange(600, dtype=np.uint16).reshape(20, 30)
engine.commit_rows(records, [3] * 20)
engine.commit_rows(records.T.astype(np.int64) << 40, [3] * 30)
engine.row_combination(engine.eq_table([2] * 5), records[::2])
engine.matrix_form(records.astype(np.int32), [1] * 30)
engine.affine(1, [(2, np.arange(9000)), (3, records.astype(np.int64)[:, 3])], 9000)
engine.affine(1, [], 3)
tree = engine.fraction_tree(engine.affine(1, [], 8192), engine.affine(2, [], 8192))
sumcheck = tree.sumcheck(12, [5] * 12, 6)
short = np.arange(9000).astype(np.uint16)
anew = engine.affine_fraction_tree([AffineBlock(1, [(2, short)], 9000)], [AffineBlock(3, [(-4, short)], 9000)])
lowest = anew.sumcheck(13, [5] * 13, 6)
for _ in range(13):
    lowest.round(), lowest.bind(3)
columns = engine.square_sumcheck(records, [3] * 5, 6)
for _ in range(11):
    columns.round(), columns.bind(5)
for kind, height in ((np.uint16, 1 << 13), (np.int64, 1 << 13), (np.int32, 300), (np.int64, 3)):
    squares = engine.square_sumcheck(np.ones((height, 5), dtype=kind), [3] * 3, (height - 1).bit_length())
    for _ in range((height - 1).bit_length() + 3):
        squares.round(), squares.bind(5)
    squares.final()
tall = np.arange(2 * 65_600, dtype=np.uint16).reshape(-1, 2)
engine.commit_rows(tall, [3] * len(tall))
engine.commit_rows(np.asfortranarray(tall[:70]), [3] * 70)
for kind in (np.uint16, np.int32, np.int64):
    some = records.astype(kind)
    engine.commit_rows(some, [3] * 20)
    engine.row_combination(engine.eq_table([2] * 5), some)
    engine.matrix_form(some, [1] * 30)
    made = [AffineBlock(1, [(2, some[:, 3])], 20), AffineBlock(2, [(-2, some[0])], 32)]
    engine.affine_fraction_tree(made, made).sumcheck(3, [5] * 3, 6).round()
product = engine.product_sumcheck([engine.affine(1, [], 4096)] * 3, [(1, (0, 1, 2)), (5, ())], 3)
for _ in range(12):
    sumcheck.round(), sumcheck.bind(3), product.round(), product.bind(4)
sumcheck.final(), product.final()
engine.commit(range(600), [5] * 600, 1)
engine.commit([8192], [5], 1)
opening = engine.opening([*range(99), 8192], [7] * 100, [8] * 100, 9)
for _ in range(5):
    opening.cross_terms(), opening.fold(10)
opening.final()
assert compiled() == before, {name: count for name, count in compiled().items() if count != before[name]}
assert max(before.values()) == 1, before
print(*before)
"""


def test_after_warming_up_nothing_is_compiled() -> None:
    result = subprocess.run(
        [sys.executable, "-c", AFTER_WARMING_UP], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    looked_at = {name.rsplit(".", 1)[1] for name in result.stdout.split()}
    written = {
        line.removeprefix("def ").split("(")[0]
        for path in (ROOT / "core" / "algebra" / "kernels").glob("*.py")
        for before, line in pairwise(path.read_text(encoding="utf-8").splitlines())
        if before == "@kernel"
    }
    assert len(written) > 40 and written <= looked_at
