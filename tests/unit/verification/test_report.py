"""Reports: what is printed is what was shown, in words for every stage, the same for people and for scripts."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from functools import cache

import pytest

from core.algebra.batch.spread import SpreadBatch
from core.algebra.group import get_backend
from core.bundle.reader import read_bundle
from core.claims.bounded.relation import BoundedRelation
from core.claims.optimum.relation import OptimumRelation
from core.claims.validity.relation import ValidityRelation
from core.errors import InputError, MalformedError
from core.monitor import SilentMonitor
from core.relations.certificate import certify
from core.verification import wording
from core.verification.claims import failing, state
from core.verification.report import ClaimVerdict, VerificationReport
from core.verification.verify import verify_bundle
from tests.soundness.hospital import signing_key, with_parts
from tests.soundness.tamper import NONCE, REFUSING, base, bounded_for_small_datasets, honest_bundle, stated
from tests.unit.algebra import curve

KINDS = ("public", "hidden", "bounded")


@pytest.fixture(autouse=True)
def _bounded_for_small_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded_for_small_datasets(monkeypatch)


@cache
def report(kind: str = "public", signer: str | None = None) -> VerificationReport:
    return verify_bundle(honest_bundle(kind), signer=signer)


@cache
def broken() -> VerificationReport:
    """The attestation spoilt at its end: only the tie fails."""
    parts = base().parts()
    spoilt = parts.attestation[:-1] + bytes([parts.attestation[-1] ^ 1])
    return verify_bundle(base().bundle(with_parts(parts, attestation=spoilt)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_accepted_report_names_every_claim_and_its_numbers(kind: str) -> None:
    accepted = report(kind)
    assert (accepted.verdict, accepted.exit_code, accepted.code, accepted.stage, accepted.detail) == (
        "accepted", 0, "", "", ""
    )  # fmt: skip
    ranges = "bounded" if kind == "bounded" else "validity"
    assert [claim.name for claim in accepted.claims] == ["dataset", ranges, "consent", "optimum"]
    assert {claim.status for claim in accepted.claims} == {"accepted"}
    known = stated(kind)
    certificate = known.certificate
    assert accepted.numbers == {
        "records": "20",
        "features": "3",
        "train_records": str(len(known.optimum.train)),
        "test_records": str(known.test),
        "left_out_records": str(len(REFUSING)),
        "distance": certificate.distance_text,
        "excess_loss": certificate.excess_loss_text,
        "prediction": certificate.prediction_text,
    }
    assert set(accepted.numbers) <= set(wording.NUMBER_LABELS)
    assert certificate.distance <= Fraction(1, 1000) or kind == "bounded"
    assert Fraction(certificate.distance_text) >= certificate.distance


def test_bounded_certifies_no_better_than_validity() -> None:
    """Less is known of the records, so what follows from it cannot be tighter."""
    assert stated("bounded").certificate.distance >= certify(stated().optimum.parameters).distance
    sentence = next(claim.sentence for claim in report("bounded").claims if claim.name == "bounded")
    assert "not shown" in sentence


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_proofs_are_bound_to_can_be_compared(kind: str) -> None:
    contents = read_bundle(honest_bundle(kind))
    bound = dict(report(kind).bound)
    model = bound.pop("model_commitment" if kind == "hidden" else "model")
    assert model == contents.subject_digest
    assert bound == {
        "root": base(kind).dataset.root.hex(),
        "schema": base(kind).schema.digest().hex(),
        "plan": base(kind).plan.digest().hex(),
        "nonce": NONCE.hex(),
    }


def test_hidden_and_public_models_are_told_apart() -> None:
    sentences = {kind: report(kind).claims[-1].sentence for kind in ("public", "hidden")}
    assert "hidden" in sentences["hidden"] and "hidden" not in sentences["public"]


def test_the_signer_is_known_only_if_asked_for() -> None:
    unknown, known = report(), report(signer=signing_key().fingerprint)
    assert [signer.known for signer in unknown.signers] == [False]
    assert [signer.known for signer in known.signers] == [True]
    assert any("unknown key" in note for note in unknown.notes)
    assert not any("unknown key" in note for note in known.notes)
    other = verify_bundle(honest_bundle(), signer="ab" * 32)
    assert (other.verdict, other.code) == ("rejected", "signature.signer")
    assert all(claim.status == "accepted" for claim in other.claims), "the proofs are checked all the same"
    with pytest.raises(InputError) as caught:
        verify_bundle(honest_bundle(), signer="not a fingerprint")
    assert caught.value.code == "verify.signer"


def test_a_missing_nonce_is_said() -> None:
    from tests.soundness.hospital import honest

    without = verify_bundle(honest().bundle())
    assert wording.NO_NONCE in without.notes and without.bound["nonce"] == "none"
    assert wording.NONCE in report().notes and wording.NO_NONCE not in report().notes
    assert wording.TRUTH in report().notes and wording.FUTURE in report().notes


def test_a_failing_proof_is_named_and_shows_no_numbers() -> None:
    assert (broken().verdict, broken().exit_code) == ("rejected", 3)
    assert (broken().code, broken().stage, broken().detail) == ("optimum.proof", "tie", "optimum:tie")
    assert broken().numbers == {} and broken().notes == ()
    status = {claim.name: (claim.status, claim.code) for claim in broken().claims}
    assert status == {
        "dataset": ("accepted", ""),
        "validity": ("accepted", ""),
        "consent": ("rejected", "consent.proof"),
        "optimum": ("rejected", "optimum.proof"),
    }


def test_claims_that_rest_on_a_failed_one_are_rejected_with_it() -> None:
    parts = base().parts()
    spoilt = parts.validity[:-1] + bytes([parts.validity[-1] ^ 1])
    from tests.soundness.test_every_byte import with_validity_proof

    failed = verify_bundle(base().bundle(with_validity_proof(parts, spoilt)))
    status = {claim.name: claim.status for claim in failed.claims}
    assert status == {"dataset": "accepted", "validity": "rejected", "consent": "rejected", "optimum": "rejected"}
    assert failed.stage == "tie" and failed.code == "validity.proof"


def test_before_the_proofs_nothing_counts_as_checked() -> None:
    stopped = verify_bundle(honest_bundle()[:-1])
    assert (stopped.verdict, stopped.exit_code) == ("malformed", 4)
    assert {claim.status for claim in stopped.claims} == {"unchecked"}
    assert (stopped.numbers, stopped.signed, stopped.signers) == ({}, {}, ())


@pytest.mark.parametrize("kind", KINDS)
def test_every_stage_that_can_fail_has_words(kind: str) -> None:
    known = stated(kind)
    ranges = BoundedRelation if known.bounded else ValidityRelation
    claims = {
        "bounded" if known.bounded else "validity": ranges(known.dataset.count, known.dataset.layout).pattern(),
        "optimum": OptimumRelation(known.optimum).pattern(),
    }
    for claim, pattern in claims.items():
        stages = {step.label.removesuffix(".mask") for step in pattern.steps if step.label.endswith(".mask")}
        assert stages | {"batch"} <= set(wording.STAGE_REASONS)
        for stage in stages:
            sentence = wording.failed_sentence(claim, stage)
            assert sentence.endswith(".") and wording.STAGE_REASONS[stage] in sentence


def test_no_words_for_stages_that_do_not_exist() -> None:
    found = {"batch", "tie"}
    for kind in KINDS:
        known = stated(kind)
        ranges = BoundedRelation if known.bounded else ValidityRelation
        for pattern in (
            ranges(known.dataset.count, known.dataset.layout).pattern(),
            OptimumRelation(known.optimum).pattern(),
        ):
            found |= {step.label.removesuffix(".mask") for step in pattern.steps if step.label.endswith(".mask")}
    assert found == set(wording.STAGE_REASONS)


@pytest.mark.parametrize("make", [report, broken, lambda: verify_bundle(b"")])
def test_json_and_text_carry_the_same(make: object) -> None:
    made = make()  # type: ignore[operator]
    document = json.loads(json.dumps(made.to_json()))
    assert document["verdict"] == made.verdict and document["code"] == made.code
    assert [claim["sentence"] for claim in document["claims"]] == [claim.sentence for claim in made.claims]
    assert document["bound"] == dict(made.bound) and document["numbers"] == dict(made.numbers)
    text = made.to_text()
    assert text.startswith(f"{made.verdict.upper()}: {made.sentence}\n")
    for part in [*made.notes, *made.bound.values(), *made.numbers.values(), *(c.sentence for c in made.claims)]:
        assert part in text
    assert made.remedy in text and made.code in text


def test_words_of_the_signer_cannot_pose_as_ours() -> None:
    """Names and texts from the bundle are quoted, so that no line of a report can be forged by a line in a name."""
    text = report().to_text()
    assert repr(signing_key().name) in text and repr(signing_key().meaning) in text
    assert repr("triage") in text


def test_consent_is_worded_by_whether_it_was_asked_for() -> None:
    assert "no consent column" in wording.consent_sentence(5, asked=False)
    assert "exactly the 5 records" in wording.consent_sentence(5, asked=True)


def test_an_unfinished_report_is_consistent() -> None:
    claim = ClaimVerdict("optimum", "Title", "unchecked", "x.y", "Not checked.")
    empty = VerificationReport(kind="bundle", verdict="rejected", sentence="No.", backend="native", claims=(claim,))
    assert empty.exit_code == 3 and "unchecked" in empty.to_text()


def test_verification_is_a_function_of_the_bytes() -> None:
    """Twice the same bundle gives the same report."""
    assert verify_bundle(honest_bundle()).to_json() == report().to_json()
    assert state(read_bundle(honest_bundle())) == stated()


def test_of_bad_points_everywhere_the_first_is_named() -> None:
    """Record commitments come before the points of proofs, in whatever order they are decoded."""
    contents = read_bundle(honest_bundle())
    stated, native = state(contents), get_backend("native")
    spoilt = dataclasses.replace(contents, validity=bytes(48) + contents.validity[48:])
    outside = curve.compressed(curve.torsion(11))
    for blobs, named in (
        (contents.commitments, "point.encoding"),
        ((outside, *contents.commitments[1:]), "point.subgroup"),
    ):
        with pytest.raises(MalformedError) as caught:
            failing(spoilt, stated, SpreadBatch(native, blobs, SilentMonitor()), native, SilentMonitor())
        assert caught.value.code == named
        assert (caught.value.detail == "point 0") == (named == "point.subgroup")
