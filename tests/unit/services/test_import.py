"""An import in blocks stores exactly what encoding and committing in memory gives, whatever stops it on the way."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.commitments.merkle import dataset_root
from core.engines import get_engine
from core.errors import CancelledError, InputError, PausedError
from core.monitor import Monitor, SilentMonitor
from core.randomness import SystemTape
from core.records.encode import encode_csv
from core.records.layout import RowLayout
from core.records.schema import Schema
from core.services import import_dataset, resume
from core.services.context import Context, WorkspaceDoor
from core.services.import_notes import BlockNote
from core.services.memory import peak_memory
from core.settings import Settings
from core.workspace import Workspace
from tests.unit.records.test_blocks import ROWS
from tests.unit.records.test_encode import HEADER, SCHEMA

PASSPHRASE = "a passphrase for tests"
SIZES = [1, 2, 3, 7, 100]
ENGINE = get_engine("plain")


class CountingTape(SystemTape):
    """The system's randomness, and how much of it was drawn."""

    def __init__(self) -> None:
        self.drawn: list[int] = []

    def scalars(self, label: str, count: int) -> list[int]:
        values = super().scalars(label, count)
        self.drawn += values
        return values


class Stopping(SilentMonitor):
    """Stops at the n-th look."""

    def __init__(self, looks: int, error: type[Exception] = PausedError) -> None:
        self.left = looks
        self.error = error
        self.stages: list[str] = []

    def stage(self, name: str) -> None:
        self.stages.append(name)

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.error()


@dataclasses.dataclass
class House:
    """A workspace and a table; `run` imports it in blocks of `size` rows."""

    workspace: Workspace
    context: Context
    path: Path
    size: Callable[[int], None]
    tape: CountingTape

    def run(self, *, schema: Schema = SCHEMA, name: str | None = None, monitor: Monitor | None = None) -> object:
        request = import_dataset.Request(path=self.path, schema=schema.to_json(), name=name)
        return import_dataset.run(request, self.with_monitor(monitor))

    def with_monitor(self, monitor: Monitor | None) -> Context:
        return dataclasses.replace(self.context, monitor=monitor or SilentMonitor())

    def write(self, *rows: str) -> None:
        self.path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")

    def pause_after(self, blocks: int) -> None:
        """Import so many blocks (of one size or another) and pause."""
        for looks in range(1, 1000):
            with pytest.raises(PausedError):
                self.run(monitor=Stopping(looks))
            (job,) = self.workspace.list_jobs()
            notes = self.workspace._session.db.execute("SELECT COUNT(*) FROM import_blocks").fetchone()[0]
            if notes >= blocks:
                assert notes == blocks and job.verb == "import_dataset"
                return

    def is_clean(self) -> bool:
        execute = self.workspace._session.db.execute
        tables = ("jobs", "imports", "import_blocks")
        return not any(execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    settings = Settings(home=tmp_path / "home", passphrase=PASSPHRASE)
    door = WorkspaceDoor(settings.home, PASSPHRASE)
    tape = CountingTape()
    context = Context(
        settings=settings, door=door, make_tape=lambda: tape, make_engine=lambda monitor: _prepared(monitor)
    )

    def size(rows: int) -> None:
        entries = RowLayout.from_schema(SCHEMA).width + import_dataset._RECORD_ENTRIES
        monkeypatch.setattr(import_dataset, "BLOCK_ENTRIES", rows * entries)

    made = House(door.open(), context, tmp_path / "patients.csv", size, tape)
    made.write(*ROWS)
    yield made
    door.close()


def _prepared(monitor: Monitor):  # type: ignore[no-untyped-def]
    monitor.stage("prepare")
    return ENGINE


def check(house: House, result: object) -> None:
    """The result, and all that is stored, are those of an import in memory with the same blinding factors."""
    assert isinstance(result, import_dataset.Result)
    expected = encode_csv(house.path, SCHEMA)
    opened = house.workspace.open_dataset(result.dataset_id)
    assert opened.numbers == expected.numbers
    assert np.array_equal(opened.rows, expected.rows) and opened.rows.dtype == expected.rows.dtype
    assert opened.schema == SCHEMA
    assert list(opened.commitments) == ENGINE.commit_rows(expected.rows, opened.blindings)
    assert opened.root == dataset_root(expected.numbers, opened.commitments, SCHEMA.digest())
    value = result.to_json()
    assert value["root"] == opened.root.hex()
    assert value["rejects"] == [dataclasses.asdict(reject) for reject in expected.rejects]
    assert (value["records"], value["rejected"]) == (len(expected.numbers), len(expected.rejects))
    assert (value["consented"], value["features"]) == (expected.consented, len(expected.layout.features))
    assert list(value["seconds"]) == ["read", "prepare", "commit", "store"]
    assert value["memory"] == peak_memory() or value["memory"] < peak_memory()
    assert house.is_clean()


@pytest.mark.parametrize("size", SIZES)
def test_blocks_of_any_size_give_what_memory_gives(house: House, size: int) -> None:
    house.size(size)
    monitor = Stopping(10_000)
    result = house.run(monitor=monitor)
    check(house, result)
    assert monitor.stages == ["read", "prepare", "commit", "store"]
    assert (result.continued, result.restarted, result.reused) == (0, False, 0)
    assert [entry.action for entry in house.workspace.audit_trail()] == ["workspace.created", "dataset.imported"]
    assert set(house.tape.drawn) == set(house.workspace.open_dataset(result.dataset_id).blindings)
    assert len(house.tape.drawn) == result.records  # one for each record, and none besides


@pytest.mark.parametrize("size", SIZES)
def test_paused_after_every_block_it_ends_the_same(house: House, size: int) -> None:
    house.size(size)
    blocks = -(-sum(row != "" for row in ROWS) // size)
    for done in range(1, blocks + 1):
        house.pause_after(done)
        assert house.workspace.list_datasets() == ()
    (job,) = house.workspace.list_jobs()
    result = resume.run(resume.Request(job=job.job_id), house.context)
    check(house, result.result)
    assert result.to_json()["verb"] == "import_dataset" and result.to_json()["continued"] == job.records == 5
    assert len(house.workspace.audit_trail()) == 2


def test_blocks_of_another_size_go_on_where_the_others_ended(house: House) -> None:
    """As after an update that chose other blocks."""
    house.size(3)
    house.pause_after(1)
    house.size(4)
    result = house.run()
    check(house, result)
    assert result.continued == 2


def test_another_schema_or_name_is_another_import(house: House) -> None:
    house.size(2)
    house.pause_after(2)
    other = dataclasses.replace(SCHEMA, missing_values=("", "NA", "unknown"))
    for arguments in ({"schema": other}, {"name": "other"}):
        result = house.run(**arguments)
        assert result.continued == 0
    assert len(house.workspace.list_jobs()) == 1
    assert house.run().continued == 2


def test_another_version_begins_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.size(2)
    house.pause_after(2)
    monkeypatch.setattr("core.workspace.jobs.VERSION", "99.0.0")
    result = house.run()
    assert (result.continued, result.restarted) == (0, False)
    check(house, result)


CHANGED = ["p1,61,0,y,A,f,yes,hello,1", *ROWS[1:]]


@pytest.mark.parametrize("rows", [CHANGED, [ROWS[3], *ROWS]])
def test_a_table_that_was_changed_where_it_was_read_is_imported_anew(house: House, rows: list[str]) -> None:
    house.size(2)
    house.pause_after(2)
    before = set(house.tape.drawn)
    house.write(*rows)
    result = house.run()
    check(house, result)
    assert (result.continued, result.restarted) == (0, True)
    assert not before & set(house.workspace.open_dataset(result.dataset_id).blindings)


@pytest.mark.parametrize("content", ["", "PK\x03\x04 a workbook", None])
def test_a_table_that_cannot_be_read_for_now_costs_nothing_that_is_stored(house: House, content: str | None) -> None:
    """Nothing is there, or something else, or it is being copied and half of it is there."""
    house.size(2)
    house.pause_after(2)
    if content is None:
        house.write(*ROWS[:2])
    else:
        house.path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        house.run()
    (job,) = house.workspace.list_jobs()
    assert refused.value.code.startswith("csv.") and job.records > 0
    house.write(*ROWS)
    result = house.run()
    check(house, result)
    assert result.continued == job.records and not result.restarted and house.is_clean()


def test_a_table_that_cannot_be_read_at_all_leaves_no_job(house: House) -> None:
    house.path.write_text("", encoding="utf-8")
    with pytest.raises(InputError):
        house.run()
    assert house.is_clean()


def test_a_table_that_was_changed_further_on_is_gone_on_with(house: House) -> None:
    house.size(2)
    house.pause_after(2)
    house.write(*ROWS[:4], "p9,1,1,n,A,f,yes,,0", *ROWS[4:], "p1,1,1,n,A,f,yes,,0")
    result = house.run()
    check(house, result)
    assert (result.continued, result.restarted) == (2, False)


def test_records_of_an_earlier_import_keep_their_commitments_block_by_block(house: House) -> None:
    house.size(3)
    first = house.workspace.open_dataset(house.run().dataset_id)
    drawn = len(house.tape.drawn)
    edited = [*ROWS[:2], "p3,4,NA,n,B,m,,,0", *ROWS[3:]]
    house.write(*edited)
    house.pause_after(2)
    result = house.run()
    check(house, result)
    second = house.workspace.open_dataset(result.dataset_id)
    same = [one == other for one, other in zip(first.commitments, second.commitments, strict=True)]
    assert same == [True, False, True, True, True] and result.reused == 4
    assert len(house.tape.drawn) >= drawn + 1
    house.write(*ROWS)
    again = house.run()
    assert (again.dataset_id, again.known, again.reused) == (house.workspace.list_datasets()[0].dataset_id, True, 5)
    assert len(house.workspace.list_datasets()) == 2 and house.is_clean()
    assert len(house.workspace.audit_trail()) == 3


def test_an_unchanged_table_needs_no_arithmetic(house: House) -> None:
    house.run()
    house.context = dataclasses.replace(house.context, make_engine=lambda monitor: pytest.fail("not needed"))
    assert house.run().known


def test_cancelled_at_any_look_nothing_is_left(house: House) -> None:
    house.size(2)
    for looks in range(1000):
        try:
            result = house.run(monitor=Stopping(looks, CancelledError))
        except CancelledError:
            assert house.is_clean() and house.workspace.list_datasets() == ()
            assert house.workspace._session.db.execute("SELECT COUNT(*) FROM records").fetchone()[0] == 0
        else:
            break
    assert looks > 10
    check(house, result)


def test_what_is_wrong_with_the_table_as_a_whole_leaves_nothing(house: House) -> None:
    house.size(2)
    for rows, code in (
        ([], "csv.no_rows"),
        ([*ROWS[:2], "1", "2", "3", "4"], "csv.ragged"),
        (["p1,a,,y,A,f,yes,,1"] * 3, "csv.no_records"),
        ([*ROWS, 'p9,1,"1'], "csv.quotes"),
    ):
        house.write(*rows)
        with pytest.raises(InputError) as caught:
            house.run()
        assert caught.value.code == code
        assert house.is_clean() and house.workspace.list_datasets() == ()


def test_a_file_that_cannot_be_read_for_a_while_costs_nothing(house: House) -> None:
    house.size(2)
    house.pause_after(2)
    data = house.path.read_bytes()
    house.path.unlink()
    with pytest.raises(InputError) as caught:
        house.run()
    assert caught.value.code == "input.missing"
    house.path.write_bytes(data)
    assert house.run().continued == 2


def test_two_at_once_are_refused(house: House) -> None:
    class Second(SilentMonitor):
        def stage(self, name: str) -> None:
            if name == "commit":
                with pytest.raises(InputError) as caught:
                    house.run()
                assert caught.value.code == "jobs.running"

    check(house, house.run(monitor=Second()))


def test_the_share_done_is_that_of_the_file_and_never_falls_back(house: House) -> None:
    class Watching(SilentMonitor):
        def __init__(self) -> None:
            self.shares: dict[str, list[float]] = {}

        def stage(self, name: str) -> None:
            self.now = self.shares.setdefault(name, [])

        def progress(self, done: float) -> None:
            self.now.append(done)

    house.size(2)
    monitor = Watching()
    house.run(monitor=monitor)
    commit = monitor.shares["commit"]
    assert commit == sorted(commit) and commit[-1] == 1.0 and len(set(commit)) > 10
    house.write(*ROWS, "p8,9,7,y,A,m,no,,0")
    house.pause_after(3)
    monitor = Watching()
    house.run(monitor=monitor)
    assert 0.4 < monitor.shares["commit"][0] < 0.8  # it goes on where it was


def test_a_note_is_itself_again(house: House) -> None:
    house.size(4)
    house.pause_after(1)
    (job,) = house.workspace.list_jobs()
    with house.workspace.begin_job(job.verb, job.arguments) as running:
        (data,) = house.workspace.unfinished_import(running, SCHEMA, width=18).notes()
    note = BlockNote.from_bytes(data)
    assert note.to_bytes() == data and "redacted" in repr(note)
    assert (note.records, note.ragged, len(note.rejects), len(note.patients)) == (2, 1, 2, 32)
    assert json.dumps(job.arguments) and job.arguments["path"] == str(house.path)
