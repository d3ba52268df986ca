"""`make bench-killed`: what is lost when an attestation is killed with SIGKILL and continued.

    python -m tests.bench.killed [ROWSxFEATURES [MOMENTS]]

Without a size the one with the most cells for which `validity` is due, and ten moments. The job runs in a worker over
a fresh copy of one workspace: once undisturbed, then once for each moment, where it is killed after a share of the
undisturbed run's processor seconds and begun again. Lost is what both runs took together beyond the undisturbed one,
starting the program and opening the dataset again included. build/bench-killed.md holds the table; a run of the usual
size also replaces it in docs/performance.md. Processor seconds are those of the worker itself, as Linux counts them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.commitments.merkle import dataset_root
from core.engines import get_engine
from core.jobs.protocol import Job
from core.monitor import SilentMonitor
from core.proving.commit import commit_records
from core.randomness import SystemTape
from core.records.dataset import EncodedDataset
from core.workspace import Workspace
from tests.bench import machine, page, tables
from tests.bench.__main__ import BUILD, DOCS, ROOT
from tests.bench.encoded import read_encoded, write_encoded
from tests.bench.sizes import Size

USUAL, MOMENTS = Size(131_072, 200), 10
PASSPHRASE = "for a measurement"
SHARE, SECONDS = 0.1, 10.0
"""A job may lose this share of the work or so many seconds, whichever is more."""
MARKS = ("<!-- killed: begin -->", "<!-- killed: end -->")


@dataclass(frozen=True)
class Run:
    """Seconds on the clock, the last stage that was announced, the last event."""

    wall: float
    stage: str
    last: dict[str, Any]


def prepare(size: Size, home: Path) -> str:
    """A workspace with one committed dataset of this size; the dataset's id."""
    with tempfile.TemporaryDirectory() as name:
        write_encoded(size, Path(name), seed=1)
        rows, schema = read_encoded(Path(name))
        numbers = tuple(range(1, len(rows) + 1))
        commitments, blindings = commit_records(
            rows, engine=get_engine("fast"), tape=SystemTape(), monitor=SilentMonitor()
        )
        with Workspace.create(home, PASSPHRASE) as workspace:
            return workspace.store_dataset(
                EncodedDataset(rows=rows, numbers=numbers, schema=schema, rejects=()),
                commitments=commitments,
                blindings=blindings,
                root=dataset_root(numbers, commitments, schema.digest()),
                name=str(size),
            )


def run(job: Job, home: Path, until: float | None = None) -> Run:
    """Run the job in a worker, to its end or until so many seconds have passed."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "core.jobs.worker"],
        cwd=ROOT,
        env={**os.environ, "PROOFWARD_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    process.stdin.write(job.to_line().encode())
    process.stdin.flush()
    events: list[dict[str, Any]] = []

    def read(lines: Any = process.stdout) -> None:
        for line in lines:
            events.append(json.loads(line))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        process.wait(until)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    reader.join()
    process.stdin.close()
    stages = [event["name"] for event in events if event["event"] == "stage"]
    return Run(time.monotonic() - began, stages[-1] if stages else "", events[-1] if events else {})


def measure(size: Size, moments: int) -> dict[str, Any]:
    """The undisturbed run, and for each moment what was lost."""
    neighbours = machine.Neighbours()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = prepare(size, folder / "prepared")
        job = Job("attest", {"dataset": dataset, "output": str(folder / "model.proofward")}, passphrase=PASSPHRASE)

        def fresh() -> Path:
            home = folder / "home"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(folder / "prepared", home)
            return home

        run(job, fresh())  # kernels are loaded and files are near
        whole = [run(job, fresh()).wall]
        lost = []
        for moment in range(moments):
            home = fresh()
            killed = run(job, home, until=whole[0] * (moment + 0.5) / moments)
            if killed.last.get("event") == "result":
                continue  # it was quicker this time, and there was nothing left to kill
            again = run(job, home)
            value = again.last.get("value", {})
            if value.get("verdict") != "accepted":
                raise SystemExit(f"a killed run did not end with a bundle: {again.last}")
            lost.append(
                {
                    "share": (moment + 0.5) / moments,
                    "stage": killed.stage,
                    "continued": value["continued"],
                    "seconds": killed.wall + again.wall,
                }
            )
            print(lost[-1], file=sys.stderr, flush=True)
        whole.append(run(job, fresh()).wall)
    return {
        "size": str(size),
        "undisturbed": whole,
        "lost": lost,
        "machine": machine.describe(),
        "other_work_cores": neighbours.cores(),
    }


def table_of(found: dict[str, Any]) -> str:
    """One line a moment."""
    undisturbed = statistics.mean(found["undisturbed"])
    allowed = max(SECONDS, SHARE * undisturbed)
    lines = [["killed at", "in the stage", "lost seconds", "aim", ""]]
    for moment in found["lost"]:
        lost = moment["seconds"] - undisturbed
        met = "met" if lost <= allowed else "missed"
        lines.append([f"{moment['share']:.0%}", moment["stage"], f"{lost:.1f}", f"{allowed:.1f}", met])
    rows, features = found["size"].split("x")
    others = found["other_work_cores"]
    beside = "" if others is None else f" Other work took {others:.1f} of its {found['machine']['cores']} cores."
    return (
        f"{int(rows):,} x {features}, {found['machine']['processor']}; undisturbed "
        f"{' and '.join(f'{wall:.1f}' for wall in found['undisturbed'])} s.{beside}\n\n{tables.table(lines)}"
    )


def main(arguments: Sequence[str]) -> int:
    """Exit code 2 for a size that is none."""
    try:
        size = Size.parse(arguments[0]) if arguments else USUAL
        moments = int(arguments[1]) if len(arguments) > 1 else MOMENTS
    except ValueError:
        print("a size is ROWSxFEATURES, such as 65536x100, and moments are a number", file=sys.stderr)
        return 2
    found = measure(size, moments)
    text = table_of(found)
    print(f"\n{text}\n")
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench-killed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (BUILD / "bench-killed.md").write_text(text + "\n", encoding="utf-8")
    if (size, moments) == (USUAL, MOMENTS):
        target = DOCS / "performance.md"
        target.write_text(page.replace(target.read_text(encoding="utf-8"), text, MARKS), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
