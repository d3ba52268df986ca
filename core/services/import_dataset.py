"""Import a CSV file under a confirmed schema: every row is committed and stored encrypted, or rejected with reason.

Row after row is read, encoded, committed to and sealed in blocks, and each block is kept: an import that was paused or
killed goes on after the last one. It becomes a dataset at its end, as a whole.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.services.block_progress import BlockProgress
from core.services.context import Context
from core.services.files import check_input
from core.services.memory import peak_memory
from core.services.stages import Laps
from core.services.unfinished import kept_job

if TYPE_CHECKING:
    from core.engines.interface import Engine
    from core.records.csv_source import CsvTable
    from core.records.encode import RecordBlock
    from core.records.schema import Schema
    from core.services.import_notes import BlockNote
    from core.workspace.jobs import RunningJob
    from core.workspace.records import ReusableOpening
    from core.workspace.unfinished_import import UnfinishedImport

MAX_NAME = 200

BLOCK_ENTRIES = 1 << 22
"""Values in a block, about: some seconds of work, and 8 MB of rows."""

_RECORD_ENTRIES = 128
"""As much work as so many values is in each record, whatever its width: blinding, tags, a place in the database."""


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
    rejects: line, column and reason of each row that was not taken, none of which holds a value; continued: records
    that an interrupted run had left; restarted: it had left some, but the file was changed before the place where it
    stopped; memory: the most bytes that this process has held at once.
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
    continued: int = 0
    restarted: bool = False
    memory: int | None = None
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
            "continued": self.continued,
            "restarted": self.restarted,
            "memory": self.memory,
        }


def run(request: Request, context: Context) -> Result:
    """Read, commit, store; stages read, prepare, commit (with the reading and storing of all blocks), store.

    An interrupted run of the same import (file, schema, name) is continued after its last block, unless the file was
    changed before that place. PausedError keeps what is stored, CancelledError forgets it; before the end nothing of it
    is a dataset. InputError csv.*, import.*, workspace.*, jobs.running; MalformedError schema.*.
    """
    check_input(request.path, "table")
    schema = _schema(request)
    name = _name(request)
    arguments = {"path": os.path.abspath(request.path), "schema": schema.to_json(), "name": name}
    # A wrong passphrase shows before a long file is read.
    with kept_job(context.workspace, "import_dataset", arguments) as job:
        return _Import(context, job, schema=schema).run(request.path, name)


class _Import:
    """One run of an import. block_rows: rows of the table in a block."""

    def __init__(self, context: Context, job: RunningJob, *, schema: Schema) -> None:
        from core.records.layout import RowLayout

        self._context = context
        self._job = job
        self._schema = schema
        self._layout = RowLayout.from_schema(schema)
        self._laps = Laps("read", "prepare", "commit", "store")
        self._engine: Engine | None = None
        self._block_rows = max(1, BLOCK_ENTRIES // (self._layout.width + _RECORD_ENTRIES))

    def run(self, path: Path, name: str) -> Result:
        """From the file to the stored dataset."""
        from core.records.csv_source import open_csv
        from core.records.encode import BlockEncoder, check_rows
        from core.records.patients import Patients
        from core.services.import_notes import Tally

        monitor = self._context.monitor
        monitor.stage("read")
        with open_csv(path) as table:
            target, notes, restarted = self._find(table)
            tally = Tally(notes)
            continued = tally.records
            progress = BlockProgress(monitor, share=lambda: table.share, stage="commit")
            encoder = BlockEncoder(
                table,
                self._schema,
                monitor=progress,
                records=continued,
                patients=Patients(b"".join(note.patients for note in notes)),
            )
            for block in encoder.blocks(self._block_rows):
                self._laps.lap("read")
                tally.add(self._keep(block, target, progress))
                progress.next_block()
        check_rows(tally.records, tally.rejects, ragged=tally.ragged)
        self._laps.lap("read")
        monitor.stage("store")
        monitor.check()
        stored = target.finish(name)
        if stored.known:
            self._context.workspace.sweep_imports()
        self._laps.lap("store")
        return Result(
            dataset_id=stored.dataset_id,
            root=stored.root.hex(),
            name=name,
            records=tally.records,
            features=len(self._layout.features),
            consented=tally.consented,
            reused=tally.reused,
            known=stored.known,
            rejects=tuple(
                {"line": reject.line, "column": reject.column, "reason": reject.reason} for reject in tally.rejects
            ),
            seconds=self._laps.seconds,
            continued=continued,
            restarted=restarted,
            memory=peak_memory(),
        )

    def _find(self, table: CsvTable) -> tuple[UnfinishedImport, list[BlockNote], bool]:
        """The import in the workspace, the notes of its blocks, and whether blocks of another file were given up.

        The table stands after the last block.
        """
        from core.services.import_notes import BlockNote

        workspace, width = self._context.workspace, self._layout.width
        target = workspace.unfinished_import(self._job, self._schema, width=width)
        notes = [BlockNote.from_bytes(note) for note in target.notes()]
        if not notes or table.skip(notes[-1].position, self._context.monitor):
            return target, notes, False
        target = workspace.begin_import_afresh(self._job, self._schema, width=width)
        workspace.sweep_imports(self._context.monitor)
        return target, [], True

    def _keep(self, block: RecordBlock, target: UnfinishedImport, progress: BlockProgress) -> BlockNote:
        """Commit to the records of a block and store them with its note."""
        from core.services.import_notes import BlockNote
        from core.workspace.unfinished_import import CommittedBlock

        openings = self._context.workspace.reusable_openings(block)
        self._laps.lap("commit")
        if len(openings) < len(block.numbers) and self._engine is None:
            self._engine = self._context.make_engine(self._context.monitor)
            self._laps.lap("prepare")
        progress.work()
        commitments, blindings = self._commit(block, openings, progress)
        self._laps.lap("commit")
        note = BlockNote(
            position=block.position,
            records=len(block.numbers),
            consented=block.consented,
            reused=len(openings),
            ragged=block.ragged,
            rejects=block.rejects,
            patients=block.patients,
        )
        progress.check()
        target.append(CommittedBlock(block.rows, block.numbers, commitments, blindings), note.to_bytes())
        self._laps.lap("store")
        return note

    def _commit(
        self, block: RecordBlock, openings: Mapping[int, ReusableOpening], progress: BlockProgress
    ) -> tuple[list[bytes], list[int]]:
        """Commitments and blinding factors in order: those that identical stored records lend, and fresh ones."""
        from core.proving.commit import commit_records

        count = len(block.numbers)
        fresh = [place for place in range(count) if place not in openings]
        commitments = [openings[place].commitment if place in openings else b"" for place in range(count)]
        blindings = [openings[place].blinding if place in openings else 0 for place in range(count)]
        if self._engine is not None and fresh:
            rows = block.rows[fresh] if openings else block.rows
            made, drawn = commit_records(rows, engine=self._engine, tape=self._context.tape, monitor=progress)
            for place, commitment, blinding in zip(fresh, made, drawn, strict=True):
                commitments[place], blindings[place] = commitment, blinding
        return commitments, blindings


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
