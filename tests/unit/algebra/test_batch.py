"""Points with helper processes are the points that one process has, and no helper outlives whom it helps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from core.algebra.batch import blocks, opening, spread, workers
from core.algebra.batch.local import PointList
from core.algebra.batch.opening import open_batch
from core.algebra.batch.spread import SpreadBatch
from core.algebra.batch.workers import HelperWorker
from core.algebra.group import GroupBackend, get_backend
from core.commitments import generators
from core.errors import CancelledError, InternalError, MalformedError
from core.monitor import Monitor, SilentMonitor
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
    monkeypatch.setattr(opening, "usable_cores", lambda: 3)


@pytest.fixture(scope="module")
def blobs() -> list[bytes]:
    native = get_backend("native")
    return [native.encode(point) for point in generators.points(native)[:COUNT]]


@pytest.fixture(params=[False, True])
def opened(
    request: pytest.FixtureRequest, backend: GroupBackend, blobs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[SpreadBatch]:
    """A batch with helpers, all at work at once or one resting until the first sum."""
    monkeypatch.setattr(spread, "RESTING_FROM", 2 if request.param else 100)
    batch = SpreadBatch(backend, blobs, SilentMonitor(), helpers=3, rest=True)
    assert len(batch.helpers) == 3
    yield batch
    batch.close()


def local(backend: GroupBackend, blobs: list[bytes], monitor: Monitor | None = None) -> SpreadBatch:
    return SpreadBatch(backend, blobs, monitor or SilentMonitor())


def with_helpers(backend: GroupBackend, blobs: list[bytes], monitor: Monitor | None = None) -> SpreadBatch:
    batch = open_batch(backend, blobs, monitor or SilentMonitor())
    assert isinstance(batch, SpreadBatch) and len(batch.helpers) == 3
    return batch


def expected(backend: GroupBackend, scalars: list[int]) -> bytes:
    return backend.encode(PointList(backend, generators.points(backend)[:COUNT]).sum(scalars))


def processes(batch: SpreadBatch) -> list[subprocess.Popen[bytes]]:
    return [helper.process for helper in batch._helpers]


def gone(batch: SpreadBatch, left: int) -> None:
    """Wait until it is known that only so many helpers are at work; who is idle is missed when it is asked."""
    until = time.monotonic() + 20
    while len(batch.helpers) > left:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_helpers_form_the_same_sums(backend: GroupBackend, opened: SpreadBatch) -> None:
    assert len(opened) == COUNT
    for scalars in (SCALARS, [0] * COUNT, [0] * (COUNT - 1) + [1], [1] * COUNT):
        assert backend.encode(opened.sum(scalars)) == expected(backend, scalars)
    assert len(opened.helpers) == 3
    with pytest.raises(InternalError):
        opened.sum(SCALARS[1:])


@pytest.mark.parametrize("helpers", [0, 2])
def test_what_is_reported_of_a_sum(backend: GroupBackend, blobs: list[bytes], helpers: int) -> None:
    shares: list[float] = []
    batch = SpreadBatch(backend, blobs, SilentMonitor(), helpers=helpers, report=shares.append)
    batch.sum(SCALARS)
    batch.close()
    assert shares == sorted(shares) and shares[0] >= 0.0 and shares[-1] == 1.0
    assert helpers or len(shares) > len(blocks.block_ranges(COUNT))


@pytest.mark.parametrize("bad", [[0], [15], [16, 17], [69], [20, 3], [69, 33], [40, 41]])
def test_the_first_bad_point_is_named_whoever_meets_it(
    backend: GroupBackend, blobs: list[bytes], bad: list[int]
) -> None:
    changed = [OUTSIDE if index in bad else blob for index, blob in enumerate(blobs)]
    for opened in (with_helpers(backend, changed), local(backend, changed)):
        with pytest.raises(MalformedError) as caught:
            opened.sum([0] * COUNT)
        opened.close()
        assert (caught.value.code, caught.value.detail) == ("point.subgroup", f"point {min(bad)}")
        assert caught.value.message == "A point lies on the curve but outside the group the proof lives in."


def test_what_a_lost_helper_had_is_done_by_others_and_at_last_here(backend: GroupBackend, opened: SpreadBatch) -> None:
    for process in processes(opened):
        assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)
        process.kill()
    for _ in range(2):
        assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)
    gone(opened, 0)


def test_helpers_that_are_lost_at_once_are_not_waited_for(backend: GroupBackend, opened: SpreadBatch) -> None:
    for process in processes(opened):
        process.kill()
    assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)
    gone(opened, 0)


def test_a_lost_helper_hides_no_bad_point(backend: GroupBackend, blobs: list[bytes]) -> None:
    opened = with_helpers(backend, [*blobs[:-1], OUTSIDE])
    for process in processes(opened):
        process.kill()
    with pytest.raises(MalformedError) as caught:
        opened.sum(SCALARS)
    opened.close()
    assert caught.value.detail == f"point {COUNT - 1}"


class Shelf:
    """Keeps sums in memory, and counts how often."""

    def __init__(self, sums: Mapping[int, tuple[bytes, bytes]] | None = None) -> None:
        self.sums = dict(sums or {})
        self.saved: list[int] = []

    def load(self) -> Mapping[int, tuple[bytes, bytes]]:
        return self.sums

    def save(self, sums: Mapping[int, tuple[bytes, bytes]]) -> None:
        assert set(sums) >= set(self.sums)
        self.sums = dict(sums)
        self.saved.append(len(sums))


@pytest.mark.parametrize("helpers", [0, 2])
def test_sums_that_were_kept_are_neither_formed_nor_decoded_again(
    backend: GroupBackend, blobs: list[bytes], helpers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [place.start for place in blocks.block_ranges(COUNT)]
    whole = Shelf()
    batch = SpreadBatch(backend, blobs, SilentMonitor(), helpers=helpers, kept=whole)
    assert backend.encode(batch.sum(SCALARS)) == expected(backend, SCALARS)
    assert set(whole.sums) == set(places)
    assert whole.saved == sorted(whole.saved)
    if not helpers:
        assert whole.saved == list(range(1, len(places) + 1))  # each as soon as it is there
    batch.sum([1] * COUNT)  # to find what is wrong
    assert set(whole.sums) == set(places) and whole.saved[-1] == len(places)
    kept = whole.sums
    batch.close()

    # the last block alone is left to do
    decoded: list[int] = []
    decode = type(backend).decode

    def noted(self: GroupBackend, blobs: list[bytes], *, first: int = 0, **others: Any) -> Any:
        decoded.append(first)
        return decode(self, blobs, first=first, **others)

    monkeypatch.setattr(type(backend), "decode", noted)
    part = Shelf({first: kept[first] for first in places[:-1]})
    batch = SpreadBatch(backend, blobs, SilentMonitor(), kept=part)
    assert backend.encode(batch.sum(SCALARS)) == expected(backend, SCALARS)
    assert decoded == places[-1:] and part.sums == kept and part.saved == [len(places)]
    batch.close()


def test_the_first_sums_are_kept_before_the_last_scalars_are_found(backend: GroupBackend, blobs: list[bytes]) -> None:
    shelf, asked = Shelf(), list[tuple[int, int]]()

    class Found(list[int]):
        def __getitem__(self, key: Any) -> Any:
            asked.append((key.start, len(shelf.saved)))
            return super().__getitem__(key)

    batch = SpreadBatch(backend, blobs, SilentMonitor(), kept=shelf)
    assert backend.encode(batch.sum(Found(SCALARS))) == expected(backend, SCALARS)
    assert [start for start, _ in asked] == [place.start for place in blocks.block_ranges(COUNT)]
    assert asked[0][1] == 0 and asked[-1][1] >= 1

    # and of what an earlier run kept, the scalars of what is left to do are found first
    asked.clear()
    kept = {first: found for first, found in shelf.sums.items() if first != max(shelf.sums)}
    batch = SpreadBatch(backend, blobs, SilentMonitor(), kept=Shelf(kept))
    assert backend.encode(batch.sum(Found(SCALARS))) == expected(backend, SCALARS)
    assert asked[0][0] == max(shelf.sums)


@pytest.mark.parametrize("helpers", [0, 2])
def test_a_kept_sum_of_other_points_or_scalars_is_not_taken(
    backend: GroupBackend, blobs: list[bytes], helpers: int
) -> None:
    shelf = Shelf()
    local_batch = SpreadBatch(backend, blobs, SilentMonitor(), kept=shelf)
    local_batch.sum(SCALARS)
    others = [SCALARS[0] + 1, *SCALARS[1:]]
    batch = SpreadBatch(backend, blobs, SilentMonitor(), helpers=helpers, kept=Shelf(shelf.sums))
    assert backend.encode(batch.sum(others)) == expected(backend, others)
    batch.close()
    changed = [*blobs[:-1], OUTSIDE]
    batch = SpreadBatch(backend, changed, SilentMonitor(), helpers=helpers, kept=Shelf(shelf.sums))
    with pytest.raises(MalformedError) as caught:
        batch.sum(SCALARS)
    assert caught.value.detail == f"point {COUNT - 1}"
    batch.close()


def test_without_processes_the_work_is_done_here(
    backend: GroupBackend, blobs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    opened = open_batch(backend, blobs, SilentMonitor())
    assert isinstance(opened, SpreadBatch) and not opened.helpers
    assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)


def test_without_threads_the_work_is_done_here(
    backend: GroupBackend, blobs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[HelperWorker] = []
    begin = HelperWorker.__init__

    def noted(self: HelperWorker, name: str) -> None:
        begin(self, name)
        started.append(self)

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(HelperWorker, "__init__", noted)
    with monkeypatch.context() as crowded:
        crowded.setattr(threading.Thread, "start", refuse)
        opened = open_batch(backend, blobs, SilentMonitor())
    assert isinstance(opened, SpreadBatch) and not opened.helpers
    assert len(started) == 3 and all(helper.process.poll() is not None for helper in started)
    assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)


def test_one_of_many_processes_starts_no_more(blobs: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    import multiprocessing.process

    monkeypatch.setattr(multiprocessing.process, "parent_process", lambda: object())
    opened = open_batch(get_backend("native"), blobs, SilentMonitor())
    assert isinstance(opened, SpreadBatch) and not opened.helpers


@pytest.mark.parametrize("odd", [b"", bytes(47), bytes(49)])
def test_encodings_of_another_length_are_refused_as_ever(backend: GroupBackend, blobs: list[bytes], odd: bytes) -> None:
    opened = open_batch(backend, [*blobs, odd], SilentMonitor())
    with pytest.raises(MalformedError) as caught:
        opened.sum([1] * (COUNT + 1))
    assert caught.value.code == "point.encoding" and caught.value.detail.startswith(f"point {COUNT}")


class Stop(SilentMonitor):
    def check(self) -> None:
        raise CancelledError


def test_cancelling_ends_the_helpers(backend: GroupBackend, blobs: list[bytes]) -> None:
    opened = with_helpers(backend, blobs, Stop())
    with pytest.raises(CancelledError):
        opened.sum(SCALARS)
    opened.close()
    assert all(process.poll() is not None for process in processes(opened))
    with pytest.raises(CancelledError):
        local(backend, blobs, Stop()).sum(SCALARS)


def test_a_helper_ends_with_its_input() -> None:
    with subprocess.Popen(workers.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as helper:
        assert helper.stdin is not None
        helper.stdin.close()
        assert helper.wait(20) == 0


ORPHANS = """
import os, time
from core.algebra.batch import opening
from core.algebra.group import get_backend
from core.commitments import generators
from core.monitor import SilentMonitor
opening.usable_cores = lambda: 2
native = get_backend("native")
blobs = [native.encode(point) for point in generators.points(native)] * 40
opened = opening.open_batch(native, blobs, SilentMonitor())
print(*(helper.process.pid for helper in opened.helpers), flush=True)
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
    program = workers.command()[-1].replace("; main()", "; print(*sys.modules)")
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.startswith("core")}
    assert all(name.startswith(("core.algebra", "core.errors")) or name == "core" for name in ours)
    assert not {"multiprocessing", "numpy", "asyncio", "subprocess", "py_ecc"} & set(done.stdout.split())


def test_helpers_ignore_the_present_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blobs: list[bytes]) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    opened = with_helpers(get_backend("native"), blobs)
    opened.sum(SCALARS)
    assert len(opened.helpers) == 3
    opened.close()


@pytest.mark.parametrize("count", [0, 1, 5, 16, 17, 31, 100, 1000])
def test_blocks_follow_from_the_number_alone(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = blocks.block_ranges(count)
    assert [index for block in ranges for index in block] == list(range(count))
    assert all(0 < len(block) <= 16 for block in ranges)
    assert max(map(len, ranges), default=0) - min(map(len, ranges), default=0) <= 1
    assert len(ranges) & (len(ranges) - 1) == 0
    monkeypatch.setattr(opening, "usable_cores", lambda: 1)
    assert blocks.block_ranges(count) == ranges


if sys.platform != "win32":

    def test_a_helper_leaves_ctrl_c_to_its_parent(opened: SpreadBatch, backend: GroupBackend) -> None:
        opened.sum(SCALARS)
        for process in processes(opened):
            process.send_signal(signal.SIGINT)
        assert backend.encode(opened.sum(SCALARS)) == expected(backend, SCALARS)
        assert len(opened.helpers) == 3
