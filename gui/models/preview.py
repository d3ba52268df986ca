"""The first rows of a CSV file and what its columns hold, as the worker sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gui.i18n import tr, tr_n, whole


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column: how many cells are missing, numbers and texts; the extremes; distinct texts, None if very many."""

    name: str
    missing: int
    numbers: int
    texts: int
    low: str
    high: str
    distinct: int | None

    @property
    def kind(self) -> str:
        """What the column seems to hold, for people."""
        if self.numbers and not self.texts:
            return tr("Two values") if self.distinct == 2 else tr("Numbers")
        if self.texts and not self.numbers:
            return tr("Two values") if self.distinct == 2 else tr("Texts")
        return tr("Numbers and texts") if self.numbers else tr("Empty")

    @property
    def span(self) -> str:
        """Extremes or the number of different values, for people."""
        if self.numbers and not self.texts and self.low:
            return tr("{low} to {high}", low=self.low, high=self.high)
        if self.distinct is None:
            return tr("many different values")
        return tr_n("{count} value", "{count} values", self.distinct)

    @property
    def may_be_outcome(self) -> bool:
        """Whether there are exactly two values."""
        return self.distinct == 2


@dataclass(frozen=True, slots=True)
class Preview:
    """Names, first rows, one summary a column, rows of the whole file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    summary: tuple[ColumnSummary, ...] = field(repr=False)
    total: int = 0
    ragged: int = 0

    @classmethod
    def read(cls, value: Mapping[str, object]) -> Preview:
        """From the worker's JSON."""
        columns, rows, summary = value.get("columns"), value.get("rows"), value.get("summary")
        total, ragged = value.get("total"), value.get("ragged")
        return cls(
            columns=tuple(str(name) for name in columns) if isinstance(columns, list) else (),
            rows=tuple(tuple(str(cell) for cell in row) for row in rows) if isinstance(rows, list) else (),
            summary=tuple(_summary(item) for item in summary) if isinstance(summary, list) else (),
            total=total if isinstance(total, int) else 0,
            ragged=ragged if isinstance(ragged, int) else 0,
        )

    def columns_table(self) -> list[list[str]]:
        """One row a column, for the table of columns."""
        return [[item.name, item.kind, item.span, whole(item.missing)] for item in self.summary]


def _summary(item: Mapping[str, object]) -> ColumnSummary:
    def number(key: str) -> int:
        value = item.get(key)
        return value if isinstance(value, int) else 0

    distinct = item.get("distinct")
    return ColumnSummary(
        name=str(item.get("name", "")),
        missing=number("missing"),
        numbers=number("numbers"),
        texts=number("texts"),
        low=str(item.get("low") or ""),
        high=str(item.get("high") or ""),
        distinct=distinct if isinstance(distinct, int) else None,
    )
