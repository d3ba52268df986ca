"""See that this installation works: the sample attested and verified, and a worker process that starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import InternalError
from core.services import demo
from core.services.context import Context
from core.services.files import throwaway_folder

WORKER_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Request:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class Result:
    """One sentence for each thing that was tried and worked; seconds by stage of the sample."""

    checks: tuple[str, ...]
    seconds: Mapping[str, float]
    exit_code: int = 0

    def to_json(self) -> dict[str, object]:
        return {
            "checks": list(self.checks),
            "seconds": {name: round(spent, 4) for name, spent in self.seconds.items()},
        }


def run(request: Request, context: Context) -> Result:
    """Try everything; InternalError selftest.* at the first thing that does not work."""
    with throwaway_folder("self-test") as folder:
        bundle = folder / "sample.proofward"
        tour = demo.run(demo.Request(output=bundle), context)
        context.monitor.stage("worker")
        try_worker(bundle)
    numbers = tour.attested.report.numbers
    checks = [
        f"torch trained on {numbers['train_records']} records of the sample",
        f"{tour.dataset.records} records were committed and both proofs made, in "
        f"{sum(tour.seconds.values()) - sum(tour.seconds[f'verify {name}'] for name in demo.BACKENDS):.1f} s",
        *(f"every claim was accepted on the {name} backend" for name in tour.verified),
        f"the compiled kernels are kept in {_kernel_cache()}",
        "the worker process started, verified the bundle and ended",
    ]
    return Result(checks=tuple(checks), seconds=tour.seconds)


def _kernel_cache() -> Path:
    """Where numba keeps what it compiled; without it every start would compile again."""
    folder = Path(os.environ.get("NUMBA_CACHE_DIR", ""))
    if not any(folder.rglob("*.nbi")):
        raise InternalError(
            "selftest.kernels",
            "The compiled kernels are not kept, so every start would compile them again.",
            "Make the user's cache folder writable.",
        )
    return folder


def try_worker(bundle: Path) -> None:
    """Let a worker process verify the bundle, as the window would."""
    program = ["--worker"] if getattr(sys, "frozen", False) else ["-m", "core.jobs.worker"]
    job = json.dumps({"verb": "verify", "arguments": {"path": str(bundle)}}) + "\n"
    process = subprocess.Popen(
        [sys.executable, *program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin and process.stdout
    with process, process.stdin as stdin, process.stdout as stdout:
        stdin.write(job.encode())
        stdin.flush()
        events = [json.loads(line) for line in stdout]
    if process.returncode != 0 or not events or events[-1].get("value", {}).get("verdict") != "accepted":
        raise InternalError("selftest.worker", "The worker process did not do its work.", "Install Proofward again.")
