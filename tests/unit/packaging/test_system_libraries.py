"""The helper of `make setup`: what is missing is installed or named in one sentence, never left to a linker message."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from tests.unit.packaging.scripts import load


@pytest.fixture
def helper() -> ModuleType:
    return load("system_libraries")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring these libraries")
def test_the_libraries_that_the_tests_need_are_here(helper: ModuleType) -> None:
    assert helper.missing(helper.BASE) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring these libraries")
def test_what_cannot_be_installed_is_named(
    helper: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(helper, "BASE", {"libc.so.6": "libc6", "libnobody-has-this.so.9": "libnobody9"})
    monkeypatch.setattr(helper, "privilege", lambda: None)
    assert helper.main([]) == 1
    said = capsys.readouterr().err
    assert "apt-get install --no-install-recommends libnobody9\n" in said and "libc6" not in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring these libraries")
def test_what_can_be_installed_is_installed_and_looked_at_again(
    helper: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(helper, "BASE", {"libnobody-has-this.so.9": "libnobody9"})
    monkeypatch.setattr(helper, "privilege", lambda: ["sudo", "-n"])
    monkeypatch.setattr(helper, "install", lambda packages, prefix: asked.append([*prefix, *packages]))
    assert helper.main([]) == 1  # the stand-in installed nothing, so the library is still missing
    assert asked == [["sudo", "-n", "libnobody9"]]
