"""One way to write a container; every other byte string is refused with a sentence of its own."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bundle.container import Member, decode, encode
from core.bundle.limits import BundleLimits
from core.errors import InternalError, MalformedError
from tests.unit.bundle.helper import bundle

MEMBERS = (Member("statement.json", b"{}"), Member("proofs/validity.bin", bytes(range(50))))
DATA = encode(MEMBERS)


def refused(data: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        decode(data)
    assert caught.value.code.startswith("bundle.")
    return caught.value.code


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """What an ordinary program would write."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}(/[a-z0-9][a-z0-9._-]{0,20})?", fullmatch=True)


@given(st.dictionaries(names, st.binary(max_size=300), min_size=1, max_size=16))
def test_round_trip(contents: dict[str, bytes]) -> None:
    members = tuple(Member(name, content) for name, content in contents.items())
    assert decode(encode(members)) == members


def test_every_byte_matters() -> None:
    for position in range(len(DATA)):
        for flip in (0x01, 0x80, 0xFF):
            changed = bytearray(DATA)
            changed[position] ^= flip
            refused(bytes(changed))


def test_every_length_matters() -> None:
    for length in range(len(DATA)):
        refused(DATA[:length])
    assert refused(DATA + b"\0") == "bundle.trailing"


def test_ordinary_tools_open_it() -> None:
    with zipfile.ZipFile(io.BytesIO(bundle())) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == ["statement.json", "envelope.json"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_ordinary_tools_write_is_not_the_one_form() -> None:
    assert refused(zipped(("statement.json", b"{}"))) == "bundle.header"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../statement.json", "bundle.name"),
        ("/etc/passwd", "bundle.name"),
        ("proofs/../../x", "bundle.name"),
        ("proofs//x", "bundle.name"),
        ("a\\b", "bundle.name"),
        ("C:x", "bundle.name"),
        (".hidden", "bundle.name"),
        ("Statement.json", "bundle.name"),
        ("a\0b", "bundle.name"),
        ("x" * 65, "bundle.name"),
        ("größe", "bundle.name"),
    ],
)
def test_names_that_lead_elsewhere(name: str, code: str) -> None:
    """Written by hand in our own form, so that nothing but the name is wrong."""
    encoded = name.encode("utf-8")
    header = struct.pack("<4s5H3I2H", b"PK\x03\x04", 10, 0, 0, 0, 0x21, 0, 0, 0, len(encoded), 0)
    assert refused(header + encoded) == code


def test_a_zip_bomb_is_refused_before_anything_is_inflated() -> None:
    bomb = zipped(("statement.json", bytes(50_000_000)), method=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert refused(bomb) == "bundle.compressed"


def test_declared_sizes_are_limited_before_they_are_believed() -> None:
    header = struct.pack("<4s5H3I2H", b"PK\x03\x04", 10, 0, 0, 0, 0x21, 0, 0xFFFFFFF0, 0xFFFFFFF0, 14, 0)
    assert refused(header + b"statement.json") == "bundle.member_size"


def test_encrypted_members_are_refused() -> None:
    changed = bytearray(DATA)
    changed[6] |= 1
    assert refused(bytes(changed)) == "bundle.encrypted"


def test_the_same_name_twice() -> None:
    one = encode([Member("a", b"1")])
    local = one[: one.index(b"PK\x01\x02")]
    assert refused(local + local) == "bundle.duplicate"


def test_comments_prefixes_and_gaps_are_refused() -> None:
    end = struct.pack("<H", 3)
    assert refused(DATA[:-2] + end + b"hey") == "bundle.directory"
    assert refused(b"\0" + DATA) == "bundle.container"
    directory = DATA.index(b"PK\x01\x02")
    assert refused(DATA[:directory] + b"gap" + DATA[directory:]) == "bundle.directory"


def test_a_directory_that_tells_another_story() -> None:
    other = encode((Member("statement.json", b"{}"), Member("proofs/validity.bin", bytes(50))))
    directory = DATA.index(b"PK\x01\x02")
    assert len(other) == len(DATA)
    assert refused(DATA[:directory] + other[directory:]) == "bundle.directory"


def test_damage_is_called_damage() -> None:
    changed = bytearray(DATA)
    changed[DATA.index(bytes(range(50))) + 7] ^= 1
    assert refused(bytes(changed)) == "bundle.damaged"


def test_too_many_members() -> None:
    limits = BundleLimits(members=2)
    assert len(decode(DATA, limits=limits)) == 2
    with pytest.raises(MalformedError) as caught:
        decode(DATA, limits=BundleLimits(members=1))
    assert caught.value.code == "bundle.members"


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all", b"\x7fELF" + bytes(100), bytes(1000)])
def test_other_files(data: bytes) -> None:
    assert refused(data) == "bundle.container"


def test_only_what_is_readable_is_written() -> None:
    for members in ([], [Member("a", b""), Member("a", b"")], [Member("../a", b"")], [Member("x" * 65, b"")]):
        with pytest.raises(InternalError):
            encode(members)
    with pytest.raises(InternalError):
        encode([Member("model/model.json", bytes(11))], limits=BundleLimits(model=10))
