"""From a certified model on its training view to the columns that the prover commits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.claims.optimum.relation import OptimumRelation
from core.lookup.witness import Entries, grid_entries
from core.training.quantise import OptimumWitness


def limbs_of(values: NDArray[np.int64], bits: int, count: int) -> list[Entries]:
    """`count` limbs of `bits` bits of each non-negative value, least significant first."""
    mask = (1 << bits) - 1
    return [(values >> (bits * limb)) & mask for limb in range(count)]


def column_entries(relation: OptimumRelation, witness: OptimumWitness) -> dict[str, Entries]:
    """Every committed column, multiplicities included."""
    p = relation.parameters
    entries: dict[str, Entries] = {
        "u": witness.row,
        "value": witness.value,
        "slope": witness.slope,
        "tail": witness.tail,
    }
    excess = limbs_of(witness.excess, p.limb_bits, p.excess_limbs)
    rho = limbs_of(witness.remainder, p.limb_bits, p.remainder_limbs)
    entries |= dict(zip(relation.excess_labels, excess, strict=True))
    entries |= dict(zip(relation.rho_labels, rho, strict=True))
    shifted = [g + p.gradient_bound for g in witness.gradient]
    entries["gradient"] = grid_entries(relation.gradient, shifted)
    if relation.statement.hidden:
        weights = [w + p.weight_bound for w in (*witness.weights, witness.bias)]
        entries["weights"] = grid_entries(relation.weights, weights)
    return entries | multiplicities(relation, entries)


def multiplicities(relation: OptimumRelation, entries: dict[str, Entries]) -> dict[str, Entries]:
    """How often each table row is looked up by the given columns."""
    p = relation.parameters
    looked_up = [entries[label] for label in (*relation.excess_labels, *relation.rho_labels)]
    grids = [(relation.gradient, 0, 0), (relation.gradient, p.gradient_limbs - 1, p.limb_bits - p.gradient_top_bits)]
    if relation.statement.hidden:
        grids.append((relation.weights, 0, 0))
    for grid, first, shift in grids:
        cells = entries[grid.label].reshape(grid.coordinates, -1)[:, first : grid.limbs]
        looked_up.append((cells << shift).ravel())
    limbs = np.concatenate(looked_up)
    return {
        "table.sigmoid.count": np.bincount(entries["u"], minlength=p.table_rows).astype(np.int64),
        "table.limb.count": np.bincount(limbs, minlength=1 << p.limb_bits).astype(np.int64),
    }
