"""What every part of an open workspace shares: the database, the keys, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from core.workspace.vault import Vault


@dataclass(frozen=True, slots=True)
class Session:
    """One open workspace; `now` gives UTC as 2026-11-23T17:31:10Z."""

    db: Database
    vault: Vault
    now: Callable[[], str]


def utc_now() -> str:
    """The time of this machine."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
