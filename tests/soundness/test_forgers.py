"""Every forger is stopped by the stages that its entry names, on both backends; without its one check it gets
through.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

import core.verification.claims as verification_claims
from core.verification.verify import verify_bundle
from tests.soundness.forgers import FORGERS, Forger
from tests.soundness.hospital import Hospital, hospital
from tests.soundness.starts import quiet_refusal


@pytest.fixture(autouse=True)
def bounded_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small datasets must prove `validity`; here `bounded` is tried on small ones."""
    monkeypatch.setattr(verification_claims, "LARGEST_VALIDITY", 0)


BY_NAME = pytest.mark.parametrize("forger", FORGERS, ids=lambda forger: forger.name.replace(" ", "-"))


def test_there_are_enough_of_them() -> None:
    assert len({forger.name for forger in FORGERS}) == len(FORGERS) >= 30


@cache
def started(start: Callable[[], Hospital]) -> Hospital:
    """Forgers that start from the same honest hospital share it."""
    return start()


@BY_NAME
def test_forger_is_stopped_by_its_stage(forger: Forger) -> None:
    h = started(forger.start)
    bundle = h.bundle(forger.make(h))
    for backend in ("native", "reference"):
        report = verify_bundle(bundle, backend=backend)
        assert report.verdict == "rejected", report.to_text()
        assert set(report.detail.split(", ")) == forger.stages
        assert report.signers, "the forger holds the key: the signature is not what stops it"


@BY_NAME
def test_without_its_check_it_gets_through(forger: Forger) -> None:
    with forger.removal():
        h = forger.start()
        report = verify_bundle(h.bundle(forger.make(h)))
        assert report.verdict == "accepted", report.detail or report.to_text()


def test_no_record_is_left_out_without_a_consent_column() -> None:
    """Committing a silent refusal for an inconvenient record would make leaving it out look proven."""
    h = started(quiet_refusal)
    assert h.attestation.predicate["views"]["excluded"] == [3]
    for backend in ("native", "reference"):
        report = verify_bundle(h.bundle(), backend=backend)
        assert (report.verdict, report.code, report.stage) == ("rejected", "views.excluded", "views")


def test_small_datasets_must_prove_validity(monkeypatch: pytest.MonkeyPatch) -> None:
    """`bounded` says less, so nobody may choose it where `validity` is affordable."""
    monkeypatch.undo()
    report = verify_bundle(hospital(range_claim="bounded").bundle())
    assert (report.verdict, report.code) == ("rejected", "bounded.small")


def test_bounded_is_accepted_where_it_is_due() -> None:
    for backend in ("native", "reference"):
        report = verify_bundle(hospital(range_claim="bounded").bundle(), backend=backend)
        assert report.verdict == "accepted"
        assert [claim.name for claim in report.claims] == ["dataset", "bounded", "consent", "optimum"]
