"""Reading goes on between two rows of a file exactly as if it had never stopped, or it does not go on at all."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CancelledError, InputError
from core.monitor import SilentMonitor
from core.records.csv_source import CsvTable, Position, open_csv

Rows = list[tuple[int, list[str]]]
SILENT = SilentMonitor()
MARK = b"\xef\xbb\xbf"
FILES = [
    b"a,b\n1,2\n3,4\n5,6\n",
    b"a,b\r\n1,2\r\n3,4\r\n5,6",
    b"a;b\r1;2\r3;4\r5;6\r",
    MARK + b'"a",b\n"1\n1","2\r\n,2"\r\n\n  \n3,"4"""\n\n5,6\n\n',
    'Größe,b\n"ü\nß",年\n\ufeff3,4\n1,2,3\n7\n'.encode(),
    b'a\tb\n"1\r1"\t2\n\r\n\r3\t4\n',
]


def take(table: CsvTable, count: int) -> Rows:
    chunk = table.take(count)
    return list(zip(chunk.lines, chunk.cells, strict=True))


def whole(path: Path) -> Rows:
    with open_csv(path) as table:
        return take(table, 1000)


def stop_after(path: Path, count: int) -> tuple[Rows, Position]:
    with open_csv(path) as table:
        return take(table, count), table.position


@pytest.mark.parametrize("data", FILES)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_stopped_after_each_block_it_reads_the_same(tmp_path: Path, data: bytes, size: int) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    rows, position = stop_after(path, size)
    while True:
        with open_csv(path) as table:
            assert table.skip(position, SILENT)
            assert table.position == position
            more = take(table, size)
            position = table.position
            if not more:
                assert table.share == 1.0
                break
        rows += more
    assert rows == whole(path)
    assert position.rows == len(rows) and position.offset == len(data)


@given(st.integers(), st.integers(1, 4))
def test_any_table_in_any_blocks(tmp_path_factory: pytest.TempPathFactory, seed: int, size: int) -> None:
    chance = random.Random(seed)
    end = chance.choice(["\n", "\r\n", "\r"])
    pieces = ["x", "1", "", '"q"', '"a,b"', f'"two{end}lines"', '"say ""no"""', "ä", "\ufeff", '"\r\n"', '"\r"', " "]
    lines = ["a,b,c"]
    for _ in range(chance.randrange(12)):
        lines += [""] * (chance.random() < 0.2)
        lines.append(",".join(chance.choice(pieces) for _ in range(chance.choice([3, 3, 3, 1, 4]))))
    data = chance.choice([b"", MARK]) + end.join(lines).encode() + chance.choice(["", end]).encode()
    path = tmp_path_factory.mktemp("any") / "file.csv"
    path.write_bytes(data)
    expected, rows = whole(path), []
    with open_csv(path) as table:
        position = table.position
    for _ in range(len(expected) + 1):
        with open_csv(path) as table:
            assert table.skip(position, SILENT)
            rows += take(table, size)
            position = table.position
    assert rows == expected


@pytest.mark.parametrize("number", range(len(FILES)))
def test_a_file_that_was_changed_before_the_place_is_another(tmp_path: Path, number: int) -> None:
    data = FILES[number]
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    _, position = stop_after(path, 2)
    expected = whole(path)
    for place in range(position.offset):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        try:
            with open_csv(path) as table:
                header = table.header
                assert not table.skip(position, SILENT)
                assert table.header == header and table.position.rows == 0  # it stays at its first row
        except InputError:  # the change made it no table at all
            pass
    path.write_bytes(data[: position.offset - 1])
    with open_csv(path) as table, pytest.raises(InputError) as refused:
        table.skip(position, SILENT)
    assert refused.value.code == "csv.shorter"
    path.write_bytes(data)
    with open_csv(path) as table:
        assert not table.skip(Position(**{**_fields(position), "delimiter": "|"}), SILENT)
        assert take(table, 1000) == expected


def _fields(position: Position) -> dict[str, object]:
    return {name: getattr(position, name) for name in Position.__slots__}


def test_a_file_that_was_changed_after_the_place_goes_on_with_what_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    _, position = stop_after(path, 1)
    path.write_bytes(b"a,b\n1,2\n\n5,6\n7,8\n")
    with open_csv(path) as table:
        assert table.skip(position, SILENT)
        assert take(table, 9) == [(4, ["5", "6"]), (5, ["7", "8"])]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a,b\n1,2\n3,4", b"a,b\n1,2\n3,45\n"),  # the last row had no line end, and goes on
        (b"a,b\r1,2\r3,4\r", b"a,b\r1,2\r3,4\r\n5,6\r\n"),  # its line end was half of one
        (b"a,b\n1,2\n3,4", b"a,b\n1,2\n3,4,5"),
    ],
)
def test_a_last_row_that_goes_on_is_another(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(before)
    _, position = stop_after(path, 9)
    path.write_bytes(after)
    with open_csv(path) as table:
        assert not table.skip(position, SILENT)
        assert take(table, 9) == whole(path)
    path.write_bytes(before)
    with open_csv(path) as table:
        assert table.skip(position, SILENT) and take(table, 9) == []


def test_messages_name_the_lines_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b'a,b\n"1\n1",2\n\n3,4\n5,"6"7\n')
    _, position = stop_after(path, 1)
    with open_csv(path) as table:
        assert table.skip(position, SILENT)
        assert take(table, 1) == [(5, ["3", "4"])]
        with pytest.raises(InputError) as caught:
            table.take(1)
    assert caught.value.code == "csv.quotes" and "line 6" in caught.value.message


def test_the_comparison_can_be_cancelled(tmp_path: Path) -> None:
    class Impatient(SilentMonitor):
        def check(self) -> None:
            raise CancelledError()

    path = tmp_path / "file.csv"
    path.write_bytes(FILES[0])
    _, position = stop_after(path, 1)
    with open_csv(path) as table, pytest.raises(CancelledError):
        table.skip(position, Impatient())


def test_the_rows_before_count_against_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.records.csv_source.MAX_ROWS", 2)
    path = tmp_path / "file.csv"
    path.write_bytes(FILES[0])
    _, position = stop_after(path, 1)
    with open_csv(path) as table:
        assert table.skip(position, SILENT)
        with pytest.raises(InputError) as caught:
            take(table, 2)
    assert caught.value.code == "csv.rows"
