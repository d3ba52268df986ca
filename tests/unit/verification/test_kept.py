"""The check of one's own bundle takes what it kept only for the bytes that it follows from."""

from __future__ import annotations

import hashlib

import pytest

from core.bundle.limits import COMMITMENTS
from core.bundle.reader import read_bundle
from core.commitments.merkle import record_tree
from core.proving.checkpoint import NoCheckpoint
from core.proving.finished import CHECK, BegunCheck
from core.verification import claims
from core.verification.verify import verify_bundle
from tests.soundness.tamper import honest_bundle


class Drawer(NoCheckpoint):
    """A checkpoint in memory."""

    def __init__(self, data: bytes | None = None) -> None:
        self.data = data

    def load(self, part: str) -> bytes | None:
        assert part == CHECK
        return self.data

    def save(self, part: str, data: bytes) -> None:
        assert part == CHECK
        self.data = data


def refuse(*_: object) -> bytes:
    pytest.fail("the record tree was made again")


def test_the_record_tree_is_made_once_for_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    data, drawer = honest_bundle("public"), Drawer()
    contents = read_bundle(data)
    assert verify_bundle(data, kept=BegunCheck(drawer)).verdict == "accepted"
    tree = record_tree(contents.numbers, contents.commitments)
    digest = contents.typed.files[COMMITMENTS]
    assert BegunCheck(drawer).tree(digest, refuse) == tree
    assert len(BegunCheck(drawer).load()) >= 1
    monkeypatch.setattr(claims, "record_tree", refuse)
    assert verify_bundle(data, kept=BegunCheck(drawer)).verdict == "accepted"
    with pytest.raises(pytest.fail.Exception):
        verify_bundle(data)  # an auditor has nothing at hand


def test_a_tree_of_another_list_is_not_taken() -> None:
    data = honest_bundle("public")
    contents = read_bundle(data)
    drawer = Drawer()
    other = hashlib.sha256(b"another list").hexdigest()
    assert BegunCheck(drawer).tree(other, lambda: bytes(32)) == bytes(32)
    assert verify_bundle(data, kept=BegunCheck(drawer)).verdict == "accepted"
    # and a wrong one beside the right digest, which only who has the workspace's key can put there, accepts nothing
    drawer = Drawer()
    BegunCheck(drawer).tree(contents.typed.files[COMMITMENTS], lambda: bytes(32))
    report = verify_bundle(data, kept=BegunCheck(drawer))
    assert (report.verdict, report.code) == ("rejected", "dataset.root")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"[[0,1]]", b"{}", b'{"sums":[],"trees":[]}', b'{"sums":[[1]],"trees":{}}', b'{"sums":0}']
)
def test_what_is_no_check_is_not_there(data: bytes) -> None:
    check = BegunCheck(Drawer(data))
    assert check.load() == {} and check.tree("00", lambda: b"made") == b"made"
    assert verify_bundle(honest_bundle("public"), kept=BegunCheck(Drawer(data))).verdict == "accepted"
