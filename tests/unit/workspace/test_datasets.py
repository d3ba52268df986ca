"""Datasets in the workspace: exact, whole, secret, and no blinding factor for two records."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.encoding.canonical import dumps
from core.errors import InputError, InternalError
from core.settings import WORKSPACE_FILE
from core.workspace import Workspace, unfinished_import
from core.workspace.opening import BLOCK
from tests.unit.workspace.helper import PASSPHRASE, Committed, committed, records

DATA = committed(records())


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.create(tmp_path, PASSPHRASE) as opened:
        yield opened


def store(workspace: Workspace, data: Committed, name: str = "cohort") -> str:
    return workspace.store_dataset(
        data.encoded, commitments=data.commitments, blindings=data.blindings, root=data.root, name=name
    )


def test_round_trip_by_id_and_by_root(workspace: Workspace) -> None:
    dataset_id = store(workspace, DATA)
    for name in (dataset_id, DATA.root.hex()):
        opened = workspace.open_dataset(name)
        assert opened.root == DATA.root
        assert opened.numbers == DATA.encoded.numbers
        assert opened.commitments == DATA.commitments
        assert tuple(opened.blindings) == DATA.blindings
        assert opened.rows.dtype == np.uint16
        assert np.array_equal(opened.rows, DATA.encoded.rows)
        assert opened.schema == DATA.encoded.schema
    assert workspace.dataset_commitments(dataset_id) == (DATA.encoded.numbers, DATA.commitments)


def test_records_of_several_blocks(tmp_path: Path) -> None:
    data = committed(records(2 * BLOCK + 1))
    last = data.encoded.numbers[-1]
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        dataset_id = store(workspace, data)
        opened = workspace.open_dataset(dataset_id)
        assert (opened.numbers, opened.commitments) == (data.encoded.numbers, data.commitments)
        assert tuple(opened.blindings) == data.blindings
        assert np.array_equal(opened.rows, data.encoded.rows)
        with sqlite3.connect(tmp_path / WORKSPACE_FILE) as connection:
            connection.execute(
                "UPDATE records SET row = (SELECT row FROM records WHERE number = 1) WHERE number = ?", (last,)
            )
        connection.close()
        with pytest.raises(InputError) as caught:
            workspace.open_dataset(dataset_id)
        assert caught.value.code == "workspace.damaged"


def test_what_is_listed(workspace: Workspace) -> None:
    store(workspace, DATA, name="Kohorte Süd")
    (info,) = workspace.list_datasets()
    assert (info.name, info.records, info.width, info.root) == ("Kohorte Süd", 5, 12, DATA.root.hex())
    assert workspace.dataset_info(info.dataset_id) == info


def test_one_record(workspace: Workspace) -> None:
    dataset_id = store(workspace, DATA)
    opening = workspace.open_record(dataset_id, 5)
    assert opening.values == tuple(DATA.encoded.rows[2].tolist())
    assert opening.blinding == DATA.blindings[2]
    for number in (0, 2, 11, -1, 1 << 70):
        with pytest.raises(InputError) as caught:
            workspace.open_record(dataset_id, number)
        assert caught.value.code == "workspace.record_unknown"
    with pytest.raises(InputError) as caught:
        workspace.open_dataset("ds-nothing")
    assert caught.value.code == "workspace.dataset_unknown"


def test_the_same_root_is_stored_once(workspace: Workspace) -> None:
    assert store(workspace, DATA) == store(workspace, DATA)
    assert len(workspace.list_datasets()) == 1


def test_identical_records_may_be_committed_alike(workspace: Workspace) -> None:
    """Three of five records are the same in the new export; their openings serve again, those of the others do not."""
    store(workspace, DATA)
    rows = DATA.encoded.rows.copy()
    rows[1, 11] ^= 1
    rows[4, 0] ^= 1
    encoded = dataclasses.replace(DATA.encoded, rows=rows)
    reusable = workspace.reusable_openings(encoded)
    assert sorted(reusable) == [0, 2, 3]
    assert all(reusable[place].blinding == DATA.blindings[place] for place in reusable)
    assert all(reusable[place].commitment == DATA.commitments[place] for place in reusable)
    assert str(DATA.blindings[0]) not in repr(reusable[0])
    mixed = tuple(reusable[place].blinding if place in reusable else 1000 + place for place in range(5))
    again = committed(encoded, blindings=mixed)
    assert [again.commitments[place] == DATA.commitments[place] for place in range(5)] == [
        True,
        False,
        True,
        True,
        False,
    ]
    store(workspace, again)
    assert len(workspace.list_datasets()) == 2


def test_another_number_or_schema_is_another_record(workspace: Workspace) -> None:
    store(workspace, DATA)
    renumbered = dataclasses.replace(DATA.encoded, numbers=(1, 3, 5, 7, 10))
    assert sorted(workspace.reusable_openings(renumbered)) == [0, 1, 2, 3]
    other = dataclasses.replace(DATA.encoded.schema, missing_values=(*DATA.encoded.schema.missing_values, "unknown"))
    assert workspace.reusable_openings(dataclasses.replace(DATA.encoded, schema=other)) == {}


def test_an_edited_record_gets_fresh_blinding_or_is_refused(workspace: Workspace) -> None:
    store(workspace, DATA)
    rows = DATA.encoded.rows.copy()
    rows[1, 11] ^= 1
    edited = committed(dataclasses.replace(DATA.encoded, rows=rows), blindings=DATA.blindings)
    with pytest.raises(InternalError) as caught:
        store(workspace, edited)
    assert caught.value.code == "workspace.blinding"
    assert len(workspace.list_datasets()) == 1
    assert len(workspace.audit_trail()) == 2


def test_one_blinding_for_two_records_of_one_dataset_is_refused(workspace: Workspace) -> None:
    twice = (DATA.blindings[0], *DATA.blindings[:4])
    with pytest.raises(InternalError) as caught:
        store(workspace, committed(DATA.encoded, blindings=twice))
    assert caught.value.code == "workspace.blinding"
    assert workspace.list_datasets() == ()


def test_parts_that_do_not_fit_are_refused(workspace: Workspace) -> None:
    for other in (
        dataclasses.replace(DATA, root=bytes(32)),
        dataclasses.replace(DATA, blindings=DATA.blindings[:-1]),
        dataclasses.replace(DATA, encoded=dataclasses.replace(DATA.encoded, rows=DATA.encoded.rows.astype(np.int64))),
    ):
        with pytest.raises(InternalError) as caught:
            store(workspace, other)
        assert caught.value.code == "workspace.dataset"


CHANGES = [
    "UPDATE records SET number = 2 WHERE number = 1",
    "UPDATE records SET commitment = (SELECT commitment FROM records WHERE number = 3) WHERE number = 1",
    "UPDATE records SET row = (SELECT row FROM records WHERE number = 3) WHERE number = 1",
    "UPDATE records SET blinding = (SELECT blinding FROM records WHERE number = 3) WHERE number = 1",
    "UPDATE records SET blinding = row WHERE number = 1",
    "UPDATE records SET row = X'00' WHERE number = 1",
    "DELETE FROM records WHERE number = 9",
    "UPDATE datasets SET count = 4",
    "UPDATE datasets SET width = 11",
    "UPDATE datasets SET sealed = X'0000'",
    "UPDATE records SET number = -1 WHERE number = 1",
    "UPDATE records SET commitment = substr(commitment, 2) WHERE number = 1",
    "DELETE FROM records WHERE number = 9; UPDATE datasets SET count = 4",
]
LISTED = [change for change in CHANGES if not any(name in change for name in ("row =", "blinding =", "width ="))]


def sealed_by_an_earlier_version(document: dict[str, object]) -> bytes:
    return dumps({name: value for name, value in document.items() if name != "listed"})


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_changes_from_outside_are_noticed(
    tmp_path: Path, change: str, earlier: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a dataset that an earlier version stored, which knows its records by the root alone."""
    if earlier:
        monkeypatch.setattr(unfinished_import, "dumps", sealed_by_an_earlier_version)
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        dataset_id = store(workspace, DATA)
        assert (workspace.dataset_info(dataset_id).listed is None) == earlier
        assert workspace.open_dataset(dataset_id).root == DATA.root  # that it was fine before must not count
        connection = sqlite3.connect(tmp_path / WORKSPACE_FILE, isolation_level=None)
        for statement in change.split(";"):
            assert connection.execute(statement).rowcount > 0
        connection.close()
        with pytest.raises(InputError) as caught:
            workspace.open_dataset(dataset_id)
        assert caught.value.code == "workspace.damaged"
        if change in LISTED:
            with pytest.raises(InputError) as caught:
                workspace.dataset_commitments(dataset_id)
            assert caught.value.code == "workspace.damaged"


def test_a_root_changed_from_outside_is_noticed(tmp_path: Path) -> None:
    with Workspace.create(tmp_path, PASSPHRASE) as workspace:
        dataset_id = store(workspace, DATA)
        connection = sqlite3.connect(tmp_path / WORKSPACE_FILE, isolation_level=None)
        connection.execute("UPDATE datasets SET root = ?", ("00" * 32,))
        connection.close()
        with pytest.raises(InputError) as caught:
            workspace.open_dataset(dataset_id)
        assert caught.value.code == "workspace.damaged"
