"""Write the receipt of one record: that its commitment is in the dataset, and on request what was committed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from core.services.context import Context
from core.services.datasets import find_dataset
from core.services.files import check_output, replacing


@dataclass(frozen=True, slots=True)
class Request:
    """dataset: id, root or a unique beginning; record: its number; opening: whether its values go in (patient data)."""

    dataset: str
    record: int
    output: Path
    opening: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    output: Path
    record: int
    records: int
    root: str
    opening: bool
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "output": str(self.output),
            "record": self.record,
            "records": self.records,
            "root": self.root,
            "opening": self.opening,
        }


def run(request: Request, context: Context) -> Result:
    """Write the receipt; InputError receipt.record, workspace.*, output.*."""
    from core.commitments.receipt import make_receipt

    check_output(request.output)
    workspace = context.workspace
    info = find_dataset(workspace, request.dataset)
    numbers, commitments = workspace.dataset_commitments(info.dataset_id)
    receipt = make_receipt(
        number=request.record,
        numbers=numbers,
        commitments=commitments,
        schema_digest=info.schema.digest(),
        root=bytes.fromhex(info.root),
        opening=workspace.open_record(info.dataset_id, request.record) if request.opening else None,
    )
    text = json.dumps(receipt.to_json(), indent=2) + "\n"
    with replacing(request.output, private=request.opening) as part:
        part.write_bytes(text.encode())
        workspace.log_receipt(info.dataset_id, request.record, opening=request.opening)
    return Result(
        output=request.output,
        record=request.record,
        records=len(numbers),
        root=info.root,
        opening=request.opening,
    )
