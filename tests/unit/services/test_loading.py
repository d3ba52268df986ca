"""A dataset and the arithmetic: one after the other, or at the same time where the dataset is large."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import helpers
from core.engines import get_engine
from core.engines.interface import Engine
from core.errors import CancelledError
from core.monitor import Monitor, SilentMonitor
from core.services import import_dataset
from core.services.context import Context, WorkspaceDoor
from core.services.loading import load_dataset
from core.services.stages import FoldedMonitor
from core.settings import Settings
from core.workspace import opening
from tests.unit.records.test_blocks import ROWS
from tests.unit.records.test_encode import HEADER, SCHEMA

PASSPHRASE = "a passphrase for tests"


def prepared(monitor: Monitor) -> Engine:
    """An engine under a stage of its own, as kernels are loaded."""
    FoldedMonitor(monitor, name="prepare", stages={"kernels": 1.0}).progress(1.0)
    return get_engine("plain")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    settings = Settings(home=tmp_path / "home", passphrase=PASSPHRASE)
    door = WorkspaceDoor(settings.home, PASSPHRASE)
    path = tmp_path / "patients.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    context = Context(settings=settings, door=door, make_engine=prepared)
    import_dataset.run(import_dataset.Request(path=path, schema=SCHEMA.to_json()), context)
    yield context
    door.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every helper that is started, for datasets of any size."""
    found: list[subprocess.Popen[bytes]] = []
    start = helpers.start

    def noted(line: list[str]) -> subprocess.Popen[bytes]:
        found.append(start(line))
        return found[-1]

    monkeypatch.setattr(helpers, "start", noted)
    monkeypatch.setattr(helpers, "usable_cores", lambda: 2)
    monkeypatch.setattr(opening, "HELPED_FROM", 1)
    return found


class Notes(SilentMonitor):
    """What is told, in order."""

    def __init__(self) -> None:
        self.told: list[str | float] = []

    def stage(self, name: str) -> None:
        self.told.append(name)

    def progress(self, done: float) -> None:
        self.told.append(done)


def dataset_of(context: Context) -> str:
    (info,) = context.workspace.list_datasets()
    return info.dataset_id


def test_a_large_dataset_is_opened_while_the_arithmetic_is_prepared(
    context: Context, started: list[subprocess.Popen[bytes]]
) -> None:
    whole = context.workspace.open_dataset(dataset_of(context))
    assert started == []
    notes = Notes()
    found, engine = load_dataset(context, notes, dataset_of(context), torch=False)
    assert len(started) == 1 and started[0].poll() is not None
    assert np.array_equal(found.rows, whole.rows) and list(found.blindings) == list(whole.blindings)
    assert found.commitments == whole.commitments and type(engine) is type(get_engine("plain"))
    shares = [told for told in notes.told if isinstance(told, float)]
    assert notes.told[0] == "prepare" and len(shares) == len(notes.told) - 1
    assert shares == sorted(shares) and 0.5 in shares


def test_a_small_one_is_opened_before(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "start", lambda line: pytest.fail("a helper was started"))
    notes = Notes()
    load_dataset(context, notes, dataset_of(context), torch=False)
    assert "prepare" in notes.told[1:]


def test_no_helper_is_left_where_the_arithmetic_is_not_to_be_had(
    context: Context, started: list[subprocess.Popen[bytes]]
) -> None:
    def stopped(monitor: Monitor) -> Engine:
        raise CancelledError

    stopping = Context(settings=context.settings, door=context.door, make_engine=stopped)
    with pytest.raises(CancelledError):
        load_dataset(stopping, Notes(), dataset_of(context), torch=False)
    assert len(started) == 1 and started[0].poll() is not None
