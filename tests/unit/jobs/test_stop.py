"""A pause keeps, a cancel forgets, and what keeps nothing can only be cancelled."""

from __future__ import annotations

import pytest

from core.errors import CancelledError, PausedError
from core.jobs.monitor import JobMonitor
from core.jobs.protocol import Event, error_event, error_from
from core.jobs.stop import Stop


def stopped(stop: Stop) -> CancelledError:
    with pytest.raises(CancelledError) as raised:
        JobMonitor(lambda event: None, cancel=stop).check()
    return raised.value


def test_a_pause_keeps() -> None:
    stop = Stop(resumable=True)
    JobMonitor(lambda event: None, cancel=stop).check()
    stop.pause()
    assert stop.for_now and isinstance(stopped(stop), PausedError)


def test_a_cancel_overrules_a_pause_and_never_the_other_way_round() -> None:
    stop = Stop(resumable=True)
    stop.pause()
    stop.cancel()
    assert not stop.for_now and type(stopped(stop)) is CancelledError
    stop.pause()
    assert not stop.for_now and type(stopped(stop)) is CancelledError


def test_what_keeps_nothing_is_cancelled() -> None:
    stop = Stop()
    stop.pause()
    assert not stop.for_now and type(stopped(stop)) is CancelledError


def test_the_event_of_a_pause_and_back() -> None:
    event: Event = error_event(PausedError())
    assert (event["event"], event["kind"]) == ("paused", "paused")
    back = error_from(event)
    assert type(back) is PausedError and back.exit_code == 130 and back.message == PausedError().message
