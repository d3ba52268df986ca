"""One record in the database: its row and blinding factor sealed, its commitment in clear, and two keyed tags.

A blinding factor may serve two commitments only if number, row (with the patient's digest) and schema are identical;
otherwise the difference of the commitments could be searched for the difference of the rows. The tags let the database
find identical records, and refuse anything else, without knowing row or blinding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import SCALAR_BYTES, scalar_from_bytes, scalar_to_bytes
from core.algebra.wire import POINT_BYTES
from core.encoding.framing import LENGTH_BYTES, frame, framed
from core.errors import InputError
from core.workspace.vault import Vault

COLUMNS = ("dataset_id", "number", "commitment", "row", "blinding", "row_tag", "blinding_tag")
"""Of the table `records`."""

_NUMBER_BYTES = 8
_LIST_LABEL = "proofward/workspace/list/v1"

SealedRecord: TypeAlias = tuple[str, int, bytes, bytes, bytes, bytes, bytes]
"""What they hold."""


@dataclass(frozen=True, slots=True, repr=False)
class ReusableOpening:
    """Commitment and blinding factor of an identical record that is stored already. Secret."""

    commitment: bytes
    blinding: int

    def __repr__(self) -> str:
        return "ReusableOpening(<secret>)"


class RecordSafe:
    """Seals and opens rows of the table `records`."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._row_key = vault.subkey("row-tag")
        self._blinding_key = vault.subkey("blinding-tag")

    def seal(
        self,
        dataset_id: str,
        members: Iterable[tuple[int, bytes, bytes, int]],
        *,
        schema_digest: bytes,
    ) -> Iterator[SealedRecord]:
        """The COLUMNS of records given as number, row (its values of two bytes each, little endian), commitment and
        blinding factor.
        """
        vault, dataset = self._vault, dataset_id.encode()
        row_place, blinding_place = (vault.place("records", column, dataset) for column in ("row", "blinding"))
        for number, row, commitment, blinding in members:
            secret = scalar_to_bytes(blinding)
            rest = frame(number.to_bytes(8, "big"), commitment)
            yield (
                dataset_id,
                number,
                commitment,
                vault.seal_at(row, row_place + rest),
                vault.seal_at(secret, blinding_place + rest),
                self.row_tag(schema_digest, number, row),
                vault.tag(self._blinding_key, secret),
            )

    def open_all(
        self, dataset_id: str, records: Sequence[tuple[int, bytes, bytes, bytes]], *, width: int
    ) -> tuple[bytes, bytes]:
        """Values, two bytes each, little endian, and blinding factors, 32 bytes each, of stored records (number,
        commitment, row, blinding), one after the other; at least one.

        InputError workspace.damaged.
        """
        vault, dataset = self._vault, dataset_id.encode()
        # frame(number, commitment), of which only the two themselves differ from record to record
        before, between = (size.to_bytes(LENGTH_BYTES, "big") for size in (_NUMBER_BYTES, POINT_BYTES))
        try:
            rests = [
                number.to_bytes(_NUMBER_BYTES, "big") + between + commitment for number, commitment, _, _ in records
            ]
        except (AttributeError, OverflowError, TypeError):
            raise damaged() from None
        row_place, blinding_place = (vault.place("records", column, dataset) + before for column in ("row", "blinding"))
        plain = vault.open_all([record[2] for record in records], [row_place + rest for rest in rests])
        secrets = vault.open_all([record[3] for record in records], [blinding_place + rest for rest in rests])
        if set(map(len, plain)) != {2 * width} or set(map(len, secrets)) != {SCALAR_BYTES}:
            raise damaged()
        return b"".join(plain), b"".join(secrets)

    def open_row(self, record: Mapping[str, Any], *, width: int) -> NDArray[np.uint16]:
        """The `width` values of a stored record; InputError workspace.damaged."""
        plain = self._vault.open(record["row"], "records", "row", *_place_of(record))
        if len(plain) != 2 * width:
            raise damaged()
        return np.frombuffer(plain, dtype="<u2").astype(np.uint16)

    def open_blinding(self, record: Mapping[str, Any]) -> int:
        """The blinding factor of a stored record; InputError workspace.damaged."""
        return scalar_from_bytes(self._vault.open(record["blinding"], "records", "blinding", *_place_of(record)))

    def row_tag(self, schema_digest: bytes, number: int, row: bytes) -> bytes:
        """Equal for records that are identical in number, row and schema."""
        return self._vault.tag(self._row_key, schema_digest, number.to_bytes(8, "big"), row)


def row_bytes(values: NDArray[np.uint16]) -> Iterator[bytes]:
    """Each row as its values of two bytes, little endian."""
    return (row.astype("<u2", copy=False).tobytes() for row in values)


def list_digest(numbers: Sequence[int], commitments: Sequence[bytes]) -> bytes:
    """SHA-256 of a list of record numbers and commitments: what a sealed header knows a whole list by.

    The root says the same and is what proofs speak of, but takes two hashes a record. InputError workspace.damaged for
    what is no such list.
    """
    try:
        columns = np.asarray(numbers, dtype=">u8").tobytes(), b"".join(commitments)
        if set(map(len, commitments)) - {POINT_BYTES}:
            raise damaged()
    except (OverflowError, TypeError, ValueError):
        raise damaged() from None
    return hashlib.sha256(framed(_LIST_LABEL, *columns)).digest()


def damaged() -> InputError:
    """The refusal of a dataset whose parts do not fit together."""
    return InputError(
        "workspace.damaged", "A dataset of the workspace was changed or is damaged.", "Restore it from a backup."
    )


def _place(dataset_id: str, number: int, commitment: bytes) -> tuple[bytes, bytes, bytes]:
    return dataset_id.encode(), number.to_bytes(8, "big"), commitment


def _place_of(record: Mapping[str, Any]) -> tuple[bytes, bytes, bytes]:
    return _place(record["dataset_id"], record["number"], record["commitment"])
