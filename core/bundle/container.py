"""The container: a zip archive with exactly one way to write it, so that no byte of a bundle is outside the checks.

Members are stored, never compressed (proofs and commitments do not compress, and a stored archive cannot be a bomb, nor
depend on the version of a compression library); times, attributes and versions are constants; there are no extra
fields, comments, prefixes or gaps. `decode` accepts a byte string only if `encode` of its members gives it back.
Layout of the records: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.bundle.limits import LIMITS, BundleLimits
from core.errors import InternalError, MalformedError

LOCAL_MAGIC = b"PK\x03\x04"
_CENTRAL_MAGIC = b"PK\x01\x02"
_END_MAGIC = b"PK\x05\x06"

_VERSION = 10  # 1.0: stored members
_DATE = 0x0021  # 1980-01-01, the first day that the format can express
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
# Lower-case ASCII parts joined by single slashes; no part begins with a dot, so there is no way up.
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the container."""

    name: str
    data: bytes


def encode(members: Sequence[Member], *, limits: BundleLimits = LIMITS) -> bytes:
    """The container of these members in this order; InternalError if a name or size is not allowed."""
    names = [member.name for member in members]
    if not 1 <= len(members) <= limits.members or len(set(names)) != len(names):
        raise InternalError("bundle.members", "A bundle was to be written with too many or with repeated members.")
    parts: list[bytes] = []
    headers: list[tuple[str, int, int, int]] = []
    offset = 0
    for member in members:
        if not _is_name(member.name, limits) or len(member.data) > limits.member(member.name):
            raise InternalError("bundle.members", "A bundle was to be written with a member that no reader accepts.")
        checksum = zlib.crc32(member.data)
        header = _local_header(member.name, checksum, len(member.data))
        headers.append((member.name, checksum, len(member.data), offset))
        parts += (header, member.data)
        offset += len(header) + len(member.data)
    return b"".join((*parts, _directory(headers, offset)))


def decode(data: bytes, *, limits: BundleLimits = LIMITS) -> tuple[Member, ...]:
    """The members of a container, in order; MalformedError bundle.* for every byte string that `encode` does not write.

    Nothing is allocated beyond copies of the members, whose sum is less than `data`.
    """
    check_magic(data[: len(LOCAL_MAGIC)])
    if len(data) > limits.file:
        raise too_large()
    members: list[Member] = []
    headers: list[tuple[str, int, int, int]] = []
    seen: set[str] = set()
    offset = 0
    while data[offset : offset + 4] == LOCAL_MAGIC:
        if len(members) == limits.members:
            raise _malformed("bundle.members", "This bundle holds more files than any bundle does.")
        name, size, checksum, start = _read_local_header(data, offset, limits)
        if name in seen:
            raise _malformed("bundle.duplicate", "This bundle holds two files of the same name.")
        seen.add(name)
        content = data[start : start + size]
        if len(content) != size:
            raise _malformed("bundle.truncated", "This bundle ends too early: part of it is missing.")
        if zlib.crc32(content) != checksum:
            raise _malformed("bundle.damaged", "This bundle is damaged: a file in it does not have its checksum.")
        headers.append((name, checksum, size, offset))
        members.append(Member(name=name, data=content))
        offset = start + size
    directory = _directory(headers, offset)
    rest = data[offset:]
    if rest != directory:
        if rest.startswith(directory):
            raise _malformed("bundle.trailing", "This bundle is followed by bytes that do not belong to it.")
        if directory.startswith(rest):
            raise _malformed("bundle.truncated", "This bundle ends too early: part of it is missing.")
        raise _malformed("bundle.directory", "The table of contents of this bundle does not agree with its files.")
    return tuple(members)


def check_magic(start: bytes) -> None:
    """MalformedError bundle.container unless a file that starts so can be a bundle."""
    if start != LOCAL_MAGIC:
        raise _malformed("bundle.container", "This file is not a Proofward bundle.")


def too_large() -> MalformedError:
    """The refusal of a file that is larger than all limits together."""
    return _malformed("bundle.size", "This file is larger than any bundle that this version of Proofward reads.")


def _local_header(name: str, checksum: int, size: int) -> bytes:
    encoded = name.encode("ascii")
    return _LOCAL.pack(LOCAL_MAGIC, _VERSION, 0, 0, 0, _DATE, checksum, size, size, len(encoded), 0) + encoded


def _directory(headers: Sequence[tuple[str, int, int, int]], start: int) -> bytes:
    """Central directory and end record for (name, checksum, size, offset), the directory starting at `start`."""
    parts = []
    for name, checksum, size, offset in headers:
        encoded = name.encode("ascii")
        fields = (_VERSION, _VERSION, 0, 0, 0, _DATE, checksum, size, size, len(encoded), 0, 0, 0, 0, 0, offset)
        parts.append(_CENTRAL.pack(_CENTRAL_MAGIC, *fields) + encoded)
    directory = b"".join(parts)
    count = len(headers)
    return directory + _END.pack(_END_MAGIC, 0, 0, count, count, len(directory), start, 0)


def _read_local_header(data: bytes, offset: int, limits: BundleLimits) -> tuple[str, int, int, int]:
    """(name, size, checksum, offset of the content) of the member that begins at `offset`."""
    fixed = data[offset : offset + _LOCAL.size]
    if len(fixed) != _LOCAL.size:
        raise _malformed("bundle.truncated", "This bundle ends too early: part of it is missing.")
    _, _, flags, method, _, _, checksum, _, size, name_length, _ = _LOCAL.unpack(fixed)
    if flags & 1:
        raise _malformed("bundle.encrypted", "This bundle holds an encrypted file; bundles are never encrypted.")
    if method != 0:
        raise _malformed("bundle.compressed", "This bundle holds a compressed file; bundles are never compressed.")
    if name_length > limits.member_name:
        raise _malformed("bundle.name", "This bundle holds a file whose name no bundle uses.")
    start = offset + _LOCAL.size + name_length
    raw_name = data[offset + _LOCAL.size : start]
    if len(raw_name) != name_length:
        raise _malformed("bundle.truncated", "This bundle ends too early: part of it is missing.")
    name = raw_name.decode("latin-1")
    if not _is_name(name, limits):
        raise _malformed("bundle.name", "This bundle holds a file whose name no bundle uses.")
    if size > limits.member(name):
        raise _malformed("bundle.member_size", "This bundle holds a file that is larger than it may be.", detail=name)
    if data[offset:start] != _local_header(name, checksum, size):
        raise _malformed("bundle.header", "This bundle was not written the one way in which bundles are written.")
    return name, size, checksum, start


def _is_name(name: str, limits: BundleLimits) -> bool:
    return len(name) <= limits.member_name and _NAME.fullmatch(name) is not None


def _malformed(code: str, message: str, *, detail: str = "") -> MalformedError:
    return MalformedError(code, message, "Ask its maker for the original file.", detail=detail)
