"""Values, names and ids that are planted in the data turn up in no message, note, reject, repr or schema."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import ProofwardError
from core.records.csv_source import open_csv
from core.records.encode import encode_csv
from core.records.infer import infer
from core.records.profile import profile_csv
from core.records.schema_file import schema_text

TEXT, NUMBER = "Zanzibar", "8317.0625"
HEADER = "mrn,x,ward,note,ok,y\n"


def row(i: int, *, x: str = "", ward: str = "", mrn: str = "", ok: str = "yes", y: str = "") -> str:
    return f"{mrn or f'{TEXT}{i}'},{x or i % 50},{ward or 'ab'[i % 2]},{TEXT},{ok},{y or i % 2}\n"


ROWS = "".join(row(i) for i in range(60))
HOSTILE = (
    row(60, x=TEXT)
    + row(61, x=NUMBER)
    + row(62, ward=TEXT)
    + row(63, y=NUMBER)
    + row(64, mrn=f"{TEXT}1")
    + row(65, mrn=TEXT * 40)
    + f"{TEXT}66,{NUMBER}\n"
)


def write(folder: Path, text: str) -> Path:
    path = folder / "cohort.csv"
    path.write_text(text, encoding="utf-8")
    return path


def assert_silent(*things: object) -> None:
    for thing in things:
        text = f"{thing!r} {thing}"
        assert TEXT not in text and "8317" not in text


def test_rejects_hold_no_value(tmp_path: Path) -> None:
    schema = infer(write(tmp_path, HEADER + ROWS), outcome="y", patient_id="mrn", consent="ok", groups=["ward"]).schema
    dataset = encode_csv(write(tmp_path, HEADER + ROWS + HOSTILE), schema)
    assert len(dataset.numbers) == 60 and len(dataset.rejects) == 7
    assert_silent(dataset, dataset.rejects, schema, schema_text(schema))


def test_inferred_schemas_and_notes_hold_no_single_value(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ROWS + row(60, x=NUMBER) + row(61, ward=TEXT))
    for groups in ((), ("ward",)):
        inference = infer(path, outcome="y", patient_id="mrn", consent="ok", groups=groups)
        assert_silent(inference, schema_text(inference.schema))


def test_reprs_of_secrets_are_redacted(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ROWS)
    profile = profile_csv(path)
    assert_silent(profile, profile.columns)
    with open_csv(path) as table:
        for chunk in table.chunks():
            assert_silent(chunk, table)


@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT},x\n{TEXT}",
        f"{TEXT}\n{NUMBER}\n",
        f"{NUMBER},{NUMBER}\n{TEXT},{TEXT}\n",
        HEADER + f'"{TEXT}\n',
        HEADER + f'"{TEXT}"{TEXT},1\n',
        HEADER + TEXT * 20_000,
        HEADER + f"{TEXT}\n" * 5,
        HEADER + row(1, x=TEXT),
        HEADER + "".join(row(i, y=TEXT) for i in range(20)),
        HEADER + "".join(row(i, y=f"{TEXT}{i % 3}") for i in range(20)),
        HEADER + "".join(row(i, ok=TEXT) for i in range(20)),
        f"{TEXT},{TEXT}\n1,2\n",
        f"{TEXT}\0,x\n",
    ],
)
def test_errors_hold_no_value(tmp_path: Path, text: str) -> None:
    schema = infer(write(tmp_path, HEADER + ROWS), outcome="y", patient_id="mrn", consent="ok").schema
    path = write(tmp_path, text)
    tries: list[Callable[[], object]] = [
        lambda: infer(path, outcome="y", patient_id="mrn", consent="ok"),
        lambda: encode_csv(path, schema),
    ]
    failures = 0
    for attempt in tries:
        try:
            attempt()
        except ProofwardError as error:
            failures += 1
            assert_silent(error, error.message, error.remedy, "".join(traceback.format_exception(error)))
    assert failures > 0
