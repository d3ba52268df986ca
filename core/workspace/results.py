"""What was made from datasets: dataset proofs that later bundles reuse, models, and the bundles themselves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.algebra.field import scalar_from_bytes, scalar_to_bytes
from core.bundle.reader import read_bundle
from core.encoding.canonical import dumps, loads
from core.errors import InputError
from core.workspace.audit import AuditTrail
from core.workspace.database import first, rows, transaction
from core.workspace.files import private_folder, write_private
from core.workspace.session import Session

BUNDLE_FOLDER = "bundles"
_MAX_DETAILS = 1 << 16
_MAX_MODEL = 1 << 24


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A stored model; hidden: whether its bundle keeps the weights back."""

    dataset_id: str
    subject_digest: str
    hidden: bool
    created: str


@dataclass(frozen=True, slots=True, repr=False)
class StoredModel:
    """A model file (canonical JSON). Secret.

    hidden: whether its bundle keeps the weights back; blinding: of its commitment then, for later claims about it.
    """

    document: bytes
    hidden: bool
    blinding: int | None = None

    def __repr__(self) -> str:
        return "StoredModel(<secret>)"


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """A stored bundle: SHA-256 of the file, what it is about, who signed it, and where the copy lies."""

    sha256: str
    dataset_id: str
    subject_digest: str
    signers: tuple[str, ...]
    created: str
    path: Path


class ResultStore:
    """Keeps proofs, models and bundles; `dataset_id` is that of a stored dataset."""

    def __init__(self, session: Session, audit: AuditTrail, folder: Path) -> None:
        self._session = session
        self._audit = audit
        self._bundles = folder / BUNDLE_FOLDER

    def save_validity(self, dataset_id: str, proof: bytes) -> None:
        """Keep the proof of `validity` for later bundles over the same dataset, instead of an earlier one."""
        sealed = self._session.vault.seal(proof, "proofs", "sealed", dataset_id.encode(), b"validity")
        with transaction(self._session.db):
            self._session.db.table("proofs").insert(
                {"dataset_id": dataset_id, "claim": "validity", "created": self._session.now(), "sealed": sealed},
                replace=True,
            )
            digest = hashlib.sha256(proof).hexdigest()
            self._audit.append("proof.stored", dataset_id, claim="validity", sha256=digest)

    def validity(self, dataset_id: str) -> bytes | None:
        """The kept proof of `validity`, None if there is none."""
        query = "SELECT sealed FROM proofs WHERE dataset_id = ? AND claim = 'validity'"
        row = first(self._session.db, query, dataset_id)
        if row is None:
            return None
        return self._session.vault.open(row["sealed"], "proofs", "sealed", dataset_id.encode(), b"validity")

    def save_model(self, dataset_id: str, model: StoredModel, *, subject_digest: str) -> None:
        """Keep a model, also one whose weights its bundle hides; sealed either way."""
        secret = None if model.blinding is None else scalar_to_bytes(model.blinding).hex()
        text = model.document.decode("utf-8")
        plain = dumps({"blinding": secret, "document": text, "hidden": model.hidden})
        sealed = self._session.vault.seal(plain, "models", "sealed", dataset_id.encode(), subject_digest.encode())
        with transaction(self._session.db):
            self._session.db.table("models").insert(
                {
                    "dataset_id": dataset_id,
                    "subject_digest": subject_digest,
                    "created": self._session.now(),
                    "sealed": sealed,
                },
                replace=True,
            )
            self._audit.append("model.stored", dataset_id, model=subject_digest, hidden=int(model.hidden))

    def open_model(self, dataset_id: str, subject_digest: str) -> StoredModel:
        """A kept model; InputError workspace.model_unknown."""
        query = "SELECT * FROM models WHERE dataset_id = ? AND subject_digest = ?"
        row = first(self._session.db, query, dataset_id, subject_digest)
        if row is None:
            raise InputError("workspace.model_unknown", "There is no such model in the workspace.")
        return self._open_model(row)

    def models(self) -> tuple[ModelInfo, ...]:
        """All models, oldest first."""
        return tuple(
            ModelInfo(
                dataset_id=row["dataset_id"],
                subject_digest=row["subject_digest"],
                hidden=self._open_model(row).hidden,
                created=row["created"],
            )
            for row in rows(self._session.db, "SELECT * FROM models ORDER BY created, rowid")
        )

    def save_bundle(self, dataset_id: str, data: bytes) -> BundleInfo:
        """Keep a copy of a bundle beside the database; MalformedError or RejectedError if it is not one."""
        contents = read_bundle(data)
        sha256 = hashlib.sha256(data).hexdigest()
        details = {"signers": [signer.fingerprint for signer in contents.typed.signers]}
        private_folder(self._bundles)
        write_private(self._path(sha256), data)  # first the file: a row without its file would promise too much
        with transaction(self._session.db):
            self._session.db.table("bundles").insert(
                {
                    "sha256": sha256,
                    "dataset_id": dataset_id,
                    "subject_digest": contents.subject_digest,
                    "created": self._session.now(),
                    "sealed": self._session.vault.seal(dumps(details), "bundles", "sealed", sha256.encode()),
                },
                replace=True,
            )
            self._audit.append("bundle.stored", sha256, dataset=dataset_id, model=contents.subject_digest)
        return next(info for info in self.bundles() if info.sha256 == sha256)

    def bundles(self) -> tuple[BundleInfo, ...]:
        """All bundles, oldest first."""
        found = []
        for row in rows(self._session.db, "SELECT * FROM bundles ORDER BY created, rowid"):
            plain = self._session.vault.open(row["sealed"], "bundles", "sealed", row["sha256"].encode())
            details: Any = loads(plain, limit=_MAX_DETAILS, what="A bundle's entry")
            found.append(
                BundleInfo(
                    sha256=row["sha256"],
                    dataset_id=row["dataset_id"],
                    subject_digest=row["subject_digest"],
                    signers=tuple(details["signers"]),
                    created=row["created"],
                    path=self._path(row["sha256"]),
                )
            )
        return tuple(found)

    def _open_model(self, row: dict[str, Any]) -> StoredModel:
        place = (row["dataset_id"].encode(), row["subject_digest"].encode())
        plain = self._session.vault.open(row["sealed"], "models", "sealed", *place)
        value: Any = loads(plain, limit=_MAX_MODEL, what="The model")
        secret = value["blinding"]
        return StoredModel(
            document=value["document"].encode("utf-8"),
            hidden=value["hidden"],
            blinding=None if secret is None else scalar_from_bytes(bytes.fromhex(secret)),
        )

    def _path(self, sha256: str) -> Path:
        return self._bundles / f"{sha256}.proofward"
