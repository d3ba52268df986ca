"""What one column is proposed to be in the role that it was given, so that nothing tells of a single patient."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from core.errors import InputError
from core.records.coarse import middle, outward_range
from core.records.decimals import parse_cell, spelling_key, write_declared
from core.records.guesses import CONSENT_GIVEN, is_identifier, is_yes_no, positive_first
from core.records.names import tidy
from core.records.profile import ColumnProfile
from core.records.schema import Column, Level, Missing
from core.records.schema_rules import MAX_LEVEL_NAME, MAX_LEVELS

RARE = 11
"""A level of fewer rows than this is not named, and a column missing in fewer rows gets no indicator."""
MAX_FEATURE_LEVELS = 12
"""A text column with more common levels than this is not made a feature."""
_NUMERIC_SHARE = 0.9


def propose_outcome(column: ColumnProfile, decimal: str, positive: str | None, notes: list[str]) -> Column:
    texts = _spellings(column, decimal)
    if texts is None or len(texts) != 2:
        found = "one value only" if texts is not None and len(texts) == 1 else "not two values"
        found = "no values" if column.present == 0 else found
        raise InputError(
            "infer.outcome",
            f"The outcome column “{column.name}” holds {found}; an outcome needs exactly two.",
            "Choose a column with two values, such as 0 and 1.",
        )
    if max(map(len, texts)) > MAX_LEVEL_NAME:
        raise InputError(
            "infer.outcome",
            f"A value of the outcome column “{column.name}” is longer than {MAX_LEVEL_NAME} characters.",
            "Choose a column with two values, such as 0 and 1.",
        )
    if positive is not None:
        wanted = spelling_key(tidy(positive), decimal)
        first = [text for text in texts if spelling_key(text, decimal) == wanted]
        if not first:
            raise InputError(
                "infer.positive",
                f"The outcome column “{column.name}” never holds the value that was named as positive.",
                "Name one of its two values.",
            )
        on = first[0]
    else:
        on = positive_first(texts[0], texts[1])
        notes.append(f"“{column.name}”: “{_level_name(on)}” is taken as the positive outcome; check it.")
    off = texts[1] if on == texts[0] else texts[0]
    return Column(
        name=column.name,
        role="outcome",
        type="flag",
        levels=(Level(_level_name(off), (off,)), Level(_level_name(on), (on,))),
    )


def propose_consent(column: ColumnProfile) -> Column:
    given = tuple(sorted(text for text in column.counts or () if text.casefold() in CONSENT_GIVEN))
    if not given:
        raise InputError(
            "infer.consent",
            f"The consent column “{column.name}” never says yes in a way that is understood.",
            "Spell consent as yes, true or 1; everything else is taken as consent that was not given.",
        )
    return Column(
        name=column.name,
        role="consent",
        type="flag",
        missing=Missing("constant", "not given"),
        levels=(Level("not given", ()), Level("given", given)),
    )


def propose_group(column: ColumnProfile, decimal: str, notes: list[str]) -> Column:
    common, merged = _common_levels(column, decimal)
    levels = [Level(_level_name(text), (text,)) for text in common]
    if merged or not levels or column.missing:
        levels.append(Level(_leftover_name(levels), ()))
        notes.append(f"“{column.name}”: values of fewer than {RARE} rows, and missing ones, go to “{levels[-1].name}”.")
    missing = Missing("constant", levels[-1].name) if not levels[-1].values else Missing()
    return Column(name=column.name, role="group", type="category", missing=missing, levels=tuple(levels))


def propose_feature(column: ColumnProfile, decimal: str, notes: list[str]) -> Column:
    ignored = Column(name=column.name, role="ignored", type="text", missing=None)
    if column.present == 0:
        notes.append(f"“{column.name}” is ignored: it is empty.")
        return ignored
    if is_identifier(column.name):
        notes.append(f"“{column.name}” is ignored: by its name it is an identifier.")
        return ignored
    flag = _flag(column, decimal)
    if flag is not None:
        return flag
    if column.numbers >= _NUMERIC_SHARE * column.present:
        number = _number(column, decimal)
        if number is None:
            notes.append(f"“{column.name}” is ignored: its numbers have too many digits.")
            return ignored
        if column.texts:
            notes.append(f"“{column.name}” is taken as a number; rows in which it is something else will be rejected.")
        return number
    common, merged = _common_levels(column, decimal)
    rows = sum((column.counts or {})[text] for text in common)
    if len(common) < 2 or len(common) > MAX_FEATURE_LEVELS or 2 * rows < column.present:
        notes.append(f"“{column.name}” is ignored: it holds text that is not a few common levels.")
        return ignored
    levels = [Level(_level_name(text), (text,)) for text in common]
    if merged:
        levels.append(Level(_leftover_name(levels), ()))
        notes.append(f"“{column.name}”: values of fewer than {RARE} rows are merged into “{levels[-1].name}”.")
    missing = Missing("constant", levels[-1].name) if column.missing >= RARE else Missing()
    return Column(name=column.name, role="feature", type="category", missing=missing, levels=tuple(levels))


def _flag(column: ColumnProfile, decimal: str) -> Column | None:
    """A two-valued column whose values say nothing about a single patient."""
    texts = _spellings(column, decimal)
    if texts is None or len(texts) != 2 or max(map(len, texts)) > MAX_LEVEL_NAME:
        return None
    counts = _counts(column, decimal)
    numbers = [parse_cell(text, decimal) for text in texts]
    common = all(counts[spelling_key(text, decimal)] >= RARE for text in texts)
    if not common and not _small_codes(numbers) and not is_yes_no(*texts):
        return None
    if numbers[0] is None or numbers[1] is None:
        if numbers != [None, None]:
            return None
        on = positive_first(texts[0], texts[1])
    else:
        on = texts[0] if numbers[0] > numbers[1] else texts[1]
    off = texts[1] if on == texts[0] else texts[0]
    levels = (Level(_level_name(off), (off,)), Level(_level_name(on), (on,)))
    missing = Missing("constant", levels[0].name) if column.missing >= RARE else Missing()
    return Column(name=column.name, role="feature", type="flag", missing=missing, levels=levels)


def _number(column: ColumnProfile, decimal: str) -> Column | None:
    if column.low is None or column.high is None:
        return None
    bounds = outward_range(column.low, column.high, least=_least_step(column, decimal))
    if bounds is None:
        return None
    missing = Missing("constant", middle(bounds)) if column.missing >= RARE else Missing()
    return Column(name=column.name, role="feature", type="number", range=bounds, missing=missing)


def _least_step(column: ColumnProfile, decimal: str) -> Decimal | None:
    """Two units of the last digit that the column has, where an extreme is rare; else None.

    Among few whole numbers a step of 1 would end the range at the very largest of them. With more than MAX_DISTINCT
    numbers a tenth of the span is far above the last digit.
    """
    counts = _counts(column, decimal)
    if column.low is None or column.high is None or min(counts.get(x, RARE) for x in (column.low, column.high)) >= RARE:
        return None
    exponents = [key.as_tuple().exponent for key in counts if isinstance(key, Decimal)]
    return Decimal(2).scaleb(min(exponent for exponent in exponents if isinstance(exponent, int)))


def _counts(column: ColumnProfile, decimal: str) -> dict[str | Decimal, int]:
    """Rows of each level, spellings of one number put together."""
    counts: dict[str | Decimal, int] = {}
    for text, count in (column.counts or {}).items():
        key = spelling_key(text, decimal)
        counts[key] = counts.get(key, 0) + count
    return counts


def _spellings(column: ColumnProfile, decimal: str) -> list[str] | None:
    """One spelling for each level, in a fixed order; None if there are too many levels to count."""
    if column.counts is None:
        return None
    first: dict[str | Decimal, str] = {}
    for text in sorted(column.counts):
        key = spelling_key(text, decimal)
        if len(text) < len(first.get(key, text + " ")):
            first[key] = text
    return sorted(first.values())


def _common_levels(column: ColumnProfile, decimal: str) -> tuple[list[str], bool]:
    """Spellings of the levels of at least RARE rows, and whether there are others."""
    texts = _spellings(column, decimal)
    if texts is None:
        return [], True
    counts = _counts(column, decimal)
    common = [text for text in texts if counts[spelling_key(text, decimal)] >= RARE and len(text) <= MAX_LEVEL_NAME]
    common = common[: MAX_LEVELS - 1]
    return common, len(common) < len(texts)


def _small_codes(numbers: Sequence[Decimal | None]) -> bool:
    """Whether the values are codes such as 0 and 1 or 1 and 2, which could not be measurements of somebody."""
    return all(number in (0, 1, 2) for number in numbers)


def _level_name(text: str) -> str:
    number = parse_cell(text)
    plain = None if number is None else write_declared(number)
    return text if plain is None else plain


def _leftover_name(levels: Sequence[Level]) -> str:
    names = {level.name for level in levels}
    return next(name for name in ("other", "other (merged)", "all others") if name not in names)
