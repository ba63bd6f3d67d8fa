"""A mail is opened once by a person, however often the source says so, and never by a program."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.customers.churn.companies import Company, accounts
from tests.effort import examples
from tools.warehouse.asof.mails import make_mails
from tools.warehouse.asof.world import World

Message = dict[str, Any]
AS_OF = 500
PEOPLE = {"p": "a", "q": "a", "r": "b"}
NEVER_BY_PROGRAM = ("opened", "clicked")
MESSAGES = st.lists(
    st.builds(
        lambda who, kind, campaign, name, ago, machine: {
            "contact_id": who,
            "account_id": PEOPLE[who],
            "kind": kind,
            "campaign_id": campaign,
            "name": name,
            "day": AS_OF - ago,
            "machine": machine,
        },
        st.sampled_from(sorted(PEOPLE)),
        st.sampled_from(["sent", "sent", "opened", "opened", "clicked", "unsubscribed"]),
        st.sampled_from([None, "k1", "k2"]),
        st.sampled_from([None, "digest", "offer"]),
        st.integers(1, 100),
        st.sampled_from([None, False, True]),
    ),
    max_size=25,
)


def opened(messages: list[Message]) -> World:
    people = [{"contact_id": c, "account_id": a} for c, a in PEOPLE.items()]
    return Company(
        {"accounts": accounts(["a", "b"]), "contacts": people, "messages": messages}
    ).open(AS_OF)


def reference(messages: list[Message]) -> dict[tuple[Any, ...], dict[str, int]]:
    """(who, day, type, campaign, name) -> first day of each kind of answer."""
    lately = [m for m in messages if m["day"] >= AS_OF - 90]
    mails: dict[tuple[Any, ...], dict[str, int]] = {
        _mail(m): {} for m in lately if m["kind"] == "sent"
    }
    for m in lately:
        if m["kind"] != "sent" and not (m["machine"] and m["kind"] in NEVER_BY_PROGRAM):
            fits = [key for key in mails if _fits(key, m)]
            if fits:
                newest = max(key[1] for key in fits)
                first = min(k for k in fits if k[1] == newest)
                days = mails[first]
                days[m["kind"]] = min(m["day"], days.get(m["kind"], m["day"]))
    return mails


def _mail(m: Message) -> tuple[Any, ...]:
    kind = m["name"] or "mail"
    return (m["contact_id"], m["day"], kind, m["campaign_id"] or "", m["name"] or "")


def _fits(mail: tuple[Any, ...], answer: Message) -> bool:
    who, day, _, campaign, name = mail
    if who != answer["contact_id"] or day > answer["day"]:
        return False
    if campaign and answer["campaign_id"]:
        return bool(campaign == answer["campaign_id"])
    return not (name and answer["name"]) or bool(name == answer["name"])


@settings(max_examples=examples(60), deadline=None)
@given(MESSAGES)
def test_mails_and_rates_are_those_of_a_plain_count(messages: list[Message]) -> None:
    world, mails = opened(messages), reference(messages)

    kinds = ("opened", "clicked", "unsubscribed")
    found = [
        (
            r["who"],
            r["day"],
            r["type"],
            r["campaign_id"] or "",
            *(r[k + "_day"] or 0 for k in kinds),
        )
        for r in world.engine.run("SELECT * FROM mails").to_pylist()
    ]
    expected = [(*mail[:4], *(days.get(k, 0) for k in kinds)) for mail, days in mails.items()]
    assert sorted(found) == sorted(expected)
    for row in world.engine.run("SELECT * FROM features").to_pylist() if messages else []:
        own = [days for key, days in mails.items() if PEOPLE[key[0]] == row["account_id"]]
        assert row["emails_sent_90"] == len(own)
        for kind, name in (("opened", "email_open_rate_90"), ("clicked", "email_click_rate_90")):
            rate = sum(kind in days for days in own) / len(own) if own else None
            assert row[name] == (None if rate is None else pytest.approx(rate))
            assert rate is None or 0 <= rate <= 1


def mail(kind: str, ago: int, **more: Any) -> Message:
    return {"contact_id": "p", "account_id": "a", "kind": kind, "day": AS_OF - ago, **more}


@pytest.mark.parametrize(
    ("messages", "opens"),
    [
        ([mail("opened", 8)] * 9, 0.5),
        ([mail("opened", 8, machine=True)], 0.0),
        ([mail("opened", 8, machine=True), mail("opened", 7)], 0.5),
        ([mail("opened", 20), mail("opened", 8), mail("opened", 1)], 1.0),
        ([mail("opened", 40)], 0.0),
    ],
    ids=["nine times", "by a program", "by both", "both mails", "before the first"],
)
def test_opens_of_two_mails(messages: list[Message], opens: float) -> None:
    world = opened([mail("sent", 30), mail("sent", 10), *messages])

    (row,) = world.engine.run(
        "SELECT email_open_rate_90 AS rate FROM features WHERE account_id = 'a'"
    ).to_pylist()

    assert row["rate"] == opens


def test_a_window_of_its_own() -> None:
    world = opened([mail("sent", 30), mail("opened", 8)])

    make_mails(AS_OF - 40, AS_OF - 8, world.engine)

    assert world.engine.run("SELECT opened_day FROM mails").to_pylist() == [{"opened_day": None}]
