"""A helper process: decodes the points that it is sent, keeps them, and forms sums over them.

Started by core.algebra.batch.helpers, in the frozen program with `--points`. It ends when its standard input does,
so it outlives nobody; Ctrl-C is its parent's business.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from queue import SimpleQueue
from typing import IO

from core.algebra.batch import frames
from core.algebra.batch.sums import block_sum
from core.algebra.group import Point, get_backend
from core.errors import MalformedError


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inbox: SimpleQueue[tuple[bytes, bytes]] = SimpleQueue()
    # A thread of its own listens, so that this process ends with its parent even while it computes.
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox), daemon=True).start()
    try:
        serve(inbox, sys.stdout.buffer)
    except OSError:  # nobody reads any more
        os._exit(1)


def _listen(stream: IO[bytes], inbox: SimpleQueue[tuple[bytes, bytes]]) -> None:
    try:
        while message := frames.receive(stream):
            inbox.put(message)
    finally:  # also if there is no memory for a message: who waits for an answer must see that there is none
        os._exit(0)


def serve(inbox: SimpleQueue[tuple[bytes, bytes]], out: IO[bytes]) -> None:
    """Answer one message after the other, for ever."""
    backend = get_backend(inbox.get()[1].decode())
    decoded: dict[int, list[Point]] = {}
    while True:
        kind, payload = inbox.get()
        if kind == frames.SCALARS:
            first, scalars = frames.unpack_factors(payload)
            frames.send(out, frames.SUM, block_sum(backend, decoded[first], scalars))
            continue
        first, blobs = frames.unpack_block(payload)
        try:
            decoded[first] = backend.decode(blobs, first=first, tick=lambda done: _tell(out, done))
        except MalformedError as error:
            frames.send(out, frames.BAD, frames.pack_error(error))
        else:
            frames.send(out, frames.READY)


def _tell(out: IO[bytes], done: int) -> None:
    frames.send(out, frames.DONE, frames.pack_count(done))


if __name__ == "__main__":
    main()
