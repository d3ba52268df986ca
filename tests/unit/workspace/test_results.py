"""Proofs, models, bundles, keys and the audit trail."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import InputError, InternalError, MalformedError, RejectedError
from core.settings import WORKSPACE_FILE
from core.workspace import Workspace
from core.workspace.database import transaction
from tests.unit.bundle.helper import bundle, key, sha256
from tests.unit.workspace.helper import PASSPHRASE, committed, records

DATA = committed(records())
MODEL_DIGEST = "ab" * 32


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path, PASSPHRASE, now=lambda: "2026-01-31T12:00:00Z") as opened:
        opened.store_dataset(
            DATA.encoded, commitments=DATA.commitments, blindings=DATA.blindings, root=DATA.root, name="cohort"
        )
        yield opened


def test_the_proof_of_validity_is_kept(workspace: Workspace) -> None:
    root = DATA.root.hex()
    assert workspace.validity(root) is None
    workspace.save_validity(root, b"proof")
    workspace.save_validity(root, b"newer proof")
    assert workspace.validity(root) == b"newer proof"


def test_models_are_kept_hidden_ones_too(workspace: Workspace) -> None:
    root = DATA.root.hex()
    workspace.save_model(root, MODEL_DIGEST, b"{}", hidden=True, blinding=12345)
    workspace.save_model(root, "ef" * 32, b'{"a":1}', hidden=False)
    model = workspace.open_model(root, MODEL_DIGEST)
    assert (model.document, model.hidden, model.blinding) == (b"{}", True, 12345)
    assert "12345" not in repr(model)
    assert workspace.open_model(root, "ef" * 32).blinding is None
    assert [(info.subject_digest, info.hidden) for info in workspace.list_models()] == [
        (MODEL_DIGEST, True),
        ("ef" * 32, False),
    ]
    with pytest.raises(InputError) as caught:
        workspace.open_model(root, "cd" * 32)
    assert caught.value.code == "workspace.model_unknown"


def test_bundles_are_kept(workspace: Workspace) -> None:
    info = workspace.save_bundle(DATA.root.hex(), bundle())
    assert workspace.save_bundle(DATA.root.hex(), bundle()) == info
    assert workspace.list_bundles() == (info,)
    assert info.sha256 == sha256(bundle())
    assert info.signers == (key().fingerprint,)
    assert info.path.read_bytes() == bundle()
    assert stat.S_IMODE(info.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(info.path.parent.stat().st_mode) == 0o700
    with pytest.raises(MalformedError):
        workspace.save_bundle(DATA.root.hex(), b"no bundle")


def test_signing_keys(workspace: Workspace) -> None:
    assert workspace.open_key() is None
    ada, bob = key("Ada"), key("Bob")
    workspace.add_key(ada)
    assert workspace.add_key(bob).fingerprint == bob.fingerprint
    workspace.add_key(ada)
    assert [info.name for info in workspace.list_keys()] == ["Ada", "Bob"]
    assert workspace.open_key() == ada
    assert workspace.open_key(bob.fingerprint) == bob
    with pytest.raises(InputError) as caught:
        workspace.open_key("00" * 32)
    assert caught.value.code == "workspace.key_unknown"


def test_known_identities(workspace: Workspace) -> None:
    assert workspace.known_identities() == ()
    workspace.add_identity(key("Ada").identity)
    workspace.add_identity(key("Ada").identity)
    assert workspace.known_identities() == (key("Ada").identity,)


def test_sealed_items_cannot_be_moved(workspace: Workspace) -> None:
    for name in ("Ada", "Bob"):
        workspace.add_key(key(name))
    ada, bob = key("Ada").fingerprint, key("Bob").fingerprint
    connection = sqlite3.connect(workspace.folder / WORKSPACE_FILE, isolation_level=None)
    move = "UPDATE keys SET sealed = (SELECT sealed FROM keys WHERE fingerprint = ?) WHERE fingerprint = ?"
    connection.execute(move, (ada, bob))
    connection.close()
    with pytest.raises(InputError) as caught:
        workspace.open_key(bob)
    assert caught.value.code == "workspace.damaged"


def test_what_was_done_is_written_down(workspace: Workspace) -> None:
    root = DATA.root.hex()
    workspace.save_validity(root, b"proof")
    workspace.add_key(key("Ada"))
    workspace.log_receipt(root, 5, opening=True)
    trail = workspace.audit_trail()
    assert [entry.action for entry in trail] == [
        "workspace.created",
        "dataset.imported",
        "proof.stored",
        "key.created",
        "receipt.issued",
    ]
    assert [entry.seq for entry in trail] == [1, 2, 3, 4, 5]
    assert trail[1].details == {"records": 5, "root": root}
    assert trail[4].details == {"record": 5, "opening": 1}
    assert workspace.audit_head() == (5, trail[4].mac.hex())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET action = 'key.exported' WHERE seq = 2",
        "UPDATE audit SET time = '2020-01-01T00:00:00Z' WHERE seq = 2",
        "UPDATE audit SET subject = 'ds-other' WHERE seq = 2",
        "UPDATE audit SET details = '{}' WHERE seq = 2",
        "UPDATE audit SET mac = zeroblob(32) WHERE seq = 2",
        "UPDATE audit SET previous = zeroblob(32) WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "UPDATE audit SET seq = 9 WHERE seq = 3",
        "INSERT INTO audit SELECT 4, time, action, subject, details, mac, mac FROM audit WHERE seq = 3",
    ],
)
def test_the_trail_cannot_be_changed_from_outside(workspace: Workspace, change: str) -> None:
    workspace.add_key(key("Ada"))
    assert len(workspace.audit_trail()) == 3
    connection = sqlite3.connect(workspace.folder / WORKSPACE_FILE, isolation_level=None)
    assert connection.execute(change).rowcount > 0
    connection.close()
    with pytest.raises(RejectedError) as caught:
        workspace.audit_trail()
    assert caught.value.code == "workspace.audit"


@pytest.mark.parametrize(
    ("action", "subject", "details"),
    [
        ("patient.seen", "ds-1", {}),
        ("key.created", "Mrs Smith", {}),
        ("key.created", "x", {"note": "Mrs Smith has it"}),
        ("key.created", "x", {"value": 1.5}),
    ],
)
def test_the_trail_takes_ids_and_counts_alone(
    workspace: Workspace, action: str, subject: str, details: dict[str, object]
) -> None:
    with pytest.raises(InternalError), transaction(workspace._session.db):
        workspace._audit.append(action, subject, **details)  # type: ignore[arg-type]
    assert len(workspace.audit_trail()) == 2
