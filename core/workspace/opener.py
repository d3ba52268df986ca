"""A helper process: opens the records of a dataset from the first one on, while its parent does something else.

Started by core.workspace.opening, in the frozen program with `--records`. It is told on its standard input what to
open and with which keys, and reads the file only. It ends when its standard input does, or when nobody reads any more;
whatever else goes wrong ends it too, and its parent, which opens what is missing, says what it is.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from core.workspace.reader import RecordReader
from core.workspace.records import RecordSafe
from core.workspace.vault import Vault

COUNT_BYTES = 4


def order(file: Path, vault: Vault, dataset_id: str, *, width: int) -> bytes:
    """The line that a helper is started with. Secret."""
    told = {"file": str(file), "keys": vault.handed_over().hex(), "dataset": dataset_id, "width": width}
    return json.dumps(told).encode("ascii") + b"\n"


def ask(into: IO[bytes], count: int) -> None:
    """Ask for the next so many records; OSError or ValueError if it is gone."""
    into.write(count.to_bytes(COUNT_BYTES, "big"))
    into.flush()


def take(out: IO[bytes], places: Sequence[memoryview]) -> bool:
    """Put the records that were asked for longest ago into their places, as core.workspace.reader.Columns.

    False, or OSError or ValueError, if the helper is gone. The places say how many bytes are taken, not the helper.
    """
    return all(out.readinto(place) == len(place) for place in places)  # type: ignore[attr-defined]


def main() -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(source: IO[bytes], out: IO[bytes]) -> None:
    """Answer one request after the other."""
    told = json.loads(source.readline())
    safe = RecordSafe(Vault.from_handed_over(bytes.fromhex(told["keys"])))
    file = f"{Path(told['file']).as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(file, uri=True)) as connection:
        reader = RecordReader(connection, safe, told["dataset"], width=told["width"])
        while len(request := source.read(COUNT_BYTES)) == COUNT_BYTES:
            for column in reader.read(int.from_bytes(request, "big")):
                out.write(column)
            out.flush()


if __name__ == "__main__":
    main()
