"""How every command says what it takes: one parser class, one way to add a command, one way to pick its arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from core.errors import InputError
from core.settings import memory_size


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are InputError usage."""

    def error(self, message: str) -> NoReturn:
        if message == "the following arguments are required: COMMAND":
            raise InputError("usage", "Say what is to be done.", f"Try: {self.prog} --help")
        raise InputError("usage", f"{message[:1].upper()}{message[1:]}.", f"Try: {self.prog} --help")


def add(
    commands: Any,
    word: str,
    help_text: str,
    *,
    name: str = "",
    verb: str = "",
    arguments: Callable[[dict[str, Any]], dict[str, object]] = lambda values: {},
) -> argparse.ArgumentParser:
    """A new command; `arguments` makes the verb's arguments from the parsed words."""
    parser: argparse.ArgumentParser = commands.add_parser(
        word, help=help_text, description=help_text[:1].upper() + help_text[1:] + ".", allow_abbrev=False
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    parser.set_defaults(_name=name or word, _verb=verb, _arguments=arguments)
    return parser


def pick(*names: str) -> Callable[[dict[str, Any]], dict[str, object]]:
    """The parsed words of these names as the verb's arguments."""
    return lambda values: {name: values[name] for name in names}


def memory_option(parser: argparse.ArgumentParser) -> None:
    """Add `--memory`."""
    parser.add_argument(
        "--memory",
        metavar="SIZE",
        type=memory_size,
        help="the most memory that it may take, as in 4GB, 1500MB or 4GiB (default: what the machine has to spare)",
    )


def whole(text: str) -> int:
    """A whole number of at most 15 digits, as argparse wants it."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise argparse.ArgumentTypeError("a whole number is needed")
    return int(text)
