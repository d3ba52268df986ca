"""The Fiat-Shamir transcript: one SHA3-512 over every labelled message so far.

A message is absorbed as u32 length of label, label, u64 length of data, data (prefix-free). A challenge is the digest
of everything absorbed so far, including its own label, reduced modulo the order: 512 bits over a 255-bit order leave a
bias below 2^-256. The label of a challenge stays absorbed, so that two draws in a row differ.
"""

from __future__ import annotations

import hashlib

from core.algebra.field import ORDER


class Transcript:
    """A running hash; `protocol` separates the transcripts of different statements."""

    def __init__(self, protocol: str) -> None:
        self._hash = hashlib.sha3_512()
        self.absorb("protocol", protocol.encode())

    def absorb(self, label: str, data: bytes) -> None:
        """Bind `data` under `label`."""
        name = label.encode()
        self._hash.update(len(name).to_bytes(4, "big") + name + len(data).to_bytes(8, "big") + data)

    def challenge(self, label: str) -> int:
        """A challenge in 1..ORDER-1 that depends on everything absorbed so far.

        Zero is skipped by drawing again: several challenges are inverted, and the distribution stays within 2^-254.
        """
        while True:
            self.absorb("challenge", label.encode())
            value = int.from_bytes(self._hash.copy().digest(), "big") % ORDER
            if value:
                return value
