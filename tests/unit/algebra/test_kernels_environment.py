"""How numba is set up: portable machine code, a cache that a read-only home does not break, torch beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHOW = """
import os
{before}
from core.algebra.kernels import convert
import numba
assert convert.integers(convert.elements([5, -1]))[0] == 5
config = numba.config
print(config.CPU_NAME, repr(config.CPU_FEATURES), config.THREADING_LAYER, config.CACHE_DIR, sep="|")
"""


def _run(before: str = "", **environment: str) -> list[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "PROOFWARD", "XDG"))}
    result = subprocess.run(
        [sys.executable, "-c", SHOW.format(before=before)],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip().split("|")


def test_code_is_not_made_for_this_processor_alone(tmp_path: Path) -> None:
    name, features, layer, folder = _run(XDG_CACHE_HOME=str(tmp_path))
    assert name in ("x86-64-v3", "generic")
    assert features == "''"
    assert layer == "omp"
    assert Path(folder).is_relative_to(tmp_path)
    assert list(Path(folder).rglob("*.nbi"))


def test_an_unwritable_home_falls_back_to_a_temporary_folder(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("not a folder")
    folder = Path(_run(XDG_CACHE_HOME=str(occupied), TMPDIR=str(tmp_path))[3])
    assert folder.parent == tmp_path
    assert list(folder.rglob("*.nbi"))


def test_numba_imported_first_is_set_up_too(tmp_path: Path) -> None:
    assert Path(_run("import numba", XDG_CACHE_HOME=str(tmp_path))[3]).is_relative_to(tmp_path)


def test_other_processors_get_the_baseline(tmp_path: Path) -> None:
    before = "import platform\nplatform.machine = lambda: 'other'"
    assert _run(before, XDG_CACHE_HOME=str(tmp_path))[0] == "generic"


def test_torch_in_the_same_process(tmp_path: Path) -> None:
    before = "import torch\nassert float(torch.ones(300, 300).mm(torch.ones(300, 300)).sum()) == 300.0**3"
    assert _run(before, XDG_CACHE_HOME=str(tmp_path))[2] == "omp"


def test_a_changed_source_changes_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.algebra.kernels import environment

    before = environment.source_hash()
    assert environment.source_hash() == before
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read(self) + (b"#" if self.name == "limbs.py" else b""))
    assert environment.source_hash() != before
