"""Hostile and hopeless files through the command line: one plain sentence, the right exit code, nothing left behind."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.bundle.container import Member, decode, encode
from core.encoding.canonical import dumps
from tests.cli.conftest import Made, ok
from tests.cli.program import INFER, Done, Program, write_plan, write_table

HEADER = b"mrn,x1,x2,sex,ok,died\n"


def rows(*lines: str) -> bytes:
    return HEADER + "".join(f"{line}\n" for line in lines).encode()


TABLES: dict[str, bytes] = {
    "empty": b"",
    "header only": HEADER,
    "zeros": bytes(4096),
    "random": bytes(range(256)) * 8,
    "zip": b"PK\x03\x04" + bytes(100),
    "pdf": b"%PDF-1.7\n" + bytes(100),
    "utf-16": "mrn,x1\n1,2\n".encode("utf-16"),
    "latin-1": HEADER + "Müller,1,2,f,yes,1\n".encode("latin-1"),
    "prose": b"Dear colleague,\nthis is a letter and not a table at all.\nYours\n",
    "ragged": rows("P1,1,2", "P2,1", "P3,1,2,f,yes,1,7,8", "P4"),
    "open quote": rows('P1,1,2,f,yes,"1', "P2,1,2,f,yes,0"),
    "wrong types": rows("P1,many,few,f,yes,1", "P2,some,none,m,yes,0"),
    "same name twice": b"mrn,x1,x1,sex,ok,died\nP1,1,2,f,yes,1\n",
    "other columns": b"a,b\n1,2\n3,4\n",
    "endless line": HEADER + b"x" * (5 << 20),
}


@pytest.fixture
def schema(program: Program) -> Path:
    """A schema for the honest form of these tables."""
    table = write_table(program.folder / "honest.csv")
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    return program.folder / "schema.json"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_none(program: Program, schema: Path, name: str) -> None:
    table = program.folder / "table.csv"
    table.write_bytes(TABLES[name])
    before = program.left()
    done = program("import", table, "--schema", schema)
    assert (done.code, done.out) == (2, "")
    done.sentence()
    assert program("schema", "infer", table, "--outcome", "died", "-o", "out.json").code == 2 or name == "wrong types"
    assert program.left() - {"out.json"} == before
    assert stored(program) == []


def stored(program: Program) -> list[object]:
    """What the workspace has of datasets, read without the command line."""
    from core.workspace import Workspace
    from tests.cli.program import PASSPHRASE

    if not Workspace.exists(program.home):
        return []
    with Workspace.open(program.home, PASSPHRASE) as workspace:
        return list(workspace.list_datasets())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 4),
        ("{}", 4),
        ("[1, 2", 4),
        ('{"version": 1.5}', 4),
        ("[" * 5000, 4),
        ('{"columns": [], "columns": []}', 4),
    ],
)
def test_a_schema_that_is_none(program: Program, text: str, code: int) -> None:
    write_table(program.folder / "patients.csv")
    (program.folder / "schema.json").write_text(text)
    done = program("import", "patients.csv", "--schema", "schema.json")
    assert done.code == code
    done.sentence()
    assert stored(program) == []


def test_a_schema_of_another_table(program: Program, schema: Path) -> None:
    table = write_table(program.folder / "wide.csv", columns=3)
    done = program("import", table, "--schema", schema)
    assert done.code == 2
    assert "columns" in done.sentence()


def test_files_that_are_not_there_or_not_files(program: Program, schema: Path) -> None:
    for words in (
        ["import", "nothing.csv", "--schema", schema],
        ["import", "honest.csv", "--schema", "nothing.json"],
        ["import", ".", "--schema", schema],
        ["import", "honest.csv", "--schema", "."],
        ["schema", "infer", "nothing.csv", "--outcome", "died"],
        ["schema", "infer", "honest.csv", *INFER, "-o", "no/such/folder.json"],
        ["sample", "-o", "."],
        ["sample", "--rows", "0"],
        ["verify", "nothing.proofward"],
        ["verify", "."],
        ["verify", "/dev/null"],
    ):
        done = program(*words)
        assert (done.code, done.out) == (2, ""), words
        done.sentence()
    assert program.left() == {"honest.csv", "schema.json"}


def test_a_single_class_is_refused_plainly(program: Program) -> None:
    table = write_table(program.folder / "patients.csv", rows=12)
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0], *(line[:-1] + "1" for line in lines[1:])]) + "\n")
    dataset = ok(program("import", table, "--schema", "schema.json", "--json")).json["dataset_id"]
    plan = write_plan(program.folder / "plan.json")
    before = program.left()
    done = program("attest", dataset, "--plan", plan)
    assert (done.code, done.out) == (2, "")
    assert "same outcome" in done.sentence()
    assert program.left() == before
    assert ok(program("key", "list", "--json")).json == {"keys": []}


def test_a_dataset_or_output_that_cannot_be(made: Made, tmp_path: Path) -> None:
    for words in (
        ["attest", "ds-000000000000", "--out", tmp_path / "x.proofward"],
        ["attest", "d", "--out", tmp_path / "x.proofward"],
        ["attest", "", "--out", tmp_path / "x.proofward"],
        ["attest", made.dataset, "--out", tmp_path],
        ["attest", made.dataset, "--out", tmp_path / "no" / "x.proofward"],
        ["attest", made.dataset, "--out", tmp_path / "x.proofward", "--plan", tmp_path / "no.json"],
        ["attest", made.dataset, "--out", tmp_path / "x.proofward", "--key", "0000"],
        ["receipt", "ds-000000000000", "1"],
    ):
        done = made.program(*words)
        assert (done.code, done.out) == (2, ""), words
        done.sentence()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{}", '{"version": 2}', '{"c": 1e3}', "\ud7ff"])
def test_a_plan_that_is_none(made: Made, tmp_path: Path, text: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(text)
    done = made.program("attest", made.dataset, "--plan", plan, "--out", tmp_path / "x.proofward")
    assert done.code in (2, 4)
    done.sentence()
    assert list(tmp_path.iterdir()) == [plan]


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/"), (1980, 1, 1, 0, 0, 0)), data)
    return stream.getvalue()


def rezipped(bundle: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The bundle's members, changed and zipped again by a common library."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return stream.getvalue()


def hostile_bundles(bundle: bytes) -> dict[str, bytes]:
    """Files that pretend to be bundles, by what is wrong with them."""

    def later() -> bytes:
        """As a later version of Proofward would write it, in the same container."""
        members = [(member.name, member.data) for member in decode(bundle)]
        statement = json.loads(members[0][1])
        statement["predicateType"] = statement["predicateType"].removesuffix("1") + "2"
        members[0] = (members[0][0], dumps(statement))
        return encode([Member(name, data) for name, data in members])

    def traversal(members: dict[str, bytes]) -> None:
        members["../../evil.txt"] = b"evil"

    def extra(members: dict[str, bytes]) -> None:
        members["notes.txt"] = b"notes"

    huge = bytearray(bundle)
    struct.pack_into("<I", huge, 18, 0xFFFFFFF0)  # the first member's stated size
    return {
        "empty": b"",
        "two bytes": b"PK",
        "zeros": bytes(100_000),
        "text": b"this is not a bundle",
        "cut": bundle[: len(bundle) // 2],
        "cut at the end": bundle[:-1],
        "one byte more": bundle + b"\0",
        "empty zip": zipped(),
        "zip bomb": zipped(**{"statement.json": bytes(200_000_000)}),
        "path traversal": rezipped(bundle, traversal),
        "absolute path": zipped(**{"/etc/evil": b"evil"}),
        "extra member": rezipped(bundle, extra),
        "later version": later(),
        "stated size": bytes(huge),
    }


NAMES = (
    "empty",
    "two bytes",
    "zeros",
    "text",
    "cut",
    "cut at the end",
    "one byte more",
    "empty zip",
    "zip bomb",
    "path traversal",
    "absolute path",
    "extra member",
    "later version",
    "stated size",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_that_is_none(made: Made, auditor: Program, name: str) -> None:
    path = auditor.folder / "given.proofward"
    files = hostile_bundles(made.bundle.read_bytes())
    assert set(files) == set(NAMES)
    path.write_bytes(files[name])
    done = auditor("verify", path)
    assert done.code == 4, done.out
    assert done.err == "" and done.out.startswith("MALFORMED: ")
    assert done.out.splitlines()[0].endswith(".")
    if name == "later version":
        assert "later version" in done.out
    assert auditor.left() == {"given.proofward"} and not auditor.home.exists()
    assert not (auditor.folder.parent / "evil.txt").exists()


def test_two_gigabytes_of_zeros(auditor: Program) -> None:
    path = auditor.folder / "zeros.proofward"
    with path.open("wb") as stream:
        stream.truncate(2 << 30)  # a hole, so that the disk is spared
    done = auditor("verify", path, "--json")
    assert (done.code, done.json["verdict"]) == (4, "malformed")


@pytest.mark.parametrize("member", ["proofs/attestation.bin", "proofs/validity.bin", "commitments.bin", "schema.json"])
def test_a_changed_file_in_a_bundle_is_not_accepted(made: Made, auditor: Program, member: str) -> None:
    data = bytearray(made.bundle.read_bytes())
    with zipfile.ZipFile(made.bundle) as archive:
        info = archive.getinfo(member)
    data[info.header_offset + 30 + len(member) + info.compress_size // 2] ^= 0x10
    path = auditor.folder / "changed.proofward"
    path.write_bytes(data)
    done = auditor("verify", path)
    assert done.code in (3, 4)
    assert done.out.split(":")[0] in ("REJECTED", "MALFORMED") and done.err == ""


def test_text_from_a_file_cannot_command_the_terminal(program: Program) -> None:
    header = "mrn,x1,x\u202e2,sex,ok,died\n"
    body = "".join(f"P{n},{n}.5,{n % 7},f,yes,{n % 2}\n" for n in range(30))
    (program.folder / "t.csv").write_text(header + body, encoding="utf-8")
    for done in (
        program("schema", "infer", "t.csv", *INFER[:2], "-o", "s.json"),
        program("schema", "infer", "t.csv", "--outcome", "no\x1b[2Jsuch"),
    ):
        assert plain(done)


def plain(done: Done) -> bool:
    return not any(character in done.out + done.err for character in "\x1b\u202e\x07")
