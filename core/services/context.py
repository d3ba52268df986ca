"""What a verb needs besides its request: progress and cancel, randomness, the clock, the workspace."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.monitor import Monitor, SilentMonitor
from core.services.stages import FoldedMonitor
from core.settings import PASSPHRASE_VARIABLE, Settings

if TYPE_CHECKING:  # verifying needs neither a database nor a prover, so nothing here loads them
    from core.engines.interface import Engine
    from core.randomness import Tape
    from core.workspace import Workspace


class WorkspaceDoor:
    """Opens the workspace when a verb first asks for it, creates it where none is if it may, and closes it once."""

    def __init__(self, home: Path, passphrase: str | None, *, create: bool = True) -> None:
        self.home = home
        self._create = create
        self._passphrase = passphrase
        self._open: Workspace | None = None

    def open(self) -> Workspace:
        """The workspace in `home`; InputError workspace.* without the right passphrase."""
        if self._open is None:
            from core.workspace import Workspace

            if self._passphrase is None:
                raise InputError(
                    "workspace.passphrase_needed",
                    "The workspace needs its passphrase.",
                    f"Set {PASSPHRASE_VARIABLE}, or run the command in a terminal that can ask for it.",
                )
            missing = self._create and not Workspace.exists(self.home)
            door = Workspace.create if missing else Workspace.open
            self._open = door(self.home, self._passphrase)
        return self._open

    def close(self) -> None:
        """Close the workspace if it was opened."""
        if self._open is not None:
            self._open.close()
            self._open = None


def utc_now() -> datetime:
    """The time now, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def system_tape() -> Tape:
    """The operating system's randomness."""
    from core.randomness import SystemTape

    return SystemTape()


def fast_engine(monitor: Monitor) -> Engine:
    """The engine of ordinary use, its kernels compiled or loaded under a stage "prepare" of their own."""
    from core.engines import get_engine
    from core.engines.warm import STAGE, warm_up

    warm_up(FoldedMonitor(monitor, name="prepare", stages={STAGE: 1.0}))
    return get_engine("fast")


@dataclass(frozen=True, slots=True)
class Context:
    """One run of one verb. Tape and engine are made when needed; tests put seeded and plain ones in their place."""

    settings: Settings
    door: WorkspaceDoor
    monitor: Monitor = field(default_factory=SilentMonitor)
    clock: Callable[[], datetime] = utc_now
    make_tape: Callable[[], Tape] = system_tape
    make_engine: Callable[[Monitor], Engine] = fast_engine

    @property
    def workspace(self) -> Workspace:
        """The open workspace."""
        return self.door.open()

    @property
    def tape(self) -> Tape:
        """Randomness for one proof."""
        return self.make_tape()

    @property
    def now(self) -> str:
        """The time as it is written into bundles: 2026-01-31T12:00:00Z."""
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextlib.contextmanager
def open_context(settings: Settings, monitor: Monitor) -> Iterator[Context]:
    """A context whose workspace is closed when the block ends."""
    door = WorkspaceDoor(settings.home, settings.passphrase, create=settings.create)
    try:
        yield Context(settings=settings, door=door, monitor=monitor)
    finally:
        door.close()
