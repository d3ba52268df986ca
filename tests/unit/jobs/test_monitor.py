"""Events come at most ten a second, and no last figure is lost."""

from __future__ import annotations

import pytest

from core.errors import CancelledError
from core.jobs.monitor import MIN_INTERVAL, JobMonitor
from core.jobs.protocol import Event


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def watched() -> tuple[JobMonitor, list[Event], Clock]:
    events: list[Event] = []
    clock = Clock()
    return JobMonitor(events.append, clock=clock), events, clock


def test_ten_thousand_steps_in_two_seconds_are_at_most_twenty_two_events() -> None:
    monitor, events, clock = watched()
    monitor.stage("train")
    for step in range(10_000):
        clock.now += 2.0 / 10_000
        monitor.progress(step / 10_000)
    monitor.progress(1.0)
    monitor.flush()
    progress = [event for event in events if event["event"] == "progress"]
    assert 15 <= len(progress) <= 2.0 / MIN_INTERVAL + 2
    assert progress[-1]["done"] == 1.0


def test_the_last_share_of_a_stage_arrives_before_the_next_stage() -> None:
    monitor, events, clock = watched()
    monitor.stage("a")
    monitor.progress(0.1)
    clock.now += 0.01
    monitor.progress(0.9)
    monitor.stage("b")
    assert [(event["event"], event.get("done")) for event in events] == [
        ("stage", None),
        ("progress", 0.1),
        ("progress", 0.9),
        ("stage", None),
    ]
    assert events[2]["stage"] == "a"


def test_metrics_are_limited_by_name_and_the_last_one_arrives() -> None:
    monitor, events, clock = watched()
    for step in range(100):
        clock.now += 0.001
        monitor.metric("loss", step, 1.0 / (step + 1))
        monitor.metric("gap", step, 2.0)
    monitor.flush()
    steps = [event["step"] for event in events if event["name"] == "loss"]
    assert steps[0] == 0 and steps[-1] == 99 and len(steps) <= 3
    assert {event["name"] for event in events} == {"loss", "gap"}


def test_a_cancel_is_noticed_at_the_next_check() -> None:
    monitor, _, _ = watched()
    monitor.check()
    monitor.cancel.set()
    with pytest.raises(CancelledError):
        monitor.check()
