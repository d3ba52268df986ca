"""Verify a bundle or a receipt. Needs no workspace, no passphrase, no torch and no network."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.services.context import Context
from core.services.files import check_input
from core.verification.receipts import verify_receipt
from core.verification.report import VerificationReport
from core.verification.verify import verify_bundle


@dataclass(frozen=True, slots=True)
class Request:
    """path: of a bundle or a receipt; backend: native or reference; signer: fingerprint that must have signed."""

    path: Path
    backend: str = "native"
    signer: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the verification found."""

    report: VerificationReport

    @property
    def exit_code(self) -> int:
        return self.report.exit_code

    def to_json(self) -> dict[str, object]:
        return self.report.to_json()


def run(request: Request, context: Context) -> Result:
    """The report; a verdict other than "accepted" is a result with its exit code, not an error. InputError input.*."""
    if not looks_like_receipt(request.path):
        report = verify_bundle(
            request.path, backend=request.backend, signer=request.signer, monitor=context.monitor
        )
    elif request.signer is not None:
        raise InputError("verify.signer", "A receipt is not signed, so no signer can be asked for.", "Leave it out.")
    else:
        report = verify_receipt(request.path, backend=request.backend)
    return Result(report)


def looks_like_receipt(path: Path) -> bool:
    """Whether the file begins as JSON does; bundles begin otherwise."""
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError:
        regular = False
    if not regular:
        if path.exists():
            raise InputError("input.kind", "What is to be verified is not a file.", "Choose a bundle or a receipt.")
        raise InputError("input.missing", "The file to verify does not exist.", "Check its name and folder.")
    check_input(path, "file to verify")
    with path.open("rb") as stream:
        return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
