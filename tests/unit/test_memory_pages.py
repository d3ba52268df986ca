"""numpy asks for no large pages, unless somebody wants them (docs/adr/0023)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASKED = "import {module}, numpy; print(numpy._core.multiarray._get_madvise_hugepage())"


@pytest.mark.parametrize("module", ["core.jobs.worker", "core.cli.main", "gui.app"])
@pytest.mark.parametrize(("chosen", "asks"), [(None, False), ("1", True)])
def test_large_pages_are_asked_for_by_choice_alone(module: str, chosen: str | None, asks: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NUMPY_MADVISE_HUGEPAGE"}
    if chosen is not None:
        environment["NUMPY_MADVISE_HUGEPAGE"] = chosen
    found = subprocess.run(
        [sys.executable, "-c", ASKED.format(module=module)], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == str(asks)
