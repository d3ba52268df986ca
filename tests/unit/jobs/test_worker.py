"""The worker as a process: what it writes where, and that it ends when it should."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from core.jobs.protocol import Job
from core.jobs.worker import GRACE

ROOT = Path(__file__).resolve().parents[3]
SLOW = "from tests.unit.jobs import slow_worker as s; s.install(); s.worker.main()"


def start(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=ROOT,
        env={**os.environ, "PROOFWARD_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(home: Path, line: str) -> tuple[int, list[dict[str, object]], str]:
    """Exit code, events and standard error of a worker that got this line and was then left alone."""
    process = start(home)
    stdin, stdout, stderr = pipes(process)
    stdin.write(line.encode())
    stdin.flush()
    events = [json.loads(event) for event in stdout]
    code = process.wait()
    error = stderr.read().decode()
    close(process)
    return code, events, error


def pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    assert process.stdin and process.stdout and process.stderr
    return process.stdin, process.stdout, process.stderr


def close(process: subprocess.Popen[bytes]) -> None:
    for pipe in pipes(process):
        pipe.close()


def until_stage(stdout: IO[bytes]) -> None:
    while json.loads(stdout.readline())["event"] != "stage":
        pass


def test_only_events_are_written_to_standard_output(home: Path) -> None:
    code, events, error = run(home, Job(verb="noisy").to_line())
    assert code == 0
    assert events == [{"event": "result", "value": {"value": "done"}}]
    assert "noise from python" in error and "noise from a library" in error


def test_the_exit_code_is_the_verdicts(home: Path) -> None:
    assert run(home, Job(verb="verdict").to_line())[0] == 3


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nonsense\n", "job.json"),
        (Job(verb="nosuch").to_line(), "job.verb"),
        (Job(verb="noisy", arguments={"colour": "red"}).to_line(), "job.arguments"),
        (Job(verb="noisy", arguments={"path": 7}).to_line(), "job.arguments"),
        (Job(verb="noisy", passphrase="").to_line(), "settings.passphrase"),
    ],
)
def test_a_job_that_cannot_be_done_is_an_input_error(home: Path, line: str, code: str) -> None:
    exit_code, events, error = run(home, line)
    assert exit_code == 2
    assert [(event["event"], event["kind"], event["code"]) for event in events] == [("error", "input", code)]
    assert "Traceback" not in error


def test_an_internal_error_leaves_a_report_without_what_it_was_about(home: Path) -> None:
    code, events, error = run(home, Job(verb="broken").to_line())
    assert code == 1
    assert (events[0]["kind"], events[0]["code"]) == ("internal", "internal.unexpected")
    report = Path(str(events[0]["report"]))
    assert report.parent == home / "reports"
    text = report.read_text()
    assert json.loads(text)["errors"][0]["type"] == "builtins.ValueError"
    assert "broken" in text
    for written in (text, error, json.dumps(events)):
        assert "canary-4711" not in written and "Traceback" not in written


def test_the_grace_for_work_that_does_not_listen_is_below_two_seconds() -> None:
    assert 0 < GRACE < 2


@pytest.mark.parametrize("verb", ["patient", "deaf"])
@pytest.mark.parametrize("how", ["cancel", "gone"])
def test_it_stops_at_a_cancel_or_of_the_windows_end(
    home: Path, tmp_path: Path, verb: str, how: str
) -> None:
    process = start(home)
    stdin, stdout, _ = pipes(process)
    stdin.write(Job(verb=verb, arguments={"path": str(tmp_path / "out" / "file")}).to_line().encode())
    (tmp_path / "out").mkdir()
    stdin.flush()
    until_stage(stdout)
    assert list((tmp_path / "out").iterdir())
    if how == "cancel":
        stdin.write(b"cancel\n")
        stdin.flush()
    else:
        stdin.close()
    last = [json.loads(line) for line in stdout][-1]
    assert process.wait(timeout=10) == 130
    assert (last["event"], last["kind"]) == ("error", "cancelled")
    assert list((tmp_path / "out").iterdir()) == []
    close(process)


@pytest.mark.skipif(sys.platform == "win32", reason="a parent's death is seen through the pipe there")
def test_it_does_not_outlive_a_parent_whose_pipe_stays_open(home: Path, tmp_path: Path) -> None:
    job = Job(verb="patient", arguments={"path": str(tmp_path / "file")}).to_line()
    parent = (
        "import os, subprocess, sys, time\n"
        "reader, writer = os.pipe()\n"
        f"p = subprocess.Popen([sys.executable, '-c', {SLOW!r}], stdin=reader, stdout=subprocess.PIPE)\n"
        # a third process holds the other end of the pipe, so that the worker never sees its end
        "q = subprocess.Popen(['sleep', '60'], pass_fds=[writer], stdout=-3, stderr=-3)\n"
        f"os.write(writer, {job.encode()!r})\n"
        "p.stdout.readline()\n"
        "print(p.pid, q.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", parent],
        cwd=ROOT,
        env={**os.environ, "PROOFWARD_HOME": str(home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    worker, holder = map(int, process.stdout.readline().split())
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and alive(worker):
        time.sleep(0.05)
    ended = not alive(worker)
    if not ended:
        os.kill(worker, signal.SIGKILL)
    os.kill(holder, signal.SIGKILL)
    assert ended


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be collected does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return status not in ("Z", "X")
