"""The record tree of RFC 6962 (section 2.1) and the dataset root that binds it to schema and count.

A leaf is 0x00 || record number (u64, big endian) || commitment, an inner node 0x01 || left || right, under SHA-256.
Trees need not be full: the last node of an odd level moves up unchanged, which gives the RFC's split at the largest
power of two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from operator import le

from core.algebra.wire import POINT_BYTES
from core.encoding.framing import framed
from core.errors import InternalError, MalformedError, RejectedError

ROOT_LABEL = "proofward/dataset-root/v1"
HASH_BYTES = 32
MAX_NUMBER = (1 << 64) - 1


def leaf_hash(number: int, commitment: bytes) -> bytes:
    """The hash of one record's leaf; InternalError unless the number fits u64 and the commitment 48 bytes."""
    if not 0 <= number <= MAX_NUMBER or len(commitment) != POINT_BYTES:
        raise _bad_leaf()
    return hashlib.sha256(b"\x00" + number.to_bytes(8, "big") + commitment).digest()


def leaf_hashes(numbers: Sequence[int], commitments: Sequence[bytes]) -> list[bytes]:
    """`leaf_hash` of each record; InternalError also if the sequences differ in length."""
    if len(numbers) != len(commitments):
        raise InternalError("merkle.lengths", "Record numbers and commitments differ in number.")
    if not numbers:
        return []
    if min(numbers) < 0 or max(numbers) > MAX_NUMBER or set(map(len, commitments)) != {POINT_BYTES}:
        raise _bad_leaf()
    sha256 = hashlib.sha256  # leaf_hash without calls of ours for each record
    return [
        sha256(b"\x00" + number.to_bytes(8, "big") + commitment).digest()
        for number, commitment in zip(numbers, commitments, strict=True)
    ]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256  # node_hash without a call of ours for each node
    above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; that of no leaves is SHA-256 of nothing."""
    level = list(leaves)
    while len(level) > 1:
        level = _level_above(level)
    return level[0] if level else hashlib.sha256(b"").digest()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index`, from the leaf upwards; InternalError if there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise InternalError("merkle.index", "A path was asked for a leaf that the record tree does not have.")
    path = []
    level = list(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level = _level_above(level)
        index >>= 1
    return path


def path_length(index: int, count: int) -> int:
    """The number of hashes in the path of leaf `index` of `count`, 0 <= index < count."""
    length, last = 0, count - 1
    while last:
        length += index % 2 == 1 or index < last
        index, last = index >> 1, last >> 1
    return length


def root_from_inclusion(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes:
    """The root to which `path` leads from leaf hash `leaf` at `index` of `count` (RFC 9162, section 2.1.3.2).

    MalformedError "merkle.path" unless 0 <= index < count and the path has exactly the length that they give.
    """
    if not 0 <= index < count or len(path) != path_length(index, count):
        raise MalformedError("merkle.path", "The path of a record does not fit its place in the record tree.")
    if any(len(node) != HASH_BYTES for node in (leaf, *path)):
        raise MalformedError("merkle.path", "The path of a record contains something that is not a hash.")
    siblings = iter(path)
    node, last = leaf, count - 1
    while last:
        if index % 2:
            node = node_hash(next(siblings), node)
        elif index < last:
            node = node_hash(node, next(siblings))
        index, last = index >> 1, last >> 1
    return node


def bind_root(schema_digest: bytes, count: int, tree: bytes) -> bytes:
    """The dataset root: SHA-256 over label, schema digest, count (u64) and tree root, each framed by its length."""
    if len(schema_digest) != HASH_BYTES or len(tree) != HASH_BYTES or not 0 <= count <= MAX_NUMBER:
        raise InternalError("merkle.root", "A dataset root needs two hashes of 32 bytes and a count.")
    return hashlib.sha256(framed(ROOT_LABEL, schema_digest, count.to_bytes(8, "big"), tree)).digest()


def dataset_root(numbers: Sequence[int], commitments: Sequence[bytes], schema_digest: bytes) -> bytes:
    """The dataset root of the records in the order of their numbers; errors as of `record_tree`."""
    return bind_root(schema_digest, len(numbers), record_tree(numbers, commitments))


def record_tree(numbers: Sequence[int], commitments: Sequence[bytes]) -> bytes:
    """The root of the record tree of the records in the order of their numbers.

    RejectedError "dataset.empty", "dataset.numbers" (not strictly increasing) or "dataset.duplicate" (two records with
    one commitment); InternalError if the sequences differ in length. Says nothing about the commitments being points.
    """
    if len(numbers) != len(commitments):
        raise InternalError("merkle.lengths", "Record numbers and commitments differ in number.")
    if not numbers:
        raise RejectedError("dataset.empty", "The dataset has no records.")
    if any(map(le, numbers[1:], numbers)):
        place = next(place for place in range(1, len(numbers)) if numbers[place] <= numbers[place - 1])
        raise RejectedError(
            "dataset.numbers",
            "The record numbers are not strictly increasing.",
            detail=f"record {numbers[place]} at place {place}",
        )
    if len(set(commitments)) != len(commitments):
        raise RejectedError("dataset.duplicate", "Two records have the same commitment, so one was counted twice.")
    return tree_root(leaf_hashes(numbers, commitments))


def _bad_leaf() -> InternalError:
    return InternalError("merkle.leaf", "A record's number or commitment has the wrong size for the record tree.")
