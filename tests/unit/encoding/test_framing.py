from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encoding.framing import frame, framed, unframe
from core.errors import MalformedError

parts = st.lists(st.binary(max_size=20), max_size=5)


@given(parts)
def test_parts_come_back(given_parts: list[bytes]) -> None:
    assert unframe(frame(*given_parts), count=len(given_parts)) == given_parts


@given(parts, parts)
def test_no_two_sequences_are_alike(first: list[bytes], second: list[bytes]) -> None:
    assert (frame(*first) == frame(*second)) == (first == second)


def test_the_label_is_a_part() -> None:
    assert framed("a", b"b") == b"\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\1b"


@pytest.mark.parametrize(
    ("data", "count", "code"),
    [
        (b"", 1, "framing.short"),
        (b"\0\0\0\0\0\0\0", 1, "framing.short"),
        (b"\0\0\0\0\0\0\0\2a", 1, "framing.short"),
        (b"\xff" * 8 + b"a", 1, "framing.short"),
        (b"\0\0\0\0\0\0\0\1ab", 1, "framing.trailing"),
        (b"a", 0, "framing.trailing"),
    ],
)
def test_other_bytes_are_malformed(data: bytes, count: int, code: str) -> None:
    with pytest.raises(MalformedError) as caught:
        unframe(data, count=count)
    assert caught.value.code == code
