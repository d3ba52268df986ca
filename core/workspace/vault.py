"""The workspace's keys: a random data key, wrapped under a key from the passphrase; everything else derives from it.

Each sealed item is bound to its workspace, table, row and column, so that ciphertexts cannot be moved or swapped. The
passphrase can be changed without touching the items: only the data key is wrapped anew.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from core.bundle.identity import decode_base64, encode_base64
from core.bundle.secretbox import KEY_BYTES, KdfParameters, Secretbox, derive_key
from core.encoding.canonical import dumps, loads
from core.encoding.framing import framed
from core.errors import InputError, MalformedError

WORKSPACE_ID_BYTES = 16
_LOCK_VERSION = 1
_MAX_LOCK = 4096
_KEY_LABEL = "proofward/workspace/key/v1"
_ITEM_LABEL = "proofward/workspace/item/v1"
_TAG_LABEL = "proofward/workspace/tag/v1"


class Vault:
    """The unlocked keys of one workspace. Secret; never shown."""

    __slots__ = ("_data_key", "_items", "_workspace_id")

    def __init__(self, workspace_id: bytes, data_key: bytes) -> None:
        self._workspace_id = workspace_id
        self._data_key = data_key
        self._items = Secretbox(self.subkey("items"))

    def __repr__(self) -> str:
        return "Vault(<secret>)"

    @classmethod
    def fresh(cls) -> Vault:
        """New keys for a new workspace."""
        return cls(secrets.token_bytes(WORKSPACE_ID_BYTES), secrets.token_bytes(KEY_BYTES))

    @property
    def workspace_id(self) -> bytes:
        """16 random bytes that name the workspace; not secret."""
        return self._workspace_id

    def handed_over(self) -> bytes:
        """The keys themselves, for a process of ours and through a pipe alone. Secret."""
        return self._workspace_id + self._data_key

    @classmethod
    def from_handed_over(cls, keys: bytes) -> Vault:
        """The keys that another process handed over."""
        return cls(keys[:WORKSPACE_ID_BYTES], keys[WORKSPACE_ID_BYTES:])

    def lock(self, passphrase: str) -> bytes:
        """The data key wrapped under `passphrase`, with a fresh salt: canonical JSON; InputError secret.passphrase."""
        kdf = KdfParameters.fresh()
        wrapped = Secretbox(derive_key(passphrase, kdf)).seal(self._data_key, self._wrapping(self._workspace_id, kdf))
        return dumps({"version": _LOCK_VERSION, "kdf": kdf.to_json(), "wrapped": encode_base64(wrapped)})

    @classmethod
    def unlock(cls, workspace_id: bytes, lock: bytes, passphrase: str) -> Vault:
        """The keys behind a lock; InputError workspace.passphrase, or workspace.damaged if the lock is not a lock."""
        try:
            document = loads(lock, limit=_MAX_LOCK, what="The lock of the workspace")
            if not isinstance(document, dict) or set(document) != {"version", "kdf", "wrapped"}:
                raise _damaged()
            if document["version"] != _LOCK_VERSION or not isinstance(document["wrapped"], str):
                raise _damaged()
            kdf = KdfParameters.from_json(document["kdf"])
            wrapped = decode_base64(document["wrapped"], code="workspace.damaged")
        except MalformedError:
            raise _damaged() from None
        box = Secretbox(derive_key(passphrase, kdf))
        try:
            return cls(workspace_id, box.open(wrapped, cls._wrapping(workspace_id, kdf)))
        except MalformedError:
            raise InputError(
                "workspace.passphrase",
                "The passphrase does not open this workspace.",
                "Check the keyboard layout and capital letters, and that this is the right workspace folder.",
            ) from None

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HKDF-Expand with SHA-256, RFC 5869, from the uniform data key)."""
        info = framed("proofward/workspace/subkey/v1", purpose.encode("ascii"))
        return HKDFExpand(hashes.SHA256(), KEY_BYTES, info).derive(self._data_key)

    def tag(self, key: bytes, *parts: bytes) -> bytes:
        """HMAC-SHA256 under a subkey: equal for equal parts, and silent about them without the key."""
        return hmac.digest(key, framed(_TAG_LABEL, *parts), "sha256")

    def seal(self, plain: bytes, table: str, column: str, *row: bytes) -> bytes:
        """`plain` for one column of one row; `row` is the row's key and whatever else must not change beside it."""
        return self.seal_at(plain, self.place(table, column, *row))

    def seal_at(self, plain: bytes, place: bytes) -> bytes:
        """The same for a place that is framed already; who seals many frames what they share once."""
        return self._items.seal(plain, place)

    def open(self, sealed: bytes, table: str, column: str, *row: bytes) -> bytes:
        """Inverse of `seal`; InputError workspace.damaged if the item was changed or comes from another place."""
        return self.open_at(sealed, self.place(table, column, *row))

    def open_at(self, sealed: bytes, place: bytes) -> bytes:
        """The same for a place that is framed already."""
        return self.open_all((sealed,), (place,))[0]

    def open_all(self, sealed: Sequence[bytes], places: Iterable[bytes]) -> list[bytes]:
        """The same for many items, each with its place."""
        try:
            return self._items.open_all(sealed, places)
        except MalformedError:
            raise _damaged() from None

    def place(self, table: str, column: str, *row: bytes) -> bytes:
        """What an item is bound to; that of a longer `row` goes on with the frame of the rest."""
        return framed(_ITEM_LABEL, self._workspace_id, table.encode("ascii"), column.encode("ascii"), *row)

    @staticmethod
    def _wrapping(workspace_id: bytes, kdf: KdfParameters) -> bytes:
        return framed(_KEY_LABEL, workspace_id, dumps(kdf.to_json()))


def _damaged() -> InputError:
    return InputError(
        "workspace.damaged", "An item of the workspace was changed or is damaged.", "Restore it from a backup."
    )
