"""Forgers of `validity`: values out of range, groups that are none, weight where none may be."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from unittest.mock import patch

import numpy as np

from core.algebra.group import get_backend
from core.bundle.writer import BundleParts
from core.commitments import generators
from core.engines.plain import PlainEngine
from core.relations.plan import TrainingPlan
from tests.soundness.forge import (
    forged_validity,
    settle_by,
    with_validity,
)
from tests.soundness.forgers_optimum import _false_root
from tests.soundness.hospital import Hospital, hospital, rows_of, schema_of

# values out of range -------------------------------------------------------------------------------------------------


def validity_as_committed(h: Hospital) -> BundleParts:
    """The best proof of `validity` for what was committed."""
    return with_validity(h, forged_validity(h))


def _tame(h: Hospital) -> np.ndarray:
    rows = h.dataset.rows.copy()
    rows[0] = rows[1]
    return rows


def validity_record_lie(h: Hospital) -> BundleParts:
    """Fractions of a tame record, and a lie about the records at the leaves' point."""
    lie = settle_by("validity.leaves", ("validity.leaves", 0, 0))
    return with_validity(h, forged_validity(h, pretended=_tame(h), amounts=lie))


def validity_column_lie(h: Hospital) -> BundleParts:
    """Fractions of a tame record, and a lie about the columns at the leaves' point."""
    lie = settle_by("validity.leaves", ("validity.leaves", 0, 1))
    return with_validity(h, forged_validity(h, pretended=_tame(h), amounts=lie))


def validity_fraction_lie(h: Hospital) -> BundleParts:
    return with_validity(h, forged_validity(h, amounts=_false_root))


def validity_group_lie(h: Hospital) -> BundleParts:
    return with_validity(h, forged_validity(h, amounts=settle_by("validity.groups", ("validity.groups", 0, 0))))


def foreign_weight() -> Hospital:
    """Record 1 carries weight on a generator beyond its row."""
    backend = get_backend("native")
    real = PlainEngine.commit_rows

    def heavier(self: PlainEngine, matrix: Any, blindings: Any, *rest: Any, **options: Any) -> list[bytes]:
        blobs = real(self, matrix, blindings, *rest, **options)
        if matrix.shape == (16, width):
            extra = backend.mul(generators.points(backend)[width], 777)
            blobs[0] = backend.encode(backend.add(backend.decode(blobs[:1])[0], extra))
        return blobs

    schema = schema_of(2)
    width = rows_of(schema, 2).shape[1]
    with patch.object(PlainEngine, "commit_rows", heavier):
        return hospital(schema=schema, plan=TrainingPlan(test_fraction=Fraction(0)), engine_name="plain")


def as_it_is(h: Hospital) -> BundleParts:
    return h.parts()
