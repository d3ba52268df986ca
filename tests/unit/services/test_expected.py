"""What is expected of the stages of a run, by the dataset and by what is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.relations.plan import TrainingPlan
from core.services import import_dataset
from core.services.context import Context, WorkspaceDoor
from core.services.expected import expected_seconds
from core.services.registry import VERBS
from core.settings import Settings
from core.workspace import Workspace
from core.workspace.datasets import DatasetInfo
from tests.unit.records.test_blocks import ROWS
from tests.unit.records.test_encode import HEADER, SCHEMA

PASSPHRASE = "a passphrase for tests"
PLAN = TrainingPlan()


@pytest.fixture
def imported(tmp_path: Path) -> Iterator[tuple[Workspace, DatasetInfo]]:
    settings = Settings(home=tmp_path / "home", passphrase=PASSPHRASE)
    door = WorkspaceDoor(settings.home, PASSPHRASE)
    path = tmp_path / "patients.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    request = import_dataset.Request(path=path, schema=SCHEMA.to_json())
    result = import_dataset.run(request, Context(settings=settings, door=door))
    workspace = door.open()
    yield workspace, workspace.dataset_info(result.dataset_id)
    door.close()


def test_nothing_is_expected_of_what_is_at_hand(imported: tuple[Workspace, DatasetInfo]) -> None:
    workspace, info = imported

    def idle(*parts: str) -> set[str]:
        seconds = expected_seconds(workspace, info, plan=PLAN, hidden=False, parts=parts)
        assert set(seconds) == set(VERBS["attest"].stages)
        return {stage for stage, spent in seconds.items() if not spent}

    assert idle() == {"bounded"}
    assert idle("iterate") == {"bounded"}
    assert idle("trained", "validity.begun") == {"bounded", "train"}
    assert idle("trained", "validity", "optimum.begun") == {"bounded", "train", "validity"}
    done = {"bounded", "validity", "open", "prepare", "split", "train", "optimum"}
    assert idle("trained", "validity", "attestation") == done
    workspace.save_validity(info.dataset_id, b"a proof")
    assert idle() == {"bounded", "validity"}
