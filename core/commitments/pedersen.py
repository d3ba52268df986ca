"""Pedersen vector commitments, computed anew to check an opening: Com(v; rho) = sum_j v_j G_j + rho H.

Perfectly hiding for uniform rho; binding as long as nobody knows a relation between the hashed generators.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.algebra.group import GroupBackend
from core.commitments import generators


def commit_row(values: Sequence[int], blinding: int, backend: GroupBackend) -> bytes:
    """The compressed commitment to at most 4096 integers over the data generators G_0, G_1, ....

    Values and blinding count modulo the order; more values are an InternalError. Not constant time: for openings that
    were handed over, not for secrets.
    """
    points = generators.points(backend)
    basis = [points[generators.data(column)] for column in range(len(values))]
    return backend.encode(backend.msm([*basis, points[generators.BLINDING]], [*values, blinding]))
