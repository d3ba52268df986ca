"""Between the finished attestation and the release of its bundle: packed, signed, and verified as anybody would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.errors import InternalError
from core.services.signing import ChosenKey
from core.services.stages import VERIFY_STAGES, FoldedMonitor, StageClock
from core.settings import VERSION

if TYPE_CHECKING:
    from core.proving.attest import Attestation
    from core.proving.checkpoint import Checkpoint
    from core.records.schema import Schema
    from core.verification.report import VerificationReport


def packed(
    attestation: Attestation,
    schema: Schema,
    numbers: Sequence[int],
    commitments: Sequence[bytes],
    *,
    key: ChosenKey,
    created: str,
) -> bytes:
    """The signed bundle."""
    from core.bundle.writer import BundleParts, build_bundle
    from core.encoding.canonical import dumps

    parts = BundleParts(
        predicate=attestation.predicate,
        subject_name=attestation.subject_name,
        subject_digest=attestation.subject_digest,
        validity=attestation.validity,
        attestation=attestation.attestation,
        numbers=numbers,
        commitments=commitments,
        schema_bytes=dumps(schema.to_json()),
        model_bytes=attestation.model,
        tool_version=VERSION,
    )
    return build_bundle(parts, signers=[key.key], created=created)


def checked(data: bytes, job: Checkpoint, *, key: ChosenKey, clock: StageClock) -> VerificationReport:
    """The report of our own verifier, which accepts the bundle; InternalError if it does not.

    What takes longest, sums over the record commitments and their tree, is kept in the job as it is found, so that a
    check that is killed goes on; all else is verified again.
    """
    from core.proving.finished import BegunCheck
    from core.verification.verify import verify_bundle

    monitor: Any = FoldedMonitor(clock, name="check", stages=VERIFY_STAGES)
    report = verify_bundle(data, signer=key.fingerprint, monitor=monitor, kept=BegunCheck(job))
    if report.verdict != "accepted":
        raise InternalError(
            "attest.unverified",
            f"The bundle that was made does not verify ({report.code}), so it was not released.",
            "Nothing was written. Please report this.",
        )
    return report
