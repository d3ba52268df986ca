"""`make bench-killed`: what is lost when an attestation is killed with SIGKILL and continued.

    python -m tests.bench.killed [ROWSxFEATURES [MOMENTS]]

Without a size the one with the most cells for which `validity` is due, and ten moments. The job runs in a worker over
a fresh copy of one workspace: undisturbed at the beginning, after every third moment and at the end, and once for each
moment, where it is killed after a share of the undisturbed run's time and begun again. Lost is what both runs together
took beyond the mean of the undisturbed ones before and after them, because machines become slower and faster; starting
the program and opening the dataset again are included.

Runs are watched for when they keep something, by the database's log, for two bounds without the noise of a difference
between whole runs. A kill between two moments at which something is kept costs at most what passes from starting again
until the second of them: what is started and computed again, and what was or would have been done between both. And
since ten moments are not any moment, the longest stretches of an undisturbed run of which nothing is kept are told;
with the time that starting again takes they bound what any moment costs but for what is computed again.
build/bench-killed.md holds the tables; a run of the usual size also replaces them in docs/performance.md.
"""

from __future__ import annotations

import contextlib
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
from core.settings import WORKSPACE_FILE
from core.workspace import Workspace
from tests.bench import machine, page, tables
from tests.bench.__main__ import BUILD, DOCS, ROOT
from tests.bench.encoded import read_encoded, write_encoded
from tests.bench.sizes import Size

USUAL, MOMENTS = Size(131_072, 200), 10
PASSPHRASE = "for a measurement"
SHARE, SECONDS = 0.1, 10.0
"""A job may lose this share of the work or so many seconds, whichever is more."""
LOOK = 0.02
EVERY = 3
"""Moments between two undisturbed runs."""
POLISH = "polish"
"""Of the trained model, a part of the stage `train`."""
MARKS = ("<!-- killed: begin -->", "<!-- killed: end -->")


@dataclass(frozen=True)
class Run:
    """Seconds on the clock; when each stage began and when something was kept, in seconds; the last event.

    descended: when the last loss of torch's descent was told, which the polish follows; negative without one.
    """

    wall: float
    stages: dict[str, float]
    kept: tuple[float, ...]
    last: dict[str, Any]
    descended: float = -1.0

    @property
    def stage(self) -> str:
        """The last one that was announced."""
        return next(reversed(self.stages), "")

    @property
    def anew(self) -> float:
        """Seconds until something was kept for the first time after that."""
        return next((moment for moment in self.kept if moment > self.started), self.wall)

    @property
    def started(self) -> float:
        """Seconds until work began that is kept, or that for which nothing is opened or loaded any more."""
        return next((self.stages[name] for name in ("train", "bundle") if name in self.stages), self.wall)

    def stretches(self) -> dict[str, float]:
        """By the stage that its middle lies in: the longest stretch of work of which nothing was kept.

        The polish is told beside the training, because whoever goes on with it needs no torch.
        """
        found: dict[str, float] = {}
        stages = list(self.stages.items())
        polish = next((moment for moment in self.kept if moment > self.descended >= 0.0), self.wall)
        if polish < min((began for _, began in stages if began > self.started), default=self.wall):
            stages = sorted([*stages, (POLISH, polish)], key=lambda stage: stage[1])
        before = self.started
        for now in (*(moment for moment in self.kept if moment > before), self.wall):
            stage = [name for name, began in stages if began <= (before + now) / 2][-1]
            found[stage] = max(found.get(stage, 0.0), now - before)
            before = now
        return found


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
    last: dict[str, Any] = {}
    stages: dict[str, float] = {}
    kept: list[float] = []
    descended = -1.0

    def read(lines: Any = process.stdout) -> None:
        nonlocal descended
        for line in lines:
            event = json.loads(line)
            if event["event"] == "metric" and event["name"] == "loss" and list(stages)[-1:] == ["train"]:
                descended = time.monotonic() - began
            last.clear()
            last.update(event)
            if event["event"] == "stage":
                stages[event["name"]] = time.monotonic() - began

    def watch() -> None:
        """Every transaction is written into this file before it counts."""
        log, seen = home / f"{WORKSPACE_FILE}-wal", 0
        while process.poll() is None:
            with contextlib.suppress(OSError):
                if (changed := log.stat().st_mtime_ns) != seen:
                    seen = changed
                    kept.append(time.monotonic() - began)
            time.sleep(LOOK)

    reader, watcher = threading.Thread(target=read), threading.Thread(target=watch)
    reader.start()
    watcher.start()
    try:
        process.wait(until)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    wall = time.monotonic() - began
    reader.join()
    watcher.join()
    process.stdin.close()
    return Run(wall, stages, tuple(kept), last, descended)


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
            if hasattr(os, "sync"):
                os.sync()  # writing the copy is no part of the job
            return home

        run(job, fresh())  # kernels are loaded and files are near
        undisturbed = run(job, fresh())
        whole = [undisturbed.wall]
        lost: list[dict[str, Any]] = []
        for moment in range(moments):
            if moment and moment % EVERY == 0:
                whole.append(run(job, fresh()).wall)
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
                    "started": again.started,
                    "anew": again.anew,
                    "between": len(whole),
                }
            )
            print(lost[-1], file=sys.stderr, flush=True)
        whole.append(run(job, fresh()).wall)
    return {
        "size": str(size),
        "undisturbed": whole,
        "stretches": undisturbed.stretches(),
        "started": undisturbed.started,
        "lost": lost,
        "machine": machine.describe(),
        "other_work_cores": neighbours.cores(),
    }


def table_of(found: dict[str, Any]) -> str:
    """One line a moment."""
    undisturbed = found["undisturbed"]
    allowed = max(SECONDS, SHARE * statistics.mean(undisturbed))
    lines = [["killed at", "in the stage", "lost seconds", "starting again", "until something new is kept", "aim", ""]]
    for moment in found["lost"]:
        lost = moment["seconds"] - statistics.mean(undisturbed[moment["between"] - 1 :][:2])
        met = "met" if moment["anew"] <= allowed else "missed"
        seconds = [f"{value:.1f}" for value in (lost, moment["started"], moment["anew"], allowed)]
        lines.append([f"{moment['share']:.0%}", moment["stage"], *seconds, met])
    stretches = [["stage", "longest stretch of which nothing was kept", "with starting again", "aim", ""]]
    for stage, seconds in found["stretches"].items():
        worst = seconds + _starting_again(found, stage)
        met = "met" if worst <= allowed else "missed"
        stretches.append([stage, f"{seconds:.1f}", f"{worst:.1f}", f"{allowed:.1f}", met])
    rows, features = found["size"].split("x")
    others = found["other_work_cores"]
    beside = "" if others is None else f" Other work took {others:.1f} of its {found['machine']['cores']} cores."
    return (
        f"{int(rows):,} x {features}, {found['machine']['processor']}; undisturbed "
        f"{', '.join(f'{wall:.1f}' for wall in undisturbed)} s.{beside}\n\n"
        f"{tables.table(lines)}\n\n{tables.table(stretches)}"
    )


def _starting_again(found: dict[str, Any], stage: str) -> float:
    """Seconds that starting again took at most for who was killed in this stage, or before it where nobody was."""
    before = {"train": "", "bundle": "attestation", "check": "attestation"}.get(stage, "trained")
    without = {"trained": "attestation"}.get(before, "none")
    times = [
        moment["started"]
        for moment in found["lost"]
        if (before in moment["continued"] or not before) and without not in moment["continued"]
    ]
    return max(times, default=found["started"])


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
