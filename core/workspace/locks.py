"""One process at a time: a lock on an empty file that the system lets go of by itself when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from core.workspace.files import FILE_MODE

_TRIES = 3
_BETWEEN = 0.05  # seconds; somebody who only looks whether a lock is held holds it for an instant


class Lock:
    """The lock of the file `path`, which exists while it is held, and after its holder was killed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Whether the lock is this object's now; it does not wait for another holder. OSError if no file can be made.
        """
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_BETWEEN)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, FILE_MODE)
            if _take(descriptor, shared=False) and _is_at(descriptor, self._path):
                self._descriptor = descriptor
                return True
            os.close(descriptor)  # held by another, or removed by its last holder in this very moment
        return False

    def release(self) -> None:
        """Let go, and remove the file."""
        if self._descriptor is not None:
            if sys.platform != "win32":  # there the name goes only once nobody has the file open
                with contextlib.suppress(OSError):
                    self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = None
            with contextlib.suppress(OSError):
                if sys.platform == "win32":
                    self._path.unlink()

    def is_held(self) -> bool:
        """Whether anybody holds the lock."""
        try:
            descriptor = os.open(self._path, os.O_RDWR)
        except OSError:
            return False
        try:
            return not _take(descriptor, shared=True)
        finally:
            os.close(descriptor)


def _take(descriptor: int, *, shared: bool) -> bool:
    """Lock an open file if nobody else has; closing it unlocks it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # flock, not lockf: it keeps out a second holder in the same process too
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the open file still has its name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False
