"""Checking very many encoded points in several processes, since each point takes its own time and shares nothing.

Processes are started afresh ("spawn", the same on every system), get plain bytes and send plain bytes back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from core.algebra.encoding import COORDINATE_BYTES

Check = Callable[[bytes, int], bytes]
"""Module-level function: (encoding, index) -> x || y, 48 + 48 bytes; raises the MalformedError of that point."""

CHUNK = 2048
MAX_PROCESSES = 16


def check_all(check: Check, blobs: Sequence[bytes], threshold: int) -> list[bytes]:
    """check(blob, index) of every blob, in order, by several processes if there are more than `threshold`.

    If several points are bad, the error raised is that of the least index, however the work was spread.
    """
    processes = min(MAX_PROCESSES, os.cpu_count() or 1, len(blobs) // CHUNK)
    if len(blobs) > threshold and processes > 1:
        done = _spread(check, blobs, processes)
        if done is not None:
            return done
    return [check(blob, index) for index, blob in enumerate(blobs)]


def _spread(check: Check, blobs: Sequence[bytes], processes: int) -> list[bytes] | None:
    """As `check_all`; None if processes cannot be had here."""
    # Imported late: most proofs are small, and these modules are many.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    if multiprocessing.parent_process() is not None:
        return None
    chunks = [list(blobs[start : start + CHUNK]) for start in range(0, len(blobs), CHUNK)]
    results: list[bytes] = []
    try:
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin_child) as pool:
            for chunk, found in zip(chunks, pool.map(_check_chunk, [check] * len(chunks), chunks), strict=True):
                results.extend(found)
                if len(found) < len(chunk):
                    pool.shutdown(wait=False, cancel_futures=True)
                    break
    except (OSError, BrokenProcessPool):
        return None
    if len(results) < len(blobs):
        check(blobs[len(results)], len(results))
        return None
    return results


def _begin_child() -> None:
    """Leave Ctrl-C to the parent, and end with it whichever way it ends."""
    import multiprocessing
    import signal
    import threading
    from multiprocessing.connection import wait

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _check_chunk(check: Check, blobs: Sequence[bytes]) -> list[bytes]:
    """The results up to the first bad point; the parent asks again for its error, which has no need to travel."""
    from core.errors import MalformedError

    results = []
    for index, blob in enumerate(blobs):
        try:
            results.append(check(blob, index))
        except MalformedError:
            break
    return results


def join_affine(x: int, y: int) -> bytes:
    """x || y, 48 bytes each, big endian."""
    return x.to_bytes(COORDINATE_BYTES, "big") + y.to_bytes(COORDINATE_BYTES, "big")


def split_affine(data: bytes) -> tuple[int, int]:
    """The coordinates of `join_affine`."""
    return int.from_bytes(data[:COORDINATE_BYTES], "big"), int.from_bytes(data[COORDINATE_BYTES:], "big")
