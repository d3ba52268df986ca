"""Testing many points for the group together finds what testing them one by one finds."""

from __future__ import annotations

from operator import add

import pytest

from core.algebra.backends import jointly
from core.algebra.group import get_backend
from core.commitments import generators
from core.errors import MalformedError
from tests.unit.algebra import curve

COUNT = 1200
NATIVE = get_backend("native")
OUTSIDE = {
    "order 3": curve.compressed(curve.torsion(3)),
    "good plus order 3": curve.compressed(curve.shifted(7, 3)),
    "good plus order 11": curve.compressed(curve.shifted(7, 11)),
    "good plus order 10177": curve.compressed(curve.shifted(7, 10177)),
}


@pytest.fixture(scope="module")
def blobs() -> list[bytes]:
    return [NATIVE.encode(point) for point in generators.points(NATIVE)[:COUNT]]


def changed(blobs: list[bytes], bad: dict[int, bytes]) -> list[bytes]:
    return [bad.get(index, blob) for index, blob in enumerate(blobs)]


def test_so_many_points_are_tested_together(blobs: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the tests below would test nothing: no point is asked by itself."""
    asked: list[int] = []
    real = jointly.hidden_sums
    monkeypatch.setattr(
        "core.algebra.backends.native.hidden_sums", lambda *given: asked.append(len(given[0])) or real(*given)
    )
    assert [NATIVE.encode(point) for point in NATIVE.decode(blobs)] == blobs
    NATIVE.decode(blobs[:100])
    assert asked == [COUNT]
    assert jointly.pays(COUNT) and not jointly.pays(100)


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("place", [0, 611, COUNT - 1])
def test_one_point_outside_the_group_is_named(blobs: list[bytes], name: str, place: int) -> None:
    with pytest.raises(MalformedError) as caught:
        NATIVE.decode(changed(blobs, {place: OUTSIDE[name]}), first=5000)
    assert (caught.value.code, caught.value.detail) == ("point.subgroup", f"point {5000 + place}")


def test_points_that_cancel_in_a_plain_sum_are_found(blobs: list[bytes]) -> None:
    """T and -T add up to nothing, as do three times a point of order 3."""
    plus, minus = OUTSIDE["order 3"], curve.compressed(curve.multiply(curve.torsion(3), 2))
    for bad in ({3: plus, 4: minus}, {3: plus, 9: plus, 11: plus}):
        with pytest.raises(MalformedError) as caught:
            NATIVE.decode(changed(blobs, bad))
        assert caught.value.detail == "point 3"


def test_the_least_bad_point_is_named_whatever_is_wrong_with_it(blobs: list[bytes]) -> None:
    outside, nowhere = OUTSIDE["good plus order 11"], bytes(48)
    for bad, code, index in (
        ({700: outside, 900: nowhere}, "point.subgroup", 700),
        ({700: nowhere, 900: outside}, "point.encoding", 700),
    ):
        with pytest.raises(MalformedError) as caught:
            NATIVE.decode(changed(blobs, bad))
        assert caught.value.code == code
        assert caught.value.detail.startswith(f"point {index}")


@pytest.mark.parametrize("name", OUTSIDE)
def test_each_sum_is_outside_with_probability_one_half(blobs: list[bytes], name: str) -> None:
    """Of 144 or more fair coins fewer than 33 show heads with probability 2^-37; the bits come from a fixed hash."""
    few = changed(blobs, {17: OUTSIDE[name]})
    points = [native_point(blob) for blob in few]
    sums = list(jointly.hidden_sums(points, few, add, NATIVE.identity))
    assert len(sums) >= jointly.SUMS
    outside = sum(not point.is_in_subgroup() for point in sums)
    assert 33 <= outside <= len(sums) - 33


def test_sums_are_over_the_halves_that_all_encodings_give(blobs: list[bytes]) -> None:
    points = generators.points(NATIVE)[:COUNT]
    sums = list(jointly.hidden_sums(points, blobs, add, NATIVE.identity))
    assert len({NATIVE.encode(point) for point in sums}) == len(sums)
    other = list(jointly.hidden_sums(points, [*blobs[:-1], blobs[0]], add, NATIVE.identity))
    assert not {NATIVE.encode(point) for point in sums} & {NATIVE.encode(point) for point in other}


def test_small_lists_give_every_subset_sum_of_their_bits() -> None:
    """Against the definition: with two points each sum is one of four, and all four occur."""
    first, second = generators.points(NATIVE)[:2]
    encodings = [NATIVE.encode(first), NATIVE.encode(second)]
    sums = {NATIVE.encode(point) for point in jointly.hidden_sums([first, second], encodings, add, NATIVE.identity)}
    possible = (NATIVE.identity, first, second, NATIVE.add(first, second))
    assert sums == {NATIVE.encode(point) for point in possible}


def native_point(blob: bytes) -> object:
    from core.algebra.backends.native import _decompress

    return _decompress(blob, 0)
