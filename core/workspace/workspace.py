"""The door to a workspace folder: made once, opened with its passphrase, then one method for each thing it keeps."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from core.bundle.identity import Identity
from core.bundle.keys import SigningKey
from core.commitments.receipt import RecordOpening
from core.errors import InputError
from core.monitor import Monitor
from core.proving.dataset import OpenedDataset
from core.records.schema import Schema
from core.settings import WORKSPACE_FILE
from core.workspace.audit import AuditEntry, AuditTrail
from core.workspace.database import connect, first, plain_errors, transaction
from core.workspace.datasets import DatasetInfo, DatasetStore
from core.workspace.files import beside, make_private, new_private_file, private_folder, publish_new
from core.workspace.imports import EncodedRecords, ImportStore
from core.workspace.jobs import JobInfo, JobStore, RunningJob
from core.workspace.keyring import KeyInfo, Keyring
from core.workspace.opening import DatasetOpening
from core.workspace.records import ReusableOpening
from core.workspace.results import BundleInfo, ModelInfo, ResultStore, StoredModel
from core.workspace.session import Session, utc_now
from core.workspace.unfinished_import import UnfinishedImport
from core.workspace.vault import WORKSPACE_ID_BYTES, Vault


class Workspace:
    """An open workspace; a context manager, or closed by `close`. Secret as a whole."""

    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self.folder = folder
        self._audit = AuditTrail(session)
        self._datasets = DatasetStore(session, folder / WORKSPACE_FILE)
        self._imports = ImportStore(session, self._audit)
        self._keyring = Keyring(session, self._audit)
        self._results = ResultStore(session, self._audit, folder)
        self._jobs = JobStore(session, folder)

    def __repr__(self) -> str:
        return "Workspace(<secret>)"

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether there is a workspace in this folder."""
        return os.path.isfile(folder / WORKSPACE_FILE)  # False, not an error, where the folder cannot be read

    @classmethod
    def create(cls, folder: Path, passphrase: str, *, now: Callable[[], str] = utc_now) -> Workspace:
        """A new workspace in `folder`, which is made if need be.

        InputError workspace.exists if there is one, secret.passphrase for an unusable passphrase, workspace.folder.
        """
        if cls.exists(folder):
            raise _exists()
        private_folder(folder)
        vault = Vault.fresh()
        lock = vault.lock(passphrase)
        path = folder / WORKSPACE_FILE
        part = beside(path)
        try:
            new_private_file(part)
            _fill(part, vault, lock, now)
            published = publish_new(part, path)
        except OSError:
            raise InputError(
                "workspace.folder", "The workspace folder cannot be written to.", "Choose another folder."
            ) from None
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(OSError):
                    part.with_name(part.name + suffix).unlink()
        if not published:
            raise _exists()
        return cls._opened(folder, now, lambda identifier, lock: vault)

    @classmethod
    def open(cls, folder: Path, passphrase: str, *, now: Callable[[], str] = utc_now) -> Workspace:
        """The workspace in `folder`; InputError workspace.missing, workspace.passphrase, workspace.damaged, ..."""
        if not cls.exists(folder):
            raise InputError(
                "workspace.missing", "There is no workspace in this folder.", "Make one, or choose another folder."
            )
        return cls._opened(folder, now, lambda identifier, lock: Vault.unlock(identifier, lock, passphrase))

    @classmethod
    def _opened(cls, folder: Path, now: Callable[[], str], unlock: Callable[[bytes, bytes], Vault]) -> Workspace:
        path = folder / WORKSPACE_FILE
        make_private(path)
        db = connect(path)
        try:
            meta = {name: first(db, "SELECT value FROM meta WHERE name = ?", name) for name in ("id", "lock")}
            identifier, lock = meta["id"], meta["lock"]
            if identifier is None or lock is None or len(identifier["value"]) != WORKSPACE_ID_BYTES:
                raise InputError("workspace.damaged", "The workspace file is damaged.", "Restore it from a backup.")
            return cls(Session(db=db, vault=unlock(identifier["value"], lock["value"]), now=now), folder)
        except BaseException:
            db.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._session.db.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def change_passphrase(self, passphrase: str) -> None:
        """Wrap the data key anew. A copy of the file made earlier still opens with the earlier passphrase."""
        lock = self._session.vault.lock(passphrase)
        db = self._session.db
        with transaction(db):
            db.table("meta").insert({"name": "lock", "value": lock}, replace=True)
            self._audit.append("workspace.passphrase_changed", "workspace")
        with plain_errors():  # so that the old lock does not linger in the log
            db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Datasets

    def unfinished_import(self, job: RunningJob, schema: Schema, *, width: int) -> UnfinishedImport:
        """The dataset that a job is importing, with the blocks that an interrupted run has left."""
        return self._imports.of_job(job.job_id, schema, width=width)

    def begin_import_afresh(self, job: RunningJob, schema: Schema, *, width: int) -> UnfinishedImport:
        """The same without any block; what an interrupted run has left is given up."""
        return self._imports.afresh(job.job_id, schema, width=width)

    def sweep_imports(self, monitor: Monitor | None = None) -> None:
        """Delete the records of imports that were given up; what is not reached is left for the next time."""
        self._imports.sweep(monitor)

    def store_dataset(
        self, encoded: EncodedRecords, *, commitments: Sequence[bytes], blindings: Sequence[int], root: bytes, name: str
    ) -> str:
        """Keep a committed dataset that is at hand as a whole; its id. See `ImportStore.store`."""
        return self._imports.store(encoded, commitments=commitments, blindings=blindings, root=root, name=name)

    def reusable_openings(self, encoded: EncodedRecords) -> dict[int, ReusableOpening]:
        """By position in `encoded`: openings of records stored already that are identical in number, row and schema."""
        return self._imports.reusable(encoded)

    def list_datasets(self) -> tuple[DatasetInfo, ...]:
        """All datasets, oldest first."""
        return self._datasets.list()

    def dataset_info(self, dataset: str) -> DatasetInfo:
        """The dataset with this id or root; InputError workspace.dataset_unknown."""
        return self._datasets.info(dataset)

    def open_dataset(self, dataset: str, *, monitor: Monitor | None = None) -> OpenedDataset:
        """Everything about the dataset with this id or root; secret."""
        return self._datasets.open(dataset, monitor=monitor)

    def opening_dataset(self, dataset: str) -> DatasetOpening:
        """The same, begun, with a helper process if the dataset is large; a context manager."""
        return self._datasets.opening(dataset)

    def dataset_commitments(self, dataset: str) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
        """Record numbers and commitments, in order."""
        return self._datasets.commitments(dataset)

    def open_record(self, dataset: str, number: int) -> RecordOpening:
        """Row and blinding factor of one record; InputError workspace.record_unknown. Secret."""
        return self._datasets.open_record(dataset, number)

    def log_receipt(self, dataset: str, number: int, *, opening: bool) -> None:
        """Note in the audit trail that a receipt was given out."""
        dataset_id = self.dataset_info(dataset).dataset_id
        with transaction(self._session.db):
            self._audit.append("receipt.issued", dataset_id, record=number, opening=int(opening))

    # Proofs, models, bundles

    def save_validity(self, dataset: str, proof: bytes) -> None:
        """Keep the proof of `validity` of a dataset, for its later bundles."""
        self._results.save_validity(self.dataset_info(dataset).dataset_id, proof)

    def validity(self, dataset: str) -> bytes | None:
        """The kept proof of `validity`, None if there is none."""
        return self._results.validity(self.dataset_info(dataset).dataset_id)

    def save_model(
        self, dataset: str, subject_digest: str, document: bytes, *, hidden: bool, blinding: int | None = None
    ) -> None:
        """Keep a model file (canonical JSON), and the blinding factor of its commitment if it is hidden.

        subject_digest: hexadecimal, as in the bundle.
        """
        model = StoredModel(document=document, hidden=hidden, blinding=blinding)
        self._results.save_model(self.dataset_info(dataset).dataset_id, model, subject_digest=subject_digest)

    def open_model(self, dataset: str, subject_digest: str) -> StoredModel:
        """A kept model; InputError workspace.model_unknown. Secret."""
        return self._results.open_model(self.dataset_info(dataset).dataset_id, subject_digest)

    def list_models(self) -> tuple[ModelInfo, ...]:
        """All models, oldest first."""
        return self._results.models()

    def save_bundle(self, dataset: str, data: bytes) -> BundleInfo:
        """Keep a copy of a bundle."""
        return self._results.save_bundle(self.dataset_info(dataset).dataset_id, data)

    def list_bundles(self) -> tuple[BundleInfo, ...]:
        """All bundles, oldest first."""
        return self._results.bundles()

    # Unfinished jobs

    def begin_job(self, verb: str, arguments: Mapping[str, object]) -> contextlib.AbstractContextManager[RunningJob]:
        """The job of exactly these arguments, with what an interrupted run of it left; InputError jobs.running."""
        return self._jobs.begin(verb, arguments)

    def list_jobs(self) -> tuple[JobInfo, ...]:
        """All unfinished jobs, oldest first."""
        return self._jobs.list()

    def discard_job(self, job_id: str) -> None:
        """Forget an unfinished job, its results and what it has imported; InputError jobs.running."""
        self._jobs.discard(job_id)
        self._imports.sweep()

    # Keys and identities

    def add_key(self, key: SigningKey) -> KeyInfo:
        """Keep a signing key."""
        return self._keyring.add(key)

    def list_keys(self) -> tuple[KeyInfo, ...]:
        """All signing keys, oldest first."""
        return self._keyring.list()

    def open_key(self, fingerprint: str | None = None) -> SigningKey | None:
        """The key with this fingerprint, or the oldest one, None if there is none. Secret."""
        return self._keyring.open(fingerprint)

    def add_identity(self, identity: Identity) -> None:
        """Remember somebody's public identity."""
        self._keyring.add_identity(identity)

    def known_identities(self) -> tuple[Identity, ...]:
        """Public identities of others that were added."""
        return self._keyring.identities()

    # Audit

    def audit_trail(self) -> tuple[AuditEntry, ...]:
        """What was done here, checked; RejectedError workspace.audit."""
        return self._audit.entries()

    def audit_head(self) -> tuple[int, str]:
        """Number of entries and last link (hexadecimal), to be kept elsewhere."""
        return self._audit.head()


def _fill(path: Path, vault: Vault, lock: bytes, now: Callable[[], str]) -> None:
    db = connect(path)
    try:
        session = Session(db=db, vault=vault, now=now)
        with transaction(db):
            db.table("meta").insert({"name": "id", "value": vault.workspace_id})
            db.table("meta").insert({"name": "lock", "value": lock})
            AuditTrail(session).append("workspace.created", "workspace")
        with plain_errors():  # everything into the one file that is about to get its name
            db.conn.execute("PRAGMA journal_mode = DELETE")
    finally:
        db.close()


def _exists() -> InputError:
    return InputError("workspace.exists", "There is a workspace in this folder already.", "Open it instead.")
