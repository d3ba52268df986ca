"""A receipt: what one patient's record was, or only that it was there, provable against a dataset root.

A receipt carries the record's commitment and its path in the record tree, and, if the record is to be opened, its
encoded row and blinding factor. Without the opening it tells nothing about the row. With it, it is patient data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.algebra.field import ORDER, scalar_to_bytes
from core.algebra.group import GroupBackend
from core.algebra.wire import POINT_BYTES
from core.commitments.generators import DATA_COUNT
from core.commitments.merkle import (
    HASH_BYTES,
    MAX_NUMBER,
    bind_root,
    inclusion_proof,
    leaf_hash,
    leaf_hashes,
    root_from_inclusion,
)
from core.commitments.pedersen import commit_row
from core.errors import InputError, MalformedError, RejectedError

KIND = "proofward/receipt/v1"
MAX_COUNT = (1 << 53) - 1
"""Counts and indices must survive every JSON reader."""
MAX_VALUE = (1 << 16) - 1
MAX_PATH = 64
_REMEDY = "Ask for the receipt again."


@dataclass(frozen=True, slots=True)
class RecordOpening:
    """The encoded row of one record, each value 0..65535, and its blinding factor. Secret."""

    values: tuple[int, ...] = field(repr=False)
    blinding: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A record's place in a dataset, as claimed; nothing is checked before `check_receipt`.

    number: the record's own; index: its place, 0 <= index < count; commitment: 48 bytes; path: hashes from the leaf up;
    schema_digest and root: 32 bytes each.
    """

    number: int
    index: int
    count: int
    commitment: bytes
    path: tuple[bytes, ...]
    schema_digest: bytes
    root: bytes
    opening: RecordOpening | None = None

    def to_json(self) -> dict[str, object]:
        """JSON values only: bytes as lower-case hex, the record number as a decimal string."""
        return {
            "kind": KIND,
            "number": str(self.number),
            "index": self.index,
            "count": self.count,
            "commitment": self.commitment.hex(),
            "path": [node.hex() for node in self.path],
            "schema": self.schema_digest.hex(),
            "root": self.root.hex(),
            "opening": None
            if self.opening is None
            else {
                "values": list(self.opening.values),
                "blinding": scalar_to_bytes(self.opening.blinding).hex(),
            },
        }

    @staticmethod
    def from_json(value: object) -> Receipt:
        """The receipt of exactly the members that `to_json` writes; MalformedError receipt.* for anything else."""
        members = _members(
            value, ("kind", "number", "index", "count", "commitment", "path", "schema", "root", "opening")
        )
        if members["kind"] != KIND:
            raise MalformedError(
                "receipt.version", "This is not a receipt that this version can read.", "Use a later version."
            )
        path = members["path"]
        if not isinstance(path, list) or len(path) > MAX_PATH:
            raise _malformed("path")
        return Receipt(
            number=_number(members["number"]),
            index=_integer(members["index"], "index", MAX_COUNT),
            count=_integer(members["count"], "count", MAX_COUNT),
            commitment=_hex(members["commitment"], "commitment", POINT_BYTES),
            path=tuple(_hex(node, "path", HASH_BYTES) for node in path),
            schema_digest=_hex(members["schema"], "schema", HASH_BYTES),
            root=_hex(members["root"], "root", HASH_BYTES),
            opening=_opening(members["opening"]),
        )


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """A receipt that holds: record `number` is one of the `count` records under `root`, of the schema of that digest.

    values: the record's encoded row as committed, if the receipt opened it; zeros at its end leave the commitment as it
    is. Whether `root` is the right one and the row as long as the schema says is for the caller to compare.
    """

    number: int
    count: int
    root: bytes
    schema_digest: bytes
    commitment: bytes
    values: tuple[int, ...] | None = field(repr=False)


def make_receipt(
    *,
    number: int,
    numbers: Sequence[int],
    commitments: Sequence[bytes],
    schema_digest: bytes,
    root: bytes,
    opening: RecordOpening | None = None,
) -> Receipt:
    """The receipt of record `number` of a dataset; InputError "receipt.record" if it has no such record."""
    try:
        index = numbers.index(number)
    except ValueError:
        raise InputError("receipt.record", f"This dataset has no record with the number {number}.") from None
    leaves = leaf_hashes(numbers, commitments)
    return Receipt(
        number=number,
        index=index,
        count=len(numbers),
        commitment=commitments[index],
        path=tuple(inclusion_proof(leaves, index)),
        schema_digest=schema_digest,
        root=root,
        opening=opening,
    )


def check_receipt(receipt: Receipt, *, backend: GroupBackend) -> CheckedReceipt:
    """What the receipt proves.

    MalformedError point.* or merkle.path; RejectedError "receipt.root" if the record is not under the receipt's root,
    "receipt.opening" if the row is not the committed one.
    """
    backend.decode([receipt.commitment])
    leaf = leaf_hash(receipt.number, receipt.commitment)
    tree = root_from_inclusion(leaf, receipt.index, receipt.count, receipt.path)
    if bind_root(receipt.schema_digest, receipt.count, tree) != receipt.root:
        raise RejectedError(
            "receipt.root", "The record of this receipt is not part of the dataset it names.", _REMEDY, stage="receipt"
        )
    opening = receipt.opening
    if opening is not None and commit_row(opening.values, opening.blinding, backend) != receipt.commitment:
        raise RejectedError(
            "receipt.opening", "The values in this receipt are not those that were committed.", _REMEDY, stage="receipt"
        )
    return CheckedReceipt(
        number=receipt.number,
        count=receipt.count,
        root=receipt.root,
        schema_digest=receipt.schema_digest,
        commitment=receipt.commitment,
        values=None if opening is None else opening.values,
    )


def _malformed(what: str) -> MalformedError:
    return MalformedError("receipt.content", f"The receipt's {what} is not written as it must be.", _REMEDY)


def _members(value: object, names: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise MalformedError("receipt.members", "The receipt has missing or unknown parts.", _REMEDY)
    return value


def _integer(value: object, what: str, largest: int) -> int:
    if type(value) is not int or not 0 <= value <= largest:
        raise _malformed(what)
    return value


def _number(value: object) -> int:
    """A record number may exceed what JSON readers keep exactly, so it travels as a decimal string."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 20:
        raise _malformed("number")
    number = int(value)
    if str(number) != value or number > MAX_NUMBER:
        raise _malformed("number")
    return number


def _hex(value: object, what: str, size: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * size or not set(value) <= set("0123456789abcdef"):
        raise _malformed(what)
    return bytes.fromhex(value)


def _opening(value: object) -> RecordOpening | None:
    if value is None:
        return None
    members = _members(value, ("values", "blinding"))
    values = members["values"]
    if not isinstance(values, list) or not 1 <= len(values) <= DATA_COUNT:
        raise _malformed("values")
    blinding = int.from_bytes(_hex(members["blinding"], "blinding", HASH_BYTES), "big")
    if blinding >= ORDER:
        raise _malformed("blinding")
    return RecordOpening(tuple(_integer(entry, "values", MAX_VALUE) for entry in values), blinding)
