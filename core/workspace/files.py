"""Private files: readable by their owner alone, and on disk whole or not at all, also when the power fails."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from core.disk import sync_folder
from core.errors import InputError

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def private_folder(folder: Path) -> None:
    """Make `folder` for its owner alone; one that holds things already keeps its mode. InputError workspace.folder."""
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            folder.chmod(FOLDER_MODE)
    except OSError:
        raise InputError(
            "workspace.folder",
            "The workspace folder cannot be made or read.",
            "Choose another folder, or check its permissions.",
        ) from None


def new_private_file(path: Path) -> None:
    """Make an empty file that only its owner reads; OSError if there is one already."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))


def make_private(path: Path) -> None:
    """Take a file back from everybody else, such as one restored from a backup with the modes of another system."""
    with contextlib.suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(FILE_MODE)


def beside(path: Path) -> Path:
    """A name in the same folder that nobody else uses, for the file that is to take the place of `path`."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")


def write_private(path: Path, data: bytes) -> None:
    """Put `data` at `path`, replacing what was there; InputError workspace.write, and then nothing is left behind."""
    part = beside(path)
    try:
        new_private_file(part)
        with part.open("r+b") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(part, path)
        sync_folder(path.parent)
    except OSError:
        raise InputError(
            "workspace.write", "A file of the workspace could not be written.", "Check the free space on its disk."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def publish_new(part: Path, path: Path) -> bool:
    """Give the finished file `part` its name unless it is taken; whether it was free. Atomic between processes."""
    with part.open("r+b") as handle:
        os.fsync(handle.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    part.unlink()
    sync_folder(path.parent)
    return True
