"""Forgers of `bounded`: an entry that wraps, a column that is too long, sums that are not those of the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from unittest.mock import patch

import numpy as np

import core.claims.bounded.prover as bounded_prover
from core.algebra.field import ORDER
from core.bundle.writer import BundleParts
from core.claims.bounded.prover import prove_bounded
from core.claims.bounded.relation import PROJECTIONS, BoundedRelation
from core.claims.statement import DatasetStatement
from core.lookup.limbs import LimbGrid
from core.lookup.witness import Entries
from core.monitor import SilentMonitor
from core.randomness import SeededTape
from tests.soundness.forge import Place, Trace, solve, with_validity
from tests.soundness.hospital import Hospital


def _limbs(grid: LimbGrid, values: list[int], bits: int, *, true: bool) -> Entries:
    """Limbs of any integers: the top one as large, or as negative, as it has to be (true), or cut to `bits` in all."""
    cells = np.zeros((len(values), 1 << grid.limb_variables), dtype=np.int64)
    for a, value in enumerate(value if true else value % (1 << bits) for value in values):
        for limb in range(grid.limbs):
            shifted = value >> (limb * grid.limb_bits)
            cells[a, limb] = shifted if true and limb == grid.limbs - 1 else shifted & ((1 << grid.limb_bits) - 1)
    return cells.ravel()


def _entries(rows: np.ndarray, true_projections: bool, true_slacks: bool) -> Callable[..., dict[str, Entries]]:
    def column_entries(relation: BoundedRelation, sums: bounded_prover.Sums) -> dict[str, Entries]:
        cells = 1 << relation.column_variables
        projections = np.zeros((PROJECTIONS, cells), dtype=np.int64)
        projections[:, : rows.shape[1]] = sums.projections
        squares = [sum(int(x) ** 2 for x in column) for column in rows.T] + [0] * (cells - rows.shape[1])
        slacks = [relation.square_limit - square for square in squares]
        entries = {
            "projection": _limbs(
                relation.projection, projections.ravel().tolist(), relation.projection_bits, true=true_projections
            ),
            "slack": _limbs(relation.slack, slacks, relation.square_limit.bit_length(), true=true_slacks),
        }
        return entries | {"limb.count": _counts(relation, entries)}

    return column_entries


def _counts(relation: BoundedRelation, entries: Mapping[str, Entries]) -> Entries:
    size = 1 << relation.limb_bits
    counts = np.zeros(size, dtype=np.int64)
    for block in relation.spec.rows:
        mask = np.tile(np.asarray(block.grid.pattern, dtype=bool), block.grid.count)
        values = entries[block.terms[0].column][mask] * block.terms[0].scale
        counts += np.bincount(values[(values >= 0) & (values < size)], minlength=size)
    return counts


def _forged(
    h: Hospital,
    *,
    true_projections: bool = False,
    true_slacks: bool = False,
    rows: np.ndarray | None = None,
    amounts: Callable[[Trace], dict[Place, int]] | None = None,
) -> BundleParts:
    statement = DatasetStatement(root=h.dataset.root, count=len(h.dataset.numbers), schema=h.schema)
    rows = h.dataset.rows if rows is None else rows

    def prove() -> bytes:
        with patch.object(bounded_prover, "column_entries", _entries(rows, true_projections, true_slacks)):
            return prove_bounded(
                statement,
                rows,
                h.dataset.blindings,
                engine=h.engine,
                tape=SeededTape(b"forger"),
                monitor=SilentMonitor(),
            )

    return with_validity(h, prove() if amounts is None else solve(prove, amounts))


def negative_projections(h: Hospital) -> BundleParts:
    """The sums are what they are; their top limbs are negative."""
    return _forged(h, true_projections=True)


def projections_of_nobody(h: Hospital) -> BundleParts:
    """The sums are cut to their width, and so are not those of the records."""
    return _forged(h)


def negative_slack(h: Hospital) -> BundleParts:
    return _forged(h, true_slacks=True)


def slack_cut(h: Hospital) -> BundleParts:
    """The slack is cut to its width, and the square at the end of the sumcheck is false."""
    return _forged(h)


def slack_lie(h: Hospital) -> BundleParts:
    """The slack is cut to its width, and its evaluation is what it should have been."""

    def amounts(trace: Trace) -> dict[Place, int]:
        place = ("bounded.slack", 0, 0)
        check = next(check for check in trace.log.products if check.label == "bounded.square")
        off = trace.worth(check.left) * trace.worth(check.right) - trace.worth(check.result)
        return {place: off * pow(check.result.terms[trace.slot(place)], -1, ORDER) % ORDER}

    return _forged(h, amounts=amounts)


def bounded_of_other_rows(h: Hospital) -> BundleParts:
    """The proof is about a tame record in the place of the wild one."""
    rows = h.dataset.rows.copy()
    rows[0] = rows[1]
    return _forged(h, rows=rows)
