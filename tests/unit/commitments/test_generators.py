"""The generator file is what hashing every label gives, and nothing else is ever loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.algebra.group import get_backend
from core.commitments import generators
from core.commitments.hash_to_curve import hash_to_affine_reference
from core.errors import InternalError
from core.resources import resource_path


def test_the_file_is_the_hash_of_every_label(capsys: pytest.CaptureFixture[str]) -> None:
    """All 8,195 labels hashed by the compiled library; the command that anyone can run says the same."""
    assert generators.main([]) == 0
    assert "NOT" not in capsys.readouterr().out


def test_the_command_notices_a_different_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generators, "make", lambda: bytes(96))
    assert generators.main([]) == 1
    assert "NOT" in capsys.readouterr().out


SAMPLE = [0, 1, 4095, 4096, 5000, 8191, generators.VALUE, generators.BLINDING, generators.INNER]


@pytest.mark.parametrize("index", SAMPLE)
def test_py_ecc_hashes_to_the_same_points(index: int) -> None:
    label = list(generators.labels())[index]
    assert generators.load_affine()[index] == hash_to_affine_reference(label)


def test_indices_are_the_labels_places() -> None:
    labels = list(generators.labels())
    assert len(labels) == len(set(labels)) == generators.GENERATOR_COUNT
    for j in (0, 1, 4095):
        assert labels[generators.data(j)] == f"G/{j}".encode()
    for j in (1, 2, 4096):
        assert labels[generators.pad(j)] == f"K/{j}".encode()
    assert labels[generators.VALUE] == b"K_val"
    assert labels[generators.BLINDING] == b"H"
    assert labels[generators.INNER] == b"Q"


@pytest.mark.parametrize("column", [-1, 4096])
def test_data_columns_end(column: int) -> None:
    with pytest.raises(InternalError):
        generators.data(column)


@pytest.mark.parametrize("slot", [-1, 0, 4097])
def test_pad_slots_count_from_one(slot: int) -> None:
    with pytest.raises(InternalError):
        generators.pad(slot)


def test_generators_are_distinct_points_of_the_group() -> None:
    backend = get_backend("native")
    points = generators.points(backend)
    blobs = [backend.encode(point) for point in points]
    # Neither equal nor opposite: the x coordinates differ.
    assert len({x for x, _ in generators.load_affine()}) == len(points) == generators.GENERATOR_COUNT
    assert [backend.encode(point) for point in backend.decode(blobs)] == blobs


def test_both_backends_load_the_same_points() -> None:
    native, reference = get_backend("native"), get_backend("reference")
    for index in SAMPLE:
        a, b = generators.points(native)[index], generators.points(reference)[index]
        assert native.encode(a) == reference.encode(b)
    assert generators.points(native) is generators.points(native)


@pytest.mark.parametrize("change", ["bit", "short", "long", "empty"])
def test_a_changed_file_is_not_used(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(resource_path(*generators.FILE).read_bytes())
    if change == "bit":
        content[500_000] ^= 1
    changed = {"bit": content, "short": content[:-96], "long": content + content[:96], "empty": b""}[change]
    (tmp_path / "v1.bin").write_bytes(changed)
    monkeypatch.setattr(generators, "resource_path", lambda *_: tmp_path / "v1.bin")
    with pytest.raises(InternalError) as caught:
        generators.load_affine.__wrapped__()
    assert caught.value.code == "generators.digest"


def test_an_unreadable_file_is_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generators, "resource_path", lambda *_: tmp_path)
    with pytest.raises(InternalError) as caught:
        generators.load_affine.__wrapped__()
    assert caught.value.code == "generators.unreadable"
