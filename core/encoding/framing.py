"""Length-delimited framing: a sequence of byte strings as one byte string, with no two sequences alike.

Each part is its length as eight bytes, big endian, followed by its bytes. Hash inputs are framed and begin with a
label, so that no field can run into its neighbour and no digest made for one purpose serves another.
"""

from __future__ import annotations

from core.errors import MalformedError

LENGTH_BYTES = 8


def frame(*parts: bytes) -> bytes:
    """The parts as one byte string: u64 length, big endian, and bytes of each."""
    return b"".join([len(part).to_bytes(LENGTH_BYTES, "big") + part for part in parts])


def framed(label: str, *parts: bytes) -> bytes:
    """`frame` with a domain label before the parts; what digests are taken of."""
    return frame(label.encode("utf-8"), *parts)


def unframe(data: bytes, *, count: int) -> list[bytes]:
    """The `count` parts of which `data` is the frame; MalformedError framing.* for anything else."""
    parts: list[bytes] = []
    position = 0
    for _ in range(count):
        if len(data) - position < LENGTH_BYTES:
            raise _malformed("framing.short", "A framed part is cut off.")
        length = int.from_bytes(data[position : position + LENGTH_BYTES], "big")
        position += LENGTH_BYTES
        if length > len(data) - position:
            raise _malformed("framing.short", "A framed part is cut off.")
        parts.append(data[position : position + length])
        position += length
    if position != len(data):
        raise _malformed("framing.trailing", "There are bytes after the last framed part.")
    return parts


def _malformed(code: str, message: str) -> MalformedError:
    return MalformedError(code, message, "Ask for the file again.")
