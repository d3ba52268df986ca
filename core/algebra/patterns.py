"""Small patterns again and again."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Entry = TypeVar("_Entry", bound=np.generic)


def written_out(pattern: NDArray[_Entry], length: int) -> NDArray[_Entry]:
    """`length` entries, `pattern` again and again; what numpy.resize does, which takes long for short patterns."""
    return np.tile(pattern, -(-length // len(pattern)))[:length]
