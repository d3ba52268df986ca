"""Messages between a process and its helpers: one byte that says what it is, a length, and so many bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import IO

from core.algebra.encoding import COORDINATE_BYTES
from core.algebra.field import ORDER, SCALAR_BYTES
from core.errors import MalformedError

_HEAD = struct.Struct(">cI")
_COUNT = struct.Struct(">Q")

BACKEND, POINTS, SCALARS = b"b", b"p", b"s"
"""To a helper: a backend's name; a block of encodings, to be decoded and kept; a scalar for each point of a block."""

DONE, BAD, READY, SUM = b"d", b"x", b"r", b"t"
"""From a helper: how many points of the block it has decoded so far; the error of its first bad point; that all are
good; a sum as x || y, empty for the identity."""


def send(stream: IO[bytes], kind: bytes, payload: bytes = b"") -> None:
    """OSError if nobody reads any more."""
    stream.write(_HEAD.pack(kind, len(payload)) + payload)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """(kind, payload) of the next message; None where the stream ends, be it within a message."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    payload = stream.read(length)
    return (kind, payload) if len(payload) == length else None


def pack_count(count: int) -> bytes:
    return _COUNT.pack(count)


def unpack_count(payload: bytes) -> int:
    (count,) = _COUNT.unpack(payload)
    return int(count)


def pack_block(first: int, blobs: Sequence[bytes]) -> bytes:
    """The place of a block's first point among all, and its encodings, which must have 48 bytes each."""
    return _COUNT.pack(first) + b"".join(blobs)


def unpack_block(payload: bytes) -> tuple[int, list[bytes]]:
    data = payload[_COUNT.size :]
    blobs = [data[at : at + COORDINATE_BYTES] for at in range(0, len(data), COORDINATE_BYTES)]
    return unpack_count(payload[: _COUNT.size]), blobs


def pack_scalars(scalars: Sequence[int]) -> bytes:
    """Any integers, modulo the order."""
    return b"".join([(scalar % ORDER).to_bytes(SCALAR_BYTES, "little") for scalar in scalars])


def pack_factors(first: int, scalars: bytes) -> bytes:
    """The place of a block's first point among all, and the packed scalars of its points."""
    return _COUNT.pack(first) + scalars


def unpack_factors(payload: bytes) -> tuple[int, list[int]]:
    data = payload[_COUNT.size :]
    scalars = [int.from_bytes(data[at : at + SCALAR_BYTES], "little") for at in range(0, len(data), SCALAR_BYTES)]
    return unpack_count(payload[: _COUNT.size]), scalars


def pack_error(error: MalformedError) -> bytes:
    return json.dumps([error.code, error.message, error.remedy, error.detail]).encode()


def unpack_error(payload: bytes) -> MalformedError:
    code, message, remedy, detail = json.loads(payload)
    return MalformedError(code, message, remedy, detail=detail)
