"""Write a synthetic cohort of any size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.services.context import Context
from core.services.files import check_output, replacing


@dataclass(frozen=True, slots=True)
class Request:
    """rows and columns: how many records and features; seed: the same seed gives the same file."""

    output: Path
    rows: int = 1000
    columns: int = 8
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    output: Path
    rows: int
    columns: int
    seed: int
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "output": str(self.output),
            "rows": self.rows,
            "columns": self.columns,
            "seed": self.seed,
            "synthetic": True,
        }


def run(request: Request, context: Context) -> Result:
    """Write the cohort; InputError sample.*, output.*."""
    from core.records.synthetic import write_cohort

    check_output(request.output)
    with replacing(request.output) as part:
        write_cohort(
            part, rows=request.rows, columns=request.columns, seed=request.seed, monitor=context.monitor
        )
    return Result(output=request.output, rows=request.rows, columns=request.columns, seed=request.seed)
