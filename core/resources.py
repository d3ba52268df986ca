"""Where the files that come with the program lie: in a checkout, in an installation, and in the frozen program."""

from __future__ import annotations

import sys
from pathlib import Path

from core.errors import InternalError


def resource_root() -> Path:
    """The folder `resources`, beside the package `core`; inside the bundle folder when the program is frozen."""
    frozen = getattr(sys, "_MEIPASS", None)
    base = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return base / "resources"


def resource_path(*parts: str) -> Path:
    """The path of one file or folder below `resources`; InternalError if it is not there or the parts lead outside."""
    root = resource_root()
    path = root.joinpath(*parts)
    if ".." in path.parts or not path.is_relative_to(root):
        raise InternalError("resource.outside", f"{'/'.join(parts)!r} does not name a file that comes with Proofward.")
    if not path.exists():
        raise InternalError(
            "resource.missing",
            f"A file that comes with Proofward is missing: {'/'.join(parts)}.",
            "Install Proofward again.",
        )
    return path
