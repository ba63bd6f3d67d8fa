"""Laws of the judge: strictest wins, doubt refuses, nothing loosens."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.judge import judge
from policies.nouns import Case, Record, Rule, RuleAnswer, Verdict, ask, deny, passes
from policies.refusals import explain_refusals, refusals_of, unpriced
from policies.rules import RULES
from tests.policies.made import (
    DAY,
    NOW,
    action,
    history,
    limits,
    record,
    table,
    verdict,
    words,
)
from tools.money import Money

STRICT = {"needs_approval": 0, "deny": 1}


def merged(picked: list[dict[str, Any]]) -> dict[str, Any]:
    return words(**{name: value for case in picked for name, value in case["given"].items()})


people = st.lists(st.sampled_from(table()["cases"]), max_size=4).map(merged)
channels = st.sampled_from(["email", "call", "meeting", "task", "fax"])


def raises(_: Case) -> RuleAnswer:
    raise ValueError("no idea")


EXTRA = (
    Rule("always", 99, lambda _: deny("always")),
    Rule("never", 99, lambda _: passes("never")),
    Rule("maybe", 99, lambda _: ask("maybe")),
    Rule("raises", 99, raises),
    Rule("silent", 99, lambda _: None),  # type: ignore[arg-type, return-value]  # a broken rule
)


@given(people, channels, st.lists(st.sampled_from([*RULES, *EXTRA])), st.sampled_from(EXTRA))
def test_adding_a_rule_never_loosens(
    person: dict[str, Any], channel: str, rules: list[Rule], more: Rule
) -> None:
    before = verdict(person, channel, tuple(rules))
    after = verdict(person, channel, (*rules, more))

    assert STRICT[after.outcome] >= STRICT[before.outcome]
    assert set(before.findings) <= set(after.findings)


@given(people, channels, st.permutations(RULES))
def test_the_order_of_rules_decides_nothing(
    person: dict[str, Any], channel: str, shuffled: list[Rule]
) -> None:
    assert verdict(person, channel, tuple(shuffled)) == verdict(person, channel)


BROKEN = [None, "", "garbage", -1, 0.5, float("nan"), b"x", object(), [], {}]
PARTS = ("record", "action", "history", "limits", "now")


def judged_with(parts: dict[str, Any]) -> Verdict:
    return judge(parts["record"], parts["action"], parts["history"], parts["now"], parts["limits"])


@given(people, channels, st.sampled_from(PARTS), st.data(), st.sampled_from(BROKEN))
def test_breaking_an_input_never_turns_a_refusal_into_a_proposal(
    person: dict[str, Any], channel: str, part: str, data: st.DataObject, broken: object
) -> None:
    parts: dict[str, Any] = {
        "record": record(person),
        "action": action(person, channel),
        "history": history(person),
        "now": NOW,
        "limits": limits(),
    }
    before = judged_with(parts)
    whole = parts[part] if part != "now" else None
    names = [f.name for f in fields(whole)] if whole is not None else []
    name = data.draw(st.sampled_from([*names, None]))
    changed = broken if name is None or whole is None else replace(whole, **{name: broken})

    after = judged_with({**parts, part: changed})

    assert STRICT[after.outcome] >= STRICT[before.outcome], (name, before.reason)


HARMLESS = {  # facts the channel does not need; account and missing tables are for messages only
    "email": {"account_id", "address_keys", "missing", "phone", "phone_consent"},
    "call": {"account_id", "address_keys", "missing", "email", "email_consent", "unsubscribed"},
}


@pytest.mark.parametrize("name", [f.name for f in fields(Record)])
@pytest.mark.parametrize("channel", HARMLESS)
def test_a_fact_that_is_not_known_refuses_wherever_it_is_needed(name: str, channel: str) -> None:
    facts: dict[str, Any] = {name: None}
    unknown = replace(record(words()), **facts)

    after = judge(unknown, action(words(), channel), history(words()), NOW, limits())

    assert after.denied == (name not in HARMLESS[channel])


def test_a_rule_that_raises_refuses_and_is_named() -> None:
    judged = verdict(words(), "email", (*RULES, EXTRA[3]))

    assert (judged.outcome, judged.rule_id) == ("deny", "raises")
    assert judged.reason == "the rule raises could not be judged: ValueError: no idea"


def test_a_rule_without_an_answer_refuses() -> None:
    assert verdict(words(), "email", (*RULES, EXTRA[4])).rule_id == "silent"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"channel": "fax"}, "the channel 'fax' has no limits; known: call, email, meeting, task"),
        ({"channel": "emial"}, "did you mean 'email'"),
        ({"goal": "upsel"}, "did you mean 'upsell'"),
        ({"play": ""}, "the play is ''"),
        ({"per_day": None}, "own limits are not known"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused(change: dict[str, Any], reason: str) -> None:
    doing = replace(action(words(), "email"), **change)

    judged = judge(record(words()), doing, history(words()), NOW, limits())

    assert (judged.outcome, judged.rule_id) == ("deny", "action")
    assert reason in judged.reason


@pytest.mark.parametrize(
    ("fact", "value", "rule"),
    [
        ("open_high_tickets", -1, "open_ticket"),
        ("open_high_tickets", False, "open_ticket"),
        ("open_deals", 0.0, "open_deal"),
        ("email_consent", "yes", "consent"),
        ("email_consent", 1, "consent"),
        ("suppressed", 0, "suppression"),
        ("unsubscribed", "no", "unsubscribed"),
        ("contact_id", 7, "recipient"),
        ("email", b"ann@example.com", "recipient"),
        ("missing", "deals", "open_deal"),
        ("timezones", None, "quiet_hours"),
    ],
)
def test_a_fact_of_the_wrong_kind_is_refused_by_its_rule(
    fact: str, value: object, rule: str
) -> None:
    facts: dict[str, Any] = {fact: value}
    person = replace(record(words(open_deals=None if fact == "missing" else 0)), **facts)

    judged = judge(person, action(words(), "email"), history(words()), NOW, limits())

    assert rule in {finding.rule_id for finding in judged.denials}


def test_a_budget_in_another_currency_or_below_zero_is_refused() -> None:
    for cost in (Money(Decimal(1), "EUR"), Money(Decimal(-1), "USD"), Money(Decimal("NaN"), "USD")):
        doing = replace(action(words(), "task"), cost=cost)
        judged = judge(record(words()), doing, history(words()), NOW, limits())
        assert judged.rule_id == "budget"


def test_the_accounts_rest_holds_for_a_play_that_rests_less() -> None:
    person = words(
        cooldown_days=1,
        decisions=[{"play": "upsell_seats", "decided": "rejected", "days_ago": 3}],
    )

    assert verdict(person, "email").rule_id == "cooldown"


def test_a_history_that_was_not_read_is_refused() -> None:
    wrong: list[dict[str, Any]] = [
        {"sends": None},
        {"decisions": ("x",)},
        {"pauses": ()},
        {"as_of": None},
    ]
    for broken in wrong:
        past = replace(history(words()), **broken)
        judged = judge(record(words()), action(words(), "email"), past, NOW, limits())
        assert "history" in {finding.rule_id for finding in judged.denials}


def test_every_rule_is_asked_and_every_finding_kept() -> None:
    judged = verdict(words(pauses=["global"], unsubscribed=True), "email")

    assert {finding.rule_id for finding in judged.findings} == {rule.id for rule in RULES}
    assert [finding.rule_id for finding in judged.denials] == ["pause", "unsubscribed"]


def test_what_could_not_be_settled_is_told_to_the_reviewer() -> None:
    judged = verdict(words(open_deals=None, missing=["deals"]), "email")

    assert judged.outcome == "needs_approval"
    assert judged.reason == "missing: deals; whether a deal is open could not be checked"


def test_unknown_consent_may_be_left_to_the_reviewer_by_the_limits() -> None:
    lenient = replace(limits(), consent_unknown="ask", missing_table="deny")
    person = words(email_consent=None)

    asked = judge(record(person), action(person, "email"), history(person), NOW, lenient)
    strict = judge(
        record(words(open_deals=None, missing=["deals"])),
        action(person, "email"),
        history(person),
        NOW,
        lenient,
    )

    assert (asked.outcome, asked.rule_id) == ("needs_approval", "consent")
    assert (strict.outcome, strict.rule_id) == ("deny", "open_deal")


def test_refusals_are_kept_and_explained() -> None:
    judged = verdict(words(pauses=["global"], unsubscribed=True), "email")
    kept = [
        *refusals_of(DAY, "a1", "upsell_seats", judged),
        unpriced(DAY, "a1", "winback_email", "missing: invoices"),
    ]

    assert explain_refusals(kept) == (
        "2024-03-01  upsell_seats: pause: paused: global; unsubscribed: the person unsubscribed",
        "2024-03-01  winback_email: unpriced: missing: invoices",
    )
    assert refusals_of(DAY, "a1", "x", verdict(words(), "email")) == ()
