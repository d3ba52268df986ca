from __future__ import annotations

import os
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.records import csv_source, line_feed
from core.records.csv_source import MAX_FIELD, open_csv


def rows_of(path: Path) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    with open_csv(path) as table:
        rows = [row for chunk in table.chunks() for row in zip(chunk.lines, chunk.cells, strict=True)]
        return table.header, rows


def read(folder: Path, data: bytes) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    path = folder / "file.csv"
    path.write_bytes(data)
    return rows_of(path)


def refusal(folder: Path, data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, data)
    error = caught.value
    # One plain sentence, and what to do about it.
    assert error.message.endswith(".") and "\n" not in error.message
    assert error.remedy
    return error


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
def test_honest_forms(tmp_path: Path, end: bytes, start: bytes, delimiter: bytes) -> None:
    lines = [delimiter.join(line) for line in ([b"a", b"b", b"c"], [b"1", b"", b"x"], [b'"2"', b"3", b" y "])]
    expected = [(2, ["1", "", "x"]), (3, ["2", "3", " y "])]
    assert read(tmp_path, start + end.join(lines) + end) == (("a", "b", "c"), expected)
    assert read(tmp_path, start + end.join(lines)) == (("a", "b", "c"), expected)


def test_quoted_newlines_delimiters_and_quotes(tmp_path: Path) -> None:
    data = b'"first\nname",b\r\n"1,5\r\nx","say ""no"""\r\n\r\n\n2,3\n'
    assert read(tmp_path, data) == (("first name", "b"), [(3, ["1,5\r\nx", 'say "no"']), (7, ["2", "3"])])


def test_names_are_tidied(tmp_path: Path) -> None:
    header, _ = read(tmp_path, "Größe  cm , a\u030a,\u200b年齢\u200d\n1,2,3\n".encode())
    assert header == ("Größe cm", "å", "\u200b年齢\u200d")


def test_lines_with_nothing_are_no_rows_and_keep_their_number(tmp_path: Path) -> None:
    assert read(tmp_path, b"\n\na,b\n\n1,2\n  \n3,4\n")[1] == [(5, ["1", "2"]), (7, ["3", "4"])]


def test_ragged_rows_are_handed_on(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1\n1,2,3\n4,5\n,\n")[1] == [
        *((2, ["1"]), (3, ["1", "2", "3"]), (4, ["4", "5"]), (5, ["", ""]))
    ]


def test_a_delimiter_inside_names_does_not_mislead(tmp_path: Path) -> None:
    assert read(tmp_path, b"a;b,c;d\n1,5;2,5;3,5\n1,5;2,5;3,5\n")[0] == ("a", "b,c", "d")
    assert read(tmp_path, b"a;b,c\n1,2\n3,4\n")[0] == ("a;b", "c")


def test_more_rows_than_a_chunk(tmp_path: Path) -> None:
    data = b"a,b\n" + b"".join(b"%d,x\n" % i for i in range(10_000))
    _, rows = read(tmp_path, data)
    assert [(line, cells[0]) for line, cells in rows] == [(i + 2, str(i)) for i in range(10_000)]


def test_share_ends_at_one(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with open_csv(path) as table:
        assert list(table.chunks()) and table.share == 1.0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv.empty"),
        (b"\n\r\n \n", "csv.empty"),
        (b"\xef\xbb\xbf", "csv.empty"),
        (b"\0" * 5000, "csv.binary"),
        (b"a,b\n1,\0\n", "csv.binary"),
        (b"a,b\n" + b"1,2\n" * 5000 + b"\0", "csv.binary"),
        (b"\xff\xfea\0,\0b\0", "csv.encoding"),
        (b"\xfe\xff\0a\0,\0b", "csv.encoding"),
        ("Größe,b\n1,2\n".encode("latin-1"), "csv.encoding"),
        (b"a,b\n" + b"1,2\n" * 5000 + b"\xff", "csv.encoding"),
        (b"PK\x03\x04rest", "csv.workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "csv.workbook"),
        (b"\x1f\x8b\x08", "csv.binary"),
        (b"%PDF-1.7\n1,2", "csv.binary"),
        (b'{"a": 1, "b": 2}', "csv.binary"),
        (b"\xef\xbb\xbf <html>a,b</html>", "csv.binary"),
        (b"one column\n1\n2\n", "csv.delimiter"),
        (b"a b c\n1 2 3\n", "csv.delimiter"),
        (b"1,2,3\n4,5,6\n", "csv.header"),
        (b"a,,c\n1,2,3\n", "csv.header"),
        (b"a,b,a\n1,2,3\n", "csv.header"),
        ("a\u030a,b,å\n1,2,3\n".encode(), "csv.header"),
        (b"a," + b"x" * 201 + b"\n1,2\n", "csv.header"),
        (b"a,b\x07\n1,2\n", "csv.header"),
        ("a,b\u202e\n1,2\n".encode(), "csv.header"),
        (",".join(f"x{i}" for i in range(1051)).encode() + b"\n", "csv.columns"),
        (b'a,b\n1,"2\n3,4\n5,6\n', "csv.quotes"),
        (b'a,b\n1,"2"3\n', "csv.quotes"),
        (b"a,b\n1," + b"x" * (MAX_FIELD + 1) + b"\n", "csv.field"),
        (b'a,b\n1,"' + b"2,3\n" * MAX_FIELD, "csv.field"),
    ],
)
def test_hostile_files(tmp_path: Path, data: bytes, code: str) -> None:
    assert refusal(tmp_path, data).code == code


@given(st.binary(max_size=60), st.sampled_from([b"", b"a,b\n", b"a;b\r\n1;2\r\n"]))
def test_any_bytes_are_a_table_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, front: bytes
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    try:
        header, rows = read(folder, front + data)
    except InputError as error:
        assert error.code.startswith("csv.")
        return
    assert len(header) >= 2
    assert [line for line, _ in rows] == sorted({line for line, _ in rows})


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    noise = random.Random(7)
    for length in (1, 10, 100, 5000):
        refusal(tmp_path, noise.randbytes(length) + b"\xff")


def test_a_workbook_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(InputError) as caught:
        rows_of(path)
    assert caught.value.code == "csv.workbook"


def test_limits_stop_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_feed, "MAX_LINE", 1000)
    assert refusal(tmp_path, b"a,b\n1," + b"x" * 1000).code == "csv.line"
    assert refusal(tmp_path, b"a,b\n" + b'"x\n",' * 300 + b"1\n").code == "csv.record"
    monkeypatch.setattr(csv_source, "MAX_ROWS", 5)
    assert refusal(tmp_path, b"a,b\n" + b"1,2\n" * 6).code == "csv.rows"
    monkeypatch.setattr(csv_source, "MAX_FILE_BYTES", 10)
    assert refusal(tmp_path, b"a,b\n" + b"1,2\n" * 2).code == "csv.size"


def test_gigabytes_of_zeros_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "zeros.csv"
    path.touch()
    os.truncate(path, 2 << 30)
    with pytest.raises(InputError) as caught:
        rows_of(path)
    assert caught.value.code == "csv.binary"


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        rows_of(tmp_path / "nothing.csv")
    assert caught.value.code == "csv.missing"
    with pytest.raises(InputError) as caught:
        rows_of(tmp_path)
    assert caught.value.code == "csv.unreadable"
    fifo = tmp_path / "pipe.csv"
    os.mkfifo(fifo)
    with pytest.raises(InputError) as caught:
        rows_of(fifo)
    assert caught.value.code == "csv.unreadable"


def test_an_error_of_the_caller_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(FileNotFoundError), open_csv(path):
        (tmp_path / "nothing").read_bytes()
