"""What every test stands on: no screen, a throwaway workspace, and randomness that comes out the same every time."""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

# Before anything imports Qt: without a screen it would end the whole process, not the test.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Before anything reads the settings, here or in a child process: no test sees or changes the user's own workspace.
_HOME = Path(tempfile.mkdtemp(prefix="proofward-tests-"))
os.environ["PROOFWARD_HOME"] = str(_HOME)
os.environ.pop("PROOFWARD_PASSPHRASE", None)

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

if TYPE_CHECKING:
    import numpy as np

    from core.randomness import SeededTape

# The same examples in every run and on every machine; how long one takes is not what these tests are about.
settings.register_profile("proofward", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("proofward")


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace folder of this test's own; PROOFWARD_HOME names it, also for child processes."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("PROOFWARD_HOME", str(folder))
    return folder


@pytest.fixture
def tape() -> SeededTape:
    """The prover's randomness, the same in every run. For tests alone: in use, blinding never comes from a seed."""
    from core.randomness import SeededTape

    return SeededTape(b"proofward tests")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator of test data, seeded by the test's own name."""
    import numpy as np

    return np.random.default_rng(zlib.crc32(request.node.nodeid.encode()))
