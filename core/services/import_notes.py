"""What is noted with each block of an import, sealed: where the table goes on, and what the result will tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.encoding.canonical import dumps, loads
from core.encoding.framing import frame, unframe
from core.records.csv_source import Position
from core.records.dataset import Reject

_LIMIT = 1 << 26


@dataclass(frozen=True, slots=True, repr=False)
class BlockNote:
    """One block. records, consented, reused, ragged: how many; patients: 16 bytes each; position: after it. Secret."""

    position: Position
    records: int
    consented: int
    reused: int
    ragged: int
    rejects: tuple[Reject, ...]
    patients: bytes

    def __repr__(self) -> str:
        return f"BlockNote({self.records} records, redacted)"

    def to_bytes(self) -> bytes:
        """Canonical JSON and the patients, framed."""
        document = {
            "position": asdict(self.position),
            "records": self.records,
            "consented": self.consented,
            "reused": self.reused,
            "ragged": self.ragged,
            "rejects": [[reject.line, reject.column, reject.reason] for reject in self.rejects],
        }
        return frame(dumps(document), self.patients)

    @classmethod
    def from_bytes(cls, data: bytes) -> BlockNote:
        """Inverse of `to_bytes`."""
        head, patients = unframe(data, count=2)
        document: Any = loads(head, limit=_LIMIT, what="A note of an import")
        return cls(
            position=Position(**document["position"]),
            records=document["records"],
            consented=document["consented"],
            reused=document["reused"],
            ragged=document["ragged"],
            rejects=tuple(Reject(line, column, reason) for line, column, reason in document["rejects"]),
            patients=patients,
        )


class Tally:
    """What all blocks together have given so far."""

    def __init__(self, notes: Sequence[BlockNote] = ()) -> None:
        self.records = self.consented = self.reused = self.ragged = 0
        self.rejects: list[Reject] = []
        for note in notes:
            self.add(note)

    def add(self, note: BlockNote) -> None:
        """Count one more block."""
        self.records += note.records
        self.consented += note.consented
        self.reused += note.reused
        self.ragged += note.ragged
        self.rejects += note.rejects
