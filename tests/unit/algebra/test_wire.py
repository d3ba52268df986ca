"""The cursor over untrusted proof bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.algebra.field import ORDER, scalar_to_bytes
from core.algebra.wire import Reader
from core.errors import InternalError, MalformedError

items = st.lists(st.integers(0, ORDER - 1) | st.binary(min_size=48, max_size=48), max_size=20)


@given(items)
def test_what_was_written_is_read(sequence: list[int | bytes]) -> None:
    reader = Reader(b"".join(scalar_to_bytes(item) if isinstance(item, int) else item for item in sequence))
    for item in sequence:
        assert (reader.scalars(1) if isinstance(item, int) else reader.points(1)) == [item]
    reader.done()


def test_several_at_once_keep_their_order() -> None:
    reader = Reader(b"".join(scalar_to_bytes(k) for k in (7, 8, 9)) + b"a" * 48 + b"b" * 48)
    assert reader.scalars(0) == []
    assert reader.scalars(3) == [7, 8, 9]
    assert reader.points(2) == [b"a" * 48, b"b" * 48]
    reader.done()


@pytest.mark.parametrize("size", [0, 1, 31, 33, 63])
def test_missing_scalars_are_malformed(size: int) -> None:
    with pytest.raises(MalformedError) as caught:
        Reader(bytes(size)).scalars(2)
    assert caught.value.code == "proof.short"


@pytest.mark.parametrize("size", [0, 47, 95])
def test_missing_points_are_malformed(size: int) -> None:
    with pytest.raises(MalformedError) as caught:
        Reader(bytes(size)).points(2)
    assert caught.value.code == "proof.short"


@pytest.mark.parametrize("method", ["scalars", "points"])
def test_a_huge_count_is_short_data_and_no_allocation(method: str) -> None:
    with pytest.raises(MalformedError) as caught:
        getattr(Reader(bytes(96)), method)(10**30)
    assert caught.value.code == "proof.short"


def test_leftover_bytes_are_malformed() -> None:
    reader = Reader(bytes(33))
    reader.scalars(1)
    with pytest.raises(MalformedError) as caught:
        reader.done()
    assert caught.value.code == "proof.trailing"


def test_an_unreduced_scalar_in_the_middle_is_malformed() -> None:
    with pytest.raises(MalformedError) as caught:
        Reader(bytes(32) + ORDER.to_bytes(32, "big") + bytes(32)).scalars(3)
    assert caught.value.code == "proof.scalar"


def test_a_negative_count_is_our_own_fault() -> None:
    with pytest.raises(InternalError):
        Reader(bytes(96)).points(-1)
