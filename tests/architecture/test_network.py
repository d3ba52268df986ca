"""Nothing leaves the machine by itself: no module of ours can open a connection, and none is opened while it works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT, imported, module_of, reaches, sources

NETWORK = ("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "xmlrpc", "asyncio", "requests", "PySide6.QtNetwork")

# sys.addaudithook hears of every connection and name lookup that Python code makes, also inside libraries.
WATCHED = """
import contextlib, io, json, os, sys

def watch(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"}:
        family = getattr(arguments[0], "family", None) if arguments else None
        if family is None or family.name != "AF_UNIX":
            sys.stderr.write(f"network: {event} {arguments[1:]!r}\\n")
            sys.stderr.flush()
            os._exit(99)

sys.addaudithook(watch)
"""

MAIN_JOB = """
from core.cli.main import main

def proofward(*words):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = main(words)
    if code:
        sys.exit(code)
    return said.getvalue()

proofward("sample", "--rows", "80", "--columns", "2", "-o", "cohort.csv")
proofward("schema", "infer", "cohort.csv", "--outcome", "outcome", "--patient-id", "patient_id", "-o", "schema.json")
dataset = json.loads(proofward("import", "cohort.csv", "--schema", "schema.json", "--json"))["dataset_id"]
proofward("attest", dataset, "--out", "model.proofward")
proofward("verify", "model.proofward")
"""


def test_no_module_of_ours_imports_a_network_library() -> None:
    offenders = {
        (module_of(path), name)
        for path in sources("core", "gui")
        for library in NETWORK
        for name in reaches(imported(path), library)
    }
    assert offenders == set()


def run_watched(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PROOFWARD_HOME": str(folder / "home"),
        "PROOFWARD_PASSPHRASE": "a passphrase for this test",
    }
    return subprocess.run(
        [sys.executable, "-c", WATCHED + script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_main_job_opens_no_connection(tmp_path: Path) -> None:
    done = run_watched(MAIN_JOB, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "model.proofward").exists()


def test_the_watch_hears_a_connection(tmp_path: Path) -> None:
    """Without this the test above could pass because nobody listens."""
    done = run_watched("import socket; socket.getaddrinfo('localhost', 80)", tmp_path)
    assert done.returncode == 99 and "network: socket.getaddrinfo" in done.stderr
