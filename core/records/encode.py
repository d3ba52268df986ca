"""From a CSV file and a schema to encoded records: every row is committed or rejected, with line, column and reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import InputError
from core.monitor import Monitor, SilentMonitor
from core.records.cells import LONG_ID, MISSING, CellEncoder, Codes, Problems, encoder_of
from core.records.csv_source import Chunk, open_csv
from core.records.dataset import EncodedDataset, Reject
from core.records.identity import digest_limbs, patient_digest, record_digest
from core.records.layout import CONSENT, ID_LIMBS, OUTCOME, RowLayout
from core.records.names import MAX_NAME, tidy
from core.records.schema import Column, Schema

REPEATED = "An earlier row of the same patient was already taken; one record is one patient."


def encode_csv(path: Path | str, schema: Schema, *, monitor: Monitor | None = None) -> EncodedDataset:
    """Encode the rows of a CSV file under a schema; stage "read".

    The columns may come in any order but must be those of the schema. InputError csv.* if the file as a whole cannot be
    used or no row of it can; CancelledError through the monitor.
    """
    watch = monitor or SilentMonitor()
    watch.stage("read")
    with open_csv(path) as table:
        encoder = _RowEncoder(schema, table.header)
        for chunk in table.chunks():
            watch.check()
            encoder.add(chunk)
            watch.progress(table.share)
    return encoder.finish()


class _RowEncoder:
    """Collects records and rejects chunk by chunk."""

    def __init__(self, schema: Schema, header: tuple[str, ...]) -> None:
        self._schema = schema
        self._layout = RowLayout.from_schema(schema)
        self._cells = len(header)
        self._encoders = _place_encoders(schema, _positions(schema, header))
        patient = schema.patient_id
        self._patient = None if patient is None else (header.index(patient.name), patient.name)
        self._missing = frozenset(schema.missing_values)
        self._seen: set[bytes] = set()
        self._parts: list[Codes] = []
        self._count = 0
        self._rejects: list[Reject] = []
        self._ragged = 0

    def add(self, chunk: Chunk) -> None:
        """Encode the rows of one chunk."""
        faults: list[Reject] = []
        lines: list[int] = []
        rows: list[list[str]] = []
        for line, cells in zip(chunk.lines, chunk.cells, strict=True):
            if len(cells) == self._cells:
                lines.append(line)
                rows.append(cells)
            else:
                reason = f"The row has {_cells(len(cells))}, but the first line of the file has {_cells(self._cells)}."
                faults.append(Reject(line, "", reason))
        self._ragged += len(faults)
        if rows:
            out = np.zeros((len(rows), self._layout.width), dtype=np.uint16)
            found = self._encode(list(zip(*rows, strict=True)), out)
            faults += [Reject(lines[place], column, reason) for place, (column, reason) in found.items()]
            good = np.array([place for place in range(len(rows)) if place not in found], dtype=np.int64)
            self._parts.append(out[good])
        self._rejects += sorted(faults, key=lambda reject: reject.line)

    def finish(self) -> EncodedDataset:
        """All records, with their numbers."""
        total = self._count + len(self._rejects)
        if total == 0:
            raise InputError("csv.no_rows", "The file has column names but no rows.", "Choose a file with records.")
        if self._ragged * 2 > total:
            raise InputError(
                "csv.ragged",
                f"{self._ragged} of {total} rows have another number of cells than the first line of the file.",
                "Check the delimiter and the quotation marks of the file.",
            )
        if self._count == 0:
            first = self._rejects[0]
            where = f"column “{first.column}”: " if first.column else ""
            raise InputError(
                "csv.no_records",
                f"None of the {total} rows could be used; the first, in line {first.line}, was rejected: "
                f"{where}{first.reason}",
                "Check that the schema fits this file.",
            )
        return EncodedDataset(
            rows=np.concatenate(self._parts),
            numbers=tuple(range(1, self._count + 1)),
            schema=self._schema,
            rejects=tuple(self._rejects),
        )

    def _encode(self, columns: list[tuple[str, ...]], out: Codes) -> dict[int, tuple[str, str]]:
        """Fill `out`; the first problem of each row that has one, by position: column and reason."""
        found: dict[int, tuple[str, str]] = {}
        if self._patient is None:
            digests: list[bytes] = []
        else:
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
                if digest in self._seen:
                    found[place] = (self._patient[1], REPEATED)
                    continue
                self._seen.add(digest)
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
