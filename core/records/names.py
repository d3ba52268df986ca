"""Names and short texts of a schema, in the one form in which they are compared and published."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 200
# Control characters, lone surrogates, line separators, and marks that make text read in another order than written.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def tidy(text: str) -> str:
    """The text in Unicode NFC, without spaces at its ends, each run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_tidy(text: str, *, longest: int = MAX_NAME, empty: bool = False) -> bool:
    """Whether the text is in that form, of printable characters, not too long, and not empty unless it may be."""
    return len(text) <= longest and (empty or text != "") and text == tidy(text) and not _REFUSED.search(text)
