"""A table encoded block by block, stopped after each, gives what it gives in one piece: records and rejects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.monitor import SilentMonitor
from core.records.csv_source import Position, open_csv
from core.records.encode import BlockEncoder, RecordBlock, check_rows, encode_csv
from core.records.identity import DIGEST_BYTES, patient_digest
from core.records.patients import Patients
from core.records.schema import Schema
from tests.unit.records.test_encode import HEADER, SCHEMA

SILENT = SilentMonitor()
ROWS = [
    "p1,60,0,y,A,f,yes,hello,1",
    "p2,abc,0,y,A,f,yes,,1",  # not a number
    "p3,3,NA,n,B,m,,,0",
    "p4,4",  # ragged
    "p1,5,1,n,A,f,yes,,0",  # the first patient again, in another block
    '"p 5",6,2,n,C,m,1,"a note\non two lines",dead',
    '"p\n5",7,3,y,A,m,yes,,1',  # the same id once it is tidied
    "",
    "p6,8,4,n,A,f,yes,,0",
    ",9,5,n,A,f,yes,,0",  # no id
    "p3,2,6,n,A,f,yes,,1",  # again
    "p7,9,7,y,A,m,no,,0",
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "patients.csv"
    target.write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    return target


def in_blocks(path: Path, schema: Schema, size: int) -> list[RecordBlock]:
    """Each block by a reader and an encoder of its own, which know what a workspace keeps of the blocks before."""
    blocks: list[RecordBlock] = []
    position: Position | None = None
    while True:
        with open_csv(path) as table:
            if position is not None:
                assert table.skip(position, SILENT)
            encoder = BlockEncoder(
                table,
                schema,
                monitor=SILENT,
                records=sum(len(block.numbers) for block in blocks),
                patients=Patients(b"".join(block.patients for block in blocks)),
            )
            block = next(encoder.blocks(size), None)
        if block is None:
            return blocks
        blocks.append(block)
        position = block.position


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("named", [True, False])
def test_blocks_come_to_the_same_as_the_whole(path: Path, size: int, named: bool) -> None:
    schema = SCHEMA
    if not named:  # every row is its own patient then, known by its number
        columns = tuple(column for column in SCHEMA.columns if column.role != "patient_id")
        schema = Schema(columns=columns, missing_values=SCHEMA.missing_values)
        lines = [line.partition(",")[2] for line in (HEADER, *ROWS) if not line.startswith('"')]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    expected = encode_csv(path, schema)
    blocks = in_blocks(path, schema, size)
    assert all(block.position.rows % size == 0 for block in blocks[:-1])
    assert np.array_equal(np.concatenate([block.rows for block in blocks]), expected.rows)
    assert tuple(number for block in blocks for number in block.numbers) == expected.numbers
    assert tuple(reject for block in blocks for reject in block.rejects) == expected.rejects
    assert sum(block.consented for block in blocks) == expected.consented
    assert sum(block.ragged for block in blocks) == 1
    assert sum(len(block.patients) for block in blocks) == DIGEST_BYTES * len(expected.numbers) * named
    assert "redacted" in repr(blocks[0])


def test_one_encoder_over_all_blocks_is_the_same(path: Path) -> None:
    with open_csv(path) as table:
        blocks = list(BlockEncoder(table, SCHEMA, monitor=SILENT).blocks(2))
    for one, other in zip(blocks, in_blocks(path, SCHEMA, 2), strict=True):
        assert np.array_equal(one.rows, other.rows)
        assert (one.numbers, one.patients, one.rejects) == (other.numbers, other.patients, other.rejects)
        assert one.position == other.position


def test_what_is_wrong_with_all_rows_together_is_said_at_the_end(path: Path) -> None:
    rejects = encode_csv(path, SCHEMA).rejects
    for records, faults, ragged, code in (
        (0, (), 0, "csv.no_rows"),
        (5, rejects, len(rejects), "csv.ragged"),
        (0, rejects, 0, "csv.no_records"),
    ):
        with pytest.raises(InputError) as caught:
            check_rows(records, faults, ragged=ragged)
        assert caught.value.code == code
    check_rows(len(rejects), rejects, ragged=len(rejects))


def test_patients_are_known_again_wherever_they_are_kept() -> None:
    digests = [patient_digest(str(number)) for number in range(50)] + [bytes(16), b"x" + bytes(15), bytes(15) + b"x"]
    patients = Patients(b"".join(digests[:20]))
    for number, digest in enumerate(digests):
        assert patients.add(digest) == (number >= 20)
        assert not patients.add(digest)
        if number % 7 == 0:
            patients.settle()
    patients.settle()
    assert not any(patients.add(digest) for digest in digests)
    assert patients.add(b"x" + bytes(14) + b"y") and str(len(digests) + 1) in repr(patients)
