"""Files that a verb writes: whole or not at all, also when the process is stopped in the middle."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from core.disk import sync_folder
from core.errors import InputError, ProofwardError

_unfinished: set[Path] = set()


@contextlib.contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a fresh file beside `path` that takes its place when the block ends well and is removed when it does not.

    private: readable by its owner alone. InputError output.* where the folder cannot be written to.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise InputError("output.folder", "The output is to be a file, but it names a folder.")
    part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666))
    except OSError as error:
        raise write_error(error) from None
    _unfinished.add(part)
    try:
        yield part
        _sync(part)
        os.replace(part, target)
        sync_folder(target.parent)  # the job that made it is forgotten next, perhaps on another disk
    except OSError as error:
        raise write_error(error) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
        _unfinished.discard(part)


@contextlib.contextmanager
def throwaway_folder(purpose: str) -> Iterator[Path]:
    """A fresh private folder among temporary files that is gone, with all it holds, when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"proofward-{purpose}-"))
    _unfinished.add(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _unfinished.discard(folder)


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write `data` to `path`, whole or not at all."""
    with replacing(path, private=private) as part:
        part.write_bytes(data)


def check_output(path: Path) -> None:
    """InputError output.* if `path` cannot be written; for work that is too long to find out at its end."""
    if path.is_dir():
        raise InputError("output.folder", "The output is to be a file, but it names a folder.")
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise InputError("output.missing", "The folder for the output does not exist.", "Create it, or choose another.")
    if not os.access(folder, os.W_OK):
        raise InputError("output.denied", "The folder for the output cannot be written to.", "Choose another folder.")


def check_input(path: Path, what: str) -> None:
    """InputError input.* unless `path` is a file that can be read; `what` is how the sentence calls it."""
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise InputError("input.missing", f"The {what} does not exist.", "Check its name and folder.") from None
    except IsADirectoryError:
        raise InputError("input.folder", f"The {what} is a folder, not a file.") from None
    except (OSError, ValueError):
        raise InputError("input.unreadable", f"The {what} cannot be read.", "Check its permissions.") from None


def remove_unfinished() -> None:
    """Remove what a stopped job would leave behind; for a process that is about to end without unwinding."""
    for part in tuple(_unfinished):
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
            continue
        # also what a library put beside it under a name that begins alike
        for left in part.parent.glob(f"{glob.escape(part.name)}*"):
            with contextlib.suppress(OSError):
                left.unlink()


def _sync(path: Path) -> None:
    """Bring the content to the disk before the name, so that power loss leaves the old file or the new."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def write_error(error: OSError) -> ProofwardError:
    """The input error that a failure to write means."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return InputError("output.full", "The disk is full.", "Free some space and try again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return InputError("output.denied", "The folder for the output cannot be written to.", "Choose another folder.")
    if error.errno == errno.ENOENT:
        return InputError("output.missing", "The folder for the output does not exist.", "Create it or choose another.")
    return InputError("output.failed", "A file could not be written.", "Check the disk and the folder's permissions.")
