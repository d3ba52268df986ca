"""The lookup's leaves, written out one by one from their definition, against layout, tables, relation and prover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.algebra.field import ORDER
from core.claims.bounded.relation import BoundedRelation
from core.claims.optimum.relation import OptimumRelation
from core.claims.optimum.statement import HiddenModel, OptimumStatement, PublicModel
from core.claims.validity.prover import column_entries, record_cells
from core.claims.validity.relation import ValidityRelation
from core.commitments.hyrax import Column, choose_width
from core.engines import get_engine
from core.lookup.leaves import LeafLayout
from core.lookup.limbs import LimbGrid
from core.lookup.spec import RECORDS, Grid, LookupSpec
from core.lookup.tables import ListedTable, RangeTable, SigmoidRows, Table
from core.lookup.witness import SecretColumns, build_tree
from core.polynomials.multilinear import eq_table, evaluate
from core.randomness import SeededTape
from core.records.layout import RowLayout
from core.relations.parameters import OptimumParameters
from core.relations.sigmoid_table import SigmoidTable
from tests.soundness.hospital import rows_of, schema_of

# layout --------------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 6), min_size=1, max_size=8))
def test_blocks_tile_the_leaves_without_overlap(sizes: list[int]) -> None:
    layout = LeafLayout.arrange({f"block {i}": size for i, size in enumerate(sizes)})
    taken: list[int] = []
    for label, size in layout.variables.items():
        assert layout.offsets[label] % (1 << size) == 0
        taken += range(layout.offsets[label], layout.offsets[label] + (1 << size))
    assert sorted(taken) == list(range(layout.used))
    assert layout.used <= 1 << layout.depth
    assert layout.depth == 1 or layout.used > 1 << (layout.depth - 1)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5), st.integers(0, ORDER - 1))
def test_weights_and_local_points(sizes: list[int], seed: int) -> None:
    """eq(point, leaf) of every leaf is the block's weight times eq(local point, place in the block)."""
    layout = LeafLayout.arrange({f"block {i}": size for i, size in enumerate(sizes)})
    point = [pow(seed + 2, 3 * k + 1, ORDER) for k in range(layout.depth)]
    leaves = eq_table(point)
    for label, size in layout.variables.items():
        weight, local = layout.weight(label, point), eq_table(layout.local(label, point))
        start = layout.offsets[label]
        assert leaves[start : start + (1 << size)] == [weight * value % ORDER for value in local]
    assert layout.filler(point) == sum(leaves[layout.used :]) % ORDER


# grids, columns, tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [(1,), (1, 0), (1, 0, 1, 1), (0, 0, 0, 1, 0, 0, 1, 0)])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_mask_of_a_grid(pattern: tuple[int, ...], count: int) -> None:
    grid = Grid(count, pattern)
    cells = [int(i < count) * on for i in range(4) for on in pattern]
    point = SeededTape(b"grid").scalars("point", 2 + grid.column_variables)
    assert grid.evaluate(point) == evaluate(cells, point)
    values = range(10, 10 + len(pattern))
    assert grid.along(point, tuple(values)) == evaluate([v for _ in range(4) for v in values], point)


@pytest.mark.parametrize(
    "table",
    [
        RangeTable(3, 4),
        RangeTable(1, 1),
        ListedTable(((2, 0), (2, 1), (3, 0), (3, 65535))),
        SigmoidRows(1, 2, lambda: SigmoidTable(0, 0, (0, 5, 9, 16), (0, 4, 7, 0), (-1, 0, 0, 1))),
    ],
)
def test_a_table_is_the_extension_of_its_rows(table: Table) -> None:
    tape = SeededTape(b"table")
    beta, point = tape.scalar("beta"), tape.scalars("point", table.variables)
    rows = [0] * (1 << table.variables)
    for power, column in table.columns():
        for b, value in enumerate(column):
            rows[b] += pow(beta, power, ORDER) * value
    assert table.evaluate(point, beta) == evaluate(rows, point)


@pytest.mark.parametrize(
    ("length", "variables", "width"), [(32, 5, 5), (33, 6, 5), (100, 8, 5), (1, 5, 5), (200, 8, 6)]
)
def test_a_column_in_rows_is_the_whole_column(length: int, variables: int, width: int) -> None:
    column = Column("c", length, variables, width)
    entries = SeededTape(b"column").scalars("entry", length)
    point = SeededTape(b"column").scalars("point", variables)
    assert column.rows == -(-length // (1 << width))
    padded = entries + [0] * ((column.rows << width) - length)
    rows = [padded[i << width : (i + 1) << width] for i in range(column.rows)]
    form = column.form(point)
    by_rows = sum(
        weight * sum(a * b for a, b in zip(form, row, strict=True))
        for weight, row in zip(column.row_weights(point), rows, strict=True)
    )
    assert by_rows % ORDER == evaluate(entries, point)


def test_row_width_grows_with_the_square_root() -> None:
    widths = [choose_width(entries) for entries in (1, 1000, 10**4, 10**5, 10**6, 10**8)]
    assert widths == sorted(widths) and widths[0] >= 5 and widths[-1] <= 12


@pytest.mark.parametrize(("coordinates", "limbs"), [(1, 1), (3, 2), (4, 3), (9, 5)])
def test_limbs_are_put_together_by_their_form(coordinates: int, limbs: int) -> None:
    grid = LimbGrid("g", coordinates, limbs, 8, 5, 2)
    tape = SeededTape(b"limbs")
    values = [tape.scalar("value") % (1 << (8 * limbs)) for _ in range(coordinates)]
    cells = [0] * (1 << grid.column.variables)
    for a, value in enumerate(values):
        for limb in range(limbs):
            cells[(a << grid.limb_variables) + limb] = value >> (8 * limb) & 255
        for limb in range(limbs, 1 << grid.limb_variables):
            cells[(a << grid.limb_variables) + limb] = 77  # unused places may hold anything
    zeta = tape.scalars("zeta", grid.coordinate_variables)
    weights, form = grid.column.row_weights(grid.point(zeta)), grid.form(zeta)
    size = 1 << grid.width
    rows = [cells[i * size : (i + 1) * size] for i in range(len(weights))]
    opened = sum(w * sum(a * b for a, b in zip(form, row, strict=True)) for w, row in zip(weights, rows, strict=True))
    assert opened % ORDER == evaluate(values, zeta)


# every leaf ----------------------------------------------------------------------------------------------------------


def value_at(entries: Sequence[int], index: int) -> int:
    return int(entries[index]) if index < len(entries) else 0


def all_leaves(
    spec: LookupSpec, entries: Mapping[str, Sequence[int]], alpha: int, beta: int
) -> tuple[list[int], list[int]]:
    """Numerator and denominator of each leaf, from the definition alone."""
    size = 1 << spec.layout.depth
    numerators, denominators = [0] * size, [1] * size
    for block in spec.rows:
        start, width = spec.layout.offsets[block.label], len(block.tags)
        for cell in range(1 << block.variables):
            value = block.tags[cell % width]
            for term in block.terms:
                value += pow(beta, term.power, ORDER) * term.scale * value_at(entries[term.column], cell)
            masked = cell // width < block.grid.count and block.grid.pattern[cell % len(block.grid.pattern)]
            numerators[start + cell] = int(masked)
            denominators[start + cell] = (alpha - value) % ORDER
    for table in spec.tables:
        start = spec.layout.offsets[table.label]
        columns = table.table.columns()
        for cell in range(1 << table.variables):
            row = cell % (1 << table.table.variables)
            value = sum(pow(beta, power, ORDER) * column[row] for power, column in columns)
            numerators[start + cell] = -value_at(entries[table.multiplicity], cell) % ORDER
            denominators[start + cell] = (alpha - value) % ORDER
    return numerators, denominators


def layout_of(features: int, groups: bool) -> RowLayout:
    return RowLayout.from_schema(schema_of(features, groups=groups))


def optimum(rows: int, hidden: bool) -> LookupSpec:
    layout = layout_of(2, True)
    p = OptimumParameters.derive(rows=rows, features=2, c_num=1, c_den=1, target=Fraction(1, 20))
    model = HiddenModel(bytes(48)) if hidden else PublicModel((0, 0, 0))
    members = tuple(range(rows))
    return OptimumRelation(OptimumStatement(b"", layout, p, rows, members, members, model)).spec


SPECS = {
    "validity, split": lambda: ValidityRelation(5, layout_of(2, True)).spec,
    "validity, whole": lambda: ValidityRelation(700, layout_of(20, True)).spec,
    "bounded": lambda: BoundedRelation(3, layout_of(1, False)).spec,
    "optimum": lambda: optimum(9, False),
    "optimum, hidden": lambda: optimum(5, True),
}


@pytest.mark.parametrize("name", SPECS)
def test_the_relation_is_the_extension_of_all_leaves(name: str) -> None:
    """p~ + omega q~ at a random point, for columns and records of arbitrary content: the identity needs no honesty."""
    spec = SPECS[name]()
    tape = SeededTape(name.encode())
    alpha, beta, omega = tape.scalars("challenge", 3)
    point = tape.scalars("point", spec.layout.depth)
    entries: dict[str, list[int]] = {column.label: _arbitrary(column.length) for column in spec.columns}
    matrix = next((block for block in spec.rows if any(t.column == RECORDS for t in block.terms)), None)
    if matrix is not None:
        entries[RECORDS] = _arbitrary(matrix.grid.count * len(matrix.tags))
    numerators, denominators = all_leaves(spec, entries, alpha, beta)
    weights = eq_table(point)
    expected = sum(w * (p + omega * q) for w, p, q in zip(weights, numerators, denominators, strict=True)) % ORDER
    relation = spec.relation(point, alpha, beta, omega)
    found = relation.public
    for label, coefficient in relation.columns.items():
        found += coefficient * evaluate(entries[label], spec.local(label, point))
    if matrix is not None:
        found += relation.records * evaluate(entries[RECORDS], point[len(point) - matrix.variables :])
    assert (relation.records != 0) == (matrix is not None)
    assert found % ORDER == expected


def _arbitrary(count: int) -> list[int]:
    """Numbers of no use, quickly; some negative, some large."""
    return [(7919 * i * i + 104729 * i) % 1000003 - 1000 for i in range(count)]


@pytest.mark.parametrize("name", SPECS)
def test_all_columns_fit_one_opening(name: str) -> None:
    """One row width, labels without repetition, and blocks whose columns have the block's own length."""
    spec = SPECS[name]()
    assert len({column.width for column in spec.columns}) == 1
    assert len({column.label for column in spec.columns}) == len(spec.columns)
    assert spec.commitments == sum(column.rows for column in spec.columns)
    for block in spec.rows:
        assert len(block.tags) == len(block.grid.pattern) or len(set(block.tags)) == 1
        for term in block.terms:
            if term.column != RECORDS:
                assert spec.column(term.column).variables == block.variables
    for table in spec.tables:
        assert spec.column(table.multiplicity).variables == table.variables
        assert spec.column(table.multiplicity).length <= 1 << table.table.variables


@pytest.mark.parametrize(("records", "features"), [(3, 1), (5, 2), (16, 3), (17, 2)])
def test_honest_leaves_sum_to_zero_and_are_those_of_the_prover(records: int, features: int) -> None:
    """Sizes that are no power of two: padding is not counted, and the tree is built over exactly these leaves."""
    schema = schema_of(features)
    relation = ValidityRelation(records, RowLayout.from_schema(schema))
    rows = rows_of(schema, records)
    entries = {**column_entries(relation, rows), RECORDS: record_cells(relation, rows)}
    alpha, beta = SeededTape(b"honest").scalars("challenge", 2)
    numerators, denominators = all_leaves(relation.spec, entries, alpha, beta)
    total = sum(p * pow(q, -1, ORDER) for p, q in zip(numerators, denominators, strict=True) if p) % ORDER
    assert total == 0
    tree = build_tree(get_engine("plain"), relation.spec, entries, alpha, beta)
    assert tree.depth == relation.spec.layout.depth
    assert tree._levels[-1] == (numerators, denominators)  # type: ignore[attr-defined]  # the plain engine's
    assert tree.root()[0] == 0 and tree.root()[1] != 0


@pytest.mark.parametrize("change", ["entry", "multiplicity", "padding"])
def test_dishonest_leaves_do_not(change: str) -> None:
    schema = schema_of(2)
    relation = ValidityRelation(5, RowLayout.from_schema(schema))
    rows = rows_of(schema, 5).astype(np.int64)
    entries = {**column_entries(relation, rows), RECORDS: record_cells(relation, rows)}
    if change == "entry":
        entries[RECORDS][relation.layout.consent] = 2
    elif change == "multiplicity":
        entries["range.count"][0] += 1
    else:
        entries["range.count"][0] += relation.spec.layout.depth  # as if padded cells had been counted
    alpha, beta = SeededTape(b"dishonest").scalars("challenge", 2)
    numerators, denominators = all_leaves(relation.spec, entries, alpha, beta)
    assert sum(p * pow(q, -1, ORDER) for p, q in zip(numerators, denominators, strict=True) if p) % ORDER != 0


def test_secret_columns_show_no_values() -> None:
    columns = [Column("c", 40, 6, 5)]
    secret = SecretColumns(columns, {"c": np.arange(1000, 1040)})
    assert "1000" not in repr(secret)
    assert secret.matrix("c").tolist() == [list(range(1000, 1032)), [*range(1032, 1040), *[0] * 24]]


def test_rows_and_tables_never_share_a_label() -> None:
    """The layout is keyed by label; a clash would drop a block silently."""
    for make in SPECS.values():
        spec = make()
        labels = [block.label for block in spec.rows] + [table.label for table in spec.tables]
        assert len(set(labels)) == len(labels) == len(spec.layout.order)
