"""Reports of internal errors: where in the program it happened, and nothing of what it was working on.

By allow-list: the versions, the verb, the types of the errors and the places in the code. No message, no argument and
no local variable, because each of these can hold a patient's value.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from core.errors import ProofwardError
from core.settings import PROGRAM, VERSION

MAX_FRAMES = 200


def report_of(error: BaseException, verb: str) -> dict[str, object]:
    """The report as JSON values."""
    return {
        "program": PROGRAM,
        "version": VERSION,
        "verb": verb,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "errors": [_error(item) for item in _chain(error)],
    }


def write_report(error: BaseException, verb: str, folder: Path) -> Path | None:
    """Write the report into `folder`, or among temporary files where that fails; its path, None if neither works."""
    text = json.dumps(report_of(error, verb), indent=2) + "\n"
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.json"
    for place in (folder, Path(tempfile.gettempdir()) / "proofward-reports"):
        with contextlib.suppress(OSError):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(place / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            return place / name
    return None


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain and len(chain) < 10:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return chain


def _error(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "code": error.code if isinstance(error, ProofwardError) else None,
        "frames": [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _place(filename: str) -> str:
    """The path below the folder of modules, without the user's own folders, whose names are nobody's business."""
    parts = Path(filename).parts
    for root in ("site-packages", "core", "gui"):
        if root in parts:
            start = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[start:])
    return parts[-1] if parts else ""
