"""A whole verification behind a fence: whatever it would load late, inside a function, is refused and shows.

What an import at the top of a file brings is looked at elsewhere; here a bundle is really verified.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.architecture.test_fresh_interpreter import DATABASE, HEAVY, OTHER_ROOMS, WINDOW

FENCED = """
import sys

class Fence:
    def __init__(self, closed):
        self.closed = closed

    def find_spec(self, name, path=None, target=None):
        if any(name == entry or name.startswith(entry + ".") for entry in self.closed):
            raise ImportError(f"behind the fence: {name}")

sys.meta_path.insert(0, Fence(%r))
from pathlib import Path
from core.verification.verify import verify_bundle
report = verify_bundle(Path(sys.argv[1]), backend=sys.argv[2])
print(report.verdict, report.code)
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.soundness.hospital import honest

    path = tmp_path_factory.mktemp("fence") / "model.proofward"
    path.write_bytes(honest().bundle())
    return path


def verify_fenced(bundle: Path, backend: str, *closed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-O", "-c", FENCED % (closed,), str(bundle), backend],
        cwd=bundle.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("backend", "other"), [("native", "py_ecc"), ("reference", "py_arkworks_bls12381")])
def test_each_backend_verifies_with_everything_else_closed(bundle: Path, backend: str, other: str) -> None:
    done = verify_fenced(bundle, backend, other, *HEAVY, *DATABASE, *WINDOW, *OTHER_ROOMS)
    assert done.stdout == "accepted \n", done.stderr


def test_the_fence_closes(bundle: Path) -> None:
    """Closing something that a verification needs must show, or the test above shows nothing."""
    done = verify_fenced(bundle, "native", "py_arkworks_bls12381")
    assert done.returncode != 0 and "behind the fence: py_arkworks_bls12381" in done.stderr
