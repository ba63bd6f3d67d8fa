"""Words from templates: bound figures, no second expansion, nothing invisible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import BadInput
from tools.writers.template import LONGEST, check_template, plain, write


def test_facts_fill_their_places() -> None:
    words = write(
        "Call {account}",
        "Hello {contact},\n{seats} seats.\n",
        {"account": "Acme", "contact": "Ann", "seats": "12"},
    )

    assert words.subject == "Call Acme"
    assert words.body == "Hello Ann,\n12 seats.\n"


def test_a_company_called_like_a_placeholder_stays_a_name() -> None:
    words = write("{account}", "{owner}", {"account": "{owner}", "owner": "Bob"})

    assert words.subject == "{owner}"


def test_an_unknown_placeholder_names_file_key_and_nearest() -> None:
    with pytest.raises(BadInput, match=r"plays.yaml: x: \{acount\} is not a fact.*'account'"):
        check_template("{acount}", ["account", "owner"], "plays.yaml: x")


@pytest.mark.parametrize("wrong", ["{account!r}", "{account.name}", "{0}", "{", "{{account}}"])
def test_other_braces_are_never_filled_in(wrong: str) -> None:
    with pytest.raises(BadInput, match="is no placeholder"):
        write(f"Call {wrong}", "b", {"account": "Acme"})


def test_a_missing_fact_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(BadInput):
        write("{account}", "", {})


@given(st.text())
def test_what_a_crm_says_becomes_one_visible_line(value: str) -> None:
    shown = plain(value)

    assert len(shown) <= LONGEST
    assert not set(shown) & set("\n\r\t\u202e\u200b\ufeff\x00")
