"""The scalar field F of BLS12-381: integers modulo the prime order of G1, as plain Python ints in 0..ORDER - 1."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import InternalError, MalformedError

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""r, the prime order of the subgroup G1 (255 bits)."""

SCALAR_BYTES = 32


def batch_inverse(values: Sequence[int]) -> list[int]:
    """Inverses modulo ORDER of any integers by one inversion (Montgomery's trick); InternalError if one is 0 there."""
    running = 1
    before = []
    for value in values:
        before.append(running)
        running = running * value % ORDER
    if running == 0:
        raise InternalError("field.zero", "Zero has no inverse in the field.")
    suffix = pow(running, -1, ORDER)
    inverses = [0] * len(before)
    for i in range(len(before) - 1, -1, -1):
        inverses[i] = suffix * before[i] % ORDER
        suffix = suffix * values[i] % ORDER
    return inverses


def scalar_to_bytes(value: int) -> bytes:
    """The 32-byte big-endian encoding of 0 <= value < ORDER; InternalError for anything else."""
    if not 0 <= value < ORDER:
        raise InternalError("field.range", "A number that is not a reduced field element was to be written down.")
    return value.to_bytes(SCALAR_BYTES, "big")


def scalar_from_bytes(data: bytes) -> int:
    """The field element of a 32-byte big-endian encoding; MalformedError "proof.scalar" for any other bytes."""
    value = int.from_bytes(data, "big")
    if len(data) != SCALAR_BYTES or value >= ORDER:
        raise MalformedError("proof.scalar", "The proof contains a number that is not a reduced field element.")
    return value


def scalars_to_bytes(scalars: Sequence[int]) -> bytes:
    """The encodings of scalars in [0, r), one after the other."""
    return b"".join(map(scalar_to_bytes, scalars))


def packed_scalars(data: bytes) -> list[int]:
    """Inverse of `scalars_to_bytes`; MalformedError as for a single scalar."""
    return scalars_from_bytes([data[at : at + SCALAR_BYTES] for at in range(0, len(data), SCALAR_BYTES)])


def scalars_from_bytes(encodings: Sequence[bytes]) -> list[int]:
    """`scalar_from_bytes` of each, without a call for each."""
    values = [int.from_bytes(data, "big") for data in encodings]
    if encodings and (set(map(len, encodings)) != {SCALAR_BYTES} or max(values) >= ORDER):
        return [scalar_from_bytes(data) for data in encodings]  # which says what is wrong
    return values
