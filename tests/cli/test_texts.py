"""Words and figures for the terminal, and progress that is drawn or written."""

from __future__ import annotations

import io

import pytest

from core.cli.progress import PLAIN_INTERVAL, QUIET, ProgressLine, describe
from core.cli.texts import duration, grouped, safe, size, table, wrapped
from core.jobs.protocol import progress_event, stage_event


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.004, "0.00 s"),
        (0.42, "0.42 s"),
        (0.999, "1.0 s"),
        (3.14, "3.1 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3600, "1 h 00 min"),
        (11_400, "3 h 10 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (42_140, "42.1 KB"),
        (999_949, "999.9 KB"),
        (999_951, "1.0 MB"),
        (3_200_000, "3.2 MB"),
        (2_000_000_000, "2.0 GB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ntext, Größe, 患者", "plain\ntext, Größe, 患者"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb\rc", "a\\u200bb\\x0dc"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_text_from_files_is_made_harmless(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_tables_align() -> None:
    assert table([("a", "1.0 s"), ("longer", "12 s")], figures=True) == "  a       1.0 s\n  longer   12 s"
    assert table([("a", "b"), ("longer",)], indent="") == "a       b\nlonger"
    assert table([]) == ""


def test_fingerprints_come_in_groups() -> None:
    assert grouped("0123456789abcdef") == "0123 4567 89ab cdef"


def test_long_lines_are_continued_further_in() -> None:
    text = "Head\n\n  accepted  " + "word " * 30
    lines = wrapped(text, width=60).split("\n")
    assert lines[:2] == ["Head", ""]
    assert max(map(len, lines)) <= 60
    assert lines[3].startswith("      word") and " ".join(" ".join(lines).split()) == " ".join(text.split())


def test_a_word_is_never_broken() -> None:
    assert "f" * 200 in wrapped("  root " + "f" * 200)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progressing(stream: io.StringIO) -> tuple[ProgressLine, Clock]:
    clock = Clock()
    line = ProgressLine(stream, clock=clock)
    line.emit(stage_event("train"))
    line.emit(progress_event("train", 0.25, 6.0, overall=0.1, total_left_s=40.0))
    return line, clock


def test_quick_work_shows_nothing() -> None:
    stream = io.StringIO()
    line, clock = progressing(stream)
    clock.now = QUIET / 2
    line.draw()
    line.close()
    assert stream.getvalue() == ""


def test_elsewhere_than_on_a_terminal_lines_are_plain_and_few() -> None:
    stream = io.StringIO()
    line, clock = progressing(stream)
    for step in range(100):
        clock.now = QUIET + step * PLAIN_INTERVAL / 50
        line.emit(progress_event("train", 0.25 + step / 1000, 6.0, overall=None, total_left_s=None))
        line.draw()
    line.emit(stage_event("optimum"))
    line.draw()
    line.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3 and "\r" not in stream.getvalue()
    assert lines[0] == "Training the model: 25 %, about 6 s left"
    assert lines[-1] == "Proving that the model is the optimum ..."


def test_on_a_terminal_one_line_changes_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    line, clock = progressing(stream)
    clock.now = 2.0
    line.draw()
    shown = stream.getvalue()
    assert shown.startswith("\rTraining the model: 25 %, about 6 s left, in all 40 s") and "\n" not in shown
    line.close()
    assert stream.getvalue().endswith("\r") and not stream.getvalue().split("\r")[-2].strip()


def test_a_terminal_that_went_away_stops_nothing() -> None:
    stream = Terminal()
    line, clock = progressing(stream)
    stream.close = lambda: None  # type: ignore[method-assign]
    io.StringIO.close(stream)
    clock.now = 2.0
    line.draw()
    line.close()


def test_a_stage_that_nobody_named_is_shown_harmlessly() -> None:
    assert describe("odd\x1b", {}) == "Odd\\x1b ..."


def test_a_finished_stage_has_no_time_left() -> None:
    event = progress_event("train", 1.0, 0.0, overall=None, total_left_s=None)
    assert describe("train", event) == "Training the model: 100 %"
