"""The program's settings, declared once: where the workspace lives, how its passphrase is given, how much memory a job
may have.

They come from the environment so that scripts, the worker process and the window agree without a file of their own.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError

PROGRAM = "proofward"
VERSION = "0.1.0"
HOME_VARIABLE = "PROOFWARD_HOME"
PASSPHRASE_VARIABLE = "PROOFWARD_PASSPHRASE"
MEMORY_VARIABLE = "PROOFWARD_MEMORY"
MAX_PASSPHRASE = 1024
MOST_MEMORY = 1 << 60
_SIZE = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,9}))? ?([KMGT]i?)?B?", re.ASCII | re.IGNORECASE)
_EXPONENTS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
# the one file by which a folder is recognised as a workspace, also by who must not load the database to know
WORKSPACE_FILE = "workspace.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """home: the workspace folder, which need not exist yet; passphrase: None if it was not given (never shown);
    memory: bytes that a job may have at most, None for what the machine has to spare; create: whether a workspace may
    be made where there is none.
    """

    home: Path
    passphrase: str | None = field(default=None, repr=False)
    memory: int | None = None
    create: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from PROOFWARD_HOME, PROOFWARD_PASSPHRASE and PROOFWARD_MEMORY; InputError settings.* for unusable
        values.
        """
        values = os.environ if environment is None else environment
        return cls(home=home_folder(values), passphrase=passphrase_from(values), memory=memory_from(values))

    @property
    def has_workspace(self) -> bool:
        """Whether there is a workspace in the home folder already."""
        return os.path.isfile(self.home / WORKSPACE_FILE)  # False, not an error, where the folder cannot be read

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


def memory_from(environment: Mapping[str, str]) -> int | None:
    """PROOFWARD_MEMORY in bytes, None if it is not set; InputError settings.memory."""
    text = environment.get(MEMORY_VARIABLE, "")
    return memory_size(text) if text else None


def memory_size(text: str) -> int:
    """Bytes from a text such as 2GB, 1.5 GB, 1500MB, 4GiB or 3000000000; InputError settings.memory."""
    found = _SIZE.fullmatch(text.strip())
    if found is not None:
        unit = (found[3] or "").lower()
        factor: int = (1024 if unit.endswith("i") else 1000) ** _EXPONENTS[unit[:1]]
        decimals = found[2] or ""
        size = int(found[1] + decimals) * factor // int("1" + "0" * len(decimals))
        if 0 < size <= MOST_MEMORY:
            return size
    raise InputError(
        "settings.memory",
        "The limit of memory is not a size.",
        "Write it as in 2GB, 1500MB or 4GiB, or as a number of bytes.",
    )
