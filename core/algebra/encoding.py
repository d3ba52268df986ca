"""The outer form of an encoded point: three flag bits and a coordinate, checked before any curve arithmetic.

Compressed G1 in the format of ZCash: 48 bytes, the x coordinate big endian, in whose three free top bits stand
"compressed" (always 1), "identity" and "y is the larger of the two roots". Both backends make these checks first, so
that they refuse the same bytes with the same code whatever their libraries would forgive.
"""

from __future__ import annotations

from core.errors import MalformedError

FIELD_MODULUS = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
"""p, the modulus of the coordinates (381 bits)."""

COORDINATE_BYTES = 48
COMPRESSED, IDENTITY, LARGER = 0x80, 0x40, 0x20
IDENTITY_ENCODING = bytes([COMPRESSED | IDENTITY]) + bytes(COORDINATE_BYTES - 1)
_MASK = (1 << 381) - 1


def split(blob: bytes, index: int) -> tuple[int, bool]:
    """(x, whether y is the larger root) of the encoding at position `index` of its batch; nothing said of the curve.

    MalformedError "point.encoding" unless it is 48 bytes, compressed, with x < p and no contradictory flags;
    "point.identity" if it is the identity's one encoding.
    """
    if len(blob) != COORDINATE_BYTES:
        raise _encoding(index, f"{len(blob)} bytes")
    flags = blob[0]
    if not flags & COMPRESSED:
        raise _encoding(index, "not compressed")
    if flags & IDENTITY:
        if bytes(blob) != IDENTITY_ENCODING:
            raise _encoding(index, "identity with further bits")
        raise MalformedError(
            "point.identity",
            "A point is the identity, which no honest prover sends.",
            detail=f"point {index}",
        )
    x = int.from_bytes(blob, "big") & _MASK
    if x >= FIELD_MODULUS:
        raise _encoding(index, "coordinate not reduced")
    return x, bool(flags & LARGER)


def compress(x: int, y: int) -> bytes:
    """The encoding of an affine point with reduced coordinates."""
    flags = COMPRESSED | (LARGER if 2 * y > FIELD_MODULUS else 0)
    return (x | flags << 376).to_bytes(COORDINATE_BYTES, "big")


def join_affine(x: int, y: int) -> bytes:
    """x || y, 48 bytes each, big endian."""
    return x.to_bytes(COORDINATE_BYTES, "big") + y.to_bytes(COORDINATE_BYTES, "big")


def split_affine(data: bytes) -> tuple[int, int]:
    """The coordinates of `join_affine`."""
    return int.from_bytes(data[:COORDINATE_BYTES], "big"), int.from_bytes(data[COORDINATE_BYTES:], "big")


def not_on_curve(index: int) -> MalformedError:
    """The error for a coordinate without a point."""
    return MalformedError("point.curve", "A point does not lie on the curve.", detail=f"point {index}")


def not_in_subgroup(index: int) -> MalformedError:
    """The error for a point of the curve outside the group of prime order."""
    return MalformedError(
        "point.subgroup", "A point lies on the curve but outside the group the proof lives in.", detail=f"point {index}"
    )


def _encoding(index: int, what: str) -> MalformedError:
    return MalformedError(
        "point.encoding", "A point is not written in its one canonical form.", detail=f"point {index}: {what}"
    )
