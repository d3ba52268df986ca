"""The wish that work stops: for good, or for now with what is finished kept."""

from __future__ import annotations

import threading

from core.errors import CancelledError, PausedError


class Stop(threading.Event):
    """Set once work is to stop. resumable: whether the work keeps what it has finished; if not, a pause is a cancel."""

    def __init__(self, *, resumable: bool = False) -> None:
        super().__init__()
        self._resumable = resumable
        self._for_now = False

    @property
    def for_now(self) -> bool:
        """Whether finished results are to be kept."""
        return self._for_now

    def cancel(self) -> None:
        """Stop for good, also after a pause."""
        self._for_now = False
        self.set()

    def pause(self) -> None:
        """Stop for now, unless it is to stop for good already."""
        if not self.is_set():
            self._for_now = self._resumable
            self.set()

    def error(self) -> CancelledError:
        """What the work ends with."""
        return PausedError() if self._for_now else CancelledError()
