"""A second verifier, written from docs/ alone: the claims about the dataset, `validity` and `bounded`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tests.soundness.second_lookup import (
    Column,
    Grid,
    Lookup,
    Rows,
    Table,
    challenges,
    choose_width,
    closed,
    eq_round,
    listed_table,
    looked_up,
    range_table,
    rounds_pattern,
    sumcheck,
    tree_pattern,
)
from tests.soundness.second_protocol import Equation, Linear, R, Reader, bits, eq_all, inside


@dataclass
class Layout:
    """Kinds of the positions of a row; positions of groups and features."""

    kinds: list[str]
    groups: list[list[int]]
    features: list[int]

    @property
    def width(self) -> int:
        return len(self.kinds)


Weighted = list[tuple[int, Equation]]


def validity(count: int, layout: Layout, statement: bytes, proof: bytes, blobs: list[bytes]) -> Weighted:
    width, rv, cv = layout.width, max(1, bits(count - 1)), bits(layout.width)
    kinds = layout.kinds + [""] * ((1 << cv) - width)
    whole = rv + cv >= 15
    span = 16 if whole else 8
    w = choose_width(65536) if whole else min(choose_width(256 + (count << cv)), rv + cv)
    tags = [{"limb16": 1, "number": 1, "bit": 2, "flag": 3, "": 0}[kind] for kind in kinds]
    wide = [int(kind in ("limb16", "number")) for kind in kinds]
    narrow = [int(kind in ("bit", "flag")) for kind in kinds]
    small = listed_table([(2, 0), (2, 1), (3, 0), (3, 65535)])
    tables = [
        Table("range", max(span, w), span, range_table(1), "range.count"),
        Table("small", max(2, w), 2, small, "small.count"),
    ]
    columns = [Column("range.count", 1 << span, max(span, w)), Column("small.count", 4, max(2, w))]
    if whole:
        both = [a + b for a, b in zip(wide, narrow, strict=True)]
        rows = [Rows("cells", rv + cv, count, both, tags, [("records", 1, 1)])]
    else:
        columns.insert(0, Column("high", count << cv, rv + cv))
        ones = [1] * len(kinds)
        rows = [
            Rows("low", rv + cv, count, wide, ones, [("records", 1, 1), ("high", 1, -256)]),
            Rows("high", rv + cv, count, wide, ones, [("high", 1, 1)]),
            Rows("bits", rv + cv, count, narrow, tags, [("records", 1, 1)]),
        ]
    lookup = Lookup(columns, rows, tables, w)
    steps = [*tree_pattern("validity", lookup), ("hidden", "validity.leaves", 2)]
    groups = [("validity.records", width, 1), ("validity.columns", 1 << w, 1)]
    if layout.groups:
        steps += [*challenges("validity.rows", rv), *challenges("validity.chi"), ("hidden", "validity.groups", 1)]
        groups.append(("validity.groups", width, 1))
    pattern = closed(steps, 1 + 2 * lookup.depth, groups)
    reader = Reader("proofward/dataset/v1", statement, pattern, proof, blobs)
    rest, found, v = looked_up(reader, lookup, "validity")
    x, y = reader.hidden("validity.leaves", 2)
    reader.zero(rest - x * found["records"] - y)
    own = v[len(v) - rv - cv :]
    records = dict(enumerate(eq_all(own[:rv])[:count]))
    reader.evaluations("validity.records", range(width), [records], [eq_all(own[rv:])[:width]], [x])
    reader.evaluations("validity.columns", range(1 << w), [lookup.combine(found, v)], [lookup.form(v)], [y])
    if layout.groups:
        points, chi = reader.challenges("validity.rows", rv), reader.challenge("validity.chi")
        (z,) = reader.hidden("validity.groups", 1)
        reader.zero(z - inside(points, count) * sum(pow(chi, g, R) for g in range(len(layout.groups))))
        form = [sum(pow(chi, g, R) for g, own in enumerate(layout.groups) if j in own) for j in range(width)]
        reader.evaluations(
            "validity.groups", range(width), [dict(enumerate(eq_all(points)[:count]))], [form], [z]
        )
    return reader.settle()


def bounded(count: int, layout: Layout, statement: bytes, proof: bytes, blobs: list[bytes]) -> Weighted:
    width, rv, cv = layout.width, max(1, bits(count - 1)), bits(layout.width)
    limit = count * 65535**2
    lb, pb = 16 if rv + cv >= 15 else 8, bits(count * 65535)
    pl, sl = -(-pb // lb), -(-bits(limit) // lb)
    w = min(choose_width((144 * pl + sl << cv) + (1 << lb)), cv + bits(sl - 1))
    projection, slack = Grid(144 << cv, pl, lb, w), Grid(1 << cv, sl, lb, w)
    rows = []
    for name, grid, whole in (("projection", projection, pb), ("slack", slack, bits(limit))):
        top = whole - lb * (grid.limbs - 1)
        rows.append(grid.rows(name, name, 1))
        rows.append(grid.rows(f"{name}.top", name, 1, first=grid.limbs - 1, scale=1 << (lb - top)))
    columns = [projection.column("projection"), slack.column("slack"), Column("count", 1 << lb, max(lb, w))]
    lookup = Lookup(columns, rows, [Table("limb", max(lb, w), lb, range_table(1), "count")], w)
    steps = [*tree_pattern("bounded", lookup), ("hidden", "bounded.lookup", 1), *challenges("bounded.zeta", 8 + cv)]
    steps += [("hidden", "bounded.projection", 1), *challenges("bounded.tau", cv), ("hidden", "bounded.slack", 1)]
    steps += [*rounds_pattern("bounded.rows", rv, 2), *rounds_pattern("bounded.columns.round", cv, 2)]
    steps += [("hidden", "bounded.record", 1)]
    bases = {"lookup": 1 << w, "projection": 1 << w, "projected": width, "slack": 1 << w, "records": width}
    pattern = closed(steps, 2 + 2 * lookup.depth, [(f"bounded.{name}", basis, 1) for name, basis in bases.items()])
    reader = Reader("proofward/dataset/v1", statement, pattern, proof, blobs)
    seed = reader.challenge("bounded.seed")
    stream = hashlib.shake_256(b"proofward/bounded/v1" + seed.to_bytes(32, "big")).digest(18 * count)
    rest, found, v = looked_up(reader, lookup, "bounded")
    (x,) = reader.hidden("bounded.lookup", 1)
    reader.zero(rest - x)
    row = range(1 << w)
    reader.evaluations("bounded.lookup", row, [lookup.combine(found, v)], [lookup.form(v)], [x])
    zeta = reader.challenges("bounded.zeta", 8 + cv)
    (y,) = reader.hidden("bounded.projection", 1)
    committed = projection.object(lookup.handles["projection"], zeta)
    reader.evaluations("bounded.projection", row, [committed], [projection.form(zeta)], [y])
    chosen = eq_all(zeta[:8])
    weights = {
        i: sum(chosen[s] for s in range(144) if stream[18 * i + s // 8] >> (7 - s % 8) & 1) % R for i in range(count)
    }
    reader.evaluations("bounded.projected", range(width), [weights], [eq_all(zeta[8:])[:width]], [y])
    tau = reader.challenges("bounded.tau", cv)
    (z,) = reader.hidden("bounded.slack", 1)
    reader.evaluations("bounded.slack", row, [slack.object(lookup.handles["slack"], tau)], [slack.form(tau)], [z])
    claim, along = sumcheck(reader, "bounded.rows", Linear(constant=limit) - z, rv, 2)
    across = []
    for coordinate in tau:
        claim, bound = eq_round(reader, "bounded.columns.round", claim, coordinate)
        across.append(bound)
    (t,) = reader.hidden("bounded.record", 1)
    reader.product(t, t, claim)
    records = dict(enumerate(eq_all(along)[:count]))
    reader.evaluations("bounded.records", range(width), [records], [eq_all(across)[:width]], [t])
    return reader.settle()
