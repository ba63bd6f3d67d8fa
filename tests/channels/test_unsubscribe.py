"""A token in a link: ours, whole, and without an address in it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.channels.unsubscribe import Unsubscribe, read_unsubscribe, unsubscribe_token
from tools.errors import BadInput

SECRET = b"unsubscribe-canary"
KEY = "0f" * 32
keys = st.text("0123456789abcdef", min_size=64, max_size=64)
words = st.text(max_size=30)


@given(keys, words, st.none() | words)
def test_it_reads_back(key: str, channel: str, contact: str | None) -> None:
    token = unsubscribe_token(SECRET, key, channel, contact)
    assert read_unsubscribe(SECRET, token) == Unsubscribe(key, channel, contact)
    assert token.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert token.isascii()


def test_every_changed_letter_is_noticed() -> None:
    token = unsubscribe_token(SECRET, KEY, "email", "c-1")
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        with pytest.raises(BadInput, match="not one of ours"):
            read_unsubscribe(SECRET, token[:place] + other + token[place + 1 :])


def _unsigned(*claims: str | None) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


@given(
    st.one_of(
        st.text(max_size=60),
        st.just(_unsigned(KEY, "email", None)),
        st.just(_unsigned(KEY, "email", None) + "."),
        st.just("x" * 5000),
    )
)
def test_forged_is_bad_input(token: str) -> None:
    with pytest.raises(BadInput, match="not one of ours"):
        read_unsubscribe(SECRET, token)


def test_another_secret_is_not_ours() -> None:
    with pytest.raises(BadInput):
        read_unsubscribe(b"other", unsubscribe_token(SECRET, KEY, "email"))


def test_nobody_signs_with_nothing() -> None:
    with pytest.raises(BadInput, match="empty"):
        unsubscribe_token(b"", KEY, "email")
    with pytest.raises(BadInput, match="empty"):
        read_unsubscribe(b"", "a.b")


@pytest.mark.parametrize("key", ["ann@globex.example", "", KEY.upper(), KEY + "\n", KEY[:-1]])
def test_an_address_never_slips_in(key: str) -> None:
    with pytest.raises(BadInput, match="64 hex"):
        unsubscribe_token(SECRET, key, "email")


def test_a_token_fits_a_link() -> None:
    assert len(unsubscribe_token(SECRET, KEY, "email", "c" * 40)) < 250
    with pytest.raises(BadInput, match="too long"):
        unsubscribe_token(SECRET, KEY, "email", "c" * 4000)
