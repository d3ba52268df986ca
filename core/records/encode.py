"""From a CSV file and a schema to encoded records: every row is committed or rejected, with line, column and reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.monitor import Monitor, SilentMonitor
from core.records.cells import LONG_ID, MISSING, CellEncoder, Codes, Problems, encoder_of
from core.records.csv_source import MAX_ROWS, Chunk, CsvTable, Position, open_csv
from core.records.dataset import EncodedDataset, Reject
from core.records.identity import digest_limbs, patient_digest, record_digest
from core.records.layout import CONSENT, ID_LIMBS, OUTCOME, RowLayout
from core.records.names import MAX_NAME, tidy
from core.records.patients import Patients
from core.records.schema import Column, Schema

REPEATED = "An earlier row of the same patient was already taken; one record is one patient."


@dataclass(frozen=True, eq=False, repr=False)
class RecordBlock:
    """Some rows of a source, encoded; each is a record or a reject. Secret.

    rows: (n, W) uint16, encoded by schema; numbers: of the records; patients: the digests of theirs, 16 bytes
    each, none where the source has no patient ids; ragged: how many rejects have another number of cells than the
    header; position: where the source's next row begins.
    """

    rows: Codes
    numbers: range
    schema: Schema
    patients: bytes
    rejects: tuple[Reject, ...]
    ragged: int
    position: Position

    def __repr__(self) -> str:
        return f"RecordBlock({len(self.numbers)} records, {len(self.rejects)} rejects, redacted)"

    @property
    def consented(self) -> int:
        """Number of records with consent."""
        return int(self.rows[:, CONSENT].sum())


def encode_csv(path: Path | str, schema: Schema, *, monitor: Monitor | None = None) -> EncodedDataset:
    """Encode the rows of a CSV file under a schema, all in memory; stage "read".

    The columns may come in any order but must be those of the schema. InputError csv.* if the file as a whole cannot be
    used or no row of it can; CancelledError through the monitor.
    """
    watch = monitor or SilentMonitor()
    watch.stage("read")
    with open_csv(path) as table:
        blocks = list(BlockEncoder(table, schema, monitor=watch).blocks(MAX_ROWS))
    rejects = tuple(reject for block in blocks for reject in block.rejects)
    records = sum(len(block.numbers) for block in blocks)
    check_rows(records, rejects, ragged=sum(block.ragged for block in blocks))
    return EncodedDataset(
        rows=np.concatenate([block.rows for block in blocks]),
        numbers=tuple(range(1, records + 1)),
        schema=schema,
        rejects=rejects,
    )


class BlockEncoder:
    """Encodes the rows that are left of a table, block by block.

    records: how many records the rows before have given; patients: the digests of theirs, which come in any order.
    """

    def __init__(
        self, table: CsvTable, schema: Schema, *, monitor: Monitor, records: int = 0, patients: Patients | None = None
    ) -> None:
        self._table = table
        self._schema = schema
        self._monitor = monitor
        self._layout = RowLayout.from_schema(schema)
        self._encoders = _place_encoders(schema, _positions(schema, table.header))
        patient = schema.patient_id
        self._patient = None if patient is None else (table.header.index(patient.name), patient.name)
        self._missing = frozenset(schema.missing_values)
        self._seen = patients or Patients()
        self._count = records

    def blocks(self, size: int) -> Iterator[RecordBlock]:
        """Blocks of `size` rows of the source, the last one smaller; its progress is the share of the file.

        InputError csv.*, CancelledError through the monitor.
        """
        while (block := self._block(size)) is not None:
            yield block

    def _block(self, size: int) -> RecordBlock | None:
        first, ragged = self._count + 1, 0
        parts: list[Codes] = []
        rejects: list[Reject] = []
        patients: list[bytes] = []
        left = size
        while left and (chunk := self._table.take(min(left, self._table.chunk_rows))).lines:
            self._monitor.check()
            left -= len(chunk.lines)
            faults, whole = _whole_rows(chunk, len(self._table.header))
            ragged += len(faults)
            if whole.lines:
                out = np.zeros((len(whole.lines), self._layout.width), dtype=np.uint16)
                found = self._encode(list(zip(*whole.cells, strict=True)), out, patients)
                faults += [Reject(whole.lines[place], column, reason) for place, (column, reason) in found.items()]
                parts.append(out if not found else np.delete(out, list(found), axis=0))
            rejects += sorted(faults, key=lambda reject: reject.line)
            self._monitor.progress(self._table.share)
        if left == size:
            return None
        self._seen.settle()
        return RecordBlock(
            rows=np.concatenate(parts) if parts else np.zeros((0, self._layout.width), dtype=np.uint16),
            numbers=range(first, self._count + 1),
            schema=self._schema,
            patients=b"".join(patients),
            rejects=tuple(rejects),
            ragged=ragged,
            position=self._table.position,
        )

    def _encode(
        self, columns: list[tuple[str, ...]], out: Codes, patients: list[bytes]
    ) -> dict[int, tuple[str, str]]:
        """Fill `out`; the first problem of each row that has one, by position: column and reason."""
        found: dict[int, tuple[str, str]] = {}
        digests: list[bytes] = []
        if self._patient is not None:
            digests, problems = self._digests(columns[self._patient[0]])
            _note(found, self._patient[1], problems)
        if self._schema.consent is None:
            # Without a consent column the steward states that every record of the file may be used.
            out[:, CONSENT] = 1
        for name, position, first, encoder in self._encoders:
            problems = encoder.encode(columns[position], out[:, first : first + encoder.width])
            _note(found, name, problems)
        for place in range(len(out)):
            if place in found:
                continue
            if self._patient is None:
                digest = record_digest(self._count + 1)
            else:
                digest = digests[place]
                if not self._seen.add(digest):
                    found[place] = (self._patient[1], REPEATED)
                    continue
                patients.append(digest)
            out[place, :ID_LIMBS] = digest_limbs(digest)
            self._count += 1
        return found

    def _digests(self, cells: tuple[str, ...]) -> tuple[list[bytes], Problems]:
        problems: Problems = {}
        digests = []
        for place, cell in enumerate(cells):
            text = tidy(cell)
            if text in self._missing or not text:
                problems[place] = MISSING
            elif len(text) > MAX_NAME:
                problems[place] = LONG_ID
            digests.append(patient_digest(text))
        return digests, problems


def check_rows(records: int, rejects: Sequence[Reject], *, ragged: int) -> None:
    """InputError csv.* for a file without rows, one whose rows mostly do not fit its header, one without any record."""
    total = records + len(rejects)
    if total == 0:
        raise InputError("csv.no_rows", "The file has column names but no rows.", "Choose a file with records.")
    if ragged * 2 > total:
        raise InputError(
            "csv.ragged",
            f"{ragged} of {total} rows have another number of cells than the first line of the file.",
            "Check the delimiter and the quotation marks of the file.",
        )
    if records == 0:
        first = rejects[0]
        where = f"column “{first.column}”: " if first.column else ""
        raise InputError(
            "csv.no_records",
            f"None of the {total} rows could be used; the first, in line {first.line}, was rejected: "
            f"{where}{first.reason}",
            "Check that the schema fits this file.",
        )


def _whole_rows(chunk: Chunk, cells: int) -> tuple[list[Reject], Chunk]:
    """The rows with another number of cells than the header, as rejects, and the others."""
    faults: list[Reject] = []
    whole = Chunk([], [])
    for line, row in zip(chunk.lines, chunk.cells, strict=True):
        if len(row) == cells:
            whole.lines.append(line)
            whole.cells.append(row)
        else:
            reason = f"The row has {_cells(len(row))}, but the first line of the file has {_cells(cells)}."
            faults.append(Reject(line, "", reason))
    return faults, whole


def _positions(schema: Schema, header: tuple[str, ...]) -> dict[str, int]:
    """Where the schema's columns stand in the file."""
    positions = {name: position for position, name in enumerate(header)}
    for column in schema.columns:
        if column.name not in positions:
            raise InputError(
                "csv.column_missing",
                f"The file has no column “{column.name}”, which the schema names.",
                "Choose the file that the schema was made for, or infer a new schema.",
            )
    if len(header) != len(schema.columns):
        raise InputError(
            "csv.column_unknown",
            f"The file has {len(header)} columns, the schema {len(schema.columns)}.",
            'Add the other columns to the schema, with the role "ignored" if they are not needed.',
        )
    return positions


def _place_encoders(schema: Schema, positions: dict[str, int]) -> list[tuple[str, int, int, CellEncoder]]:
    """For each encoded column its name, its position in the file, its first position in a row, and its encoder."""
    placed: list[tuple[str, int, int, CellEncoder]] = []

    def place(column: Column, first: int) -> int:
        encoder = encoder_of(column, schema)
        placed.append((column.name, positions[column.name], first, encoder))
        return first + encoder.width

    if schema.consent is not None:
        place(schema.consent, CONSENT)
    after = place(schema.outcome, OUTCOME)
    for column in (*schema.groups, *schema.features):
        after = place(column, after)
    return placed


def _note(found: dict[int, tuple[str, str]], column: str, problems: Problems) -> None:
    for position, reason in problems.items():
        found.setdefault(position, (column, reason))


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
