"""Values, names and ids planted in a table occur nowhere afterwards: no bundle, log, database, temporary or crash file.

What is searched for: the planted texts in several encodings, the encoded row as the workspace would store it, digests
of the id, the blinding factors, and the private keys and the passphrase besides.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.workspace import Workspace
from tests.cli.conftest import ok
from tests.cli.program import PASSPHRASE, Program, write_plan

ID = "MRN-CANARY-90210"
NAME = "Zebulon Kanarienvogel"
VALUE = "61.803398875"
GROUP = "canarygroup"
REJECTED = ("MRN-CANARY-77777", "Rejectia Canary", "271.828182846")
PLANTED = (ID, NAME, VALUE, GROUP, *REJECTED)


def write_planted(path: Path) -> Path:
    lines = ["mrn,name,x1,x2,ward,ok,died"]
    for row in range(30):
        lines.append(f"P{row:03},Name {row},{row % 17}.5,{row % 5},{'ab'[row % 2] * 3},yes,{int(row % 17 > 8)}")
    lines.insert(8, f"{ID},{NAME},{VALUE},3,{GROUP},yes,1")
    lines.insert(12, f"{REJECTED[0]},{REJECTED[1]},{REJECTED[2]},many,aaa,yes,0")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def haystacks(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the folders, and what is packed inside bundles."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                data = path.read_bytes()
                yield str(path), data
                if data[:2] == b"PK":
                    with zipfile.ZipFile(path) as archive:
                        for member in archive.namelist():
                            yield f"{path}!{member}", archive.read(member)


def spellings(text: str) -> Iterator[bytes]:
    for form in (text, text.lower(), text.upper(), text[:-2]):
        yield form.encode()
        yield form.encode("utf-16-le")
    yield text.encode().hex().encode()
    digest = hashlib.sha256(text.encode())
    yield digest.digest()
    yield digest.hexdigest().encode()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_nothing_planted_is_found_anywhere(
    program: Program, temporary: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    source, plan = write_planted(tmp_path / "source.csv"), write_plan(tmp_path / "plan.json")
    printed: list[str] = []
    words: list[list[str | Path]] = [
        ["schema", "infer", source, "--outcome", "died", "--patient-id", "mrn", "--consent", "ok", "--group", "ward"],
        ["import", source, "--schema", "schema.json"],
        ["import", source, "--schema", "schema.json", "--json"],
    ]
    ok(program(*words[0], "-o", "schema.json"))
    for command in words:
        done = ok(program(*command))
        printed += [done.out, done.err]
    dataset = json.loads(printed[-2])["dataset_id"]
    for command in (
        ["attest", dataset, "--plan", plan, "--json"],
        ["attest", dataset, "--plan", plan, "--hide-weights", "--nonce", "77", "--out", "hidden.proofward"],
        ["receipt", dataset, "8"],
        ["key", "list"],
        ["key", "export", "-o", "key.json"],
    ):
        done = ok(program(*command))
        printed += [done.out, done.err]
    for name in ("model.proofward", "hidden.proofward", "receipt.json"):
        for extra in ([], ["--json"]):
            done = ok(program("verify", name, *extra))
            printed += [done.out, done.err]

    def broken(*_: object, **__: object) -> None:
        row = source.read_text().splitlines()[8]
        raise ValueError(f"could not handle {row}")

    monkeypatch.setattr("core.proving.attest.attest", broken)
    done = program("attest", dataset)
    assert done.code == 1
    printed += [done.out, done.err]
    assert list((program.home / "reports").iterdir())

    with Workspace.open(program.home, PASSPHRASE) as workspace:
        opened = workspace.open_dataset(dataset)
        key = workspace.open_key()
    assert key is not None
    first_feature = opened.layout.features[0]
    place = max(range(len(opened.rows)), key=lambda number: int(opened.rows[number, first_feature]))
    row = opened.rows[place]
    needles = [(text, form) for text in PLANTED for form in spellings(text)]
    for what, values in (("row", row), ("id", row[:8])):
        needles += [(what, values.astype(order).tobytes()) for order in ("<u2", ">u2", "<u4", "<i8", "<f8")]
    needles += [("id", row[:8].astype(">u2").tobytes().hex().encode())]
    for blinding in opened.blindings:
        big = blinding.to_bytes(32, "big")
        needles += [("blinding", form) for form in (big, big[::-1], big.hex().encode(), str(blinding).encode())]
    for seed in (key.ed25519_seed, key.mldsa65_seed):
        needles += [("key", seed), ("key", seed.hex().encode())]
    needles += [("passphrase", PASSPHRASE.encode())]

    found = []
    logged = "\n".join(record.getMessage() for record in caplog.records)
    for where, data in [
        ("printed", "".join(printed).encode()),
        ("logged", logged.encode()),
        *haystacks(program.home, program.folder, temporary),
    ]:
        found += [(where, what) for what, needle in needles if needle in data]
    assert found == []
    assert place == 7


def test_the_search_would_find_what_it_searches_for(tmp_path: Path) -> None:
    source = write_planted(tmp_path / "source.csv")
    ((_, data),) = haystacks(source.parent)
    assert all(text.encode() in data and next(spellings(text)) in data for text in PLANTED)
