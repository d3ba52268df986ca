"""Verify a receipt: that one record is among those of a dataset, and, where it is opened, what was committed for it."""

from __future__ import annotations

from pathlib import Path

from core.algebra.group import get_backend
from core.bundle.limits import LIMITS
from core.commitments.receipt import Receipt, check_receipt
from core.encoding.canonical import loads
from core.errors import InputError, MalformedError, RejectedError
from core.verification.report import ACCEPTED, MALFORMED, REJECTED, ClaimVerdict, VerificationReport

_TITLE = "The record is in the dataset"
_OPENED_TITLE = "The record's values"


def verify_receipt(source: bytes | Path, *, backend: str = "native") -> VerificationReport:
    """The report on a receipt given as bytes or by its path; InputError if the file cannot be read."""
    group = get_backend(backend)
    data = _read(source) if isinstance(source, Path) else source
    try:
        receipt = Receipt.from_json(
            loads(data.removesuffix(b"\n"), limit=LIMITS.other_member, what="The receipt", canonical=False)
        )
        checked = check_receipt(receipt, backend=group)
    except (MalformedError, RejectedError) as error:
        return VerificationReport(
            kind="receipt",
            verdict=MALFORMED if isinstance(error, MalformedError) else REJECTED,
            sentence=error.message,
            backend=backend,
            code=error.code,
            remedy=error.remedy,
            stage="receipt",
            detail=error.detail,
        )
    included = f"Record {checked.number} is one of the {checked.count} records under the root {checked.root.hex()}."
    claims = [ClaimVerdict("inclusion", _TITLE, ACCEPTED, "", included)]
    if checked.values is not None:
        opened = f"The {len(checked.values)} encoded values in the receipt are those that were committed."
        claims.append(ClaimVerdict("opening", _OPENED_TITLE, ACCEPTED, "", opened))
    return VerificationReport(
        kind="receipt",
        verdict=ACCEPTED,
        sentence="The receipt holds.",
        backend=backend,
        claims=tuple(claims),
        bound={"root": checked.root.hex(), "schema": checked.schema_digest.hex()},
        numbers={"record": str(checked.number), "records": str(checked.count)},
        notes=("Compare the root with the one in the bundle that you were shown: a receipt is about that root alone.",),
    )


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LIMITS.other_member + 2)
    except OSError as error:
        raise InputError(
            "receipt.file", "The receipt cannot be read.", "Check the path and its permissions."
        ) from error
