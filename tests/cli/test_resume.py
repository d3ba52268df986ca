"""Paused, killed, and begun again: the bundle is accepted in the end, and nothing of a broken-off proof was kept."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.algebra.batch import blocks
from core.algebra.batch.workers import LocalWorker
from core.channel import journal
from core.channel.prover import ProverChannel
from core.commitments.merkle import record_tree
from core.errors import InputError
from core.jobs.protocol import Job
from core.monitor import SilentMonitor
from core.proving.finished import BegunCheck
from core.randomness import SystemTape
from core.services import attest
from core.services.context import Context, WorkspaceDoor
from core.settings import Settings
from core.transcript.pattern import Pattern
from core.verification import claims
from core.workspace import Workspace
from core.workspace.records import RecordSafe
from tests.cli.conftest import ok
from tests.cli.program import INFER, PASSPHRASE, Program, write_plan, write_table
from tests.soundness.interrupted import fixed_length

PARTS = ["trained", "validity", "attestation", "check"]
# In a finished proof, which is public, a hidden message of value 0 stands as its pad; and whoever holds a hidden model
# must be able to open its commitment. Nothing else that was drawn may be kept beside the journals of proofs begun, and
# in those nothing that is drawn after the first padded message.
ALLOWED = {
    ("pad", "validity"),
    ("pad", "attestation"),
    ("model.blinding", "attestation"),
    ("model.blinding", "model"),
}
FRESH = {"value.blinding", "opening.mask", "opening.mask_blinding"}


@dataclass(frozen=True, slots=True)
class House:
    """A workspace with a small dataset and, in `work`, nothing but inputs."""

    program: Program
    dataset: str
    plan: Path

    def job(self, output: str, **more: object) -> dict[str, object]:
        path = str(self.program.folder / output)
        return {"dataset": self.dataset, "output": path, "plan_path": str(self.plan), **more}

    def files(self) -> set[str]:
        """Every file of the workspace, but the log that the database keeps while it is open."""
        return {path.name for path in self.program.home.rglob("*")} - {"workspace.db-wal", "workspace.db-shm"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("resume")
    (folder / "work").mkdir()
    program = Program(home=folder / "home", folder=folder / "work")
    table = write_table(folder / "patients.csv")
    ok(program("schema", "infer", table, *INFER, "-o", folder / "schema.json"))
    dataset = ok(program("import", table, "--schema", folder / "schema.json", "--json")).json["dataset_id"]
    return House(program, dataset, write_plan(folder / "plan.json"))


@pytest.fixture(autouse=True)
def _clean(house: House) -> Iterator[None]:
    yield
    for job in ok(house.program("resume", "--list", "--json")).json["jobs"]:
        ok(house.program("resume", "--discard", job["job_id"]))


class PowerLoss(BaseException):
    """Nobody catches it: the work just ends."""


class Fuse(SilentMonitor):
    """Ends the work at the n-th call of the monitor."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def stage(self, name: str) -> None:
        self._burn()

    def progress(self, done: float) -> None:
        self._burn()

    def metric(self, name: str, step: int, value: float) -> None:
        self._burn()

    def check(self) -> None:
        self._burn()

    def _burn(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise PowerLoss


class RecordingTape(SystemTape):
    """The system's randomness, written down."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str, int]] = []

    def scalar(self, label: str) -> int:
        value = super().scalar(label)
        self.drawn.append((label, value))
        return value

    def scalars(self, label: str, count: int) -> list[int]:
        return [self.scalar(label) for _ in range(count)]


def traces(value: int) -> list[bytes]:
    """A scalar as it could have been written."""
    return [value.to_bytes(32, "big"), value.to_bytes(32, "little"), f"{value:x}".encode(), str(value).encode()]


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> list[ProverChannel]:
    """Every prover's channel that is opened from now on."""
    opened: list[ProverChannel] = []
    begin = ProverChannel.__init__

    def remember(self: ProverChannel, *arguments: Any, **more: Any) -> None:
        opened.append(self)
        begin(self, *arguments, **more)

    monkeypatch.setattr(ProverChannel, "__init__", remember)
    return opened


def check_masks(channels: list[ProverChannel], sent: dict[bytes, bytes]) -> None:
    """Whoever sends behind one pad commitment sends the same bytes, as far as pads and products reach."""
    for channel in channels:
        pad, fixed = bytes(channel.proof[:48]), bytes(channel.proof[: fixed_length(Pattern(channel._steps))])
        longer, shorter = sorted((fixed, sent.get(pad, b"")), key=len, reverse=True)
        assert longer.startswith(shorter)
        sent[pad] = longer
    channels.clear()


@pytest.mark.parametrize(("hidden", "interval"), [(False, journal.INTERVAL), (True, -1.0)])
def test_a_job_that_dies_at_every_call_of_its_monitor_ends_with_an_accepted_bundle(
    house: House, hidden: bool, interval: float, channels: list[ProverChannel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies at the first call, is begun again and dies at the second, and so on, until an attempt gets through; once
    without a journal, since all is done in less than two seconds, and once with one after each padded message."""
    monkeypatch.setattr(journal, "INTERVAL", interval)
    sent: dict[bytes, bytes] = {}
    settings = Settings(home=house.program.home, passphrase=PASSPHRASE)
    door = WorkspaceDoor(settings.home, PASSPHRASE)
    request = attest.Request(
        dataset=house.dataset,
        output=house.program.folder / "cascade.proofward",
        plan_path=house.plan,
        nonce="5eed" if hidden else None,
        hide_weights=hidden,
    )
    before, seen, moments = house.files(), set[int](), 0
    begun: set[str] = set()
    result: attest.Result | None = None
    workspace = door.open()
    if workspace.validity(house.dataset) is not None:  # made by another test: here it is to be proven anew
        workspace._session.db.execute("DELETE FROM proofs")
    while result is None:
        tape = RecordingTape()
        context = Context(settings=settings, door=door, monitor=Fuse(moments), make_tape=lambda tape=tape: tape)
        try:
            result = attest.run(request, context)
        except PowerLoss:
            moments += 1
            assert house.files() - {"bundles"} == before - {"bundles"} and house.program.left() == set()
        values = {value for _, value in tape.drawn}
        assert len(values) == len(tape.drawn) and not values & seen  # what was drawn before is never drawn again
        seen |= values
        check_masks(channels, sent)
        for job in workspace.list_jobs():
            with workspace.begin_job(job.verb, job.arguments) as left:
                kept = {part: left.load(part) or b"" for part in left.parts}
            finished = [part for part in kept if part in PARTS]
            assert finished == PARTS[: len(finished)]
            assert set(kept) <= {*PARTS, "iterate", "model", "validity.begun", "optimum.begun"}
            found = {
                (label, part)
                for label, value in tape.drawn
                for part, data in kept.items()
                if any(trace in data for trace in traces(value))
            }
            assert {pair for pair in found if not pair[1].endswith(".begun")} <= ALLOWED
            assert not {label for label, part in found if part.endswith(".begun")} & FRESH
            begun |= {part for part in kept if part.endswith(".begun")}
    door.close()
    # with a journal each proof has one pad commitment, or two where the first attempts died before it was complete
    assert begun == ({"validity.begun", "optimum.begun"} if interval < 0 else set())
    assert (len(sent) < 20) == (interval < 0)
    assert moments > 150
    assert result.report.verdict == "accepted"
    assert result.continued == tuple(PARTS[:3])
    assert ok(house.program("resume", "--list", "--json")).json == {"jobs": []}
    assert ok(house.program("verify", request.output, "--json")).json["verdict"] == "accepted"
    request.output.unlink()


class DiesInTheCheck(Fuse):
    """Ends the work at the n-th call of the monitor after the check before release has begun."""

    def __init__(self, calls: int) -> None:
        super().__init__(calls)
        self._checking = False

    def stage(self, name: str) -> None:
        self._checking = self._checking or name == "check"

    def _burn(self) -> None:
        if self._checking:
            super()._burn()


def test_a_check_that_dies_goes_on_without_opening_a_record_or_decoding_a_block_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "LARGEST", 4)
    decoded: list[int] = []
    decode = LocalWorker.decode

    def noted(self: LocalWorker, first: int, *others: Any) -> bool:
        decoded.append(first)
        return decode(self, first, *others)

    monkeypatch.setattr(LocalWorker, "decode", noted)
    output = house.program.folder / "checked.proofward"
    request = attest.Request(dataset=house.dataset, output=output, plan_path=house.plan)
    door = WorkspaceDoor(house.program.home, PASSPHRASE)
    settings = Settings(home=house.program.home, passphrase=PASSPHRASE)
    calls, kept = 0, [0]
    result: attest.Result | None = None
    while result is None:
        try:
            result = attest.run(request, Context(settings=settings, door=door, monitor=DiesInTheCheck(calls)))
        except PowerLoss:
            (left,) = door.open().list_jobs()
            with door.open().begin_job(left.verb, left.arguments) as job:
                sums = BegunCheck(job).load()
            # nothing that was kept is lost, and a block is decoded again only if its sum was not
            assert len(sums) >= kept[-1] and set(decoded) <= {*sums, *decoded[-1:]}
            calls = 0 if len(sums) > kept[-1] else calls + 1
            kept.append(len(sums))
            decoded.clear()
            monkeypatch.setattr(RecordSafe, "open_all", lambda *_, **__: pytest.fail("records were opened"))
            if sums:
                monkeypatch.setattr(claims, "record_tree", lambda *_: pytest.fail("the record tree was made again"))
    assert len(blocks.block_ranges(24)) == 8 and sorted(set(kept)) == list(range(9)) and len(kept) > 50
    assert result.continued == tuple(PARTS) and result.report.verdict == "accepted"
    assert decoded == []
    monkeypatch.setattr(claims, "record_tree", record_tree)  # an auditor makes it as ever
    door.close()
    assert ok(house.program("verify", output, "--json")).json["verdict"] == "accepted"
    output.unlink()


def test_a_kept_check_that_cannot_be_read_costs_nothing_but_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "LARGEST", 4)
    output = house.program.folder / "unread.proofward"
    request = attest.Request(dataset=house.dataset, output=output, plan_path=house.plan)
    door = WorkspaceDoor(house.program.home, PASSPHRASE)
    settings = Settings(home=house.program.home, passphrase=PASSPHRASE)
    with pytest.raises(PowerLoss):
        attest.run(request, Context(settings=settings, door=door, monitor=DiesInTheCheck(20)))
    workspace = door.open()
    changed = "UPDATE job_parts SET sealed = X'00' WHERE part = 'check'"
    assert workspace._session.db.execute(changed).rowcount == 1
    result = attest.run(request, Context(settings=settings, door=door, monitor=SilentMonitor()))
    assert result.report.verdict == "accepted" and result.continued == tuple(PARTS)
    door.close()
    output.unlink()


def worker(house: House, job: Job) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "core.jobs.worker"],
        env=house.program.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(job.to_line().encode())
    process.stdin.flush()
    return process


def events(process: subprocess.Popen[bytes], until: str = "") -> list[dict[str, Any]]:
    """The worker's events to the beginning of the stage `until`, or to the end."""
    assert process.stdout
    found: list[dict[str, Any]] = []
    for line in process.stdout:
        found.append(json.loads(line))
        if until and (found[-1]["event"], found[-1].get("name")) == ("stage", until):
            break
    return found


def end(process: subprocess.Popen[bytes]) -> int:
    assert process.stdin and process.stdout
    code = process.wait(timeout=20)
    process.stdin.close()
    process.stdout.close()
    return code


MOMENTS = [
    ("open", 0.0),
    ("prepare", 0.0),
    ("train", 0.0),
    ("train", 0.02),
    ("validity", 0.0),
    ("validity", 0.03),
    ("optimum", 0.0),
    ("optimum", 0.02),
    ("optimum", 0.1),
    ("bundle", 0.0),
    ("check", 0.0),
    ("check", 0.05),
]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_worker_killed_a_dozen_times_ends_with_an_accepted_bundle(house: House, tmp_path: Path) -> None:
    table = write_table(tmp_path / "medium.csv", 400, columns=6)
    ok(house.program("schema", "infer", table, *INFER, "-o", tmp_path / "schema.json"))
    dataset = ok(house.program("import", table, "--schema", tmp_path / "schema.json", "--json")).json["dataset_id"]
    job = Job("attest", house.job("killed.proofward", dataset=dataset, nonce="ab"), passphrase=PASSPHRASE)
    before = house.files()
    for stage, pause in MOMENTS:
        process = worker(house, job)
        seen = events(process, until=stage)
        if seen[-1].get("name") == stage:
            time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        end(process)
        locks = {name for name in house.files() if name.endswith(".lock")}
        assert house.files() - locks == before and len(locks) <= 1  # none yet while the workspace is opened
        assert house.program.left() == set()
    process = worker(house, Job("resume", passphrase=PASSPHRASE))
    last = events(process)[-1]
    assert end(process) == 0, last
    assert last["value"]["verdict"] == "accepted" and last["value"]["verb"] == "attest"
    assert last["value"]["continued"][:2] == PARTS[:2]
    assert house.program.left() == {"killed.proofward"}
    assert ok(house.program("verify", "killed.proofward", "--json")).json["verdict"] == "accepted"
    assert not [name for name in house.files() if name.endswith(".lock")]
    (house.program.folder / "killed.proofward").unlink()


@pytest.mark.parametrize("how", ["pause", "term", "gone", "cancel"])
def test_a_pause_keeps_and_a_cancel_forgets(house: House, how: str) -> None:
    process = worker(house, Job("attest", house.job("paused.proofward", nonce="cd"), passphrase=PASSPHRASE))
    events(process, until="optimum")
    assert process.stdin
    if how == "term":
        process.send_signal(signal.SIGTERM)
    elif how == "gone":
        process.stdin.close()
    else:
        process.stdin.write(how.encode() + b"\n")
        process.stdin.flush()
    last = events(process)[-1]
    assert end(process) == 130
    assert house.program.left() == set()
    left = ok(house.program("resume", "--list", "--json")).json["jobs"]
    if how == "cancel":
        assert (last["event"], last["kind"], left) == ("error", "cancelled", [])
    else:
        assert last["event"] == "paused"
        assert [(job["verb"], job["parts"][0], job["running"]) for job in left] == [("attest", "trained", False)]
        assert left[0]["arguments"]["nonce"] == "cd"


def test_the_commands_around_unfinished_jobs(house: House) -> None:
    program = house.program
    assert "no unfinished job" in program("resume").sentence()
    assert "no unfinished job" in ok(program("resume", "--list")).out
    with Workspace.open(program.home, PASSPHRASE) as workspace:
        jobs = []
        for nonce in ("01", "02"):
            arguments = {
                "dataset": house.dataset,
                "output": str(program.folder / f"{nonce}.proofward"),
                "nonce": nonce,
                "plan": json.loads(house.plan.read_text()),
                "hide_weights": False,
                "key": None,
            }
            with workspace.begin_job("attest", arguments) as job:
                jobs.append(job.job_id)
                assert program("resume", job.job_id).code == 2
    listed = ok(program("resume", "--list")).out
    assert all(job in listed for job in jobs) and "nothing yet" in listed
    assert "several" in program("resume").sentence()
    assert "no such" in program("resume", "job-zz").sentence()
    assert "which job" in program("resume", "--discard").sentence()
    done = ok(program("resume", jobs[0], "--json")).json
    assert (done["verb"], done["job_id"], done["verdict"]) == ("attest", jobs[0], "accepted")
    assert jobs[1] in ok(program("resume", "--discard", jobs[1].removeprefix("job-")[:6])).out
    assert "no unfinished job" in program("resume").sentence()
    assert program.left() == {"01.proofward"}
    (program.folder / "01.proofward").unlink()


def test_a_damaged_job_is_listed_and_can_only_be_discarded(house: House) -> None:
    program = house.program
    with Workspace.open(program.home, PASSPHRASE) as workspace:
        with workspace.begin_job("attest", {"dataset": house.dataset}) as job:
            torn = job.job_id
        workspace._session.db.execute("UPDATE jobs SET sealed = X'0011' WHERE id = ?", [torn])
    assert "can only be discarded" in ok(program("resume", "--list")).out
    assert program("resume", torn).code == program("resume").code == 2
    other = {**house.job("beside.proofward"), "plan": json.loads(house.plan.read_text()), "nonce": None}
    arguments = {name: value for name, value in other.items() if name != "plan_path"} | {
        "hide_weights": False,
        "key": None,
    }
    with Workspace.open(program.home, PASSPHRASE) as workspace, workspace.begin_job("attest", arguments):
        pass
    assert ok(program("resume", "--json")).json["verdict"] == "accepted"  # the only one that can be gone on with
    (program.folder / "beside.proofward").unlink()
    assert "damaged" in program("resume", torn).sentence()
    assert torn in ok(program("resume", "--discard", torn)).out
    assert ok(program("resume", "--list", "--json")).json == {"jobs": []}


def test_the_same_command_continues_and_says_so(house: House) -> None:
    process = worker(house, Job("attest", house.job("again.proofward"), passphrase=PASSPHRASE))
    events(process, until="optimum")
    assert process.stdin
    process.stdin.write(b"pause\n")
    process.stdin.flush()
    events(process)
    assert end(process) == 130
    words = ("attest", house.dataset, "--plan", house.plan, "--out")
    other = ok(house.program(*words, "other.proofward")).out
    assert "Continued" not in other
    again = ok(house.program(*words, "again.proofward")).out
    assert again.startswith("Continued an interrupted job, which had finished the training and the proof of validity")
    for name in ("other.proofward", "again.proofward"):
        (house.program.folder / name).unlink()


def test_a_job_that_would_fail_again_is_forgotten(house: House) -> None:
    plan = write_plan(house.plan.parent / "far.json", target="1/9000000000")
    done = house.program("attest", house.dataset, "--plan", plan)
    assert done.code == 2, done.err
    assert ok(house.program("resume", "--list", "--json")).json == {"jobs": []}


def test_a_bundle_that_cannot_be_written_costs_no_proof(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the bundle is to be written: once there is room, only that is left to do."""

    def full(path: Path) -> None:
        raise InputError("output.full", "The disk is full.", "Free some space and try again.")

    words = ("attest", house.dataset, "--plan", house.plan, "--out", "full.proofward")
    with monkeypatch.context() as broken:
        broken.setattr(attest, "replacing", full)
        assert house.program(*words).code == 2
    assert ok(house.program(*words, "--json")).json["continued"] == PARTS
    (house.program.folder / "full.proofward").unlink()
