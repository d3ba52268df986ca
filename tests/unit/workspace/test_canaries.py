"""Nothing secret lies in clear in any file of the folder, at any moment at which somebody could copy it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from core.algebra.field import scalar_to_bytes
from core.workspace import Workspace
from tests.unit.bundle.helper import bundle, key
from tests.unit.workspace.helper import PASSPHRASE, WIDTH, committed, records

ROW_CANARY = np.frombuffer(b"CANARY-OF-A-ROW-IN-24-BY", dtype="<u2")
BLINDING_CANARY = int.from_bytes(b"CANARY-OF-A-BLINDING-FACTOR", "big")
NAME_CANARY = "Canary Name of a Cohort"
MODEL_CANARY = b'{"weights":["canary-of-a-hidden-weight"]}'
PROOF_CANARY = b"canary-of-a-proof"


def written(folder: Path) -> bytes:
    """Everything in the folder but the bundles, which are public."""
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def test_no_secret_in_clear(tmp_path: Path) -> None:
    assert len(ROW_CANARY) == WIDTH
    plain = records(200)
    rows = plain.rows.copy()
    rows[17] = ROW_CANARY
    encoded = dataclasses.replace(plain, rows=rows)
    blindings = (BLINDING_CANARY, *range(1000, 1199))
    data = committed(encoded, blindings=blindings)
    ada = key("Ada Canary")
    root = data.root.hex()
    states = []
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        workspace.store_dataset(
            encoded, commitments=data.commitments, blindings=data.blindings, root=data.root, name=NAME_CANARY
        )
        workspace.add_key(ada)
        workspace.save_model(root, "ab" * 32, MODEL_CANARY, hidden=True, blinding=BLINDING_CANARY)
        workspace.save_validity(root, PROOF_CANARY)
        workspace.save_bundle(root, bundle())
        workspace.log_receipt(root, 3, opening=True)
        workspace.change_passphrase("Canary passphrase")
        states.append(written(tmp_path))  # while it is open: the log is there too
    states.append(written(tmp_path))
    secrets = [
        ROW_CANARY.tobytes(),
        ROW_CANARY.tobytes()[:8],
        ROW_CANARY.astype(">u2").tobytes()[:8],
        scalar_to_bytes(BLINDING_CANARY)[-27:],
        str(BLINDING_CANARY).encode(),
        NAME_CANARY.encode(),
        MODEL_CANARY[:30],
        b"canary-of-a-hidden-weight",
        PROOF_CANARY,
        ada.ed25519_seed,
        ada.mldsa65_seed,
        b"Ada Canary",
        PASSPHRASE.encode(),
        b"Canary passphrase",
        *(row.astype("<u2").tobytes() for row in rows[:50]),
    ]
    for state in states:
        assert data.commitments[0] in state  # what is public is there, so the search does find what lies in clear
        assert [secret for secret in secrets if secret in state] == []
    with Workspace.open(tmp_path, "Canary passphrase") as workspace:
        opened = workspace.open_dataset(root)
        assert np.array_equal(opened.rows[17], ROW_CANARY)
        assert opened.blindings[0] == BLINDING_CANARY


def test_the_same_record_is_sealed_differently_each_time(tmp_path: Path) -> None:
    """Two workspaces with one passphrase and the same data share no sealed byte string and no tag."""
    data = committed(records())
    found = []
    for name in ("a", "b"):
        with Workspace.create(tmp_path / name, PASSPHRASE) as workspace:
            workspace.store_dataset(
                data.encoded, commitments=data.commitments, blindings=data.blindings, root=data.root, name="x"
            )
            query = "SELECT row, blinding, row_tag, blinding_tag FROM records"
            found.append({value for record in workspace._session.db.query(query) for value in record.values()})
    assert len(found[0]) == len(found[1]) == 20
    assert found[0] & found[1] == set()
