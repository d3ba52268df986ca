"""The progress of work that reads a file block by block and works on each block: one share of the whole file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.monitor import Monitor

READ_SHARE = 0.4
"""Of the work on a block, what is done when its rows are read."""


class BlockProgress:
    """A monitor for the reader and for the work on blocks; the first block is read in a stage of its own.

    share: the share of the file that was read; stage: the name of the stage in which everything after that is done.
    """

    def __init__(self, outer: Monitor, *, share: Callable[[], float], stage: str) -> None:
        self._outer = outer
        self._share = share
        self._stage = stage
        self._begun = self._working = False
        self._from = share()

    def work(self) -> None:
        """The block is read; what is reported from now on is the work on it."""
        if not self._begun:
            self._outer.stage(self._stage)
            self._begun = True
        self._working = True
        self.progress(0.0)

    def next_block(self) -> None:
        """The block is done."""
        self._from = self._share()
        self._working = False
        self._outer.progress(self._from)

    def expect(self, seconds: Mapping[str, float]) -> None:
        self._outer.expect(seconds)

    def stage(self, name: str) -> None:
        pass

    def progress(self, done: float) -> None:
        if not self._begun:
            self._outer.progress(done)
            return
        step = self._share() - self._from
        part = READ_SHARE + (1 - READ_SHARE) * done if self._working else READ_SHARE
        self._outer.progress(self._from + step * part)

    def metric(self, name: str, step: int, value: float) -> None:
        self._outer.metric(name, step, value)

    def check(self) -> None:
        self._outer.check()
