"""Whether there is a workspace in a folder, seen without opening it: the window loads neither database nor ciphers."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings


def workspace_exists(home: Path) -> bool:
    """Whether the folder holds a workspace to unlock; False where the folder is not there yet."""
    return Settings(home=home).has_workspace
