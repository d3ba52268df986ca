"""Hashing a label to a point of G1 (RFC 9380, suite BLS12381G1_XMD:SHA-256_SSWU_RO_).

Nobody knows a discrete logarithm between two such points: the generators need no trusted setup. Used when the generator
file is made and in tests, never while verifying.
"""

from __future__ import annotations

DST = b"PROOFWARD-V01-CS01-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
"""Domain separation tag of version 1 (RFC 9380, section 3.1)."""


def hash_to_affine(message: bytes, dst: bytes = DST) -> tuple[int, int]:
    """Affine coordinates of hash_to_curve(message) by the compiled library."""
    from py_arkworks_bls12381 import G1Point

    data = bytes(G1Point.hash_to_curve(message, dst).to_xy_bytes_be())
    return int.from_bytes(data[:48], "big"), int.from_bytes(data[48:], "big")


def hash_to_affine_reference(message: bytes, dst: bytes = DST) -> tuple[int, int]:
    """The same by py_ecc, in plain Python."""
    import hashlib

    from core.algebra.backends.py_ecc_curve import hash_to_G1, normalize

    # py_ecc wants the constructor of a hash and annotates an instance.
    x, y = normalize(hash_to_G1(message, dst, hashlib.sha256))  # type: ignore[arg-type]
    return int(x), int(y)
