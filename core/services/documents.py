"""JSON files that people write or edit: spaced as they like, otherwise as strict as everything else."""

from __future__ import annotations

from pathlib import Path

from core.encoding.canonical import loads
from core.services.files import check_input

MAX_DOCUMENT = 4 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_document(path: Path, what: str) -> object:
    """The JSON values in a file that messages call `what` ("plan"); InputError input.*, MalformedError json.*."""
    check_input(path, f"{what} file")
    with path.open("rb") as stream:
        data = stream.read(MAX_DOCUMENT + 1)
    return loads(data.removeprefix(_BYTE_ORDER_MARK), limit=MAX_DOCUMENT, what=f"The {what}", canonical=False)
