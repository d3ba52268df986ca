"""Where the workspace lives, how its passphrase is given, how much memory a job may have."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import MAX_PASSPHRASE, VERSION, Settings, default_home, home_folder, memory_size

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"HOME": "/home/ada"}, "/home/ada/.local/share/proofward"),
        ("linux", {"HOME": "/home/ada", "XDG_DATA_HOME": "/data"}, "/data/proofward"),
        ("linux", {"HOME": "/home/ada", "XDG_DATA_HOME": "relative"}, "/home/ada/.local/share/proofward"),
        ("darwin", {"HOME": "/Users/ada"}, "/Users/ada/Library/Application Support/Proofward"),
        ("win32", {"LOCALAPPDATA": "/c/Local"}, "/c/Local/Proofward"),
        ("win32", {"USERPROFILE": "/c/ada"}, "/c/ada/AppData/Local/Proofward"),
    ],
)
def test_the_default_home_is_the_systems_place_for_application_data(
    platform: str, environment: dict[str, str], expected: str
) -> None:
    assert default_home(platform, environment) == Path(expected)


def test_the_environment_names_another_home() -> None:
    assert home_folder({"PROOFWARD_HOME": "/srv/ward"}) == Path("/srv/ward")
    assert home_folder({"PROOFWARD_HOME": "ward"}) == Path.cwd() / "ward"


def test_a_home_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(InputError, match="cannot use"):
        home_folder({"PROOFWARD_HOME": "a\0b"})


def test_the_passphrase_comes_from_the_environment_and_is_never_shown() -> None:
    settings = Settings.from_environment({"PROOFWARD_HOME": "/srv", "PROOFWARD_PASSPHRASE": "correct horse"})
    assert settings.passphrase == "correct horse"
    assert "correct horse" not in repr(settings)


@pytest.mark.parametrize("text", ["", "x" * (MAX_PASSPHRASE + 1)])
def test_an_unusable_passphrase_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError) as raised:
        Settings.from_environment({"PROOFWARD_HOME": "/srv", "PROOFWARD_PASSPHRASE": text})
    assert raised.value.code == "settings.passphrase"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2 * 10**9),
        ("1500MB", 15 * 10**8),
        ("4GiB", 4 << 30),
        ("1.5 gb", 15 * 10**8),
        (" 512m ", 512 * 10**6),
        ("3000000000", 3 * 10**9),
        ("7B", 7),
        ("1 TiB", 1 << 40),
        ("0.000000001GB", 1),
    ],
)
def test_a_limit_of_memory_is_a_size(text: str, size: int) -> None:
    assert memory_size(text) == size
    assert Settings.from_environment({"PROOFWARD_HOME": "/srv", "PROOFWARD_MEMORY": text}).memory == size


@pytest.mark.parametrize(
    "text", ["much", "0", "0GB", "-1GB", "2 G B", "2PB", "1e9", "1,5GB", ".5GB", "\u0662GB", "9" * 19 + "GB"]
)
def test_a_limit_of_memory_that_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InputError) as raised:
        Settings.from_environment({"PROOFWARD_HOME": "/srv", "PROOFWARD_MEMORY": text})
    assert raised.value.code == "settings.memory" and "2GB" in raised.value.remedy


@pytest.mark.parametrize("environment", [{}, {"PROOFWARD_MEMORY": ""}])
def test_without_a_limit_a_job_has_what_the_machine_has(environment: dict[str, str]) -> None:
    assert Settings.from_environment({"PROOFWARD_HOME": "/srv", **environment}).memory is None


def test_the_package_takes_its_version_from_the_settings() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert document["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "core.settings.VERSION"}
    assert [part.isdigit() for part in VERSION.split(".")] == [True] * 3
