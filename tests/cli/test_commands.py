"""Every command with its text, its JSON and its exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from core.bundle.identity import Identity
from core.settings import VERSION
from tests.cli.conftest import Made, ok
from tests.cli.program import INFER, ROOT, Program, write_plan, write_table

HEX = set("0123456789abcdef")


def is_hex(text: object, digits: int) -> bool:
    return isinstance(text, str) and len(text) == digits and set(text) <= HEX


def test_version(program: Program) -> None:
    assert ok(program("version")).out == f"proofward {VERSION}\n"
    assert ok(program("version", "--json")).json == {"program": "proofward", "version": VERSION}


@pytest.mark.parametrize("words", [["--help"], ["attest", "--help"], ["schema", "infer", "--help"], ["key", "--help"]])
def test_help_is_no_error(program: Program, words: list[str]) -> None:
    done = ok(program(*words))
    assert done.out.startswith("usage: proofward") and done.err == ""


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["attest"],
        ["import", "x.csv"],
        ["verify", "x", "--backend", "other"],
        ["receipt", "ds", "seven"],
        ["receipt", "ds", "-1"],
        ["sample", "--rows", "1e3"],
        ["schema"],
        ["version", "--jsn"],
        ["import", "--sch", "x"],
    ],
)
def test_wrong_usage_is_one_sentence_and_two(program: Program, words: list[str]) -> None:
    done = program(*words)
    assert (done.code, done.out) == (2, "")
    assert "--help" in done.sentence()


def test_wrong_usage_in_json(program: Program) -> None:
    done = program("attest", "--json")
    assert (done.code, done.err) == (2, "")
    assert set(done.json["error"]) == {"kind", "code", "message", "remedy", "report"}
    assert (done.json["error"]["kind"], done.json["error"]["code"]) == ("input", "usage")


def test_schema_infer_prints_a_schema_that_import_takes(program: Program) -> None:
    table = write_table(program.folder / "patients.csv")
    printed = ok(program("schema", "infer", table, *INFER))
    (program.folder / "printed.json").write_text(printed.out, encoding="utf-8")
    assert ok(program("import", table, "--schema", "printed.json", "--json")).json["records"] == 24


def test_schema_infer_writes_a_file_and_says_that_it_is_to_be_reviewed(program: Program) -> None:
    table = write_table(program.folder / "patients.csv")
    done = ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    assert "a proposal until you have read it" in done.out and "published" in done.out
    written = json.loads((program.folder / "schema.json").read_text(encoding="utf-8"))
    as_json = ok(program("schema", "infer", table, *INFER, "-o", "again.json", "--json")).json
    assert as_json["schema"] == written
    assert set(as_json) == {"schema", "notes", "output"}
    assert not program.home.exists()  # nothing was imported, nothing confirmed


def test_import_prints_id_and_root(made: Made) -> None:
    imported = made.imported
    assert isinstance(imported["dataset_id"], str)
    assert is_hex(imported["root"], 64)
    assert (imported["records"], imported["rejected"], imported["known"]) == (24, 0, False)
    again = ok(made.program("import", "patients.csv", "--schema", "schema.json"))
    assert imported["dataset_id"] in again.out and imported["root"] in again.out
    assert "exactly this dataset before" in again.out


def test_import_lists_rejected_rows_by_line_column_and_reason(program: Program) -> None:
    table = write_table(program.folder / "patients.csv")
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    lines = table.read_text().splitlines()
    lines[3] = lines[3].replace(lines[3].split(",")[1], "many")
    lines[5] = ",".join(lines[5].split(",")[:-1])
    table.write_text("\n".join(lines) + "\n")
    imported = ok(program("import", table, "--schema", "schema.json", "--json")).json
    assert (imported["records"], imported["rejected"]) == (22, 2)
    assert [(item["line"], item["column"]) for item in imported["rejects"]] == [(4, "x1"), (6, "")]
    assert all(item["reason"].endswith(".") for item in imported["rejects"])
    text = ok(program("import", table, "--schema", "schema.json")).out
    assert "2 rows were not taken" in text and "line 4" in text
    assert "many" not in text


def test_an_edited_row_alone_gets_a_new_commitment(program: Program) -> None:
    from core.workspace import Workspace
    from tests.cli.program import PASSPHRASE

    table = write_table(program.folder / "patients.csv")
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    first = ok(program("import", table, "--schema", "schema.json", "--json")).json
    lines = table.read_text().splitlines()
    lines[4] = lines[4].replace(",yes,", ",no,")
    table.write_text("\n".join(lines) + "\n")
    second = ok(program("import", table, "--schema", "schema.json", "--json")).json
    assert second["reused"] == 23 and second["dataset_id"] != first["dataset_id"]
    with Workspace.open(program.home, PASSPHRASE) as workspace:
        old, new = (workspace.open_dataset(item["dataset_id"]) for item in (first, second))
    changed = [place for place in range(24) if old.commitments[place] != new.commitments[place]]
    assert changed == [3]
    assert old.blindings[3] != new.blindings[3]


def test_attest_prints_the_fingerprint_of_a_new_key_seconds_and_sizes(made: Made) -> None:
    attested = made.attested
    assert attested["key"]["new"] is True and is_hex(attested["key"]["fingerprint"], 64)
    assert {"train", "validity", "optimum", "bundle", "check"} <= set(attested["seconds"])
    assert all(spent >= 0 for spent in attested["seconds"].values())
    assert set(attested["sizes"]) == {"validity_proof", "attestation_proof", "record_commitments", "bundle"}
    assert is_hex(attested["plan_digest"], 64)
    assert attested["sizes"]["bundle"] == made.bundle.stat().st_size
    assert [claim["status"] for claim in attested["claims"]] == ["accepted"] * len(attested["claims"])


@pytest.mark.parametrize("which", ["id", "root", "beginning of the id", "beginning of the root"])
def test_attest_takes_id_root_or_the_beginning_of_either(made: Made, tmp_path: Path, which: str) -> None:
    name = {
        "id": made.dataset,
        "root": made.imported["root"],
        "beginning of the id": made.dataset[:7],
        "beginning of the root": made.imported["root"][:10].upper(),
    }[which]
    done = ok(made.program("attest", name, "--plan", made.plan, "--out", tmp_path / "again.proofward"))
    assert made.attested["key"]["fingerprint"][:4] in done.out and "Made a signing key" not in done.out
    assert "prove optimum" in done.out and "bundle" in done.out
    assert (tmp_path / "again.proofward").is_file()


def test_attest_with_nonce_plan_and_hidden_weights(made: Made, auditor: Program, tmp_path: Path) -> None:
    adam = {"method": "adam", "epochs": 200, "learning_rate": "1/10", "seed": 3}
    plan = write_plan(tmp_path / "plan.json", c="1/2", target="1/100", optimiser=adam, registration={"use": "a test"})
    bundle = tmp_path / "hidden.proofward"
    words = ["--nonce", "00FF", "--plan", plan, "--hide-weights", "--out", bundle, "--json"]
    attested = ok(made.program("attest", made.dataset, *words)).json
    assert attested["hidden_weights"] is True
    report = ok(auditor("verify", bundle, "--json")).json
    assert report["verdict"] == "accepted"
    assert report["numbers"] == attested["numbers"]
    assert report["bound"]["nonce"] == "00ff" and report["bound"]["plan"] == attested["plan_digest"]
    assert report["bound"]["root"] == made.imported["root"] and "model_commitment" in report["bound"]


def test_what_is_announced_is_what_the_bundle_is_about(made: Made, auditor: Program, tmp_path: Path) -> None:
    announced = ok(made.program("attest", made.dataset, "--plan", made.plan, "--announce", "--json")).json
    assert set(announced) == {"dataset_id", "root", "records", "plan", "plan_digest"}
    bound = ok(auditor("verify", made.bundle, "--json")).json["bound"]
    assert (announced["root"], announced["plan_digest"]) == (bound["root"], bound["plan"])
    other = ok(made.program("attest", made.dataset, "--announce"))
    assert announced["root"] in other.out and announced["plan_digest"] not in other.out
    assert "Nothing was trained" in other.out
    assert not list(made.program.folder.glob("*.part")) and list(tmp_path.glob("*.proofward")) == []


@pytest.mark.parametrize("nonce", ["", "0", "xyz", "00 ff", "00" * 65])
def test_a_nonce_that_is_none_is_an_input_error(made: Made, tmp_path: Path, nonce: str) -> None:
    done = made.program("attest", made.dataset, "--nonce", nonce, "--out", tmp_path / "x.proofward")
    assert done.code == 2
    assert "nonce" in done.sentence()
    assert list(tmp_path.iterdir()) == []


def test_verify_says_the_verdict_first_and_tags_what_it_says(made: Made, auditor: Program) -> None:
    done = ok(auditor("verify", made.bundle))
    assert done.out.startswith("ACCEPTED: ")
    assert "PROVED" in done.out and "SIGNED" in done.out and "unknown key" in done.out
    assert not auditor.home.exists()


def test_verify_in_json(made: Made, auditor: Program) -> None:
    report = ok(auditor("verify", made.bundle, "--json")).json
    assert report["verdict"] == "accepted"
    assert {claim["name"] for claim in report["claims"]} == {"dataset", "validity", "consent", "optimum"}
    assert {(claim["status"], claim["code"]) for claim in report["claims"]} == {("accepted", "")}
    assert report["numbers"]["records"] == "24" and float(report["numbers"]["distance"]) <= 1e-3


def test_both_backends_say_the_same(made: Made, auditor: Program) -> None:
    native, reference = (
        ok(auditor("verify", made.bundle, "--json", "--backend", backend)).json for backend in ("native", "reference")
    )
    assert (native.pop("backend"), reference.pop("backend")) == ("native", "reference")
    assert native == reference


def test_the_signer_that_is_asked_for_must_have_signed(made: Made, auditor: Program) -> None:
    fingerprint = made.attested["key"]["fingerprint"]
    assert "unknown key" not in ok(auditor("verify", made.bundle, "--signer", fingerprint)).out.split("Notes")[0]
    other = auditor("verify", made.bundle, "--signer", "0" * 64, "--json")
    assert other.code == 3 and other.json["verdict"] == "rejected" and other.json["code"].startswith("signature.")
    none = auditor("verify", made.bundle, "--signer", "not a fingerprint")
    assert none.code == 2 and "fingerprint" in none.sentence()


def test_receipts(made: Made, auditor: Program, tmp_path: Path) -> None:
    plain, opened = tmp_path / "receipt.json", tmp_path / "opened.json"
    ok(made.program("receipt", made.imported["root"], "7", "-o", plain))
    written = ok(made.program("receipt", made.dataset, "7", "-o", opened, "--open", "--json")).json
    assert (written["record"], written["root"], written["opening"]) == (7, made.imported["root"], True)
    assert json.loads(plain.read_text())["opening"] is None
    assert opened.stat().st_mode & 0o077 == 0
    for receipt, claims in ((plain, ["inclusion"]), (opened, ["inclusion", "opening"])):
        for backend in ("native", "reference"):
            report = ok(auditor("verify", receipt, "--json", "--backend", backend)).json
            assert [claim["name"] for claim in report["claims"]] == claims
            assert report["bound"]["root"] == made.imported["root"]
    assert made.program("receipt", made.dataset, "25", "-o", plain).code == 2


def test_a_changed_receipt_is_rejected_and_a_broken_one_malformed(
    made: Made, auditor: Program, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.json"
    ok(made.program("receipt", made.dataset, "3", "-o", receipt, "--open"))
    document = json.loads(receipt.read_text())
    document["opening"]["values"][-1] ^= 1
    receipt.write_text(json.dumps(document))
    done = auditor("verify", receipt, "--json")
    assert (done.code, done.json["verdict"], done.json["code"]) == (3, "rejected", "receipt.opening")
    del document["root"]
    receipt.write_text(json.dumps(document))
    assert auditor("verify", receipt).code == 4
    assert auditor("verify", receipt, "--signer", "0" * 64).code == 2


def test_keys(program: Program) -> None:
    assert "no signing key yet" in ok(program("key", "list")).out
    assert ok(program("key", "list", "--json")).json == {"keys": []}
    assert program("key", "export").code == 2
    new = ok(program("key", "new", "Ada Lovelace", "--json")).json
    assert is_hex(new["fingerprint"], 64) and new["name"] == "Ada Lovelace"
    shown = ok(program("key", "list")).out
    assert "Ada Lovelace" in shown and new["fingerprint"][:4] in shown
    exported = Identity.from_bytes(ok(program("key", "export")).out.encode())
    assert (exported.name, exported.fingerprint) == ("Ada Lovelace", new["fingerprint"])
    ok(program("key", "export", new["fingerprint"][:8], "-o", "ada.json"))
    assert Identity.from_bytes((program.folder / "ada.json").read_bytes()) == exported
    ok(program("key", "new", "Grace"))
    several = program("key", "export")
    assert several.code == 2 and "several" in several.sentence()
    assert program("key", "export", "zzzz").code == 2
    assert program("key", "new", "two\nlines").code == 2


def test_the_key_that_is_named_signs_and_else_the_oldest(made: Made, program: Program) -> None:
    table = write_table(program.folder / "patients.csv")
    ok(program("schema", "infer", table, *INFER, "-o", "schema.json"))
    dataset = ok(program("import", table, "--schema", "schema.json", "--json")).json["dataset_id"]
    first = ok(program("key", "new", "First", "--json")).json["fingerprint"]
    second = ok(program("key", "new", "Second", "--json")).json["fingerprint"]
    for words, expected in (([], first), (["--key", second[:12]], second)):
        attested = ok(program("attest", dataset, "--plan", made.plan, *words, "--json")).json
        assert attested["key"]["fingerprint"] == expected
        assert program("verify", "model.proofward", "--signer", expected).code == 0


def test_sample_is_synthetic_and_says_so(program: Program) -> None:
    done = ok(program("sample", "--rows", "30", "--columns", "2", "-o", "c.csv"))
    assert "synthetic" in done.out
    lines = (program.folder / "c.csv").read_text().splitlines()
    assert lines[0] == "patient_id,x1,x2,sex,consent,outcome" and len(lines) == 31
    again = ok(program("sample", "--rows", "30", "--columns", "2", "-o", "d.csv", "--json")).json
    assert (again["rows"], again["columns"], again["synthetic"]) == (30, 2, True)
    assert (program.folder / "d.csv").read_bytes() == (program.folder / "c.csv").read_bytes()


def test_the_window_gets_the_auditors_file(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    import types

    given: list[list[str]] = []
    window = types.ModuleType("gui.app")
    window.main = lambda arguments: given.append(list(arguments)) or 0  # type: ignore[attr-defined,func-returns-value]
    monkeypatch.setitem(sys.modules, "gui.app", window)
    monkeypatch.setattr("signal.signal", lambda *given: None)  # the test run itself is to hear Ctrl-C afterwards
    assert program("app").code == 0
    assert program("app", "--auditor", "x.proofward").code == 0
    assert given == [[], ["--auditor", "x.proofward"]]


def test_without_qt_the_window_is_refused_plainly(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "gui.app", None)
    done = program("app")
    assert done.code == 2 and "Qt" in done.sentence()


def documented() -> dict[str, set[str]]:
    """Members of each command's object, as the page says."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    table = page.split("| command | members of its object |")[1].split("\n\n")[0]
    rows = (line.strip("| ").split(" | ") for line in table.splitlines()[2:])
    return {command.strip("`"): set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", rest))) for command, rest in rows}


def test_the_page_names_the_members_of_every_object(made: Made, program: Program) -> None:
    members = documented()
    assert set(made.imported) == members["import"]
    assert set(made.attested) == members["attest"]
    table = write_table(program.folder / "patients.csv")
    for name, words in {
        "schema infer": ["schema", "infer", table, *INFER],
        "verify": ["verify", made.bundle],
        "key new": ["key", "new", "Ada"],
        "key list": ["key", "list"],
        "key export": ["key", "export"],
        "sample": ["sample", "--rows", "20", "--columns", "1"],
        "version": ["version"],
    }.items():
        assert set(ok(program(*words, "--json")).json) == members[name], name
    assert set(program("attest", "nothing", "--json").json) == {"error"}
    receipt = ok(made.program("receipt", made.dataset, "1", "-o", program.folder / "r.json", "--json")).json
    assert set(receipt) == members["receipt"]
