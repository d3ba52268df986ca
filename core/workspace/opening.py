"""A dataset on its way into memory: a helper process opens records from the first on, this one from the last on back.

Opening a large dataset takes about as long as loading torch and the kernels, so that the helper is started before
these; where they are loaded first, both share what is left, block by block, until they meet. What a helper does not
deliver, for whatever reason, is opened here: the result, or the error, never depends on whether there was one.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from core import helpers
from core.algebra.field import SCALAR_BYTES
from core.algebra.wire import POINT_BYTES
from core.monitor import Monitor
from core.proving.dataset import OpenedDataset, PackedScalars
from core.workspace import opener
from core.workspace.database import plain_errors
from core.workspace.reader import RecordReader
from core.workspace.records import RecordSafe, damaged
from core.workspace.session import Session

if TYPE_CHECKING:
    import subprocess

    from core.workspace.datasets import DatasetInfo

BLOCK = 1000
"""Records opened at a time, between two looks at the monitor."""
HELPED_FROM = 20_000
"""Records from which on a helper saves more than the half second that it takes to start."""
_AHEAD = 2
"""Blocks that a helper has been asked for, so that it need not wait for being asked."""
_PATIENCE = 2.0
"""Seconds without a block from the helper after which this process, which has nothing else to do, opens the rest."""
_POLL = 0.1
"""Seconds between two looks at the monitor while the helper finishes."""


def would_help(records: int) -> bool:
    """Whether a helper is started for so many records."""
    return records >= HELPED_FROM and helpers.usable_cores() > 1 and helpers.may_start()


class _Remaining:
    """Which records nobody has taken yet: those between two ends, which two threads take blocks from."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._first, self._end = 0, count
        self._opened = 0
        self._moved = time.monotonic()
        self._changed = threading.Condition()

    @property
    def share(self) -> float:
        """How many are opened, 0 to 1."""
        with self._changed:
            return self._opened / max(self._count, 1)

    @property
    def done(self) -> bool:
        """Whether all are."""
        with self._changed:
            return self._opened == self._count

    def take_first(self) -> range | None:
        """The next block from the first record on, None if nothing is left."""
        with self._changed:
            taken = range(self._first, min(self._first + BLOCK, self._end))
            self._first = taken.stop
        return taken or None

    def take_last(self) -> range | None:
        """The next block from the last record on back."""
        with self._changed:
            taken = range(max(self._end - BLOCK, self._first), self._end)
            self._end = taken.start
        return taken or None

    def opened(self, block: range) -> None:
        with self._changed:
            self._opened += len(block)
            self._moved = time.monotonic()
            self._changed.notify_all()

    def give_back(self, blocks: Iterable[range]) -> None:
        """Blocks that were taken last from the first record on, and are not opened."""
        with self._changed:
            self._first = min([self._first, *(block.start for block in blocks)])
            self._changed.notify_all()

    def wait(self) -> bool:
        """Wait a moment, or until something has changed; whether somebody has not come on for too long."""
        with self._changed:
            if self._opened < self._count and self._first == self._end:
                self._changed.wait(_POLL)
            return time.monotonic() - self._moved > _PATIENCE


class DatasetOpening:
    """A context manager that ends its helper; `finish` waits for the dataset and helps to open it."""

    def __init__(
        self,
        session: Session,
        file: Path,
        info: DatasetInfo,
        *,
        require_list: Callable[[Sequence[int], Sequence[bytes]], None],
        helped: bool,
    ) -> None:
        self._session = session
        self._file = file
        self._info = info
        self._require_list = require_list
        self._left = _Remaining(info.records)
        self._numbers = np.empty(info.records, dtype=np.int64)
        self._commitments = np.empty((info.records, POINT_BYTES), dtype=np.uint8)
        self._blindings = np.empty((info.records, SCALAR_BYTES), dtype=np.uint8)
        self._rows = np.empty((info.records, info.width), dtype=np.uint16)
        self._helper: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        if helped and would_help(info.records):
            self._start()

    def __enter__(self) -> DatasetOpening:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def helped(self) -> bool:
        """Whether a helper is at work, so that other things can be done before `finish`."""
        return self._helper is not None

    def finish(self, monitor: Monitor) -> OpenedDataset:
        """Everything about the dataset.

        Rows and blinding factors are bound to their numbers and commitments, and these as a whole to the root, by
        what is sealed. InputError workspace.damaged if anything does not fit.
        """
        left = self._left
        with contextlib.closing(self._reader()) as reader:
            take = left.take_last if self.helped else left.take_first
            while not left.done:
                monitor.check()
                monitor.progress(left.share)
                block = take()
                if block is None:
                    if left.wait() and self._helper is not None:
                        helpers.end(self._helper)  # and what it has taken is given back
                    continue
                with plain_errors():
                    columns = reader.read(len(block))
                for place, column in zip(self._places(block), columns, strict=True):
                    place[:] = column
                left.opened(block)
        self.close()
        return self._dataset()

    def close(self) -> None:
        """End the helper."""
        if self._helper is None:
            return
        helpers.end(self._helper)
        if self._thread is not None:
            self._thread.join(helpers.ENDING)
        helpers.release(self._helper)
        self._helper = None

    def _start(self) -> None:
        try:
            helper = helpers.start(helpers.command("core.workspace.opener", "--records"))
        except OSError:  # no more processes are to be had here
            return
        self._helper = helper
        thread = threading.Thread(target=self._receive, args=(helper,), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # and no more threads
            self.close()
        else:
            self._thread = thread

    def _receive(self, helper: subprocess.Popen[bytes]) -> None:
        """Have the helper open one block after the other, until none is left or it is lost."""
        asked: deque[range] = deque()
        into, out = helper.stdin, helper.stdout
        try:
            if into is None or out is None:
                return
            helpers.widen(out)  # this thread is woken for each piece, and waits for the interpreter each time
            info = self._info
            into.write(opener.order(self._file, self._session.vault, info.dataset_id, width=info.width))
            while True:
                while len(asked) < _AHEAD and (block := self._left.take_first()) is not None:
                    asked.append(block)
                    opener.ask(into, len(block))
                if not asked or not opener.take(out, self._places(asked[0])):
                    return
                self._left.opened(asked.popleft())
        except (OSError, ValueError):  # it is gone, or its pipes are closed
            return
        finally:
            self._left.give_back(asked)

    def _places(self, block: range) -> tuple[memoryview, ...]:
        """Where the columns of these records stand."""
        arrays = (self._numbers, self._commitments, self._blindings, self._rows)
        return tuple(array[block.start : block.stop].data.cast("B") for array in arrays)

    def _reader(self) -> RecordReader:
        info, session = self._info, self._session
        query = "SELECT COUNT(*) FROM records WHERE dataset_id = ?"
        with plain_errors():
            if session.db.execute(query, [info.dataset_id]).fetchone()[0] != info.records:
                raise damaged()
            return RecordReader(
                session.db.conn,
                RecordSafe(session.vault),
                info.dataset_id,
                width=info.width,
                backwards=self.helped,
            )

    def _dataset(self) -> OpenedDataset:
        info = self._info
        numbers = tuple(self._numbers.tolist())
        commitments = tuple(_split(self._commitments.tobytes(), POINT_BYTES))
        self._require_list(numbers, commitments)
        return OpenedDataset(
            root=bytes.fromhex(info.root),
            numbers=numbers,
            commitments=commitments,
            rows=self._rows,
            blindings=PackedScalars(self._blindings.tobytes()),
            schema=info.schema,
        )


def _split(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]
