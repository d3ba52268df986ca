"""One Pedersen commitment for each record."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.engines.interface import Engine
from core.monitor import Monitor
from core.randomness import Tape

_CHUNK = 512


def commit_records(
    rows: NDArray[np.uint16], *, engine: Engine, tape: Tape, monitor: Monitor
) -> tuple[list[bytes], list[int]]:
    """Commitments C_i = sum_j rows[i, j] G_j + rho_i H (48 bytes each) and the fresh blinding factors rho_i."""
    commitments: list[bytes] = []
    blindings: list[int] = []
    for start in range(0, len(rows), _CHUNK):
        monitor.check()
        chunk = rows[start : start + _CHUNK]
        drawn = tape.scalars("record.blinding", len(chunk))
        commitments.extend(engine.commit_rows(chunk, drawn))
        blindings.extend(drawn)
        monitor.progress((start + len(chunk)) / len(rows))
    return commitments, blindings
