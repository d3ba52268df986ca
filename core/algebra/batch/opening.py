"""Where a batch of untrusted points is decoded: in several processes if that pays.

A batch is opened as soon as the encodings are known, so that other processes work while this one goes on; their points
stay where they were decoded, and only sums come back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.algebra.batch.blocks import block_ranges
from core.algebra.batch.kept import KeptSums
from core.algebra.batch.local import PointBatch
from core.algebra.batch.spread import SpreadBatch
from core.algebra.encoding import COORDINATE_BYTES
from core.algebra.group import GroupBackend
from core.helpers import may_start, usable_cores
from core.monitor import Monitor

HELPED_FROM = {"native": 4_000, "reference": 2_000}
"""Points from which on helper processes save more time than they cost: some 0.05 s each, 0.5 s with py_ecc."""
MAX_HELPERS = 16


def open_batch(
    backend: GroupBackend,
    blobs: Sequence[bytes],
    monitor: Monitor,
    *,
    report: Callable[[float], None] = lambda share: None,
    kept: KeptSums | None = None,
) -> PointBatch:
    """A batch of these encodings, which other processes begin to decode at once if they are many.

    report: is told, while a sum is formed, how much is done; kept: where the sums over its blocks survive.
    """
    helpers = helper_count(len(blobs))
    if helpers > 1 and len(blobs) >= HELPED_FROM[backend.name] and may_start() and _even(blobs):
        try:
            return SpreadBatch(
                backend, blobs, monitor, helpers=helpers, rest=helpers >= usable_cores(), report=report, kept=kept
            )
        except (OSError, RuntimeError):  # no more processes, or threads, are to be had here
            pass
    return SpreadBatch(backend, blobs, monitor, report=report, kept=kept if _even(blobs) else None)


def helper_count(points: int) -> int:
    """Helper processes that so many points are shared by, where there are any: one a core, each with whole blocks."""
    return max(1, min(MAX_HELPERS, usable_cores(), len(block_ranges(points))))


def _even(blobs: Sequence[bytes]) -> bool:
    return set(map(len, blobs)) <= {COORDINATE_BYTES}
