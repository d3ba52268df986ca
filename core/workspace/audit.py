"""The audit trail: what was done in this workspace, in a chain that cannot be changed without the passphrase.

Entry n carries HMAC(key, n || MAC of entry n - 1 || its contents) under a key derived from the data key; the number of
entries and the last MAC are sealed apart, so that cutting off the end shows too. Putting the whole file back to an
older copy of itself does not show: keep a copy of `head` elsewhere if that matters. Entries hold ids, digests and
counts only, which a pattern enforces; no value, name or id of a patient can be written here.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.encoding.canonical import dumps, loads
from core.encoding.framing import framed
from core.errors import InternalError, RejectedError
from core.workspace.database import first, rows
from core.workspace.session import Session

ACTIONS = frozenset(
    {
        "workspace.created",
        "workspace.passphrase_changed",
        "dataset.imported",
        "proof.stored",
        "model.stored",
        "bundle.stored",
        "receipt.issued",
        "key.created",
        "key.exported",
        "identity.added",
    }
)
_START = bytes(32)
_TOKEN = re.compile(r"[a-z0-9][a-z0-9._:-]{0,95}")
_MAX_DETAILS = 4096


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action: running number from 1, time (UTC), action, what it was done to (an id or digest), details."""

    seq: int
    time: str
    action: str
    subject: str
    details: Mapping[str, int | str]
    mac: bytes


class AuditTrail:
    """Appends to the chain and checks it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._key = session.vault.subkey("audit")

    def append(self, action: str, subject: str, **details: int | str) -> None:
        """Add an entry, inside the transaction that does what it reports; InternalError for other words."""
        if action not in ACTIONS or not all(_is_harmless(value) for value in (subject, *details.values())):
            raise InternalError(
                "workspace.audit_entry", "An entry of the audit trail was to hold more than ids and counts."
            )
        count, previous = self._head()
        entry = {"seq": count + 1, "time": self._session.now(), "action": action, "subject": subject}
        text = dumps(details)
        mac = self._mac(previous, entry, text)
        self._session.db.table("audit").insert(
            {**entry, "details": text.decode("utf-8"), "previous": previous, "mac": mac}
        )
        self._write_head(count + 1, mac)

    def entries(self) -> tuple[AuditEntry, ...]:
        """The whole trail, checked; RejectedError workspace.audit if an entry was changed, removed or added."""
        previous = _START
        found: list[AuditEntry] = []
        for row in rows(self._session.db, "SELECT * FROM audit ORDER BY seq"):
            entry = {name: row[name] for name in ("seq", "time", "action", "subject")}
            text = row["details"].encode("utf-8")
            mac = self._mac(previous, entry, text)
            if row["seq"] != len(found) + 1 or row["previous"] != previous or not hmac.compare_digest(mac, row["mac"]):
                raise _broken(row["seq"])
            details: Any = loads(text, limit=_MAX_DETAILS, what="An entry of the audit trail")
            found.append(AuditEntry(details=details, mac=mac, **entry))
            previous = mac
        if self._head() != (len(found), previous):
            raise _broken(len(found))
        return tuple(found)

    def head(self) -> tuple[int, str]:
        """How many entries there are, and the last MAC (hexadecimal): what a copy kept elsewhere is compared with."""
        count, mac = self._head()
        return count, mac.hex()

    def _mac(self, previous: bytes, entry: Mapping[str, object], details: bytes) -> bytes:
        return hmac.digest(self._key, framed("proofward/workspace/audit/v1", previous, dumps(entry), details), "sha256")

    def _head(self) -> tuple[int, bytes]:
        row = first(self._session.db, "SELECT value FROM meta WHERE name = 'audit_head'")
        if row is None:
            # Only a workspace that is just being made has no head; otherwise somebody removed it.
            if first(self._session.db, "SELECT 1 FROM audit LIMIT 1") is not None:
                raise _broken(0)
            return 0, _START
        plain = self._session.vault.open(row["value"], "meta", "audit_head")
        return int.from_bytes(plain[:8], "big"), plain[8:]

    def _write_head(self, count: int, mac: bytes) -> None:
        sealed = self._session.vault.seal(count.to_bytes(8, "big") + mac, "meta", "audit_head")
        self._session.db.table("meta").insert({"name": "audit_head", "value": sealed}, replace=True)


def _is_harmless(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and _TOKEN.fullmatch(value) is not None)


def _broken(seq: int) -> RejectedError:
    return RejectedError(
        "workspace.audit",
        "The audit trail of this workspace was changed by something other than Proofward.",
        "Restore the workspace from a backup, and find out who can write to its folder.",
        stage="audit",
        detail=f"entry {seq}",
    )
