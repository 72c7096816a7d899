"""Canonical JSON: equal to RFC 8785 within the profile, refused outside it."""

import json
from enum import StrEnum

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger.canonical import NotCanonical, canonical, parse_canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
KEYS = st.text(st.characters(max_codepoint=127, exclude_characters="\0"), max_size=8)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


class Colour(StrEnum):
    RED = "red"


@settings(deadline=None)  # a busy machine is not a fault
@given(VALUES)
def test_bytes_equal_those_of_the_rfc8785_package(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@settings(deadline=None)  # a busy machine is not a fault
@given(VALUES)
def test_canonical_bytes_are_read_back(value: object) -> None:
    assert parse_canonical(canonical(value)) == value


def test_strings_are_written_as_in_rfc_8785_section_3_2_4() -> None:
    value = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}

    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'

    assert canonical(value) == expected.encode()


def test_keys_are_sorted_by_their_bytes() -> None:
    assert canonical({"b": 1, "a": 2, "B": 3, "10": 4, "1": 5, "": 6}) == b'{"":6,"1":5,"10":4,"B":3,"a":2,"b":1}'


def test_a_word_of_a_closed_vocabulary_is_its_text() -> None:
    assert canonical([Colour.RED]) == b'["red"]'


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        10**30,
        "\0",
        "\ud800",
        {"é": 1},
        {1: "a"},
        {None: 1},
        {"a\0": 1},
        b"bytes",
        {1, 2},
        pytest.param(object(), id="object"),
        [[1.5]],
        {"a": {"b": [0.1]}},
        complex(1, 1),
    ],
    ids=repr,
)
def test_what_the_profile_does_not_name_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_the_largest_value_fits_and_one_byte_more_is_refused() -> None:
    assert len(canonical("x" * 65_533)) == 65_535
    with pytest.raises(NotCanonical):
        canonical("x" * 65_534)


def test_a_tower_of_lists_is_refused() -> None:
    value: object = 1
    for _ in range(5_000):
        value = [value]

    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a":1.0}',
        b'{"a":1e0}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":9007199254740992}',
        b'{"a":NaN}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\u000F"}',
        b'{"a":"\\u0000"}',
        b'{"a":"\\ud800"}',
        b'{"\xc3\xa9":1}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1}{"a":1}',
        b'{"a":"\xff"}',
        b"{'a':1}",
        b"",
        b"[" * 100_000,
        b'"' + b"x" * 70_000 + b'"',
    ],
    ids=lambda data: repr(data[:20]),
)
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(data)


@settings(deadline=None)  # a busy machine is not a fault
@given(st.binary(max_size=30))
def test_arbitrary_bytes_are_refused_or_are_their_own_canonical_form(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except NotCanonical:
        return
    assert json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == data
