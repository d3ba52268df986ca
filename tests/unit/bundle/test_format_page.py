"""docs/bundle-format.md says what the code does: its example, limits and field names, and its independent reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.bundle.container import Member, encode
from core.bundle.limits import LIMITS, MEMBER_ORDER
from tests.unit.bundle.helper import bundle, replaced, resigned, statement_of

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "bundle-format.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def check_digests() -> Callable[[bytes], dict[str, Any]]:
    """The reader on the page, which shares no code with ours."""
    names: dict[str, Any] = {}
    exec(block("python"), names)
    reader: Callable[[bytes], dict[str, Any]] = names["check_digests"]
    return reader


def test_the_example_is_what_is_written() -> None:
    example = bytes.fromhex(block("hex"))
    assert encode([Member("a", b"hi")]) == example
    assert f"these {len(example)} bytes" in PAGE


def test_the_limits_are_those_of_the_reader() -> None:
    rows = re.findall(r"^\| (\d) \| `([a-z./]+)` \|.*\| (\d+)[^|]*\|$", PAGE, re.MULTILINE)
    assert [(name, int(size)) for _, name, size in rows] == [(name, LIMITS.member(name)) for name in MEMBER_ORDER]
    assert LIMITS.file == sum(LIMITS.member(name) for name in MEMBER_ORDER) + 1048576
    assert LIMITS.statement_beside(56) == 2097152 + 17
    assert LIMITS.envelope_around(3) == 262144 + 4
    assert "2097152" in PAGE and "262144" in PAGE and "1 to 1048576" in PAGE


def test_every_member_of_the_statement_is_on_the_page() -> None:
    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return {name for name in value if "/" not in name}.union(*map(names, value.values()))
        return set().union(*map(names, value)) if isinstance(value, list) else set()

    for hidden in (False, True):
        for name in names(statement_of(bundle(hidden=hidden))):
            assert f"`{name}`" in PAGE or f'"{name}"' in PAGE or name.endswith((".bin", ".json")), name


def test_the_reader_on_the_page_takes_ours(check_digests: Callable[[bytes], dict[str, Any]]) -> None:
    for hidden in (False, True):
        assert check_digests(bundle(hidden=hidden)) == statement_of(bundle(hidden=hidden))


def test_the_reader_on_the_page_refuses_what_ours_refuses(check_digests: Callable[[bytes], dict[str, Any]]) -> None:
    data = bundle()
    for position in range(0, len(data), 11):
        changed = bytearray(data)
        changed[position] ^= 4
        with pytest.raises(Exception):  # noqa: B017  # the page's reader does not promise which
            check_digests(bytes(changed))
    for name in MEMBER_ORDER[2:]:
        with pytest.raises(ValueError, match="rejected"):
            check_digests(replaced(data, name, b"{}"))
    for other in (data[:-1], data + b"\0", b"\0" + data):
        with pytest.raises(ValueError, match="malformed"):
            check_digests(other)

    def unnamed(statement: dict[str, Any]) -> None:
        del statement["predicate"]["files"]["schema.json"]

    with pytest.raises(ValueError, match="rejected"):
        check_digests(resigned(unnamed))
