"""The tour on the embedded sample, and the worker process that an installation needs."""

from __future__ import annotations

from core.services.self_test import try_worker
from tests.cli.conftest import Made, ok
from tests.cli.program import Program


def test_the_demo_ends_with_every_claim_accepted_on_both_backends(program: Program, auditor: Program) -> None:
    mute = Program(home=program.home, folder=program.folder, passphrase=None)
    done = ok(mute("demo", "--out", "tour.proofward", "--json")).json
    assert set(done["verified"]) == {"native", "reference"}
    for report in done["verified"].values():
        assert report["verdict"] == "accepted"
        assert {claim["status"] for claim in report["claims"]} == {"accepted"}
    assert done["dataset"]["records"] == 569 and done["dataset"]["features"] == 30
    assert float(done["numbers"]["distance"]) <= 1e-3
    stages = ["read", "commit", "train", "validity", "optimum", "bundle", "verify native", "verify reference"]
    assert [name for name in done["seconds"] if name in stages] == stages
    assert program.left() == {"tour.proofward"} and not program.home.exists()
    assert ok(auditor("verify", program.folder / "tour.proofward", "--json")).json["numbers"] == done["numbers"]


def test_a_worker_process_verifies_a_bundle(made: Made) -> None:
    try_worker(made.bundle)
