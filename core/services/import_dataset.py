"""Import a CSV file under a confirmed schema: every row is committed and stored encrypted, or rejected with reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.services.context import Context
from core.services.files import check_input
from core.services.stages import StageClock

if TYPE_CHECKING:
    from core.records.dataset import EncodedDataset
    from core.records.schema import Schema
    from core.workspace import Workspace

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Request:
    """schema_path or schema (JSON values): reviewed by a person, confirmed by being given; name: for this workspace."""

    path: Path
    schema_path: Path | None = None
    schema: Mapping[str, object] | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The stored dataset. reused: records whose commitments are those of an earlier import; known: nothing was new;
    rejects: line, column and reason of each row that was not taken, none of which holds a value.
    """

    dataset_id: str
    root: str
    name: str
    records: int
    features: int
    consented: int
    reused: int
    known: bool
    rejects: tuple[dict[str, object], ...]
    seconds: Mapping[str, float]
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "dataset_id": self.dataset_id,
            "root": self.root,
            "name": self.name,
            "records": self.records,
            "features": self.features,
            "consented": self.consented,
            "reused": self.reused,
            "known": self.known,
            "rejected": len(self.rejects),
            "rejects": list(self.rejects),
            "seconds": {name: round(spent, 4) for name, spent in self.seconds.items()},
        }


def run(request: Request, context: Context) -> Result:
    """Read, commit, store; stages read, prepare, commit, store.

    InputError csv.*, import.*, workspace.*; MalformedError schema.*. All or nothing, also when cancelled.
    """
    from core.commitments.merkle import dataset_root
    from core.records.encode import encode_csv

    check_input(request.path, "table")
    schema = _schema(request)
    name = _name(request)
    clock = StageClock(context.monitor)
    workspace = context.workspace  # a wrong passphrase shows before a long file is read
    encoded = encode_csv(request.path, schema, monitor=clock)
    commitments, blindings, reused = _commit(encoded, workspace=workspace, context=context, clock=clock)
    root = dataset_root(encoded.numbers, commitments, schema.digest())
    clock.stage("store")
    before = {item.dataset_id for item in workspace.list_datasets()}
    dataset_id = workspace.store_dataset(
        encoded, commitments=commitments, blindings=blindings, root=root, name=name, monitor=clock
    )
    clock.finish()
    return Result(
        dataset_id=dataset_id,
        root=root.hex(),
        name=name,
        records=len(encoded.numbers),
        features=len(encoded.layout.features),
        consented=encoded.consented,
        reused=reused,
        known=dataset_id in before,
        rejects=tuple(
            {"line": reject.line, "column": reject.column, "reason": reject.reason} for reject in encoded.rejects
        ),
        seconds=clock.seconds,
    )


def _commit(
    encoded: EncodedDataset, *, workspace: Workspace, context: Context, clock: StageClock
) -> tuple[list[bytes], list[int], int]:
    """Commitments and blinding factors in order, and how many of them identical stored records lend."""
    from core.proving.commit import commit_records

    openings = workspace.reusable_openings(encoded)
    fresh = [position for position in range(len(encoded.numbers)) if position not in openings]
    commitments = [openings[place].commitment if place in openings else b"" for place in range(len(encoded.numbers))]
    blindings = [openings[place].blinding if place in openings else 0 for place in range(len(encoded.numbers))]
    if fresh:
        engine = context.make_engine(clock)
        clock.stage("commit")
        made, drawn = commit_records(encoded.rows[fresh], engine=engine, tape=context.tape, monitor=clock)
        for place, commitment, blinding in zip(fresh, made, drawn, strict=True):
            commitments[place], blindings[place] = commitment, blinding
    return commitments, blindings, len(openings)


def _schema(request: Request) -> Schema:
    from core.records.schema import Schema
    from core.records.schema_file import read_schema

    if (request.schema is None) == (request.schema_path is None):
        raise InputError("import.schema", "An import needs exactly one schema.", "Infer one, review it, and give it.")
    if request.schema_path is not None:
        check_input(request.schema_path, "schema file")
        return read_schema(request.schema_path)
    return Schema.from_json(request.schema)


def _name(request: Request) -> str:
    """What the workspace calls the dataset; never part of a bundle."""
    name = request.path.stem if request.name is None else request.name
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise InputError(
            "import.name",
            f"The dataset needs a name of 1 to {MAX_NAME} printable characters.",
            "Choose one with --name.",
        )
    return name
