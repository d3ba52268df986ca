"""Jobs through the bridge, with the real worker: results, errors, cancel, a worker that dies, and where secrets go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import core.jobs.protocol as protocol
import gui.bridge
from gui.bridge import JobBridge, RunningJob
from gui.help import page_for
from tests.gui.conftest import Outcome

Finish = Callable[[RunningJob], Outcome]


@pytest.fixture
def bridge(qapp: object) -> JobBridge:
    return JobBridge()


def test_a_job_gives_its_result_once(bridge: JobBridge, finish: Finish, table: Path, qtbot: QtBot) -> None:
    changes: list[bool] = []
    bridge.busy.connect(changes.append)
    outcome = finish(bridge.start("preview", {"path": str(table), "rows": 3}))
    assert outcome.problem is None and outcome.value is not None
    assert outcome.value["columns"] == ["mrn", "age", "pressure", "sex", "ok", "died"]
    assert outcome.value["total"] == 40
    assert (outcome.ended, changes, bridge.running) == (1, [True, False], [])


def test_errors_keep_their_kind_code_and_remedy(bridge: JobBridge, finish: Finish, tmp_path: Path) -> None:
    problem = finish(bridge.start("preview", {"path": str(tmp_path / "none.csv"), "rows": 3})).problem
    assert problem is not None
    assert (problem.kind, problem.code) == ("input", "csv.missing")
    assert problem.message and problem.remedy


def test_an_unknown_verb_is_an_error_and_not_a_crash(bridge: JobBridge, finish: Finish) -> None:
    problem = finish(bridge.start("no_such_verb", {})).problem
    assert problem is not None and problem.code == "job.verb"


def test_cancel_ends_the_worker_and_leaves_nothing(
    bridge: JobBridge, finish: Finish, qtbot: QtBot, tmp_path: Path
) -> None:
    target = tmp_path / "cohort.csv"
    job = bridge.start("sample", {"output": str(target), "rows": 1_000_000, "columns": 60, "seed": 1})
    qtbot.waitUntil(lambda: any(tmp_path.iterdir()), timeout=60_000)
    pid = job.process_id()
    job.cancel()
    outcome = finish(job)
    assert outcome.problem is not None and outcome.problem.kind == "cancelled"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_worker_that_is_killed_is_reported(bridge: JobBridge, finish: Finish, qtbot: QtBot, tmp_path: Path) -> None:
    job = bridge.start("sample", {"output": str(tmp_path / "c.csv"), "rows": 1_000_000, "columns": 60, "seed": 1})
    qtbot.waitUntil(lambda: any(tmp_path.iterdir()), timeout=60_000)
    os.kill(job.process_id(), signal.SIGKILL)
    problem = finish(job).problem
    assert problem is not None and problem.code == "worker.killed"


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_a_passphrase_is_in_no_argument_and_no_environment(
    bridge: JobBridge, qtbot: QtBot, tmp_path: Path, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROOFWARD_PASSPHRASE", "canary-of-the-environment")
    job = bridge.start(
        "sample",
        {"output": str(tmp_path / "c.csv"), "rows": 1_000_000, "columns": 60, "seed": 1},
        home=tmp_path / "home",
        passphrase="canary-of-the-job",
    )
    assert "canary" not in repr(job)
    qtbot.waitUntil(lambda: any(tmp_path.iterdir()), timeout=60_000)
    process = Path("/proc") / str(job.process_id())
    assert b"canary" not in (process / "cmdline").read_bytes()
    assert b"canary" not in (process / "environ").read_bytes()
    job.cancel()
    finish(job)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("print('this is not an event', flush=True); input(); input()", "worker.protocol"),
        ("print('[1]', flush=True); input(); input()", "worker.protocol"),
        ("raise SystemExit(3)", "worker.died"),
        ('print(\'{"event": "stage", "name": "x"}\')', "worker.died"),
    ],
)
def test_a_worker_that_breaks_the_rules_is_an_error_of_the_program(
    bridge: JobBridge, finish: Finish, monkeypatch: pytest.MonkeyPatch, program: str, code: str
) -> None:
    monkeypatch.setattr(gui.bridge, "worker_command", lambda: (sys.executable, ["-c", program]))
    problem = finish(bridge.start("preview", {})).problem
    assert problem is not None and (problem.kind, problem.code) == ("internal", code)


WISHES = [
    (RunningJob.cancel, "attest", "cancelled"),
    (RunningJob.pause, "attest", "paused"),
    (RunningJob.pause, "preview", "cancelled"),  # which keeps nothing
]


@pytest.mark.parametrize(("wish", "verb", "kind"), WISHES)
def test_a_worker_that_ignores_what_it_is_told_is_ended(
    bridge: JobBridge,
    finish: Finish,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    wish: Callable[[RunningJob], None],
    verb: str,
    kind: str,
) -> None:
    stubborn = 'import time\nprint(\'{"event": "stage", "name": "x"}\', flush=True)\nwhile True: time.sleep(1)'
    monkeypatch.setattr(gui.bridge, "worker_command", lambda: (sys.executable, ["-c", stubborn]))
    job = bridge.start(verb, {})
    with qtbot.waitSignal(job.stage, timeout=30_000):
        pass
    wish(job)
    problem = finish(job).problem
    assert problem is not None and problem.kind == kind


@pytest.mark.parametrize(("wish", "verb", "kind"), WISHES)
def test_a_wish_that_comes_before_the_worker_has_started_is_not_lost(
    bridge: JobBridge, finish: Finish, tmp_path: Path, wish: Callable[[RunningJob], None], verb: str, kind: str
) -> None:
    job = bridge.start(verb, {}, home=tmp_path / "home", passphrase="never used", create=True)
    wish(job)
    problem = finish(job).problem
    assert problem is not None and problem.kind == kind
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("wish", [RunningJob.cancel, RunningJob.pause])
def test_a_wish_that_comes_while_the_worker_starts_follows_its_job(
    finish: Finish, tmp_path: Path, wish: Callable[[RunningJob], None]
) -> None:
    arguments = {"output": str(tmp_path / "c.csv"), "rows": 1_000_000, "columns": 60, "seed": 1}
    job = RunningJob(protocol.Job(verb="sample", arguments=arguments))
    job.start()
    wish(job)
    problem = finish(job).problem
    assert problem is not None and problem.kind == "cancelled", "this work keeps nothing, so that a pause cancels it"
    assert not any(tmp_path.iterdir())


def test_a_program_that_is_not_there_is_reported(
    bridge: JobBridge, finish: Finish, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gui.bridge, "worker_command", lambda: (str(tmp_path / "nothing"), []))
    problem = finish(bridge.start("preview", {})).problem
    assert problem is not None and problem.code == "worker.start"


def test_closing_the_window_ends_its_workers(bridge: JobBridge, qtbot: QtBot, tmp_path: Path) -> None:
    job = bridge.start("sample", {"output": str(tmp_path / "c.csv"), "rows": 1_000_000, "columns": 60, "seed": 1})
    qtbot.waitUntil(lambda: any(tmp_path.iterdir()), timeout=60_000)
    pid = job.process_id()
    bridge.abandon_all()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and Path(f"/proc/{pid}").exists():
        qtbot.wait(20)
    assert not Path(f"/proc/{pid}").exists()


def test_each_code_leads_to_a_page_and_never_outside_the_help_folder() -> None:
    assert page_for("csv.header").name == "csv.md"
    assert page_for("optimum.proof").name == "rejected.md"
    assert page_for("nothing.known").name == "general.md"
    for code in ("../../../etc/passwd", "a/b", "", "A.B", "csv.header\n"):
        assert page_for(code).name == "general.md"


def test_the_window_loads_no_prover_no_database_and_no_cipher() -> None:
    program = (
        "import os, sys; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QSettings\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication([])\n"
        "from gui.app import Application\n"
        "settings = QSettings('/nonexistent/window.ini', QSettings.Format.IniFormat)\n"
        "running = Application(app, home=Path('/nonexistent'), auditor=False, settings=settings)\n"
        "running.open(None)\n"
        "app.processEvents()\n"
        "heavy = ('torch', 'numba', 'cryptography', 'sqlite3', 'py_ecc', 'py_arkworks_bls12381', 'core.proving',\n"
        "         'core.algebra', 'core.verification', 'core.training', 'core.workspace', 'core.bundle')\n"
        "print(sorted(name for name in heavy if name in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(gui.__file__).parents[1], check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True is immortal")
def test_signals_do_not_use_up_true() -> None:
    program = (
        "import gui\n"
        "from PySide6.QtCore import QObject, Signal\n"
        "class Sender(QObject):\n"
        "    said = Signal(int)\n"
        "sender = Sender()\n"
        "for number in range(200_000):\n"
        "    sender.said.emit(number)\n"
        "print('alive')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(gui.__file__).parents[1], check=True
    )
    assert done.stdout.strip() == "alive"


def test_a_workspace_that_has_gone_is_an_error_and_not_made_anew(
    bridge: JobBridge, finish: Finish, tmp_path: Path
) -> None:
    home = tmp_path / "unmounted"
    home.mkdir()
    problem = finish(bridge.start("list_datasets", {}, home=home, passphrase="a passphrase")).problem
    assert problem is not None and problem.code == "workspace.missing"
    assert list(home.iterdir()) == []
    made = finish(bridge.start("list_datasets", {}, home=home, passphrase="a passphrase", create=True))
    assert made.value is not None and (home / "workspace.db").is_file()
