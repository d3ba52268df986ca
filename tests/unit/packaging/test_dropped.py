"""What the frozen folder leaves out: the list must not catch what the program cannot start without."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import ROOT


@pytest.fixture(scope="module")
def dropped() -> re.Pattern[str]:
    spec = (ROOT / "packaging" / "proofward.spec").read_text(encoding="utf-8")
    pattern = re.search(r'DROPPED = re\.compile\(\s*r"""(.*?)"""', spec, re.DOTALL)
    assert pattern is not None
    return re.compile(pattern[1], re.VERBOSE)


@pytest.mark.parametrize(
    "name",
    [
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cpu.so",
        "torch/lib/libgomp.so.1",
        "libgomp.so.1.0.0",
        "libpython3.11.so.1.0",
        "libcrypto.so.3",
        "libsqlite3.so.0",
        "libxkbcommon-x11.so.0",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqminimal.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "resources/translations/de.json",
        "resources/generators/v1.bin",
    ],
)
def test_what_the_program_needs_stays(dropped: re.Pattern[str], name: str) -> None:
    assert not dropped.search(name)


@pytest.mark.parametrize(
    "name",
    [
        "torch/bin/protoc",
        "torch/include/ATen/ATen.h",
        "torch/test/test_api",
        "libGL.so.1",
        "libstdc++.so.6",
        "libglib-2.0.so.0",
        "libX11-xcb.so.1",
        "libwayland-client.so.0",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/translations/qtbase_fr.qm",
        "PySide6/Qt/translations/qtmultimedia_de.qm",
    ],
)
def test_what_belongs_to_the_system_or_to_nobody_goes(dropped: re.Pattern[str], name: str) -> None:
    assert dropped.search(name)
