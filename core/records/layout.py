"""Where each value of a record stands in its committed row; a function of the schema alone.

    8 limbs of the patient id's 128-bit digest, most significant first      limb16   0..65535
    consent, outcome                                                        bit      0, 1
    one-hot codes of each grouping column, in the order of its levels       bit      0, 1
    features in the order of the schema:
        number                                                              number   X in 0..65535, meaning X / 2^16
        flag, each level of a category, indicator of missing values         flag     0 or 65535

Positions count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.records.schema import Column, Schema

ID_LIMBS = 8
LIMB_BITS = 16
FLAG_ON = (1 << LIMB_BITS) - 1
CONSENT = ID_LIMBS
OUTCOME = ID_LIMBS + 1
MAX_WIDTH = 1100


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """One position of a row. kind: "limb16", "bit", "number" or "flag"; source: the schema column it is of, or ""."""

    name: str
    kind: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class RowLayout:
    """The positions of a row, in order; `groups` and `features` hold positions."""

    columns: tuple[LayoutColumn, ...]
    groups: tuple[tuple[int, ...], ...]
    features: tuple[int, ...]

    @classmethod
    def from_schema(cls, schema: Schema) -> RowLayout:
        """The one layout of records under this schema."""
        columns = [LayoutColumn(f"patient id digest {limb + 1}/{ID_LIMBS}", "limb16") for limb in range(ID_LIMBS)]
        consent = schema.consent
        columns.append(LayoutColumn("consent", "bit", consent.name if consent else ""))
        columns.append(LayoutColumn("outcome", "bit", schema.outcome.name))
        groups = []
        for column in schema.groups:
            first = len(columns)
            columns.extend(LayoutColumn(_of_level(column, level.name), "bit", column.name) for level in column.levels)
            groups.append(tuple(range(first, len(columns))))
        first = len(columns)
        for column in schema.features:
            columns.extend(feature_columns(column))
        return cls(tuple(columns), tuple(groups), tuple(range(first, len(columns))))

    @property
    def width(self) -> int:
        """Number of positions."""
        return len(self.columns)

    @property
    def outcome(self) -> int:
        """Position of the outcome bit."""
        return OUTCOME

    @property
    def consent(self) -> int:
        """Position of the consent bit."""
        return CONSENT

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, in order."""
        return tuple(self.columns[position].name for position in self.features)


def feature_columns(column: Column) -> Iterator[LayoutColumn]:
    """The positions that one feature column takes: its own, then the indicator of missing values if it has one."""
    if column.type == "category":
        for level in column.levels:
            yield LayoutColumn(_of_level(column, level.name), "flag", column.name)
    else:
        yield LayoutColumn(column.name, column.type, column.name)
    if column.has_indicator:
        yield LayoutColumn(f"{column.name} (missing)", "flag", column.name)


def _of_level(column: Column, level: str) -> str:
    return f"{column.name} = {level}"
