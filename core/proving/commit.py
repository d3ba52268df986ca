"""One Pedersen commitment for each record."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.engines.interface import Engine
from core.monitor import Monitor
from core.randomness import Tape

_CHUNK = 512
"""Records committed at a time, between two looks at cancel."""

_MANY = 1 << 16
"""Records from which an engine does better with large blocks, and looks at cancel itself."""

_BLOCK = 1 << 18
"""Those blocks; 100 MB of unfinished sums at most."""


def commit_records(
    rows: NDArray[np.uint16], *, engine: Engine, tape: Tape, monitor: Monitor
) -> tuple[list[bytes], list[int]]:
    """Commitments C_i = sum_j rows[i, j] G_j + rho_i H (48 bytes each) and the fresh blinding factors rho_i."""
    size = -(-len(rows) // -(-len(rows) // _BLOCK)) if len(rows) >= _MANY else _CHUNK
    commitments: list[bytes] = []
    blindings: list[int] = []
    for start in range(0, len(rows), size):
        chunk = rows[start : start + size]

        def tick(done: float, start: int = start, count: int = len(chunk)) -> None:
            monitor.check()
            monitor.progress((start + done * count) / len(rows))

        tick(0.0)
        drawn = tape.scalars("record.blinding", len(chunk))
        commitments.extend(engine.commit_rows(chunk, drawn, tick))
        blindings.extend(drawn)
    monitor.progress(1.0)
    return commitments, blindings
