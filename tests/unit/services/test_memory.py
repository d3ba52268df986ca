"""How much memory the system says there is, and the refusal of work that needs more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import InputError
from core.services import memory
from core.settings import memory_size


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
    assert memory._kilobytes(tmp_path / "meminfo", "MemAvailable") == expected


def test_no_meminfo(tmp_path: Path) -> None:
    assert memory._kilobytes(tmp_path / "missing", "MemAvailable") is None


@pytest.mark.parametrize(("limit", "expected"), [("1000\n", 1000 - 700 + 50), ("max\n", None), ("100\n", 0)])
def test_control_group(limit: str, expected: int | None, tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 650\ninactive_file 50\nactive_file 0\n")
    assert memory._control_group(tmp_path) == expected


def test_no_control_group(tmp_path: Path) -> None:
    assert memory._control_group(tmp_path) is None


def test_too_little_memory_is_refused_with_a_way_out() -> None:
    limit = memory.MemoryLimit(1_500_000_000)
    memory.require_memory(1_500_000_000, limit, records=10, features=2)
    with pytest.raises(InputError) as caught:
        memory.require_memory(2_940_000_000, limit, records=100_000, features=64)
    assert caught.value.code == "machine.memory"
    assert "100000 records with 64 features needs about 3.0 GB" in caught.value.message
    assert "this machine has 1.50 GB to spare" in caught.value.message
    assert "fewer columns" in caught.value.remedy and "more memory" in caught.value.remedy


def test_a_limit_that_was_set_is_named_with_the_figure_that_suffices() -> None:
    limit = memory.MemoryLimit(2_000_000_000, chosen=True)
    with pytest.raises(InputError) as caught:
        memory.require_memory(2_000_000_001, limit, records=100_000, features=64)
    assert "at most 2.00 GB are allowed" in caught.value.message
    assert "2.1 GB" in caught.value.remedy and "--memory" in caught.value.remedy
    memory.require_memory(2_000_000_001, memory.MemoryLimit(memory_size("2.1GB"), chosen=True), records=1, features=1)


def test_a_large_matrix_is_named_as_what_does_not_fit() -> None:
    limit = memory.MemoryLimit(2_000_000_000, chosen=True)
    with pytest.raises(InputError) as caught:
        memory.require_memory(4_000_000_000, limit, records=1_048_576, features=1_090, matrix=2_306_867_200)
    assert "needs about 4.0 GB of memory, 2.4 GB of it for the matrix of records, and at most" in caught.value.message


def test_an_unknown_amount_refuses_nothing() -> None:
    memory.require_memory(1 << 60, memory.MemoryLimit(None), records=1, features=1)


@pytest.mark.parametrize(
    ("chosen", "available", "expected"),
    [
        (None, 5, memory.MemoryLimit(5)),
        (None, None, memory.MemoryLimit(None)),
        (4, 5, memory.MemoryLimit(4, chosen=True)),
        (4, None, memory.MemoryLimit(4, chosen=True)),
        (6, 5, memory.MemoryLimit(5)),
    ],
)
def test_the_limit_is_what_was_set_or_what_there_is(
    chosen: int | None, available: int | None, expected: memory.MemoryLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: available)
    assert memory.memory_limit(chosen) == expected


def test_the_peak_is_this_process_own() -> None:
    before = memory.peak_memory()
    if before is None:
        pytest.skip("this system does not say")
    held = b"x" * (before + 200_000_000)
    after = memory.peak_memory()
    assert after is not None and after >= len(held)
    lean = subprocess.run(
        [sys.executable, "-c", "from core.services.memory import peak_memory; print(peak_memory())"],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 1_000_000 < int(lean.stdout) < 200_000_000
