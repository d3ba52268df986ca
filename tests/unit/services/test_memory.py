"""How much memory the system says there is, and the refusal of work that needs more."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.services import memory


def test_available_memory_is_a_sensible_number() -> None:
    available = memory.available_memory()
    assert available is None or 1_000_000 < available < 1 << 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MemTotal: 100 kB\nMemAvailable:   12345 kB\n", 12345 * 1024),
        ("MemTotal: 100 kB\n", None),
        ("MemAvailable: much\n", None),
        ("MemAvailable:\n", None),
    ],
)
def test_meminfo(text: str, expected: int | None, tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text(text)
    assert memory._meminfo(tmp_path / "meminfo") == expected


def test_no_meminfo(tmp_path: Path) -> None:
    assert memory._meminfo(tmp_path / "missing") is None


@pytest.mark.parametrize(("limit", "expected"), [("1000\n", 1000 - 700 + 50), ("max\n", None), ("100\n", 0)])
def test_control_group(limit: str, expected: int | None, tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 650\ninactive_file 50\nactive_file 0\n")
    assert memory._control_group(tmp_path) == expected


def test_no_control_group(tmp_path: Path) -> None:
    assert memory._control_group(tmp_path) is None


def test_too_little_memory_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 1_500_000_000)
    memory.require_memory(1_500_000_000, records=10, features=2)
    with pytest.raises(InputError) as caught:
        memory.require_memory(2_940_000_000, records=100_000, features=64)
    assert caught.value.code == "machine.memory"
    assert "100000 records with 64 features needs about 2.9 GB" in caught.value.message
    assert "1.5 GB to spare" in caught.value.message
    assert "fewer columns" in caught.value.remedy and "more memory" in caught.value.remedy


def test_an_unknown_amount_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    memory.require_memory(1 << 60, records=1, features=1)
