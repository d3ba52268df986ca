"""Checking points in several processes gives what checking them in one gives."""

from __future__ import annotations

import concurrent.futures
from typing import NoReturn

import pytest

from core.algebra.backends import native, spread
from core.algebra.group import get_backend
from core.commitments import generators
from core.errors import MalformedError

COUNT = 2 * spread.CHUNK + 100


@pytest.fixture(scope="module")
def blobs() -> list[bytes]:
    backend = get_backend("native")
    return [backend.encode(point) for point in generators.points(backend)[:COUNT]]


def expected() -> list[bytes]:
    return [spread.join_affine(x, y) for x, y in generators.load_affine()[:COUNT]]


def test_processes_give_the_same_coordinates_in_order(blobs: list[bytes]) -> None:
    assert spread._spread(native.check_point, blobs, 2) == expected()


@pytest.mark.parametrize("bad", [[spread.CHUNK], [spread.CHUNK - 1, COUNT - 1], [COUNT - 1], [700, 2 * spread.CHUNK]])
def test_processes_name_the_first_bad_point(blobs: list[bytes], bad: list[int]) -> None:
    changed = list(blobs)
    for index in bad:
        changed[index] = bytes([0x80]) + bytes(47)
    with pytest.raises(MalformedError) as caught:
        spread._spread(native.check_point, changed, 2)
    assert (caught.value.code, caught.value.detail) == ("point.subgroup", f"point {bad[0]}")


def test_without_processes_the_work_is_done_here(blobs: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("no more processes")

    monkeypatch.setattr(spread.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", refuse)
    assert spread.check_all(native.check_point, blobs, 1000) == expected()


@pytest.mark.parametrize("name", ["native", "reference"])
def test_backends_hand_large_batches_over(name: str, blobs: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the bar lowered, a batch above it goes through `check_all` and comes back as points of the backend."""
    backend = get_backend(name)
    seen: list[int] = []

    def recorded(check: spread.Check, batch: list[bytes], threshold: int) -> list[bytes]:
        seen.append(len(batch))
        return spread.check_all(check, batch, threshold)

    module = __import__(f"core.algebra.backends.{name}", fromlist=["check_all"])
    monkeypatch.setattr(module, "check_all", recorded)
    monkeypatch.setattr(module, "_SPREAD_FROM", 10)
    assert [backend.encode(point) for point in backend.decode(blobs[:40])] == blobs[:40]
    assert seen == [40]


def test_coordinates_survive_the_way() -> None:
    x, y = generators.load_affine()[17]
    assert spread.split_affine(spread.join_affine(x, y)) == (x, y)
