"""How long a process takes until it can do something, once the kernels were compiled: the later starts of a version.

    python -m tests.bench.start

Each start is a new process and is timed from outside: seconds until it says that it is ready, and the processor seconds
that it has spent when it ends. The first start of each kind, which may compile kernels or find cold files, does not
count; of the others the median does. Prints JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

RUNS = 5

READY = """
from core.engines.warm import warm_up
from core.monitor import SilentMonitor
warm_up(SilentMonitor())
{more}
print("ready", flush=True)
"""
VERSION = [sys.executable, "-c", "import sys; from core.cli.main import main; sys.exit(main(['version']))"]
KERNELS = [sys.executable, "-c", READY.format(more="")]
TRAINING = [sys.executable, "-c", READY.format(more="import core.training.trainer")]
WORKER = [sys.executable, "-m", "core.jobs.worker"]


def measure() -> dict[str, object]:
    """Seconds and processor seconds of every kind of start."""
    with tempfile.TemporaryDirectory() as folder:
        job = {"verb": "sample", "arguments": {"output": str(Path(folder) / "cohort.csv"), "rows": 16, "columns": 2}}
        starts = {
            "version": _start(VERSION),
            "worker": _start(WORKER, json.dumps(job).encode() + b"\n"),
            "kernels": _start(KERNELS),
            "training": _start(TRAINING),
        }
    return {
        "seconds": {name: wall for name, (wall, _) in starts.items()},
        "cpu_seconds": {name: cpu for name, (_, cpu) in starts.items()},
    }


def _start(command: Sequence[str], message: bytes = b"") -> tuple[float, float]:
    """Median seconds until the first line of output, and of the processor until the end."""
    runs = [_once(command, message) for _ in range(RUNS + 1)][1:]
    return statistics.median(wall for wall, _ in runs), statistics.median(cpu for _, cpu in runs)


def _once(command: Sequence[str], message: bytes) -> tuple[float, float]:
    before, began = os.times(), time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("a process came without pipes")
        process.stdin.write(message)
        process.stdin.flush()
        first = process.stdout.readline()
        wall = time.perf_counter() - began
        process.stdout.read()
        process.stdin.close()
    after = os.times()
    if process.returncode != 0 or not first:
        raise SystemExit(f"{' '.join(command)} did not start")
    spent = after.children_user - before.children_user + after.children_system - before.children_system
    return wall, spent


if __name__ == "__main__":
    print(json.dumps(measure()))
