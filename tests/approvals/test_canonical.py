"""One value has one text, whoever writes it and in whatever order."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.canonical import canonical, digest
from tools.errors import BadInput
from tools.money import Money

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)


def plain_or_none(value: object) -> str | None:
    try:
        return canonical(value)
    except BadInput:
        return None  # two keys that are one in NFC


@given(values)
def test_writing_what_was_read_gives_the_same_text(value: object) -> None:
    text = plain_or_none(value)

    assert text is None or canonical(json.loads(text)) == text


@given(st.dictionaries(texts, values), st.randoms())
def test_the_order_of_keys_is_no_matter(value: dict[str, object], random: object) -> None:
    items = list(value.items())
    random.shuffle(items)  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert plain_or_none(dict(items)) == plain_or_none(value)


@dataclass(frozen=True)
class Thing:
    b: Decimal
    a: tuple[str, ...]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Thing(Decimal("0.10"), ("x",)), '{"a":["x"],"b":"0.1"}'),
        ({"€": 1, "\r": 2, "Ａ": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7},
         '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"Ａ":3}'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("-0.00"), '"0"'),
        (Decimal("0.000000000001"), '"0.000000000001"'),
        (Money(Decimal(8820), "EUR"), '{"amount":"8820.00","currency":"EUR"}'),
        (Money(Decimal("0.125"), "EUR"), '{"amount":"0.12","currency":"EUR"}'),
        ("e\u0301", '"é"'),
        ('a/b\u2028\u007f\u001f"\\', '"a/b\u2028\u007f\\u001f\\"\\\\"'),
        (date(2024, 3, 1), '"2024-03-01"'),
        ([True, None, 1], "[true,null,1]"),
    ],
)  # fmt: skip
def test_examples(value: object, text: str) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.1, "float has no place"),
        ({"a": [1, float("nan")]}, r"envelope\.a\[1\]: float has no place"),
        (Decimal("NaN"), "NaN is not a number"),
        (Money(Decimal("Infinity"), "EUR"), "Infinity is not a number"),
        (Decimal("1E+400"), "more than 30 digits"),
        (2**53, "too large"),
        ("a\0b", r"U\+0000"),
        ("\ud800", r"U\+D800"),
        ({"a\0": 1}, r"U\+0000"),
        ({1: 2}, "the key 1 is no text"),
        ({"é": 1, "e\u0301": 2}, "two keys are the same text"),
        (datetime(2024, 3, 1, tzinfo=UTC), "datetime has no place"),
        ({1, 2}, "set has no place"),
        (b"x", "bytes has no place"),
        (Thing, "type has no place"),
    ],
)
def test_what_has_no_single_text_is_refused(value: object, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        canonical(value)


def test_the_digest_is_of_the_bytes() -> None:
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
