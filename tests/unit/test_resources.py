from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import InternalError
from core.resources import resource_path, resource_root


def test_resources_of_a_checkout_lie_beside_the_package() -> None:
    assert resource_root() == Path(__file__).resolve().parents[2] / "resources"


def test_a_frozen_program_finds_its_resources_in_its_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources" / "samples").mkdir(parents=True)
    (tmp_path / "resources" / "samples" / "a.csv").write_text("x\n")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resource_path("samples", "a.csv") == tmp_path / "resources" / "samples" / "a.csv"


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(InternalError, match=r"samples/nothing\.csv") as caught:
        resource_path("samples", "nothing.csv")
    assert caught.value.code == "resource.missing"


@pytest.mark.parametrize("parts", [("..", "pyproject.toml"), ("samples", "..", "..", "LICENSE"), ("/etc/passwd",)])
def test_a_path_cannot_lead_out_of_the_folder(parts: tuple[str, ...]) -> None:
    with pytest.raises(InternalError) as caught:
        resource_path(*parts)
    assert caught.value.code == "resource.outside"
