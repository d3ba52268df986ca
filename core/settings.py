"""The program's settings, declared once: where the workspace lives and how its passphrase is given.

They come from the environment so that scripts, the worker process and the window agree without a file of their own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError

PROGRAM = "proofward"
VERSION = "0.1.0"
HOME_VARIABLE = "PROOFWARD_HOME"
PASSPHRASE_VARIABLE = "PROOFWARD_PASSPHRASE"
MAX_PASSPHRASE = 1024
# the one file by which a folder is recognised as a workspace, also by who must not load the database to know
WORKSPACE_FILE = "workspace.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """home: the workspace folder, which need not exist yet; passphrase: None if it was not given (never shown)."""

    home: Path
    passphrase: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from PROOFWARD_HOME and PROOFWARD_PASSPHRASE; InputError settings.* for unusable values."""
        values = os.environ if environment is None else environment
        return cls(home=home_folder(values), passphrase=passphrase_from(values))

    @property
    def has_workspace(self) -> bool:
        """Whether there is a workspace in the home folder already."""
        return (self.home / WORKSPACE_FILE).is_file()

    @property
    def reports(self) -> Path:
        """The folder for reports of internal errors."""
        return self.home / "reports"


def home_folder(environment: Mapping[str, str]) -> Path:
    """PROOFWARD_HOME as an absolute path, or the system's place for application data."""
    chosen = environment.get(HOME_VARIABLE, "")
    if "\0" in chosen:
        raise InputError("settings.home", "The workspace folder has a name that this system cannot use.")
    if chosen:
        return Path(os.path.abspath(os.path.expanduser(chosen)))
    return default_home(sys.platform, environment)


def default_home(platform: str, environment: Mapping[str, str]) -> Path:
    """Where applications keep data on `platform` (a value of sys.platform)."""
    user = Path(environment.get("USERPROFILE" if platform == "win32" else "HOME") or os.path.expanduser("~"))
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or user / "AppData" / "Local") / "Proofward"
    if platform == "darwin":
        return user / "Library" / "Application Support" / "Proofward"
    data = environment.get("XDG_DATA_HOME", "")
    # the XDG base directory specification says that relative paths are to be ignored
    base = Path(data) if os.path.isabs(data) else user / ".local" / "share"
    return base / PROGRAM


def passphrase_from(environment: Mapping[str, str]) -> str | None:
    """PROOFWARD_PASSPHRASE, None if it is not set; InputError if it is empty or very long."""
    text = environment.get(PASSPHRASE_VARIABLE)
    return None if text is None else checked_passphrase(text)


def checked_passphrase(text: str) -> str:
    """`text` if it can be a passphrase; InputError settings.passphrase otherwise."""
    if not text or len(text) > MAX_PASSPHRASE:
        raise InputError(
            "settings.passphrase",
            "The passphrase is empty or too long.",
            f"Choose one of 1 to {MAX_PASSPHRASE} characters.",
        )
    return text
