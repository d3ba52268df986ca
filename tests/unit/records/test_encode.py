from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CancelledError, InputError, MalformedError
from core.monitor import SilentMonitor
from core.records.cells import LONG_ID, MISSING, NOT_A_NUMBER, OUT_OF_RANGE, UNKNOWN_LEVEL
from core.records.dataset import EncodedDataset
from core.records.decode import describe_row
from core.records.encode import REPEATED, encode_csv
from core.records.identity import digest_limbs, patient_digest, record_digest
from core.records.layout import RowLayout
from core.records.schema import Column, Level, Missing, Range, Schema

ON = 65535
SCHEMA = Schema(
    columns=(
        Column(name="mrn", role="patient_id", type="text"),
        Column(name="age", role="feature", type="number", unit="years", range=Range("0", "120")),
        Column(name="crp", role="feature", type="number", range=Range("0", "500"), missing=Missing("constant", "250")),
        Column(name="smoker", role="feature", type="flag", levels=(Level("no", ("n",)), Level("yes", ("y",)))),
        Column(
            name="ward",
            role="feature",
            type="category",
            missing=Missing("constant", "b"),
            levels=(Level("a", ("A",)), Level("b", ("B",)), Level("other", ())),
        ),
        Column(
            name="sex",
            role="group",
            type="category",
            levels=(Level("f", ("f", "F")), Level("m", ("m",))),
        ),
        Column(
            name="ok",
            role="consent",
            type="flag",
            missing=Missing("constant", "not given"),
            levels=(Level("not given", ()), Level("given", ("yes", "1"))),
        ),
        Column(name="note", role="ignored", type="text", missing=None),
        Column(name="died", role="outcome", type="flag", levels=(Level("alive", ("0",)), Level("dead", ("1", "dead")))),
    ),
    missing_values=("", "NA"),
)
HEADER = "mrn,age,crp,smoker,ward,sex,ok,note,died"
GOOD = "p1,60,0,y,A,f,yes,hello,1"


def encode(folder: Path, *rows: str, header: str = HEADER, schema: Schema = SCHEMA) -> EncodedDataset:
    path = folder / "records.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return encode_csv(path, schema)


def fault(folder: Path, row: str) -> tuple[str, str]:
    dataset = encode(folder, GOOD, row)
    (reject,) = dataset.rejects
    assert dataset.rows_read == 2 and reject.line == 3
    return reject.column, reject.reason


def test_one_row_in_full(tmp_path: Path) -> None:
    dataset = encode(tmp_path, GOOD)
    digest = digest_limbs(patient_digest("p1"))
    assert dataset.rows.tolist() == [[*digest, 1, 1, 1, 0, 32768, 0, 0, ON, ON, 0, 0, 0]]
    assert dataset.rows.dtype == np.uint16
    assert dataset.numbers == (1,) and dataset.rejects == () and dataset.consented == 1
    assert dataset.rows.shape[1] == RowLayout.from_schema(SCHEMA).width == dataset.layout.width


def test_digest_of_a_patient_is_a_public_formula(tmp_path: Path) -> None:
    # Written out once more, byte by byte, so that a spot check needs nothing of this program.
    label = b"proofward/patient-id/v1"
    data = len(label).to_bytes(8, "big") + label + (2).to_bytes(8, "big") + b"p1"
    assert patient_digest("p1") == hashlib.sha256(data).digest()[:16] == patient_digest(" p1\u00a0")
    label = b"proofward/record-number/v1"
    data = len(label).to_bytes(8, "big") + label + (8).to_bytes(8, "big") + (7).to_bytes(8, "big")
    assert record_digest(7) == hashlib.sha256(data).digest()[:16]
    assert b"".join(limb.to_bytes(2, "big") for limb in digest_limbs(patient_digest("p1"))) == patient_digest("p1")


def test_a_row_in_words(tmp_path: Path) -> None:
    row = encode(tmp_path, "p2,60.5,NA,n,C,m,no,x,0").rows[0].tolist()
    assert describe_row(row, SCHEMA) == (
        ("patient id digest", patient_digest("p2").hex()),
        ("ok", "not given"),
        ("died", "alive"),
        ("sex", "m"),
        ("age", "60.50 years"),
        ("crp", "missing (taken as 250.00)"),
        ("smoker", "no"),
        ("ward", "other"),
    )


@pytest.mark.parametrize(
    ("place", "value"), [(8, 2), (9, 2), (10, 7), (14, 1), (15, 5), (12, 65536), (12, -1), (16, 0)]
)
def test_a_row_that_no_schema_allows_is_not_put_into_words(tmp_path: Path, place: int, value: int) -> None:
    row = encode(tmp_path, GOOD).rows[0].tolist()
    row[place] = value
    with pytest.raises(MalformedError):
        describe_row(row, SCHEMA)
    with pytest.raises(MalformedError):
        describe_row(row[:-1], SCHEMA)


def test_missing_values_follow_the_policy(tmp_path: Path) -> None:
    dataset = encode(tmp_path, "p1,60,,y, NA ,F,,,dead")
    # crp: constant and indicator; ward: constant level and indicator; consent: not given.
    assert dataset.rows[0, 8:].tolist() == [0, 1, 1, 0, 32768, 32768, ON, ON, 0, ON, 0, ON]
    assert dataset.consented == 0


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",60,0,y,A,f,yes,x,1", ("mrn", MISSING)),
        ("NA,60,0,y,A,f,yes,x,1", ("mrn", MISSING)),
        ("p" * 201 + ",60,0,y,A,f,yes,x,1", ("mrn", LONG_ID)),
        ("p2,,0,y,A,f,yes,x,1", ("age", MISSING)),
        ("p2,old,0,y,A,f,yes,x,1", ("age", NOT_A_NUMBER)),
        ("p2,121,0,y,A,f,yes,x,1", ("age", OUT_OF_RANGE)),
        ("p2,-0.0001,0,y,A,f,yes,x,1", ("age", OUT_OF_RANGE)),
        ("p2,60,inf,y,A,f,yes,x,1", ("crp", NOT_A_NUMBER)),
        ("p2,60,0,Y,A,f,yes,x,1", ("smoker", UNKNOWN_LEVEL)),
        ("p2,60,0,,A,f,yes,x,1", ("smoker", MISSING)),
        ("p2,60,0,y,A,x,yes,x,1", ("sex", UNKNOWN_LEVEL)),
        ("p2,60,0,y,A,,yes,x,1", ("sex", MISSING)),
        ("p2,60,0,y,A,f,yes,x,2", ("died", UNKNOWN_LEVEL)),
        ("p2,60,0,y,A,f,yes,x,", ("died", MISSING)),
        ("p1,61,0,y,A,f,yes,x,1", ("mrn", REPEATED)),
        (" p1 ,61,0,y,A,f,yes,x,1", ("mrn", REPEATED)),
        ("p2,60", ("", "The row has 2 cells, but the first line of the file has 9 cells.")),
        ("p2", ("", "The row has 1 cell, but the first line of the file has 9 cells.")),
        (GOOD + ",", ("", "The row has 10 cells, but the first line of the file has 9 cells.")),
    ],
)
def test_every_reason_for_a_reject(tmp_path: Path, row: str, expected: tuple[str, str]) -> None:
    assert fault(tmp_path, row) == expected


def test_a_patient_whose_first_row_was_rejected_may_come_again(tmp_path: Path) -> None:
    dataset = encode(tmp_path, "p1,old,0,y,A,f,yes,x,1", GOOD)
    assert dataset.numbers == (1,) and [reject.line for reject in dataset.rejects] == [2]


def test_lines_are_physical_lines(tmp_path: Path) -> None:
    dataset = encode(tmp_path, 'p1,60,0,y,A,f,yes,"two\n\nlines",1', "", "p2,x,0,y,A,f,yes,x,1", "p3")
    assert [(reject.line, reject.column) for reject in dataset.rejects] == [(6, "age"), (7, "")]


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    order = [8, 3, 5, 0, 7, 1, 2, 6, 4]
    names, cells = HEADER.split(","), GOOD.split(",")
    moved = encode(tmp_path, ",".join(cells[i] for i in order), header=",".join(names[i] for i in order))
    assert np.array_equal(moved.rows, encode(tmp_path, GOOD).rows)


def test_a_file_that_the_schema_was_not_made_for(tmp_path: Path) -> None:
    for header, row, code in [
        (HEADER.replace("crp", "CRP"), GOOD, "csv.column_missing"),
        (HEADER + ",more", GOOD + ",1", "csv.column_unknown"),
    ]:
        with pytest.raises(InputError) as caught:
            encode(tmp_path, row, header=header)
        assert caught.value.code == code


def test_files_without_a_usable_row(tmp_path: Path) -> None:
    for rows, code in [
        ((), "csv.no_rows"),
        (("p1,x,0,y,A,f,yes,x,1",), "csv.no_records"),
        (("p1", "p2", GOOD), "csv.ragged"),
    ]:
        with pytest.raises(InputError) as caught:
            encode(tmp_path, *rows)
        assert caught.value.code == code


def test_without_patient_ids_the_number_stands_in(tmp_path: Path) -> None:
    columns = tuple(column for column in SCHEMA.columns if column.role not in ("patient_id", "consent"))
    header, row = "age,crp,smoker,ward,sex,note,died", "60,0,y,A,f,x,1"
    dataset = encode(tmp_path, row, "old,0,y,A,f,x,1", row, header=header, schema=replace(SCHEMA, columns=columns))
    assert dataset.numbers == (1, 2)
    for number, limbs in zip(dataset.numbers, dataset.rows[:, :8].tolist(), strict=True):
        assert tuple(limbs) == digest_limbs(record_digest(number))
    assert dataset.consented == 2


cells = st.sampled_from(
    ["p1", "p2", "", "NA", "60", "500", "-1", "x", "y", "n", "A", "f", "yes", "0", "1", "1e9", '"a\nb"']
)


@given(st.lists(st.lists(cells, min_size=8, max_size=10), min_size=0, max_size=12))
def test_every_row_is_committed_or_rejected(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("rows")
    whole = [GOOD.replace("p1", f"first{i}") for i in range(len(rows) + 1)]
    dataset = encode(folder, *whole, *(",".join(row) for row in rows))
    assert dataset.rows_read == len(whole) + len(rows)
    assert dataset.numbers == tuple(range(1, len(dataset.rows) + 1))
    lines = [reject.line for reject in dataset.rejects]
    assert lines == sorted(set(lines))
    digests = {tuple(row) for row in dataset.rows[:, :8].tolist()}
    assert len(digests) == len(dataset.rows)
    layout = dataset.layout
    for position, column in enumerate(layout.columns):
        allowed = {"bit": {0, 1}, "flag": {0, ON}}.get(column.kind)
        assert allowed is None or set(dataset.rows[:, position].tolist()) <= allowed
    for group in layout.groups:
        assert (dataset.rows[:, list(group)].sum(axis=1) == 1).all()


def test_encoding_does_not_depend_on_other_rows(tmp_path: Path) -> None:
    others = [f"q{i},{i % 120},{i % 500}.25,n,B,m,no,x,0" for i in range(5000)]
    many = encode(tmp_path, *others, GOOD, "p2,1e1,7,y,A,f,yes,x,1")
    few = encode(tmp_path, "p2,10,7.0,y,A,f,yes,x,1", GOOD)
    assert np.array_equal(many.rows[5000], few.rows[1])
    assert np.array_equal(many.rows[5001], few.rows[0])
    assert many.rejects == ()


@pytest.mark.parametrize("features", [1, 300, 1024])
def test_one_feature_and_very_many(tmp_path: Path, features: int) -> None:
    columns = tuple(
        Column(name=f"größe {j}", role="feature", type="number", range=Range("-1", "1")) for j in range(features)
    )
    header = ",".join(["died", *(column.name for column in columns)])
    rows = [",".join(["1", *("-1" if (i + j) % 2 else "1" for j in range(features))]) for i in range(3)]
    schema = Schema(columns=(SCHEMA.outcome, *columns))
    dataset = encode(tmp_path, *rows, header=header, schema=schema)
    assert dataset.rows.shape == (3, 10 + features)
    assert dataset.rows[0, 10] == ON and set(dataset.rows[:, 10:].ravel().tolist()) <= {0, ON}


def test_cancelling_stops_at_the_next_chunk(tmp_path: Path) -> None:
    class Impatient(SilentMonitor):
        def check(self) -> None:
            raise CancelledError

    path = tmp_path / "records.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    with pytest.raises(CancelledError):
        encode_csv(path, SCHEMA, monitor=Impatient())
