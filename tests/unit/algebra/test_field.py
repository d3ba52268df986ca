"""Scalars against plain integers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_ecc.optimized_bls12_381 import curve_order

from core.algebra.field import ORDER, batch_inverse, scalar_from_bytes, scalar_to_bytes
from core.errors import InternalError, MalformedError

scalars = st.integers(0, ORDER - 1) | st.sampled_from([0, 1, 2, ORDER - 1, ORDER // 2, (1 << 254) - 1])


def test_the_order_is_that_of_the_group() -> None:
    assert curve_order == ORDER
    u = -0xD201000000010000
    assert u**4 - u**2 + 1 == ORDER


@given(st.lists(st.integers(-(2**300), 2**300).filter(lambda value: value % ORDER)))
def test_batch_inverse_gives_each_inverse(values: list[int]) -> None:
    assert batch_inverse(values) == [pow(value, -1, ORDER) for value in values]


@pytest.mark.parametrize("values", [[0], [1, 0], [0, 1], [5, ORDER, 7], [3, -ORDER]])
def test_zero_has_no_inverse(values: list[int]) -> None:
    with pytest.raises(InternalError) as caught:
        batch_inverse(values)
    assert caught.value.code == "field.zero"


@given(scalars)
def test_scalars_survive_their_bytes(value: int) -> None:
    data = scalar_to_bytes(value)
    assert len(data) == 32
    assert scalar_from_bytes(data) == value == int.from_bytes(data, "big")


@pytest.mark.parametrize("value", [-1, ORDER, ORDER + 1, 1 << 255])
def test_only_reduced_scalars_are_written(value: int) -> None:
    with pytest.raises(InternalError):
        scalar_to_bytes(value)


@pytest.mark.parametrize(
    "data",
    [
        ORDER.to_bytes(32, "big"),
        (ORDER + 1).to_bytes(32, "big"),
        (2 * ORDER).to_bytes(32, "big"),
        b"\xff" * 32,
        b"",
        bytes(31),
        bytes(33),
    ],
)
def test_only_reduced_scalars_of_32_bytes_are_read(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        scalar_from_bytes(data)
    assert caught.value.code == "proof.scalar"
