"""Which records a model is trained on and which it is tested on: derived from public values, chosen by nobody.

seed = SHA-256(label, root, plan digest, nonce); the record with number i is a test record iff, read as a 256-bit
integer, SHA-256(seed || i as u64, big endian) < p 2^256 for the plan's test share p. Records without consent are in
neither view.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import compress, count
from operator import and_, gt

from core.errors import RejectedError

SEED_LABEL = b"proofward/split/v1"
NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Views:
    """Positions (not record numbers) in the dataset's list of records, increasing; members is both together."""

    train: tuple[int, ...]
    test: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        return tuple(sorted((*self.train, *self.test)))


def split_seed(*, root: bytes, plan_digest: bytes, nonce: bytes | None) -> bytes:
    """The seed of the split, 32 bytes; every part has its length in front, an absent nonce differs from an empty
    one.
    """
    parts = [SEED_LABEL, root, plan_digest, b"\x00" if nonce is None else b"\x01" + nonce]
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


def is_test(seed: bytes, number: int, share: Fraction) -> bool:
    """Whether the record with this number is a test record."""
    position = hashlib.sha256(seed + number.to_bytes(8, "big")).digest()
    return int.from_bytes(position, "big") < _bound(share)


def _bound(share: Fraction) -> int:
    """The least integer that is at least p 2^256: an integer is below it exactly if it is below p 2^256."""
    return -(-(share.numerator << 256) // share.denominator)


def derive_views(numbers: Sequence[int], *, excluded: Collection[int], seed: bytes, share: Fraction) -> Views:
    """The views over the dataset's record numbers; RejectedError views.* if `excluded` names unknown records."""
    left_out = set(excluded)
    if left_out and not left_out <= set(numbers):
        raise RejectedError(
            "views.excluded", "The list of records left out names records that the dataset does not have."
        )
    # is_test without a call of ours and an integer for each record: hashes compare as their bytes do
    sha256, bound = hashlib.sha256, _bound(share).to_bytes(33, "big")
    tested = [b"\x00" + sha256(seed + number.to_bytes(8, "big")).digest() < bound for number in numbers]
    taken = [number not in left_out for number in numbers] if left_out else [True] * len(numbers)
    return Views(
        train=tuple(compress(count(), map(gt, taken, tested))),
        test=tuple(compress(count(), map(and_, taken, tested))),
    )
