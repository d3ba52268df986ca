"""Where the workspace lives and how its passphrase is given."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import MAX_PASSPHRASE, VERSION, Settings, default_home, home_folder

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


def test_the_package_takes_its_version_from_the_settings() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert document["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "core.settings.VERSION"}
    assert [part.isdigit() for part in VERSION.split(".")] == [True] * 3
