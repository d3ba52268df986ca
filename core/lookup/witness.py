"""The prover's view of committed columns: entries, blindings, leaves of the fraction tree, multiplicities."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.algebra.field import ORDER
from core.algebra.patterns import written_out
from core.channel.prover import Opened, ProverChannel
from core.commitments.hyrax import Column
from core.encoding.framing import framed
from core.engines.interface import AffineBlock, Engine, FractionTree, Repeated, SmallVector
from core.lookup.limbs import LimbGrid
from core.lookup.spec import Grid, LookupSpec, RowBlock, TableBlock

Entries: TypeAlias = NDArray[np.int64]

Blindings: TypeAlias = dict[str, list[int]]
"""By column, a factor for each of its committed rows. Secret."""


class SecretColumns:
    """Columns as small integers with a blinding for each committed row."""

    def __init__(self, columns: Sequence[Column], entries: Mapping[str, Entries]) -> None:
        self._columns = {column.label: column for column in columns}
        self.entries = dict(entries)
        self._blindings: Blindings = {}

    def __repr__(self) -> str:
        return f"SecretColumns({', '.join(self._columns)})"

    def matrix(self, label: str) -> Entries:
        """The column in rows of its width, zero-padded."""
        column = self._columns[label]
        padded = np.zeros(column.rows << column.width, dtype=np.int64)
        padded[: column.length] = self.entries[label][: column.length]
        return padded.reshape(column.rows, 1 << column.width)

    def commit(self, channel: ProverChannel, label: str, blindings: Blindings | None = None) -> None:
        """Commit every row under fresh blinding and send all commitments at once.

        blindings: of `draw_blindings`, where something else came between. Commitments that were made before an
        interruption are taken from there if the columns are the same.
        """
        self._blindings = draw_blindings(channel, label, self._columns.values()) if blindings is None else blindings
        blobs: list[bytes] | None = None
        if channel.confirmed(f"{label}.entries", self._digest):
            blobs = channel.recalled_points(sum(column.rows for column in self._columns.values()))
        if blobs is None:
            blobs = []
            for name, column in self._columns.items():
                make = partial(self._commitments, channel.engine, name)
                blobs += channel.committed(f"{label}.{name}", column.rows, make)
        channel.points(label, blobs)

    def _commitments(self, engine: Engine, name: str) -> list[bytes]:
        return engine.commit_rows(self.matrix(name), self._blindings[name])

    def _digest(self) -> bytes:
        """SHA-256 of all entries, column by column."""
        sha256 = hashlib.sha256()
        for name, column in self._columns.items():
            entries = np.ascontiguousarray(self.entries[name][: column.length], dtype=np.int64)
            sha256.update(framed(name, len(entries).to_bytes(8, "big")))
            sha256.update(entries.data)
        return sha256.digest()

    def combine(self, engine: Engine, parts: Mapping[str, int], points: Mapping[str, Sequence[int]]) -> Opened:
        """The opening of the same combination that the verifier forms in CommittedColumns.combine."""
        width = 1 << next(iter(self._columns.values())).width
        values = [0] * width
        blinding = 0
        for label, factor in parts.items():
            weights = [factor * w % ORDER for w in self._columns[label].row_weights(points[label])]
            for j, value in enumerate(engine.row_combination(engine.vector(weights), self.matrix(label))):
                values[j] += value
            blinding += sum(w * b for w, b in zip(weights, self._blindings[label], strict=True))
        return Opened([value % ORDER for value in values], blinding % ORDER)


def draw_blindings(channel: ProverChannel, label: str, columns: Iterable[Column]) -> Blindings:
    """Fresh blinding factors for every row of the columns, the last that is drawn before the value commitments."""
    drawn = {column.label: channel.tape.scalars(f"{label}.{column.label}", column.rows) for column in columns}
    channel.drawn()
    return drawn


def repeated(table: TableBlock, entries: Sequence[int]) -> Entries:
    """A table column padded to the block by repetition."""
    return written_out(np.asarray(entries, dtype=np.int64), 1 << table.variables)


def build_tree(
    engine: Engine, spec: LookupSpec, entries: Mapping[str, SmallVector], alpha: int, beta: int
) -> FractionTree:
    """All leaves in the layout's order, the filler 0/1 left to the tree; `entries` includes the record matrix where it
    is used.

    Entries of a row block must already lie in its grid, that is padded to 2^variables cells or shorter.
    """
    blocks: dict[str, RowBlock | TableBlock] = {block.label: block for block in spec.rows}
    blocks |= {block.label: block for block in spec.tables}
    numerators: list[AffineBlock] = []
    denominators: list[AffineBlock] = []
    for label in spec.layout.order:
        block = blocks[label]
        size = 1 << block.variables
        if isinstance(block, RowBlock):
            numerators.append(AffineBlock(0, [(1, _mask(block.grid))], size))
            terms: list[tuple[int, SmallVector | Repeated]] = [(-1, _tags(block))]
            terms += [(-pow(beta, t.power, ORDER) * t.scale % ORDER, entries[t.column]) for t in block.terms]
            denominators.append(AffineBlock(alpha, terms, size))
        else:
            numerators.append(AffineBlock(0, [(-1, entries[block.multiplicity])], size))
            terms = [(-pow(beta, power, ORDER), repeated(block, column)) for power, column in block.table.columns()]
            denominators.append(AffineBlock(alpha, terms, size))
    return engine.affine_fraction_tree(numerators, denominators)


def _mask(grid: Grid) -> Repeated:
    return Repeated(np.asarray(grid.pattern, dtype=np.uint16), len(grid.pattern) * grid.count)


def _tags(block: RowBlock) -> Repeated:
    return Repeated(np.asarray(block.tags, dtype=np.uint16), 1 << block.variables)


def grid_entries(grid: LimbGrid, values: Sequence[int]) -> Entries:
    """Python integers in [0, 2^(limbs * limb_bits)) as limbs, one row of 2^limb_variables cells each."""
    mask = (1 << grid.limb_bits) - 1
    entries = np.zeros((grid.coordinates, 1 << grid.limb_variables), dtype=np.int64)
    for a, value in enumerate(values):
        for limb in range(grid.limbs):
            entries[a, limb] = (value >> (limb * grid.limb_bits)) & mask
    return entries.ravel()
