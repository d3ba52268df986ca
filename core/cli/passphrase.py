"""Asks for the workspace's passphrase where there is a person to ask."""

from __future__ import annotations

import getpass
import sys
from dataclasses import replace

from core.errors import CancelledError, InputError
from core.settings import PASSPHRASE_VARIABLE, Settings, checked_passphrase


def with_passphrase(settings: Settings) -> Settings:
    """`settings` with a passphrase, asked for if there is none; twice if the workspace is to be made."""
    if settings.passphrase is not None:
        return settings
    if not _at_terminal():
        raise InputError(
            "workspace.passphrase_needed",
            "The workspace needs its passphrase, and there is no terminal to ask for it.",
            f"Set {PASSPHRASE_VARIABLE}.",
        )
    try:
        if settings.has_workspace:
            return replace(settings, passphrase=checked_passphrase(_ask("Passphrase of the workspace: ")))
        print("A workspace will be made for you. Its passphrase cannot be recovered.", file=sys.stderr)
        first = checked_passphrase(_ask("New passphrase: "))
        if _ask("The same again: ") != first:
            raise InputError("workspace.passphrase_differs", "The two passphrases differ.", "Try again.")
    except (KeyboardInterrupt, EOFError):
        raise CancelledError() from None
    return replace(settings, passphrase=first)


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _ask(prompt: str) -> str:
    return getpass.getpass(prompt, stream=sys.stderr)
