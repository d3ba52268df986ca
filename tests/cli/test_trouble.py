"""What goes wrong inside: wrong passphrases, errors of our own, and bundles that do not verify."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.services import verify
from core.verification.report import VerificationReport
from tests.cli.conftest import Made, ok
from tests.cli.program import Program


def test_a_wrong_passphrase_opens_nothing(made: Made, tmp_path: Path) -> None:
    stranger = Program(home=made.program.home, folder=tmp_path, passphrase="wrong")
    for words in (["key", "list"], ["attest", made.dataset], ["receipt", made.dataset, "1"]):
        done = stranger(*words)
        assert (done.code, done.out) == (2, "")
        assert "passphrase" in done.sentence()
    assert list(tmp_path.iterdir()) == []


def test_without_a_passphrase_and_without_a_terminal_the_variable_is_named(program: Program) -> None:
    mute = Program(home=program.home, folder=program.folder, passphrase=None)
    done = mute("key", "list")
    assert done.code == 2 and "PROOFWARD_PASSPHRASE" in done.sentence()
    assert not program.home.exists()


def test_a_terminal_is_asked_twice_before_a_workspace_is_made_and_once_after(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.cli import passphrase

    asked: list[str] = []
    answers = iter(["one", "another", "same", "same", "same"])
    monkeypatch.setattr(passphrase, "_at_terminal", lambda: True)
    monkeypatch.setattr(passphrase, "_ask", lambda prompt: asked.append(prompt) or next(answers))
    person = Program(home=program.home, folder=program.folder, passphrase=None)
    differs = person("key", "list")
    assert differs.code == 2 and "differ" in differs.err
    assert not program.home.exists()
    assert person("key", "list").code == 0
    assert len(asked) == 4
    assert person("key", "list").code == 0
    assert len(asked) == 5


def test_an_empty_home_variable_is_the_default_and_a_file_as_home_is_refused(program: Program) -> None:
    program.home.write_text("not a folder")
    done = program("key", "list")
    assert done.code == 2
    done.sentence()


def test_an_internal_error_leaves_a_report_and_no_traceback(
    made: Made, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> VerificationReport:
        patient = "canary-4711"
        raise KeyError(patient)

    monkeypatch.setattr(verify, "verify_bundle", broken)
    done = program("verify", made.bundle)
    assert (done.code, done.out) == (1, "")
    sentence = done.sentence()
    (report,) = (program.home / "reports").iterdir()
    assert str(report) in sentence
    written = json.loads(report.read_text())
    assert written["errors"][0]["type"] == "builtins.KeyError"
    assert any("broken" in frame for frame in written["errors"][0]["frames"])
    assert "canary" not in report.read_text() + done.err
    in_json = program("verify", made.bundle, "--json")
    assert in_json.code == 1 and in_json.json["error"]["kind"] == "internal" and in_json.err == ""
    assert Path(in_json.json["error"]["report"]).is_file()


def test_a_result_that_cannot_be_shown_is_an_internal_error_too(
    made: Made, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VerificationReport, "to_text", lambda self: 1 / 0)
    done = program("verify", made.bundle)
    assert (done.code, done.out) == (1, "")
    done.sentence()


def test_a_bundle_that_does_not_verify_is_never_handed_out(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prover is made to lie about a public field; our own verifier notices before anything is written."""
    from core.proving import attest as proving

    honest = proving.attest

    def lying(*arguments: object, **named: object) -> proving.Attestation:
        attestation = honest(*arguments, **named)  # type: ignore[arg-type]
        attestation.predicate["views"]["train"] -= 1
        attestation.predicate["views"]["test"] += 1
        return attestation

    monkeypatch.setattr(proving, "attest", lying)
    kept = set(made.program.home.rglob("*.proofward"))
    done = made.program("attest", made.dataset, "--plan", made.plan, "--out", tmp_path / "x.proofward")
    assert (done.code, done.out) == (1, "")
    assert "does not verify" in done.sentence()
    assert list(tmp_path.iterdir()) == []
    assert set(made.program.home.rglob("*.proofward")) == kept


def test_a_rejected_verdict_is_a_result_with_its_own_exit_code(made: Made, auditor: Program) -> None:
    done = auditor("verify", made.bundle, "--signer", "ab" * 32)
    assert done.code == 3 and done.err == "" and done.out.startswith("REJECTED: ")


def test_an_output_is_replaced_whole(made: Made, tmp_path: Path) -> None:
    target = tmp_path / "model.proofward"
    target.write_text("an older file")
    ok(made.program("attest", made.dataset, "--plan", made.plan, "--out", target))
    assert made.program("verify", target).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["model.proofward"]


def test_the_stages_of_attest_are_the_ones_that_time_is_estimated_for(made: Made) -> None:
    from core.services.registry import ATTEST_STAGES

    assert set(made.attested["seconds"]) == set(ATTEST_STAGES) - {"bounded"}


def test_the_stages_of_verify_are_the_ones_that_time_is_estimated_for(made: Made) -> None:
    from core.monitor import SilentMonitor
    from core.services.stages import VERIFY_STAGES
    from core.verification.verify import verify_bundle

    announced: list[str] = []

    class Recorder(SilentMonitor):
        def stage(self, name: str) -> None:
            announced.append(name)

    verify_bundle(made.bundle, monitor=Recorder())
    assert announced == list(VERIFY_STAGES)
