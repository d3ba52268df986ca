"""The whole tour on the embedded sample: import, commit, train, prove, sign, and verify on both backends.

In a workspace of its own that is thrown away; only the bundle stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InternalError
from core.resources import resource_path
from core.services import attest, import_dataset
from core.services.context import Context, WorkspaceDoor
from core.services.files import check_output, throwaway_folder
from core.services.stages import VERIFY_STAGES, FoldedMonitor, StageClock

if TYPE_CHECKING:
    from core.verification.report import VerificationReport

BACKENDS = ("native", "reference")


@dataclass(frozen=True, slots=True)
class Request:
    """output: where the bundle is left."""

    output: Path


@dataclass(frozen=True, slots=True)
class Result:
    """What importing, attesting and verifying gave, and the seconds of every stage."""

    dataset: import_dataset.Result
    attested: attest.Result
    verified: Mapping[str, VerificationReport]
    seconds: Mapping[str, float]
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        attested = self.attested.to_json()
        return {
            "bundle": attested["bundle"],
            "dataset": self.dataset.to_json(),
            "key": attested["key"],
            "numbers": attested["numbers"],
            "training": attested["training"],
            "sizes": attested["sizes"],
            "verified": {name: report.to_json() for name, report in self.verified.items()},
            "seconds": {name: round(spent, 4) for name, spent in self.seconds.items()},
        }


def run(request: Request, context: Context) -> Result:
    """Run the tour; InternalError demo.rejected unless every claim is accepted on both backends."""
    from core.verification.verify import verify_bundle

    check_output(request.output)
    clock = StageClock(context.monitor)
    with throwaway_folder("demo") as folder:
        settings = replace(context.settings, home=folder / "workspace", passphrase=secrets.token_urlsafe(24))
        door = WorkspaceDoor(settings.home, settings.passphrase)
        own = replace(context, settings=settings, door=door, monitor=clock)
        try:
            dataset = import_dataset.run(
                import_dataset.Request(
                    path=resource_path("samples", "breast_cancer.csv"),
                    schema_path=resource_path("samples", "breast_cancer.schema.json"),
                    name="Breast Cancer Wisconsin (Diagnostic)",
                ),
                own,
            )
            attested = attest.run(attest.Request(dataset=dataset.dataset_id, output=request.output), own)
        finally:
            door.close()
    verified: dict[str, VerificationReport] = {}
    for backend in BACKENDS:
        monitor = FoldedMonitor(clock, name=f"verify {backend}", stages=VERIFY_STAGES)
        report = verify_bundle(request.output, backend=backend, signer=attested.key.fingerprint, monitor=monitor)
        if report.verdict != "accepted" or any(claim.status != "accepted" for claim in report.claims):
            raise InternalError(
                "demo.rejected",
                f"The demonstration's bundle was not accepted on the {backend} backend ({report.code}).",
            )
        verified[backend] = report
    clock.finish()
    return Result(dataset=dataset, attested=attested, verified=verified, seconds=clock.seconds)
