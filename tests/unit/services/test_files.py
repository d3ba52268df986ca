"""Outputs are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core.errors import InputError
from core.services.files import (
    check_input,
    check_output,
    remove_unfinished,
    replacing,
    throwaway_folder,
    write_bytes,
    write_error,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_at_the_end_of_the_block(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("old")
    with replacing(target) as part:
        part.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new" and names(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "out"
    target.write_text("old")
    with pytest.raises(error), replacing(target) as part:
        part.write_text("half")
        raise error
    assert target.read_text() == "old" and names(tmp_path) == ["out"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"


def test_private_files_are_their_owners_alone(tmp_path: Path) -> None:
    write_bytes(tmp_path / "secret", b"x", private=True)
    write_bytes(tmp_path / "public", b"x")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "public").stat().st_mode & 0o777 == 0o666 & ~umask


def test_what_is_unfinished_can_be_removed_without_unwinding(tmp_path: Path) -> None:
    with replacing(tmp_path / "out") as part, throwaway_folder("test") as folder:
        (folder / "inside").write_text("x")
        part.with_name(part.name + ".part").write_text("a library's own")
        remove_unfinished()
        assert not part.exists() and not folder.exists()
        part.write_text("so that the block can end")
    assert names(tmp_path) == ["out"]


def test_a_throwaway_folder_is_gone_afterwards() -> None:
    with pytest.raises(ValueError), throwaway_folder("test") as folder:
        (folder / "inside").write_text("x")
        assert folder.stat().st_mode & 0o077 == 0
        raise ValueError
    assert not folder.exists()


@pytest.mark.parametrize(("where", "code"), [(".", "output.folder"), ("no/such/file", "output.missing")])
def test_outputs_that_cannot_be_are_noticed_before_and_during(tmp_path: Path, where: str, code: str) -> None:
    for attempt in (lambda: check_output(tmp_path / where), lambda: write_bytes(tmp_path / where, b"x")):
        with pytest.raises(InputError) as raised:
            attempt()
        assert raised.value.code == code
    assert names(tmp_path) == []


@pytest.mark.parametrize(("where", "code"), [(".", "input.folder"), ("none", "input.missing")])
def test_inputs_that_cannot_be(tmp_path: Path, where: str, code: str) -> None:
    with pytest.raises(InputError) as raised:
        check_input(tmp_path / where, "table")
    assert raised.value.code == code and "table" in raised.value.message


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "output.full"),
        (errno.EDQUOT, "output.full"),
        (errno.EACCES, "output.denied"),
        (errno.EROFS, "output.denied"),
        (errno.ENOENT, "output.missing"),
        (errno.EIO, "output.failed"),
    ],
)
def test_failures_to_write_have_words(number: int, code: str) -> None:
    assert write_error(OSError(number, "x")).code == code
