"""The command line's entry: parse, run, print, exit code. No traceback ever reaches the person."""

from __future__ import annotations

import atexit
import gc
import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TextIO

from core.cli.app import open_window
from core.cli.parser import Command, parse
from core.cli.passphrase import with_passphrase
from core.cli.run import run
from core.cli.show import show
from core.cli.texts import safe
from core.errors import InputError
from core.jobs.protocol import Job
from core.jobs.runner import Outcome, outcome_of
from core.services.registry import find_verb
from core.settings import PROGRAM, VERSION, Settings, home_folder


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 accepted or done, 1 internal, 2 input, 3 rejected, 4 malformed, 130 stopped."""
    multiprocessing.freeze_support()
    atexit.register(_end_quickly)
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        _tolerate(stream)
    as_json = "--json" in words
    command: Command | None = None
    try:
        command = parse(words)
        as_json = command.as_json
        outcome = _perform(command)
        text = None if outcome is None else _text(command, outcome)
    except SystemExit as leaving:  # --help
        return leaving.code if isinstance(leaving.code, int) else 0
    except BaseException as error:
        verb = "" if command is None else command.verb
        outcome = outcome_of(error, verb=verb, settings=_settings_for_reports())
        text = None
    if outcome is None:
        return 0
    try:
        if text is not None:
            _print(text)
        elif outcome.error is not None:
            _print_error(outcome, as_json=as_json)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        print("The output could not be written.", file=sys.stderr)
        return InputError.exit_code
    return outcome.exit_code


def _perform(command: Command) -> Outcome | None:
    """The outcome of the command; None where there is nothing more to print."""
    if command.name == "version":
        version = {"program": PROGRAM, "version": VERSION}
        _print(json.dumps(version) if command.as_json else f"{PROGRAM} {VERSION}")
        return None
    if command.name == "app":
        auditor = command.arguments["auditor"]
        code = open_window(None if auditor is None else str(auditor))
        return None if code == 0 else Outcome(exit_code=code)
    settings = Settings.from_environment()
    if command.memory is not None:
        settings = replace(settings, memory=command.memory)
    if find_verb(command.verb).needs_workspace:
        settings = with_passphrase(settings)
    return run(Job(verb=command.verb, arguments=command.arguments), settings)


def _text(command: Command, outcome: Outcome) -> str | None:
    """What goes to standard output; None if the command failed."""
    if outcome.result is None:
        return None
    if command.as_json:
        return _json(outcome.result.to_json())
    return safe(show(command, outcome.result)).rstrip("\n")


def _print_error(outcome: Outcome, *, as_json: bool) -> None:
    assert outcome.error is not None
    if as_json:
        event = outcome.event()
        del event["event"]
        _print(_json({"error": event}))
    else:
        print(safe(str(outcome.error)), file=sys.stderr, flush=True)


def _end_quickly() -> None:
    """Spare the interpreter the search for garbage in all of torch, which takes a second and finds nothing to do."""
    gc.freeze()


def _settings_for_reports() -> Settings:
    try:
        return Settings(home=home_folder(os.environ))
    except InputError:
        return Settings(home=home_folder({}))


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True)


def _print(text: str) -> None:
    print(text, flush=True)


def _tolerate(stream: TextIO | None) -> None:
    """A terminal that cannot show a character shows its number; it must not stop the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
