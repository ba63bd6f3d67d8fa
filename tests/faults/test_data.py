"""Faults 40, 41 and 53: poisoned, large and returning customers."""

import gc
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from approvals.envelope import Envelope
from approvals.queue import propose
from approvals.settling import unsubscribe
from tests.approvals.made import DAY, KEY, desk
from tests.gate.office import Office, mail
from tools.errors import Conflict
from tools.money import Money
from tools.store.sends import suppression_key


def mailed(text: str) -> Envelope:
    return mail("poison", subject=text[:200], body=text)


def named(**who: Any) -> Envelope:
    made = mail("poison")
    return replace(made, who=replace(made.who, **who))


def worth(amount: str, *, net: bool = True) -> Envelope:
    made, money = mail("poison"), Money(Decimal(amount), "EUR")
    was = made.worth
    return replace(made, worth=replace(was, net=money) if net else replace(was, high=money))


# What must be refused with a reason, and what is strange and still a text.
REFUSED: dict[str, Envelope] = {
    "lone surrogate": mailed("\ud800"),
    "lone surrogate in a name": named(contact_name="\udfff"),
    "NUL": mailed("a\0b"),
    "NUL in a play": mail("poison", play="a\0"),
    "high is NaN": worth("NaN", net=False),
    "high is 1e308": worth("1e308", net=False),
}
BUG_OF_FACTS = (
    "Executor.dispatch asks for the facts of all due actions at once, outside of any try: one"
    " account whose facts raise (here: an address that cannot be hashed) stops all the others"
)
WORTHLESS: dict[str, Envelope] = {
    "net is NaN": worth("NaN"),
    "net is infinite": worth("Infinity"),
    "net is 1e308": worth("1e308"),
    "net is more than a column holds": worth("1e20"),
    "high is more than cents can say": worth("1e29", net=False),
}
TAKEN: dict[str, Envelope] = {
    "right to left": mailed("\u202egnp.exe"),
    "joined emoji": mailed("\U0001f469\u200d\U0001f4bb hello"),
    "braces": mailed("{{ name }} {recipient} {0} ${HOME}"),
    "per cent": mailed("%s %(name)s %n 100%"),
    "quote": mailed("' OR 1=1 -- \\ \" ; DROP TABLE audit"),
    "10 MB": mailed("A" * 10_000_000),
    "a long name": named(account_name="Ä" * 100_000),
}


def as_accounts(poison: dict[str, Envelope]) -> list[Envelope]:
    """Each for an account of its own, which is named as what is wrong with it."""
    return [replace(e, who=replace(e.who, account_id=name)) for name, e in poison.items()]


def beside_others(office: Office, poison: Sequence[Envelope]) -> dict[str, str]:
    """Put them into the queue among others, who must get there; what was refused, and why."""
    others = [mail(f"b{n}") for n in range(3)]
    queued = propose(desk(office.store), DAY, [others[0], *poison, *others[1:]], office.clock())
    waiting = {p.account_id for p in office.store.proposals.pending(DAY)}
    assert {"b0", "b1", "b2"} <= waiting
    return dict(queued.refused)


@pytest.mark.fault(40)
def test_what_cannot_be_written_is_refused_with_a_reason_and_the_others_go_on(
    office: Office,
) -> None:
    refused = beside_others(office, [*as_accounts(REFUSED), named(account_id="NUL \0")])

    assert set(refused) == {*REFUSED, "NUL \0"}
    for reason in refused.values():
        assert reason.startswith("envelope.")
        assert len(reason) < 500
    assert office.wrong() == ()


@pytest.mark.fault(40)
@pytest.mark.parametrize("name", WORTHLESS)
def test_a_value_that_is_no_sum_of_money_is_refused_and_the_others_go_on(
    office: Office, name: str
) -> None:
    assert set(beside_others(office, [WORTHLESS[name]])) == {"poison"}
    assert office.wrong() == ()


@pytest.mark.fault(40)
def test_strange_words_are_carried_out_as_they_are_and_the_others_too(office: Office) -> None:
    poison = as_accounts(TAKEN)
    assert beside_others(office, poison) == {}
    for proposal in office.store.proposals.pending(DAY):
        office.decide("ann", "approve", proposal)

    assert office.dispatch() == {"sent": 6 + len(poison)}
    sent = office.vendor.ledger.read_text(encoding="utf-8")
    for one in poison:
        assert f"\t{one.what.subject}\n" in sent
    assert office.wrong() == ()


@pytest.mark.fault(40)
def test_one_poisoned_when_it_is_sent_is_blocked_with_a_reason_and_the_others_sent(
    office: Office,
) -> None:
    poison: dict[str, dict[str, Any]] = {
        "a1": {"email": "%s\0"},
        "a2": {"timezones": ("Mars/Olympus", None, "x\0")},
    }
    for proposal in office.store.proposals.pending(DAY):
        office.decide("ann", "approve", proposal)
    office.facts |= poison

    gone = office.dispatch()

    assert (gone.get("sent"), gone.get("blocked", 0) + gone.get("error", 0)) == (1, 2)
    assert all(a.detail for a in office.actions() if a.status == "blocked")
    assert office.wrong() == ()


@pytest.mark.fault(40)
def test_one_whose_facts_cannot_be_read_waits_and_the_others_are_sent(office: Office) -> None:
    for proposal in office.store.proposals.pending(DAY):
        office.decide("ann", "approve", proposal)
    office.facts["a1"] = {"email": "\ud800"}

    assert office.dispatch() == {"scheduled": 1, "sent": 2}
    assert office.wrong() == ()


def seconds(work: Callable[[], Any]) -> float:
    """The work's own: what the collector does for all tests before it is left out."""
    gc.disable()
    began = time.process_time()
    work()
    took = time.process_time() - began
    gc.enable()
    return took


@pytest.mark.fault(41)
def test_ten_times_the_customers_take_about_ten_times_as_long(office: Office) -> None:
    def enter(count: int, as_of: int) -> float:
        mails = [mail(f"m{n:04}", as_of=as_of) for n in range(count)]
        return seconds(lambda: propose(desk(office.store), as_of, mails, office.clock()))

    enter(10, DAY)
    few = enter(30, DAY + 1)
    many = enter(300, DAY + 2)

    assert many / few < 20
    assert office.wrong() == ()


@pytest.mark.fault(41)
def test_ten_times_the_words_take_about_ten_times_as_long_and_a_bounded_memory(
    office: Office,
) -> None:
    def enter(size: int, day: int) -> float:
        made = mail("large", as_of=day, body="words " * (size // 6))
        return seconds(lambda: propose(desk(office.store), day, [made], office.clock()))

    enter(1_000, DAY)
    few = enter(300_000, DAY + 1)
    tracemalloc.start()
    enter(300_000, DAY + 2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    many = enter(3_000_000, DAY + 3)

    assert many / few < 20
    assert peak < 20 * 300_000


@pytest.mark.fault(53)
def test_who_said_no_stays_suppressed_when_the_crm_brings_them_back(office: Office) -> None:
    """Under another account, another contact and another spelling; only a keyed hash is known."""
    key = suppression_key(KEY.secret, "ann@example.com")
    assert unsubscribe(office.gate, key, "email")
    office.clock.pass_(days=3)
    back = mail("again", as_of=office.day)
    who = replace(back.who, contact_id="c77", recipient=" Ann@Example.COM ")
    (again, *_) = [p for p in office.propose(replace(back, who=who)) if p.account_id == "again"]
    office.facts["again"] = {"contact_id": "c77", "email": " Ann@Example.COM "}
    with pytest.raises(Conflict, match="suppression"):
        office.decide("bob", "approve", again)

    assert office.dispatch() == {}
    assert office.action(again) is None
    assert office.vendor.effects() == {}
    assert office.wrong() == ()
