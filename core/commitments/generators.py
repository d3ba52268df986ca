"""The public generators in a fixed order: data columns G, pad slots K, value point, blinding point, inner point Q.

Each is hash_to_curve of its label, so that no relation between two of them is known to anybody. They are kept in a file
because hashing takes seconds natively and minutes in plain Python; its digest is pinned here, and anyone can remake it:

    python -m core.commitments.generators            compares the file with the hash of every label
    python -m core.commitments.generators --write    writes it anew
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from functools import cache

from core.algebra.group import GroupBackend, Point, get_backend
from core.errors import InternalError
from core.resources import resource_path, resource_root

DATA_COUNT = 4096
PAD_COUNT = 4096
VALUE = 8192
"""K_val, carries hidden evaluations; never a pad slot."""
BLINDING = 8193
"""H, carries every blinding factor."""
INNER = 8194
"""Q, carries the value of a linear form inside an opening."""
GENERATOR_COUNT = 8195

FILE = ("generators", "v1.bin")
FILE_SHA256 = "aeb7544b2a82583d82b82680c1429c05744ce973ae1f0994641bd935182d3847"
_ENTRY = 96


def data(column: int) -> int:
    """Index of G_column, 0 <= column < 4096."""
    if not 0 <= column < DATA_COUNT:
        raise InternalError("generators.range", f"There is no data generator {column}.")
    return column


def pad(slot: int) -> int:
    """Index of K_slot, 1 <= slot <= 4096."""
    if not 1 <= slot <= PAD_COUNT:
        raise InternalError("generators.range", f"There is no pad generator {slot}.")
    return DATA_COUNT + slot - 1


def labels() -> Iterator[bytes]:
    """The label of every generator, in the order of the file."""
    for column in range(DATA_COUNT):
        yield b"G/%d" % column
    for slot in range(1, PAD_COUNT + 1):
        yield b"K/%d" % slot
    yield from (b"K_val", b"H", b"Q")


def _read() -> bytes:
    try:
        return resource_path(*FILE).read_bytes()
    except OSError as error:
        raise InternalError("generators.unreadable", "The generator file cannot be read.") from error


@cache
def load_affine() -> tuple[tuple[int, int], ...]:
    """Affine coordinates of all generators by index; InternalError if the file is not the one pinned here."""
    content = _read()
    if hashlib.sha256(content).hexdigest() != FILE_SHA256:
        raise InternalError(
            "generators.digest", "The generator file is not that of this version.", "Install Proofward again."
        )
    return tuple(
        (int.from_bytes(content[at : at + 48], "big"), int.from_bytes(content[at + 48 : at + _ENTRY], "big"))
        for at in range(0, len(content), _ENTRY)
    )


@cache
def _points(backend_name: str) -> tuple[Point, ...]:
    return tuple(get_backend(backend_name).from_affine(load_affine()))


def points(backend: GroupBackend) -> Sequence[Point]:
    """All generators by index, as points of `backend`; kept for the next call."""
    return _points(backend.name)


def make() -> bytes:
    """The content of the file, hashed anew: x and y of each generator, 48 bytes each, big endian."""
    from core.commitments.hash_to_curve import hash_to_affine

    return b"".join(
        x.to_bytes(48, "big") + y.to_bytes(48, "big") for x, y in (hash_to_affine(label) for label in labels())
    )


def main(arguments: Sequence[str]) -> int:
    """Remake the file and compare it (or write it, with --write); 0 if it is the pinned one."""
    content = make()
    if "--write" in arguments:
        resource_root().joinpath(*FILE).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    same = digest == FILE_SHA256 and _read() == content
    print(f"{digest}  {'as pinned' if same else 'NOT as pinned'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
