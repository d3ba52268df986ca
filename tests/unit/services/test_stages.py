"""Stages as their caller sees them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.errors import CancelledError
from core.services.stages import FoldedMonitor, StageClock


class Recorder:
    def __init__(self) -> None:
        self.seen: list[tuple[str, object]] = []
        self.cancelled = False

    def expect(self, seconds: Mapping[str, float]) -> None:
        self.seen.append(("expect", seconds))

    def stage(self, name: str) -> None:
        self.seen.append(("stage", name))

    def progress(self, done: float) -> None:
        self.seen.append(("progress", round(done, 3)))

    def metric(self, name: str, step: int, value: float) -> None:
        self.seen.append((name, value))

    def check(self) -> None:
        if self.cancelled:
            raise CancelledError()


def test_the_clock_keeps_the_seconds_of_each_stage() -> None:
    times = iter([1.0, 3.0, 3.0, 10.0, 10.0, 11.5])
    recorder = Recorder()
    clock = StageClock(recorder, clock=lambda: next(times))
    clock.stage("a")
    clock.stage("b")
    clock.stage("a")
    clock.finish()
    clock.finish()
    assert clock.seconds == {"a": 3.5, "b": 7.0}
    assert recorder.seen == [("stage", "a"), ("stage", "b"), ("stage", "a")]


def test_inner_stages_are_folded_into_one() -> None:
    recorder = Recorder()
    folded = FoldedMonitor(recorder, name="check", stages={"open": 1.0, "proofs": 3.0})
    folded.stage("open")
    folded.progress(0.5)
    folded.stage("not expected")
    folded.stage("proofs")
    folded.progress(1.0)
    folded.metric("loss", 1, 2.0)
    assert recorder.seen == [
        ("stage", "check"),
        ("progress", 0.0),
        ("progress", 0.125),
        ("progress", 0.0),
        ("progress", 0.25),
        ("progress", 1.0),
        ("loss", 2.0),
    ]


@pytest.mark.parametrize("kind", ["clock", "folded"])
def test_a_cancel_goes_through(kind: str) -> None:
    recorder = Recorder()
    monitor = StageClock(recorder) if kind == "clock" else FoldedMonitor(recorder, name="x", stages={})
    monitor.check()
    recorder.cancelled = True
    with pytest.raises(CancelledError):
        monitor.check()


def test_expectations_pass_a_clock_and_not_a_fold() -> None:
    recorder = Recorder()
    StageClock(recorder).expect({"train": 2.0})
    FoldedMonitor(recorder, name="check", stages={"open": 1.0}).expect({"open": 3.0})
    assert recorder.seen == [("expect", {"train": 2.0}), ("stage", "check")]
