"""Jobs and events survive the way through a pipe, and nothing else is taken for one."""

from __future__ import annotations

import json
import math

import pytest

from core.errors import CancelledError, InputError, InternalError, MalformedError, ProofwardError, RejectedError
from core.jobs.protocol import (
    Job,
    error_event,
    error_from,
    metric_event,
    progress_event,
    result_event,
    stage_event,
    to_line,
)


def test_a_job_survives_its_line() -> None:
    job = Job(verb="attest", arguments={"dataset": "ds-1", "nonce": None}, home="/srv/ward", passphrase="pässword\n")
    line = job.to_line()
    assert line.count("\n") == 1 and line.endswith("\n")
    assert Job.from_line(line) == job


def test_a_job_does_not_show_its_passphrase() -> None:
    assert "hunter2" not in repr(Job(verb="attest", passphrase="hunter2"))


def test_home_and_passphrase_may_be_absent() -> None:
    assert Job.from_line('{"verb": "verify"}') == Job(verb="verify")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "job.json"),
        ("attest", "job.json"),
        ("[" * 100_000, "job.json"),
        ("[]", "job.fields"),
        ("{}", "job.fields"),
        ('{"verb": 1}', "job.fields"),
        ('{"verb": "attest", "arguments": []}', "job.fields"),
        ('{"verb": "attest", "passphrase": 7}', "job.fields"),
        ('{"verb": "attest", "home": ["x"]}', "job.fields"),
        ('{"verb": "attest", "extra": 1}', "job.fields"),
    ],
)
def test_anything_else_is_no_job(line: str, code: str) -> None:
    with pytest.raises(InputError) as raised:
        Job.from_line(line)
    assert raised.value.code == code


@pytest.mark.parametrize(
    "event",
    [
        stage_event("train"),
        progress_event("train", 0.5, 3.21, overall=None, total_left_s=None),
        metric_event("loss", 3, 0.25),
        metric_event("loss", 4, math.nan),
        metric_event("loss", 5, math.inf),
        result_event({"root": "00"}),
        error_event(InternalError("internal.unexpected", "Ouch.", "Look."), report="/tmp/x.json"),
    ],
)
def test_every_event_is_one_line_of_strict_json(event: dict[str, object]) -> None:
    line = to_line(event)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert json.loads(line, parse_constant=lambda name: pytest.fail(name)) == event


@pytest.mark.parametrize("kind", [InternalError, InputError, RejectedError, MalformedError])
def test_an_error_comes_back_as_what_it_was(kind: type[ProofwardError]) -> None:
    back = error_from(error_event(kind("room.what", "What happened.", "What to do.")))
    assert type(back) is kind
    assert (back.code, back.message, back.remedy) == ("room.what", "What happened.", "What to do.")


def test_a_cancel_comes_back_as_a_cancel() -> None:
    assert isinstance(error_from(error_event(CancelledError())), CancelledError)


def test_an_unknown_kind_of_error_is_ours() -> None:
    assert isinstance(error_from({"event": "error", "kind": "new", "code": "x", "message": "y"}), InternalError)
