"""Signing keys of this workspace, sealed, and the public identities of others that its users know."""

from __future__ import annotations

from dataclasses import dataclass

from core.bundle.identity import Identity
from core.bundle.keys import SigningKey
from core.errors import InputError
from core.workspace.audit import AuditTrail
from core.workspace.database import first, rows, transaction
from core.workspace.session import Session


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A signing key of this workspace without its private halves."""

    fingerprint: str
    name: str
    role: str
    meaning: str
    created: str


class Keyring:
    """Keeps signing keys and identities."""

    def __init__(self, session: Session, audit: AuditTrail) -> None:
        self._session = session
        self._audit = audit

    def add(self, key: SigningKey) -> KeyInfo:
        """Store a signing key; storing it again changes nothing."""
        fingerprint = key.fingerprint
        with transaction(self._session.db):
            if first(self._session.db, "SELECT 1 FROM keys WHERE fingerprint = ?", fingerprint) is None:
                sealed = self._session.vault.seal(key.to_secret_bytes(), "keys", "sealed", fingerprint.encode())
                self._session.db.table("keys").insert(
                    {"fingerprint": fingerprint, "created": self._session.now(), "sealed": sealed}
                )
                self._audit.append("key.created", fingerprint)
        return next(info for info in self.list() if info.fingerprint == fingerprint)

    def list(self) -> tuple[KeyInfo, ...]:
        """All signing keys, oldest first; the first is the one that signs if none is named."""
        found = []
        for row in rows(self._session.db, "SELECT * FROM keys ORDER BY created, rowid"):
            key = self._open(row["fingerprint"], row["sealed"])
            found.append(
                KeyInfo(
                    fingerprint=row["fingerprint"],
                    name=key.name,
                    role=key.role,
                    meaning=key.meaning,
                    created=row["created"],
                )
            )
        return tuple(found)

    def open(self, fingerprint: str | None = None) -> SigningKey | None:
        """The key with this fingerprint (InputError workspace.key_unknown), or the oldest, None if there is none."""
        if fingerprint is None:
            row = first(self._session.db, "SELECT * FROM keys ORDER BY created, rowid")
            return None if row is None else self._open(row["fingerprint"], row["sealed"])
        row = first(self._session.db, "SELECT * FROM keys WHERE fingerprint = ?", fingerprint)
        if row is None:
            raise InputError(
                "workspace.key_unknown",
                "There is no signing key with this fingerprint in the workspace.",
                "List the keys, or make one.",
            )
        return self._open(row["fingerprint"], row["sealed"])

    def add_identity(self, identity: Identity) -> None:
        """Remember somebody's public identity, so that their signatures are recognised; a new name replaces the old."""
        fingerprint = identity.fingerprint
        sealed = self._session.vault.seal(identity.to_bytes(), "identities", "sealed", fingerprint.encode())
        with transaction(self._session.db):
            self._session.db.table("identities").insert(
                {"fingerprint": fingerprint, "created": self._session.now(), "sealed": sealed}, replace=True
            )
            self._audit.append("identity.added", fingerprint)

    def identities(self) -> tuple[Identity, ...]:
        """Known identities of others, in the order in which they were added."""
        vault = self._session.vault
        return tuple(
            Identity.from_bytes(vault.open(row["sealed"], "identities", "sealed", row["fingerprint"].encode()))
            for row in rows(self._session.db, "SELECT * FROM identities ORDER BY created, rowid")
        )

    def _open(self, fingerprint: str, sealed: bytes) -> SigningKey:
        return SigningKey.from_secret_bytes(self._session.vault.open(sealed, "keys", "sealed", fingerprint.encode()))
