"""The first rows of a CSV file and what its columns hold, for a person at this machine. Holds patients' values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.services.context import Context

if TYPE_CHECKING:
    from core.records.profile import ColumnProfile

MAX_PREVIEW = 1000
_LEVELS = 12


@dataclass(frozen=True, slots=True)
class Request:
    """rows: how many of the first rows to return."""

    path: Path
    rows: int = 20


@dataclass(frozen=True, slots=True)
class Result:
    """Names, first rows and one summary a column; total: rows of the file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    summary: tuple[dict[str, object], ...] = field(repr=False)
    total: int
    ragged: int
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "summary": list(self.summary),
            "total": self.total,
            "ragged": self.ragged,
        }


def run(request: Request, context: Context) -> Result:
    """Read the file once; InputError csv.*, preview.rows."""
    from core.records.csv_source import open_csv
    from core.records.profile import profile_csv

    if not 0 <= request.rows <= MAX_PREVIEW:
        raise InputError("preview.rows", f"A preview shows 0 to {MAX_PREVIEW} rows.", "Ask for fewer.")
    profile = profile_csv(request.path, monitor=context.monitor)
    with open_csv(request.path) as table:
        first = next(table.chunks(), None)
    rows = tuple(tuple(cells) for cells in first.cells[: request.rows]) if first else ()
    return Result(
        columns=tuple(column.name for column in profile.columns),
        rows=rows,
        summary=tuple(_summary(column) for column in profile.columns),
        total=profile.rows + profile.ragged,
        ragged=profile.ragged,
    )


def _summary(column: ColumnProfile) -> dict[str, object]:
    counts = sorted((column.counts or {}).items(), key=lambda item: (-item[1], item[0]))
    return {
        "name": column.name,
        "missing": column.missing,
        "numbers": column.numbers,
        "texts": column.texts,
        "low": None if column.low is None else str(column.low),
        "high": None if column.high is None else str(column.high),
        "distinct": None if column.counts is None else len(counts),
        "levels": [{"value": value, "count": count} for value, count in counts[:_LEVELS]],
    }
