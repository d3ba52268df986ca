"""Who decodes blocks of points and forms sums over them: this process, or a helper (core.algebra.batch.helper)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from core import helpers
from core.algebra.batch import frames
from core.algebra.batch.sums import block_sum
from core.algebra.group import GroupBackend, Point


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
    """What starts a helper."""
    return helpers.command("core.algebra.batch.helper", "--points")


class HelperWorker:
    """A helper process; OSError if it cannot be started."""

    def __init__(self, backend: str) -> None:
        self.process = helpers.start(command())
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
        helpers.end(self.process)

    def release(self) -> None:
        """Close the pipes of a process that has ended, once nobody speaks with it any more."""
        helpers.release(self.process)

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
