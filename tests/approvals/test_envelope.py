"""An envelope says everything, hides nothing, and cannot change unseen."""

import json
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from approvals.envelope import Alternative, Envelope, opened, seal
from approvals.queue import propose
from tests.approvals.made import DAY, NOTHING, NOW, desk, envelope, eur
from tools.errors import BadInput
from tools.money import Money
from tools.store.store import Store


def test_the_text_holds_who_what_why_and_worth() -> None:
    values = json.loads(seal(envelope()).text)

    assert values["who"]["account_name"] == "Ärger & Söhne"
    assert values["what"]["cost"] == {"amount": "0.00", "currency": "EUR"}
    assert values["why"]["probability"] == "0.021"
    assert values["worth"]["assumptions"][0]["valid_from"] == "2000-01-01"
    assert values["alternatives"] == [
        {
            "play": "do_nothing",
            "value": {"amount": "0.00", "currency": "EUR"},
            "words": "leave the account alone",
        }
    ]
    assert values["findings"][0]["rule_id"] == "consent"
    assert values["versions"] == {"limits": "ab12", "model": "cd"}
    assert values["format"] == 1


def variants(value: Any) -> "list[Any]":
    """Values that differ from this one in exactly one leaf."""
    if is_dataclass(value) and not isinstance(value, Money | type):
        return [
            replace(value, **{f.name: changed})
            for f in fields(value)
            for changed in variants(getattr(value, f.name))
        ]
    if isinstance(value, tuple):
        return [
            (*value[:n], changed, *value[n + 1 :])
            for n, item in enumerate(value)
            for changed in variants(item)
        ]
    changes = {Money: eur("7.77"), Decimal: Decimal("7.77"), str: "changed", type(None): "new"}
    if isinstance(value, int):
        return [value + 1]
    return [changes[type(value)]] if type(value) in changes else []


def test_every_single_change_changes_the_hash_and_all_but_dates_the_substance() -> None:
    whole = replace(envelope(), alternatives=(NOTHING, Alternative("call", None, "x")))
    original = seal(whole)
    changed = []
    for variant in _possible(whole):
        sealed = seal(variant)
        dates = (variant.as_of, variant.expires_day) != (whole.as_of, whole.expires_day)
        assert sealed.sha256 != original.sha256
        assert (sealed.substance == original.substance) == dates
        changed.append(sealed.sha256)

    assert len(set(changed)) == len(changed) > 45


def _possible(whole: Envelope) -> list[Envelope]:
    """All variants that may exist: one without do-nothing at 0 cannot be made at all."""
    found = []
    for field in fields(whole):
        for changed in variants(getattr(whole, field.name)):
            try:
                found.append(replace(whole, **{field.name: changed}))
            except BadInput:
                assert field.name == "alternatives"
    return found


def test_the_substance_is_the_same_on_another_day() -> None:
    today, tomorrow = seal(envelope()), seal(envelope(as_of=DAY + 1))

    assert today.substance == tomorrow.substance
    assert today.sha256 != tomorrow.sha256


@pytest.mark.parametrize(
    "alternatives",
    [(), (NOTHING, NOTHING), (replace(NOTHING, value=eur("1")),), (replace(NOTHING, value=None),)],
)
def test_do_nothing_must_be_there_worth_nothing(alternatives: tuple[Alternative, ...]) -> None:
    with pytest.raises(BadInput, match="do_nothing once, worth 0"):
        replace(envelope(), alternatives=alternatives)


def test_an_envelope_that_is_born_expired_is_refused() -> None:
    with pytest.raises(BadInput, match="expires before"):
        replace(envelope(), expires_day=DAY)


def test_a_stored_envelope_is_opened_only_if_its_bytes_are_the_hashed_ones(store: Store) -> None:
    propose(desk(store), DAY, [envelope()], NOW)
    (kept,) = store.proposals.pending(DAY)

    assert opened(kept)["who"]["account_id"] == "a1"
    with pytest.raises(BadInput, match="not the one that was hashed"):
        opened(replace(kept, envelope=kept.envelope.replace("882.00", "982.00")))
