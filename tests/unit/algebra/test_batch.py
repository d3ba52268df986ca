"""Points with helper processes are the points that one process has, and no helper outlives whom it helps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.algebra.batch import blocks, helpers, opening
from core.algebra.batch.local import LocalBatch, PointBatch, PointList
from core.algebra.batch.opening import open_batch
from core.algebra.group import GroupBackend, get_backend
from core.commitments import generators
from core.errors import CancelledError, InternalError, MalformedError
from core.monitor import SilentMonitor
from tests.unit.algebra import curve

ROOT = Path(__file__).resolve().parents[3]
COUNT = 70
OUTSIDE = curve.compressed(curve.torsion(11))
SCALARS = [pow(7, k, 1 << 250) - (1 << 200) for k in range(COUNT)]


@pytest.fixture(params=["native", "reference"])
def backend(request: pytest.FixtureRequest) -> GroupBackend:
    return get_backend(request.param)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks and thresholds as if a few points were many, on a machine with three cores."""
    monkeypatch.setattr(blocks, "LARGEST", 16)
    monkeypatch.setattr(opening, "HELPED_FROM", {"native": 20, "reference": 20})
    monkeypatch.setattr(opening, "_cores", lambda: 3)


@pytest.fixture(scope="module")
def blobs() -> list[bytes]:
    native = get_backend("native")
    return [native.encode(point) for point in generators.points(native)[:COUNT]]


@pytest.fixture
def opened(backend: GroupBackend, blobs: list[bytes]) -> Iterator[helpers.HelperBatch]:
    batch = open_batch(backend, blobs, SilentMonitor())
    assert isinstance(batch, helpers.HelperBatch)
    yield batch
    batch.close()


def wait(batch: PointBatch) -> list[float]:
    shares: list[float] = []
    batch.wait(shares.append)
    return shares


def expected(backend: GroupBackend, scalars: list[int]) -> bytes:
    return backend.encode(PointList(backend, generators.points(backend)[:COUNT]).sum(scalars))


def processes(batch: helpers.HelperBatch) -> list[subprocess.Popen[bytes]]:
    return [part.helper._process for part in batch._parts]


def test_helpers_form_the_same_sums(backend: GroupBackend, opened: helpers.HelperBatch) -> None:
    shares = wait(opened)
    assert len(opened) == COUNT and all(0 <= share <= 1 for share in shares)
    for scalars in (SCALARS, [0] * COUNT, [0] * (COUNT - 1) + [1], [1] * COUNT):
        assert backend.encode(opened.sum(scalars)) == expected(backend, scalars)
    with pytest.raises(InternalError):
        opened.sum(SCALARS[1:])


@pytest.mark.parametrize("bad", [[0], [15], [16, 17], [69], [20, 3], [69, 33], [40, 41]])
def test_the_first_bad_point_is_named_whoever_meets_it(
    backend: GroupBackend, blobs: list[bytes], bad: list[int]
) -> None:
    changed = [OUTSIDE if index in bad else blob for index, blob in enumerate(blobs)]
    for opened in (open_batch(backend, changed, SilentMonitor()), LocalBatch(backend, changed, SilentMonitor())):
        with pytest.raises(MalformedError) as caught:
            wait(opened)
        opened.close()
        assert (caught.value.code, caught.value.detail) == ("point.subgroup", f"point {min(bad)}")
        assert caught.value.message == "A point lies on the curve but outside the group the proof lives in."


def test_what_a_lost_helper_had_is_done_here(backend: GroupBackend, opened: helpers.HelperBatch) -> None:
    processes(opened)[1].kill()
    wait(opened)
    assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)
    processes(opened)[0].kill()
    assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)
    assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)


def test_a_lost_helper_hides_no_bad_point(backend: GroupBackend, blobs: list[bytes]) -> None:
    opened = open_batch(backend, [*blobs[:-1], OUTSIDE], SilentMonitor())
    assert isinstance(opened, helpers.HelperBatch)
    for process in processes(opened):
        process.kill()
    with pytest.raises(MalformedError) as caught:
        wait(opened)
    opened.close()
    assert caught.value.detail == f"point {COUNT - 1}"


def test_without_processes_the_work_is_done_here(
    backend: GroupBackend, blobs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    opened = open_batch(backend, blobs, SilentMonitor())
    assert isinstance(opened, LocalBatch)
    assert wait(opened)[-1] == 1.0
    assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)


def test_one_of_many_processes_starts_no_more(blobs: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    import multiprocessing.process

    monkeypatch.setattr(multiprocessing.process, "parent_process", lambda: object())
    assert isinstance(open_batch(get_backend("native"), blobs, SilentMonitor()), LocalBatch)


@pytest.mark.parametrize("odd", [b"", bytes(47), bytes(49)])
def test_encodings_of_another_length_are_refused_as_ever(backend: GroupBackend, blobs: list[bytes], odd: bytes) -> None:
    opened = open_batch(backend, [*blobs, odd], SilentMonitor())
    with pytest.raises(MalformedError) as caught:
        wait(opened)
    assert caught.value.code == "point.encoding" and caught.value.detail.startswith(f"point {COUNT}")


class Stop(SilentMonitor):
    def check(self) -> None:
        raise CancelledError


def test_cancelling_ends_the_helpers(backend: GroupBackend, blobs: list[bytes]) -> None:
    opened = open_batch(backend, blobs, Stop())
    assert isinstance(opened, helpers.HelperBatch)
    with pytest.raises(CancelledError):
        wait(opened)
    opened.close()
    assert all(process.poll() is not None for process in processes(opened))
    with pytest.raises(CancelledError):
        wait(LocalBatch(backend, blobs, Stop()))


def test_a_helper_ends_with_its_input() -> None:
    with subprocess.Popen(helpers.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as helper:
        assert helper.stdin is not None
        helper.stdin.close()
        assert helper.wait(20) == 0


ORPHANS = """
import os, time
from core.algebra.batch import opening
from core.algebra.group import get_backend
from core.commitments import generators
from core.monitor import SilentMonitor
opening._cores = lambda: 2
native = get_backend("native")
blobs = [native.encode(point) for point in generators.points(native)] * 40
opened = opening.open_batch(native, blobs, SilentMonitor())
print(*(part.helper._process.pid for part in opened._parts), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to kill with")
def test_helpers_die_with_their_parent_while_they_work() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(alive(pid) for pid in pids)
        parent.kill()
        parent.wait()
    until = time.monotonic() + 20
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < until, "a helper lives on"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_helper_loads_next_to_nothing() -> None:
    """Its start is paid for by every verification of a large bundle."""
    program = helpers.command()[-1].replace("; main()", "; print(*sys.modules)")
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith("core")}
    assert all(name.startswith(("core.algebra", "core.errors")) or name == "core" for name in ours)
    assert not {"multiprocessing", "numpy", "asyncio", "subprocess", "py_ecc"} & set(done.stdout.split())


def test_helpers_ignore_the_present_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blobs: list[bytes]) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    opened = open_batch(get_backend("native"), blobs, SilentMonitor())
    wait(opened)
    assert isinstance(opened, helpers.HelperBatch) and all(part.local is None for part in opened._parts)
    opened.close()


@pytest.mark.parametrize("count", [0, 1, 5, 16, 17, 31, 100, 1000])
def test_blocks_follow_from_the_number_alone(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = blocks.block_ranges(count)
    assert [index for block in ranges for index in block] == list(range(count))
    assert all(0 < len(block) <= 16 for block in ranges)
    assert max(map(len, ranges), default=0) - min(map(len, ranges), default=0) <= 1
    assert len(ranges) & (len(ranges) - 1) == 0
    monkeypatch.setattr(opening, "_cores", lambda: 1)
    assert blocks.block_ranges(count) == ranges


if sys.platform != "win32":

    def test_a_helper_leaves_ctrl_c_to_its_parent(opened: helpers.HelperBatch, backend: GroupBackend) -> None:
        wait(opened)
        for process in processes(opened):
            process.send_signal(signal.SIGINT)
        assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)
        assert all(part.local is None for part in opened._parts)
