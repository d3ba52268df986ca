"""Verify a bundle: stages in order, each with a typed outcome, and a report that says which claims hold.

A verdict is accepted only if every stage passed. Where only the signatures fail, the proofs are still checked, so that
the reader learns whether the file or the signer is at fault (docs/verification.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.algebra.batch.local import PointBatch
from core.algebra.batch.opening import open_batch
from core.algebra.group import GroupBackend, get_backend
from core.bundle.envelope import VerifiedSigner, verify_envelope
from core.bundle.identity import parse_fingerprint
from core.bundle.reader import BundleContents, read_bundle
from core.errors import InputError, MalformedError, RejectedError
from core.monitor import Monitor, SilentMonitor
from core.verification import wording
from core.verification.claims import BEFORE_RECORDS, StatedBundle, failing, state
from core.verification.kept import KeptCheck
from core.verification.report import (
    ACCEPTED,
    MALFORMED,
    REJECTED,
    UNCHECKED,
    ClaimVerdict,
    SignerVerdict,
    VerificationReport,
)


def verify_bundle(
    source: bytes | Path,
    *,
    backend: str = "native",
    signer: str | None = None,
    monitor: Monitor | None = None,
    kept: KeptCheck | None = None,
) -> VerificationReport:
    """The report on a bundle given as bytes or by its path.

    backend: "native" or "reference"; signer: accept only if the key with this fingerprint has signed; kept: for who
    checks a bundle of its own and may be interrupted (core.verification.kept), never for one that came from elsewhere.
    InputError if the file cannot be read or the fingerprint is none; everything that is wrong with the bundle itself is
    in the report.
    """
    group = get_backend(backend)
    monitor = monitor or SilentMonitor()
    wanted = _wanted(signer)
    monitor.stage("open")
    try:
        contents = read_bundle(source)
    except (MalformedError, RejectedError) as error:
        return _stopped(error, backend)
    # Other processes may decode the record commitments meanwhile.
    committed = open_batch(group, contents.commitments, monitor, report=_beside(monitor), kept=kept)
    try:
        return _checked(contents, committed, group, monitor, wanted, kept)
    finally:
        committed.close()


def _checked(
    contents: BundleContents,
    committed: PointBatch,
    group: GroupBackend,
    monitor: Monitor,
    wanted: str | None,
    kept: KeptCheck | None,
) -> VerificationReport:
    """The report on what was read; committed: the record commitments."""
    backend = group.name
    monitor.stage("signatures")
    refused: MalformedError | RejectedError | None = None
    signers: tuple[SignerVerdict, ...] = ()
    try:
        signers = _signers(contents, wanted)
    except (MalformedError, RejectedError) as error:
        refused = error
    monitor.stage("statements")
    try:
        stated = state(contents, kept)
    except (MalformedError, RejectedError) as error:
        return _stopped(refused or error, backend, contents, signers=signers)
    monitor.stage("proofs")
    try:
        stages = failing(contents, stated, committed, group, monitor)
    except (MalformedError, RejectedError) as error:
        return _stopped(refused or error, backend, contents, signers=signers)
    return _report(contents, stated, stages, refused=refused, signers=signers, backend=backend)


def _beside(monitor: Monitor) -> Callable[[float], None]:
    """Tells the progress of the sums over the record commitments as part of the last stage."""
    return lambda share: monitor.progress(BEFORE_RECORDS + (1.0 - BEFORE_RECORDS) * share)


def _wanted(signer: str | None) -> str | None:
    if signer is None:
        return None
    try:
        return parse_fingerprint(signer)
    except MalformedError as error:
        raise InputError("verify.signer", error.message, "Copy it from the signer's own screen or letter.") from error


def _signers(contents: BundleContents, wanted: str | None) -> tuple[SignerVerdict, ...]:
    verified = verify_envelope(contents.envelope_bytes, contents.statement_bytes, contents.typed.signers)
    if wanted is not None and wanted not in {signer.fingerprint for signer in verified}:
        raise RejectedError(
            "signature.signer",
            "The bundle is not signed by the expected key.",
            "Compare the fingerprint with the signer, or ask who else may sign for them.",
            stage="signature",
        )
    return tuple(_signer(signer, wanted) for signer in verified)


def _signer(signer: VerifiedSigner, wanted: str | None) -> SignerVerdict:
    return SignerVerdict(
        signer.fingerprint, signer.name, signer.role, signer.meaning, known=signer.fingerprint == wanted
    )


def _stopped(
    error: MalformedError | RejectedError,
    backend: str,
    contents: BundleContents | None = None,
    *,
    signers: tuple[SignerVerdict, ...] = (),
) -> VerificationReport:
    """A report that ends before the proofs; contents: as far as they could be read."""
    bounded = contents is not None and contents.typed.dataset.range_claim == "bounded"
    return VerificationReport(
        kind="bundle",
        verdict=MALFORMED if isinstance(error, MalformedError) else REJECTED,
        sentence=error.message,
        backend=backend,
        code=error.code,
        remedy=error.remedy,
        stage=error.stage if isinstance(error, RejectedError) else error.code.split(".", 1)[0],
        detail=error.detail,
        claims=tuple(
            ClaimVerdict(name, title, UNCHECKED, error.code, "It could not be checked.")
            for name, title in wording.titles(bounded=bounded).items()
        ),
        signers=signers,
    )


def _report(
    contents: BundleContents,
    stated: StatedBundle,
    stages: list[str],
    *,
    refused: MalformedError | RejectedError | None,
    signers: tuple[SignerVerdict, ...],
    backend: str,
) -> VerificationReport:
    claims = _claims(contents, stated, stages)
    sentence, code, remedy, stage, detail = wording.accepted_sentence(len(claims)), "", "", "", ""
    verdict = ACCEPTED
    if stages:
        claim, stage = stages[0].split(":", 1) if ":" in stages[0] else ("optimum", stages[0])
        verdict, code = REJECTED, f"{claim}.proof"
        sentence, detail = wording.failed_sentence(claim, stage), ", ".join(stages)
        remedy = "The bundle does not show what it says. Ask its maker; do not rely on the model."
    if refused is not None:
        verdict = MALFORMED if isinstance(refused, MalformedError) else REJECTED
        sentence, code, remedy, detail = refused.message, refused.code, refused.remedy, refused.detail
        stage = "signature"
    accepted = verdict == ACCEPTED
    return VerificationReport(
        kind="bundle",
        verdict=verdict,
        sentence=sentence,
        backend=backend,
        code=code,
        remedy=remedy,
        stage=stage,
        detail=detail,
        claims=claims,
        bound=_bound(contents),
        numbers=_numbers(contents, stated) if not stages else {},
        signed=_signed(contents) if refused is None else {},
        signers=signers,
        notes=_notes(contents, signers) if accepted else (),
    )


def _claims(contents: BundleContents, stated: StatedBundle, stages: list[str]) -> tuple[ClaimVerdict, ...]:
    count, optimum = len(contents.numbers), stated.optimum
    failed = {stage.split(":", 1)[0]: stage.split(":", 1)[-1] for stage in reversed(stages)}
    ranges = "bounded" if stated.bounded else "validity"
    if "batch" in failed:
        failed = {ranges: "batch", "optimum": "batch"}
    holding = {
        "dataset": wording.dataset_sentence(count),
        "validity": wording.validity_sentence(count),
        "bounded": wording.bounded_sentence(count),
        "consent": wording.consent_sentence(len(optimum.members), asked=stated.dataset.schema.consent is not None),
        "optimum": wording.optimum_sentence(
            train=len(optimum.train),
            c=str(contents.typed.plan.c),
            distance=stated.certificate.distance_text,
            hidden=optimum.hidden,
        ),
    }
    broken: dict[str, tuple[str, str]] = {}
    if ranges in failed:
        broken[ranges] = (f"{ranges}.proof", wording.failed_sentence(ranges, failed[ranges]))
        broken["consent"] = broken["optimum"] = (f"{ranges}.needed", wording.resting_sentence(ranges))
    if "optimum" in failed:
        broken["optimum"] = ("optimum.proof", wording.failed_sentence("optimum", failed["optimum"]))
        broken["consent"] = ("consent.proof", wording.beside_sentence())
    return tuple(
        ClaimVerdict(name, title, REJECTED, *broken[name])
        if name in broken
        else ClaimVerdict(name, title, ACCEPTED, "", holding[name])
        for name, title in wording.titles(bounded=stated.bounded).items()
    )


def _numbers(contents: BundleContents, stated: StatedBundle) -> dict[str, str]:
    """What follows from accepted proofs, bounds rounded up."""
    certificate = stated.certificate
    return {
        "records": str(len(contents.numbers)),
        "features": str(len(stated.optimum.layout.features)),
        "train_records": str(len(stated.optimum.train)),
        "test_records": str(stated.test),
        "left_out_records": str(len(contents.typed.views.excluded)),
        "distance": certificate.distance_text,
        "excess_loss": certificate.excess_loss_text,
        "prediction": certificate.prediction_text,
    }


def _bound(contents: BundleContents) -> dict[str, str]:
    """What both transcripts absorbed, as digests that people compare."""
    predicate = contents.typed
    return {
        "root": predicate.dataset.root.hex(),
        "schema": predicate.dataset.schema.hex(),
        "plan": predicate.plan.digest().hex(),
        "nonce": "none" if predicate.nonce is None else predicate.nonce.hex(),
        "model_commitment" if predicate.model.hidden else "model": contents.subject_digest,
    }


def _signed(contents: BundleContents) -> dict[str, str]:
    predicate = contents.typed
    signed = {"created": predicate.created, "tool": f"{predicate.tool_name} {predicate.tool_version}"}
    return signed | {f"plan_{name}": text for name, text in predicate.plan.registration.items()}


def _notes(contents: BundleContents, signers: tuple[SignerVerdict, ...]) -> tuple[str, ...]:
    notes = [] if all(signer.known for signer in signers) else [_UNKNOWN]
    notes.append(wording.NO_NONCE if contents.typed.nonce is None else wording.NONCE)
    return (*notes, wording.TRUTH, wording.FUTURE)


_UNKNOWN = (
    "The bundle is signed by an unknown key: compare its fingerprint with the signer before you rely on who signed."
)
