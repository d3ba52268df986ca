"""What a run would take, as the worker foretells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gui.i18n import duration, file_size, tr


@dataclass(frozen=True, slots=True)
class Estimate:
    """total, stages: seconds of the whole run and of each stage; memory: bytes at its height; limit: bytes that it may
    have, available: that the machine has to spare, None where nobody knows; bundle: bytes.

    lean: it would work with less than usual; suffices: false where it would be refused, with the way out in remedy;
    known: the proof about the dataset alone is at hand.
    """

    total: float
    stages: Mapping[str, float]
    memory: int
    limit: int | None
    available: int | None
    bundle: int
    lean: bool
    suffices: bool
    remedy: str
    known: bool

    @classmethod
    def read(cls, value: Mapping[str, object]) -> Estimate:
        """From the worker's JSON; what is missing is nothing."""
        memory, sizes, seconds = (_object(value, name) for name in ("memory", "sizes", "seconds"))
        return cls(
            total=_number(value, "total_seconds") or 0.0,
            stages={name: _number(seconds, name) or 0.0 for name in seconds},
            memory=int(_number(memory, "peak") or 0),
            limit=_bytes(memory, "limit"),
            available=_bytes(memory, "available"),
            bundle=int(_number(sizes, "bundle") or 0),
            lean=memory.get("lean") is True,
            suffices=memory.get("suffices") is not False,
            remedy=str(memory.get("remedy") or ""),
            known=value.get("range_proof_known") is True,
        )

    @property
    def time_text(self) -> str:
        """The whole time, for people."""
        return tr("about {time}", time=duration(self.total))

    @property
    def memory_text(self) -> str:
        """The memory and what there is, for people."""
        needed = file_size(self.memory)
        if self.limit is None:
            return tr("about {size}", size=needed)
        if self.limit == self.available:
            spare = file_size(self.limit)
            return tr("about {size}; this machine has {spare} to spare", size=needed, spare=spare)
        return tr("about {size}; it may take {limit}", size=needed, limit=file_size(self.limit))

    @property
    def bundle_text(self) -> str:
        """The size of the file, for people."""
        return tr("about {size}", size=file_size(self.bundle))


def _object(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = value.get(name)
    return {str(key): item for key, item in found.items()} if isinstance(found, dict) else {}


def _number(value: Mapping[str, object], name: str) -> float | None:
    found = value.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _bytes(value: Mapping[str, object], name: str) -> int | None:
    found = _number(value, name)
    return None if found is None else int(found)
