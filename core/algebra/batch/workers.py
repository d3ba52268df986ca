"""Who decodes blocks of points and forms sums over them: this process, or a helper (core.algebra.batch.helper)."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from core.algebra.batch import frames
from core.algebra.batch.sums import block_sum
from core.algebra.group import GroupBackend, Point

_ENDING = 5.0
"""Seconds that a killed process may take to be gone."""


class Worker(Protocol):
    """Does one thing at a time. One that is lost has nothing any more."""

    def decode(self, first: int, blobs: Sequence[bytes], tick: Callable[[int], None]) -> bool:
        """Decode and keep a block; False if the worker is lost. MalformedError for the block's first bad point.

        tick: is told how many are done.
        """

    def sum(self, first: int, scalars: bytes) -> bytes | None:
        """The sum over a block that it has, with packed scalars: x || y, empty for the identity; None if it is lost."""

    def close(self) -> None:
        """End it, also from another thread while it works."""


class LocalWorker:
    """This process."""

    def __init__(self, backend: GroupBackend) -> None:
        self._backend = backend
        self._decoded: dict[int, list[Point]] = {}

    def decode(self, first: int, blobs: Sequence[bytes], tick: Callable[[int], None]) -> bool:
        self._decoded[first] = self._backend.decode(blobs, first=first, tick=tick)
        return True

    def sum(self, first: int, scalars: bytes) -> bytes | None:
        _, factors = frames.unpack_factors(frames.pack_factors(first, scalars))
        return block_sum(self._backend, self._decoded[first], factors)

    def close(self) -> None:
        self._decoded.clear()


def command() -> list[str]:
    """What starts a helper: nothing but its own modules, and none from the present folder."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--points"]
    path = [str(Path(__file__).resolve().parents[3]), *(entry for entry in sys.path if entry)]
    program = f"import sys; sys.path[:] = {path!r}; from core.algebra.batch.helper import main; main()"
    return [sys.executable, "-I", "-S", "-c", program]


class HelperWorker:
    """A helper process; OSError if it cannot be started."""

    def __init__(self, backend: str) -> None:
        self.process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._greeting: list[tuple[bytes, bytes]] = [(frames.BACKEND, backend.encode())]

    def decode(self, first: int, blobs: Sequence[bytes], tick: Callable[[int], None]) -> bool:
        message = self._ask(frames.POINTS, frames.pack_block(first, blobs))
        while message is not None and message[0] == frames.DONE:
            tick(frames.unpack_count(message[1]))
            message = self._answer()
        if message is not None and message[0] == frames.BAD:
            raise frames.unpack_error(message[1])
        return message is not None

    def sum(self, first: int, scalars: bytes) -> bytes | None:
        message = self._ask(frames.SCALARS, frames.pack_factors(first, scalars))
        return None if message is None else message[1]

    def close(self) -> None:
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(_ENDING)

    def release(self) -> None:
        """Close the pipes of a process that has ended, once nobody speaks with it any more."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _ask(self, kind: bytes, payload: bytes) -> tuple[bytes, bytes] | None:
        """The first answer; None if it is gone."""
        into = self.process.stdin
        if into is None:
            return None
        try:
            for message in (*self._greeting, (kind, payload)):
                frames.send(into, *message)
        except (OSError, ValueError):  # it is gone, or its pipes are closed
            return None
        self._greeting = []
        return self._answer()

    def _answer(self) -> tuple[bytes, bytes] | None:
        out = self.process.stdout
        try:
            return None if out is None else frames.receive(out)
        except (OSError, ValueError):
            return None
