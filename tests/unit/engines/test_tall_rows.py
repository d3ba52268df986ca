"""Row commitments column after column: the same bytes as by the plain engine, whatever meets whatever."""

from __future__ import annotations

import random

import numpy as np
import pytest

from core.algebra.group import get_backend
from core.algebra.kernels import columns, curve, tables
from core.commitments import generators
from core.engines.fast import FastEngine
from core.engines.plain import PlainEngine
from core.errors import CancelledError
from core.monitor import SilentMonitor
from core.proving import commit
from core.proving.commit import commit_records
from core.randomness import SeededTape

EDGES = [0, 1, 2, 127, 128, 255, 256, 32767, 32768, 32769, 65534, 65535]


def test_edge_values_in_columns_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "TALL", 1)
    rng = random.Random(1)
    kinds = [EDGES, EDGES[:9], [0, 1], [0, 65535], [0], [65535], [32768], range(1 << 16)]
    matrix = np.array([[rng.choice(kind) for kind in kinds] for _ in range(40)], dtype=np.uint16)
    blindings = [0, 1, *(rng.getrandbits(250) for _ in range(38))]
    assert FastEngine().commit_rows(matrix, blindings) == PlainEngine().commit_rows(matrix, blindings)


@pytest.mark.parametrize("width", [1, 2, 35])
def test_every_width_fills_its_tiles(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "TALL", 1)
    rng = np.random.default_rng(width)
    matrix = rng.integers(0, 300, size=(5, width)).astype(np.uint16)
    assert FastEngine().commit_rows(matrix, [7] * 5) == PlainEngine().commit_rows(matrix, [7] * 5)


def test_rows_past_one_block_of_inversions(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.random.default_rng(2).integers(0, 1 << 16, size=(columns.BLOCK + 3, 2)).astype(np.uint16)
    blindings = list(range(len(matrix)))
    engine = FastEngine()
    by_rows = engine.commit_rows(matrix, blindings)
    monkeypatch.setattr(columns, "TALL", 1)
    assert engine.commit_rows(matrix, blindings) == by_rows


def test_sums_that_double_cancel_and_start_again() -> None:
    x, y = generators.load_affine()[0]
    same = curve.from_affine([(x, y)])
    points = np.concatenate([same] * 3)
    matrix = np.array([[a, b, c] for a in (0, 3, 5) for b in (0, 3, 6) for c in (0, 3, 9)], dtype=np.uint16)
    # taken from the second column, 6 makes digits of both signs
    shares = columns.add_columns(matrix, [0, 6, 0], points, tick=lambda _: None)
    total = shares[0]
    for share in shares[1:]:
        total = tables.add_points(total, share)
    backend = get_backend("native")
    base = backend.from_affine([(x, y)])[0]
    expected = [backend.encode(backend.mul(base, a + b - 6 + c)) for a, b, c in matrix.tolist()]
    assert curve.encode(total) == expected


def test_blocks_of_records_and_their_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "TALL", 2)
    rows = np.random.default_rng(3).integers(0, 1 << 16, size=(9, 4)).astype(np.uint16)
    engine, monitor = FastEngine(), SilentMonitor()
    chunked = commit_records(rows, engine=PlainEngine(), tape=SeededTape(b"t"), monitor=monitor)
    monkeypatch.setattr(commit, "_MANY", 4)
    monkeypatch.setattr(commit, "_BLOCK", 4)
    assert commit_records(rows, engine=engine, tape=SeededTape(b"t"), monitor=monitor) == chunked


def test_cancel_is_seen_within_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "TALL", 1)

    def tick(done: float) -> None:
        if done > 0:
            raise CancelledError

    rows = np.ones((2, 40 * columns.TILE), dtype=np.uint16)
    with pytest.raises(CancelledError):
        FastEngine().commit_rows(rows, [1, 2], tick)
