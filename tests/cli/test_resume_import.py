"""An import that is paused, killed and begun again: the dataset in the end is that of an import that never stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.engines import get_engine
from core.jobs.protocol import Job
from core.records.encode import encode_csv
from core.records.layout import RowLayout
from core.records.schema_file import read_schema
from core.services import import_dataset
from core.services.context import Context, WorkspaceDoor
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.records import RecordSafe
from tests.cli.conftest import ok
from tests.cli.program import INFER, PASSPHRASE, Program, write_table
from tests.cli.test_canaries import haystacks
from tests.cli.test_resume import Fuse, PowerLoss, RecordingTape, end, events, traces

ENGINE = get_engine("plain")
# The worker with blocks small enough that a small table has many.
WORKER = """
import core.services.import_dataset as service
service.BLOCK_ENTRIES = {entries}
from core.jobs.worker import main
main()
"""


def set_up(program: Program, rows: int, *, columns: int = 2) -> tuple[Path, Path]:
    """A table of which some rows are rejected, and in which some patients come again, far apart; and its schema."""
    table = write_table(program.folder / "patients.csv", rows, columns=columns)
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    lines = table.read_text().splitlines()
    lines[5] = lines[5].replace(",", ",many,", 1).replace(lines[5].split(",")[1] + ",", "", 1)
    lines[-1] = lines[-1].replace(lines[-1].split(",")[0], "P0001")
    lines.insert(rows // 2, "only,three,cells")
    lines.insert(rows // 2, '"P\n0001",' + lines[3].split(",", 1)[1])  # a new patient, over two lines
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return table, program.folder / "schema.json"


def entries_of(schema: Path, rows: int) -> int:
    """What makes blocks of so many rows."""
    return rows * (RowLayout.from_schema(read_schema(schema)).width + import_dataset._RECORD_ENTRIES)


def check_dataset(program: Program, dataset: str, table: Path, schema: Path, value: dict[str, object]) -> None:
    """The stored dataset is what encoding the whole table at once gives, and every commitment opens."""
    expected = encode_csv(table, read_schema(schema))
    with Workspace.open(program.home, PASSPHRASE) as workspace:
        opened = workspace.open_dataset(dataset)
        assert [entry.action for entry in workspace.audit_trail()] == ["workspace.created", "dataset.imported"]
        assert workspace.list_jobs() == ()
        left = "SELECT COUNT(*) FROM records UNION SELECT COUNT(*) FROM records WHERE dataset_id = ?"
        assert workspace._session.db.execute(left, [dataset]).fetchall() == [(len(expected.numbers),)]
    assert opened.numbers == expected.numbers and np.array_equal(opened.rows, expected.rows)
    assert len(set(opened.blindings)) == len(opened.blindings)
    assert list(opened.commitments) == ENGINE.commit_rows(expected.rows, opened.blindings)
    assert value["rejects"] == [
        {"line": item.line, "column": item.column, "reason": item.reason} for item in expected.rejects
    ]
    assert value["records"] == len(expected.numbers) and len(expected.rejects) == 3


@pytest.mark.parametrize("afresh", [False, True])
def test_an_import_that_dies_at_every_call_of_its_monitor_ends_as_if_it_had_not(
    program: Program, monkeypatch: pytest.MonkeyPatch, afresh: bool
) -> None:
    """It dies at the first call, is begun again and dies at the second, and so on, until an attempt gets through.

    afresh: what it left is discarded each time, so that it dies once at every call of a whole import.
    """
    table, schema_path = set_up(program, 20)
    schema = read_schema(schema_path)
    monkeypatch.setattr(import_dataset, "BLOCK_ENTRIES", entries_of(schema_path, 3))
    expected = encode_csv(table, schema)
    door = WorkspaceDoor(program.home, PASSPHRASE)
    workspace = door.open()
    safe = RecordSafe(workspace._session.vault)
    request = import_dataset.Request(path=table, schema_path=schema_path)
    owner: dict[int, int] = {}  # which record each blinding factor was drawn for, and kept with
    seen, moments, stored = set[int](), 0, 0
    result: import_dataset.Result | None = None
    while result is None:
        tape = RecordingTape()
        context = Context(
            settings=Settings(home=program.home, passphrase=PASSPHRASE),
            door=door,
            monitor=Fuse(moments),
            make_tape=lambda tape=tape: tape,
            make_engine=lambda monitor: ENGINE,
        )
        try:
            result = import_dataset.run(request, context)
        except PowerLoss:
            moments += 1
            assert workspace.list_datasets() == () and len(workspace.audit_trail()) == 1
            if afresh and (left := workspace.list_jobs()):
                workspace.discard_job(left[0].job_id)
                owner, stored = {}, 0
        values = {value for _, value in tape.drawn}
        assert len(values) == len(tape.drawn) and not values & seen  # what was drawn before is never drawn again
        seen |= values
        kept = list(workspace._session.db.query("SELECT * FROM records ORDER BY number"))
        assert [record["number"] for record in kept] == list(range(1, len(kept) + 1)) and len(kept) >= stored
        for record in kept[stored:]:
            row, blinding = safe.open_row(record, width=expected.rows.shape[1]), safe.open_blinding(record)
            assert blinding in values and owner.setdefault(blinding, record["number"]) == record["number"]
            assert np.array_equal(row, expected.rows[record["number"] - 1])
            assert record["commitment"] == ENGINE.commit_rows(row[None], [blinding])[0]
        stored = len(kept)
        assert result is not None or sum(job.records for job in workspace.list_jobs()) == stored
        data = b"".join(path.read_bytes() for path in program.home.iterdir())
        assert not any(trace in data for value in values for trace in traces(value))
    assert len(owner) == stored == len(expected.numbers) and (result.continued > 0) == (not afresh)
    final = workspace.open_dataset(result.dataset_id)
    assert {blinding: number for number, blinding in zip(final.numbers, final.blindings, strict=True)} == owner
    door.close()
    assert moments > (50 if afresh else 10)
    check_dataset(program, result.dataset_id, table, schema_path, result.to_json())
    assert ok(program("resume", "--list", "--json")).json == {"jobs": []}


def start(program: Program, job: Job, entries: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(entries=entries)],
        env=program.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(job.to_line().encode())
    process.stdin.flush()
    return process


def follow(process: subprocess.Popen[bytes], share: float) -> None:
    """Read the worker's events until so much of the file is done, or to the end."""
    assert process.stdout
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["stage"] == "commit" and event["done"] >= share:
            return


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_worker_killed_a_dozen_times_ends_with_the_same_dataset(program: Program) -> None:
    rows = 12000  # some seconds of work, so that it is not done before it is killed
    table, schema = set_up(program, rows, columns=6)
    entries = entries_of(schema, 100)
    job = Job("import_dataset", {"path": str(table), "schema_path": str(schema)}, passphrase=PASSPHRASE)
    planted = [line.split(",")[0].encode() for line in table.read_text().splitlines()[1:50]]
    stored = []
    for kill in range(12):
        process = start(program, job, entries)
        if kill:  # first of all, before it has begun
            follow(process, kill / 24)
            time.sleep(0.007 * kill)
        process.send_signal(signal.SIGKILL)
        end(process)
        for where, data in haystacks(program.home):
            assert not any(text in data for text in planted), where
        listed = ok(program("resume", "--list", "--json")).json["jobs"]
        stored.append(listed[0]["records"] if listed else 0)
        if program.home.exists():
            with Workspace.open(program.home, PASSPHRASE) as workspace:
                assert workspace.list_datasets() == ()
    assert stored == sorted(stored) and stored[0] == 0 and 0.4 * rows < stored[-1] < rows
    process = start(program, Job("resume", passphrase=PASSPHRASE), entries)
    last = events(process)[-1]
    assert end(process) == 0, last
    value = last["value"]
    assert value["verb"] == "import_dataset" and value["continued"] == stored[-1]
    check_dataset(program, value["dataset_id"], table, schema, value)
    assert not [path for path in program.home.iterdir() if path.name.endswith(".lock")]


@pytest.mark.parametrize("how", ["pause", "term", "gone", "cancel"])
def test_a_pause_keeps_and_a_cancel_forgets(program: Program, how: str) -> None:
    table, schema = set_up(program, 1500)
    job = Job("import_dataset", {"path": str(table), "schema_path": str(schema)}, passphrase=PASSPHRASE)
    process = start(program, job, entries_of(schema, 100))
    follow(process, 0.3)
    assert process.stdin
    if how == "term":
        process.send_signal(signal.SIGTERM)
    elif how == "gone":
        process.stdin.close()
    else:
        process.stdin.write(how.encode() + b"\n")
        process.stdin.flush()
    last = events(process)[-1]
    assert end(process) == 130
    left = ok(program("resume", "--list", "--json")).json["jobs"]
    if how == "cancel":
        assert (last["event"], last["kind"], left) == ("error", "cancelled", [])
        with Workspace.open(program.home, PASSPHRASE) as workspace:
            workspace.sweep_imports()  # as the next job does
            assert workspace._session.db.execute("SELECT COUNT(*) FROM records").fetchone() == (0,)
        assert ok(program("import", table, "--schema", schema, "--json")).json["continued"] == 0
        return
    assert last["event"] == "paused"
    assert [(item["verb"], item["running"], item["parts"]) for item in left] == [("import_dataset", False, [])]
    assert left[0]["records"] > 0 and left[0]["arguments"]["path"] == str(table)
    again = ok(program("import", table, "--schema", schema, "--json")).json
    assert again["continued"] == left[0]["records"]
    check_dataset(program, again["dataset_id"], table, schema, again)


def paused(program: Program, table: Path, schema: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The job of an import that died half-way."""
    monkeypatch.setattr(import_dataset, "BLOCK_ENTRIES", entries_of(schema, 4))
    door = WorkspaceDoor(program.home, PASSPHRASE)
    context = Context(
        settings=Settings(home=program.home, passphrase=PASSPHRASE),
        door=door,
        monitor=Fuse(30),
        make_engine=lambda monitor: ENGINE,
    )
    with pytest.raises(PowerLoss):
        import_dataset.run(import_dataset.Request(path=table, schema_path=schema), context)
    (job,) = door.open().list_jobs()
    door.close()
    assert job.records > 0
    return job.job_id


def test_the_commands_around_an_unfinished_import(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    table, schema = set_up(program, 24)
    job = paused(program, table, schema, monkeypatch)
    listed = ok(program("resume", "--list")).out
    assert job in listed and str(table) in listed and "dataset “patients”" in listed and " records" in listed
    assert "list_datasets" not in listed and "no dataset with this id" in program("attest", "ds-1").sentence()
    done = ok(program("resume"))
    assert done.out.startswith("Continued an interrupted import, which had committed to ")
    assert "proofward attest ds-" in done.out
    assert "no unfinished job" in program("resume").sentence()


def test_discarding_deletes(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    table, schema = set_up(program, 24)
    job = paused(program, table, schema, monkeypatch)
    with Workspace.open(program.home, PASSPHRASE) as workspace:
        query = "SELECT commitment, row FROM records"
        sealed = [value for record in workspace._session.db.query(query) for value in record.values()]
    assert sealed and all(value in (program.home / "workspace.db").read_bytes() for value in sealed)
    assert "Forgot the unfinished job" in ok(program("resume", "--discard", job)).out
    assert os.listdir(program.home) == ["workspace.db"]
    assert not any(value in (program.home / "workspace.db").read_bytes() for value in sealed)


def test_a_changed_table_is_said_to_be_read_anew(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    table, schema = set_up(program, 24)
    paused(program, table, schema, monkeypatch)
    table.write_text(table.read_text().replace("P0000", "Q0000"), encoding="utf-8")
    done = ok(program("import", table, "--schema", schema))
    assert done.out.startswith("The table was changed since an earlier import of it was interrupted")
    table.write_text(table.read_text().replace("Q0000", "P0000"), encoding="utf-8")
    assert ok(program("import", table, "--schema", schema, "--json")).json["reused"] > 0
