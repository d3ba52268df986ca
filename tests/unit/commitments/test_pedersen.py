"""Row commitments against a sum written out, on both backends and in the prover's plain engine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.algebra.field import ORDER
from core.algebra.group import get_backend
from core.commitments import generators
from core.commitments.pedersen import commit_row
from core.engines.plain import PlainEngine
from core.errors import InternalError

rows = st.lists(st.integers(0, 65535), min_size=1, max_size=12)
blindings = st.integers(0, ORDER - 1)


@settings(max_examples=20)
@given(rows, blindings)
def test_a_commitment_is_the_sum_it_says(values: list[int], blinding: int) -> None:
    native = get_backend("native")
    total = native.mul(generators.points(native)[generators.BLINDING], blinding)
    for column, value in enumerate(values):
        total = native.add(total, native.mul(generators.points(native)[generators.data(column)], value))
    expected = native.encode(total)
    assert commit_row(values, blinding, native) == expected
    assert commit_row(values, blinding, get_backend("reference")) == expected
    assert PlainEngine().commit(range(len(values)), values, blinding) == expected


@settings(max_examples=20)
@given(rows, rows, blindings, blindings)
def test_commitments_add_up(first: list[int], second: list[int], rho: int, sigma: int) -> None:
    backend = get_backend("native")
    width = max(len(first), len(second))
    a, b = (row + [0] * (width - len(row)) for row in (first, second))
    left, right = backend.decode([commit_row(a, rho or 1, backend), commit_row(b, sigma or 1, backend)])
    total = [x + y for x, y in zip(a, b, strict=True)]
    assert backend.encode(backend.add(left, right)) == commit_row(total, (rho or 1) + (sigma or 1), backend)


def test_value_place_and_blinding_all_matter() -> None:
    backend = get_backend("native")
    commitments = {commit_row(v, b, backend) for v, b in (([1, 2], 3), ([2, 1], 3), ([1, 2], 4), ([0, 1, 2], 3))}
    assert len(commitments) == 4


def test_no_row_is_wider_than_the_generators() -> None:
    backend = get_backend("native")
    assert len(commit_row([1] * 4096, 1, backend)) == 48
    with pytest.raises(InternalError):
        commit_row([1] * 4097, 1, backend)
