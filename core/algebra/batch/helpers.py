"""A batch of points that helper processes decode and keep (core.algebra.batch.helper is their side).

What a helper cannot do, because it was killed or ran out of memory, this process does itself: a verdict never depends
on whether there were helpers.
"""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from core.algebra.batch import frames
from core.algebra.batch.blocks import block_ranges
from core.algebra.batch.local import LocalBatch
from core.algebra.encoding import split_affine
from core.algebra.group import GroupBackend, Point
from core.errors import InternalError
from core.monitor import Monitor

_POLL = 0.1
"""Seconds between two looks at the monitor while a helper works."""
_LOST = b"?"
_ENDING = 5.0
"""Seconds that a killed process may take to be gone."""


def command() -> list[str]:
    """What starts a helper: nothing but its own modules, and none from the present folder."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--points"]
    path = [str(Path(__file__).resolve().parents[3]), *(entry for entry in sys.path if entry)]
    program = f"import sys; sys.path[:] = {path!r}; from core.algebra.batch.helper import main; main()"
    return [sys.executable, "-I", "-S", "-c", program]


class _Helper:
    """One process and the thread that listens to it."""

    def __init__(self, name: str, blocks: Sequence[tuple[int, Sequence[bytes]]]) -> None:
        self.done = 0
        self._answers: SimpleQueue[tuple[bytes, bytes]] = SimpleQueue()
        self._process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._thread = threading.Thread(target=self._converse, args=(name, blocks), daemon=True)
        self._thread.start()

    def _converse(self, name: str, blocks: Sequence[tuple[int, Sequence[bytes]]]) -> None:
        """Hand the work over and pass the answers on; the last one is _LOST."""
        into, out = self._process.stdin, self._process.stdout
        with contextlib.suppress(OSError, ValueError):  # it is gone, or its pipes are closed
            if into is not None and out is not None:
                frames.send(into, frames.BACKEND, name.encode())
                for first, blobs in blocks:
                    frames.send(into, frames.POINTS, frames.pack_block(first, blobs))
                frames.send(into, frames.END)
                while message := frames.receive(out):
                    if message[0] == frames.DONE:
                        self.done = frames.unpack_count(message[1])
                    else:
                        self._answers.put(message)
        self._answers.put((_LOST, b""))

    def ask(self, scalars: Sequence[int]) -> None:
        """Let it form a sum; only once it is ready."""
        try:
            if self._process.stdin is not None:
                frames.send(self._process.stdin, frames.SCALARS, frames.pack_scalars(scalars))
        except (OSError, ValueError):
            self._answers.put((_LOST, b""))

    def answer(self, watch: Callable[[], None]) -> tuple[bytes, bytes]:
        """The next answer; meanwhile `watch` is called often, and may raise."""
        while True:
            watch()
            try:
                return self._answers.get(timeout=_POLL)
            except Empty:
                continue

    def close(self) -> None:
        self._process.kill()
        self._process.wait(_ENDING)
        self._thread.join(_ENDING)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class _Part:
    """Consecutive points: with a helper, or in this process once that is lost."""

    def __init__(
        self, backend: GroupBackend, blobs: Sequence[bytes], blocks: Sequence[range], monitor: Monitor
    ) -> None:
        self.place = range(blocks[0].start, blocks[-1].stop)
        self.blobs = blobs[self.place.start : self.place.stop]
        self.local: LocalBatch | None = None
        self.helper = _Helper(backend.name, [(block.start, blobs[block.start : block.stop]) for block in blocks])
        self._backend = backend
        self._monitor = monitor

    def answer(self, wanted: bytes, watch: Callable[[], None]) -> bytes | None:
        """The payload of the answer that is wanted; None if the helper is lost. MalformedError for a bad point."""
        kind, payload = self.helper.answer(watch)
        if kind == frames.BAD:
            raise frames.unpack_error(payload)
        if kind == wanted:
            return payload
        self.helper.close()
        self.local = LocalBatch(self._backend, self.blobs, self._monitor, first=self.place.start)
        self.local.wait(lambda share: watch())
        return None


class HelperBatch:
    """A PointBatch in so many helper processes; OSError if one cannot be started."""

    def __init__(self, backend: GroupBackend, blobs: Sequence[bytes], monitor: Monitor, helpers: int) -> None:
        self._backend = backend
        self._count = len(blobs)
        self._monitor = monitor
        self._parts: list[_Part] = []
        blocks = block_ranges(len(blobs))
        edges = [len(blocks) * k // helpers for k in range(helpers + 1)]
        try:
            for low, high in itertools.pairwise(edges):
                self._parts.append(_Part(backend, blobs, blocks[low:high], monitor))
        except OSError:
            self.close()
            raise

    def __len__(self) -> int:
        return self._count

    def wait(self, progress: Callable[[float], None]) -> None:
        def watch() -> None:
            self._monitor.check()
            progress(sum(part.helper.done for part in self._parts) / self._count)

        # In order, so that of several bad points the first is named.
        for part in self._parts:
            part.answer(frames.READY, watch)

    def sum(self, scalars: Sequence[int]) -> Point:
        if len(scalars) != self._count:
            raise InternalError("group.lengths", "Points and scalars of a sum differ in number.")
        own = [scalars[part.place.start : part.place.stop] for part in self._parts]
        asked = [part.local is None and any(factors) for part, factors in zip(self._parts, own, strict=True)]
        for part, factors, ask in zip(self._parts, own, asked, strict=True):
            if ask:
                part.helper.ask(factors)
        total = self._backend.identity
        for part, factors, ask in zip(self._parts, own, asked, strict=True):
            payload = part.answer(frames.SUM, self._monitor.check) if ask else None
            if payload:
                (share,) = self._backend.from_affine([split_affine(payload)])
                total = self._backend.add(total, share)
            elif part.local is not None:
                total = self._backend.add(total, part.local.sum(factors))
        return total

    def close(self) -> None:
        for part in self._parts:
            part.helper.close()
