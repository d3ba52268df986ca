"""Propose a schema for a CSV file, for a person to review; nothing is confirmed here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.services.context import Context
from core.services.files import check_output, write_bytes


@dataclass(frozen=True, slots=True)
class Request:
    """outcome, patient_id, consent, groups: names of columns; positive: how the positive outcome is spelled."""

    path: Path
    outcome: str
    patient_id: str | None = None
    consent: str | None = None
    groups: tuple[str, ...] = ()
    positive: str | None = None
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The proposal, and in plain sentences what was decided on the way."""

    schema: dict[str, object]
    notes: tuple[str, ...]
    output: Path | None
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "schema": self.schema,
            "notes": list(self.notes),
            "output": None if self.output is None else str(self.output),
        }


def run(request: Request, context: Context) -> Result:
    """Read the file and propose; writes the schema if there is an output. InputError csv.*, infer.*, output.*."""
    from core.records.infer import infer
    from core.records.schema_file import schema_text

    if request.output is not None:
        check_output(request.output)
    inference = infer(
        request.path,
        outcome=request.outcome,
        patient_id=request.patient_id,
        consent=request.consent,
        groups=request.groups,
        positive=request.positive,
        monitor=context.monitor,
    )
    if request.output is not None:
        write_bytes(request.output, schema_text(inference.schema).encode())
    return Result(schema=inference.schema.to_json(), notes=inference.notes, output=request.output)
