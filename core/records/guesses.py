"""What words usually mean, for proposals that a person confirms: which level is positive, what is an identifier."""

from __future__ import annotations

import re

from core.records.decimals import parse_cell

CONSENT_GIVEN = frozenset({"1", "yes", "y", "true", "t", "given", "granted", "ok", "ja", "j", "oui", "si", "sí"})
_POSITIVE = CONSENT_GIVEN | {
    *("positive", "pos", "+", "present", "event", "case", "abnormal", "malignant", "died", "dead", "deceased", "death"),
    *("relapse", "recurrence", "readmitted", "septic", "sepsis", "disease", "diseased", "ill", "sick", "positiv"),
}
_NEGATIVE = frozenset(
    {
        *("0", "no", "n", "false", "f", "nein", "non", "negative", "neg", "-", "absent", "none", "control", "normal"),
        *("benign", "alive", "survived", "healthy", "negativ"),
    }
)
_IDENTIFIER = re.compile(
    r"(patient|pat|subject|person|case|record|study|encounter|visit|hospital|medical[ _.-]?record)?[ _.-]?"
    r"(id|ids|identifier|mrn|uuid|guid|nr|number)|ssn|nhs[ _.-]?number|.*_id|((first|last)[ _.-]?)?name|surname",
    re.IGNORECASE,
)


def is_identifier(name: str) -> bool:
    """Whether a column of this name looks like an identifier or a person's name."""
    return _IDENTIFIER.fullmatch(name) is not None


def is_yes_no(first: str, second: str) -> bool:
    """Whether two spellings are a word for yes and a word for no, in either order."""
    words = {first.casefold(), second.casefold()}
    return bool(words & _POSITIVE) and bool(words & _NEGATIVE)


def positive_first(first: str, second: str) -> str:
    """The likelier name of the positive level: the larger number, a word for yes, the twin of a word for no."""
    numbers = parse_cell(first), parse_cell(second)
    if numbers[0] is not None and numbers[1] is not None:
        return first if numbers[0] > numbers[1] else second
    for one, other in ((first, second), (second, first)):
        if one.casefold() in _POSITIVE and other.casefold() not in _POSITIVE:
            return one
        if other.casefold() in _NEGATIVE and one.casefold() not in _NEGATIVE:
            return one
    return max(first, second)
