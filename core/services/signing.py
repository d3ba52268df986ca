"""Which key signs: the one that was asked for, the only one, or a new one at first use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from core.bundle.keys import SigningKey
    from core.workspace import Workspace
    from core.workspace.keyring import KeyInfo

# Bundles are handed out: a name nobody chose must not tell the machine's or the user's.
UNNAMED = "Proofward workspace"


@dataclass(frozen=True, slots=True)
class ChosenKey:
    """A signing key; new: made just now, and not in the workspace yet."""

    key: SigningKey = field(repr=False)
    new: bool

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits."""
        return self.key.fingerprint

    def to_json(self) -> dict[str, object]:
        """The public facts."""
        return {"fingerprint": self.fingerprint, "name": self.key.name, "role": self.key.role, "new": self.new}


def choose_key(workspace: Workspace, wanted: str | None) -> ChosenKey:
    """The key whose fingerprint begins with `wanted`, or the oldest, or a new one, which the caller is to keep.

    InputError keys.unknown, keys.several.
    """
    from core.bundle.keys import SigningKey

    if wanted is not None:
        wanted = find_key(workspace, wanted).fingerprint
    key = workspace.open_key(wanted)
    if key is not None:
        return ChosenKey(key, new=False)
    return ChosenKey(SigningKey.generate(UNNAMED), new=True)


def find_key(workspace: Workspace, wanted: str | None) -> KeyInfo:
    """The one key whose fingerprint begins with `wanted`, or the only one; InputError keys.unknown, keys.several."""
    known = workspace.list_keys()
    if wanted is not None:
        digits = "".join(wanted.split()).replace(":", "").lower()
        known = tuple(key for key in known if digits and key.fingerprint.startswith(digits))
    if not known:
        raise InputError(
            "keys.unknown", "This workspace has no such signing key.", "List them with `proofward key list`."
        )
    if len(known) > 1:
        raise InputError(
            "keys.several",
            "This workspace has several signing keys that fit.",
            "Say which by its fingerprint; `proofward key list` shows them.",
        )
    return known[0]
