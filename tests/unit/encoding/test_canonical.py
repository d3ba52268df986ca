from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encoding.canonical import MAX_DEPTH, MAX_INTEGER, dumps, loads
from core.errors import InternalError, MalformedError

LIMIT = 1 << 24

# RFC 8785, section 3.2.3: the object to sort, and the order of its values that the section prescribes.
SORTING = r"""{
  "\u20ac": "Euro Sign",
  "\r": "Carriage Return",
  "\ufb33": "Hebrew Letter Dalet With Dagesh",
  "1": "One",
  "\ud83d\ude00": "Emoji: Grinning Face",
  "\u0080": "Control",
  "\u00f6": "Latin Small Letter O With Diaeresis"
}"""
SORTED = [
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
]

# RFC 8785, sections 3.2.2 and 3.2.4: the sample object without its member of fractions, which are not written here, and
# the bytes that section 3.2.4 gives for what is left.
SAMPLE = r"""{
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}"""
SAMPLE_BYTES = bytes.fromhex(
    "7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c"
    "22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d"
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def read(data: bytes, **options: Any) -> object:
    return loads(data, limit=LIMIT, what="The test file", **options)


def code_of(data: bytes, **options: Any) -> str:
    with pytest.raises(MalformedError) as caught:
        read(data, **options)
    assert caught.value.message.startswith("The test file")
    return caught.value.code


def test_names_are_sorted_as_rfc_8785_says() -> None:
    document = json.loads(SORTING)
    again = json.loads(dumps(document), object_pairs_hook=list)
    assert [value for _, value in again] == SORTED


def test_sample_of_rfc_8785_has_its_bytes() -> None:
    assert dumps(json.loads(SAMPLE)) == SAMPLE_BYTES


def test_every_control_character_is_escaped_as_rfc_8785_says() -> None:
    # Section 3.2.2.2: two characters where there is such an escape, lower-case hexadecimal otherwise.
    short = {0x08: "b", 0x09: "t", 0x0A: "n", 0x0C: "f", 0x0D: "r"}
    for code in range(0x20):
        assert dumps(chr(code)).decode() == '"\\' + short.get(code, f"u{code:04x}") + '"'
    assert dumps("\x7f\u0080\u2028/") == '"\x7f\u0080\u2028/"'.encode()


def test_text_is_not_normalised() -> None:
    assert dumps("\u1e0d\u0307") == '"\u1e0d\u0307"'.encode()


@given(values)
def test_reading_undoes_writing(value: Any) -> None:
    assert read(dumps(value)) == value


@given(values)
def test_the_standard_library_reads_the_same_value(value: Any) -> None:
    assert json.loads(dumps(value)) == value


@given(values)
def test_only_one_spelling_is_canonical(value: Any) -> None:
    canonical = dumps(value)
    spaced = json.dumps(value, indent=1, ensure_ascii=True).encode()
    assert read(spaced, canonical=False) == value
    if spaced != canonical:
        assert code_of(spaced) == "json.canonical"


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    try:
        value = read(data)
    except MalformedError:
        return
    assert dumps(value) == data


@pytest.mark.parametrize(
    "value", [1.0, float("nan"), MAX_INTEGER + 1, -MAX_INTEGER - 1, b"", {1: 2}, {"a": {3}}, "\ud800", {"\udc00": 1}]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(InternalError) as caught:
        dumps(value)
    assert caught.value.code == "json.value"


def test_tuples_are_lists() -> None:
    assert dumps((1, (2, 3))) == b"[1,[2,3]]"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json.syntax"),
        (b"{", "json.syntax"),
        (b"nul", "json.syntax"),
        (b"[1,]", "json.syntax"),
        (b"'a'", "json.syntax"),
        (b'"\n"', "json.syntax"),
        (b"\xef\xbb\xbf1", "json.syntax"),
        (b"\xff", "json.utf8"),
        (b'"\xed\xa0\x80"', "json.utf8"),
        (b'{"a":1,"a":1}', "json.repeated"),
        (b'{"a":{"b":1,"\\u0062":2}}', "json.repeated"),
        (b"1.0", "json.fraction"),
        (b"1e3", "json.fraction"),
        (b"NaN", "json.fraction"),
        (b"-Infinity", "json.fraction"),
        (b"9007199254740992", "json.integer"),
        (b"-9007199254740992", "json.integer"),
        (b"1" * 5000, "json.integer"),
        (b'"\\ud800"', "json.surrogate"),
        (b'{"\\udfff":1}', "json.surrogate"),
        (b"-0", "json.canonical"),
        (b" 1", "json.canonical"),
        (b"1\n", "json.canonical"),
        (b'"\\u0041"', "json.canonical"),
        (b'"\\/"', "json.canonical"),
        (b'{"b":1,"a":2}', "json.canonical"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "json.deep"),
        (b"[" * 100_000, "json.deep"),
    ],
)
def test_other_bytes_are_malformed(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_brackets_inside_strings_do_not_nest() -> None:
    text = "[" * 100 + '\\"' + "{" * 100
    assert read(dumps([text])) == [text]


def test_deepest_nesting_is_written_and_read() -> None:
    data = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert dumps(read(data)) == data


def test_limit_is_in_bytes() -> None:
    assert loads('"ä"'.encode(), limit=4, what="It") == "ä"
    with pytest.raises(MalformedError) as caught:
        loads('"ä"'.encode(), limit=3, what="It")
    assert caught.value.code == "json.long"


@pytest.mark.parametrize("unit", [b'\\"', b"\\", b'"', b'"\\', b"[\\"])
def test_hostile_text_takes_linear_time(unit: bytes) -> None:
    # Quadratic reading of these two million bytes would outlast the time that a test is given.
    code_of(b'"' + unit * (2_000_000 // len(unit)))
