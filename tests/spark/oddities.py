"""Rows no simulation writes: what identity refuses, odd text, refunds, gaps, other currencies."""

from typing import Any

from tests.facts import Rows, fact

NAMES = ("O'Brien & Søn", 'Quote " and \\ slash', "Ünï çødé 公司", " spaces ", "%_like", "")


def oddities(as_of: int) -> dict[str, Rows]:
    """Facts by table, all known before a day."""
    return {
        "accounts": [*_accounts(as_of - 300), *_merged(as_of - 40)],
        "contacts": _contacts(as_of - 200),
        "deals": _deals(as_of),
        "events": _events(as_of),
        "messages": _messages(as_of),
        "tickets": _tickets(as_of),
        "subscriptions": _subscriptions(as_of),
        "invoices": _invoices(as_of),
    }


def _accounts(day: int) -> Rows:
    domains = ("twice.example", "twice.example", "across.example", None, "gmail.com", "")
    rows = [
        fact(
            "accounts",
            day + i,
            account_ref=f"odd:A{i}",
            name=name,
            domain=domains[i],
            employees=None if i % 2 else 7 * i,
        )
        for i, name in enumerate(NAMES)
    ]
    other = fact(
        "accounts", day - 5, account_ref="other:B", name="Elsewhere", domain="across.example"
    )
    return [*rows, other]


def _merged(day: int) -> Rows:
    """One account points to another, one to a record that never came, two to each other."""
    pairs = (
        ("odd:M1", "odd:A0"),
        ("odd:M2", "odd:gone"),
        ("odd:M3", "odd:M4"),
        ("odd:M4", "odd:M3"),
    )
    return [fact("accounts", day, account_ref=a, merged_into=b, name=a) for a, b in pairs]


def _contacts(day: int) -> Rows:
    shared = [
        fact(
            "contacts",
            day + i,
            contact_ref=f"odd:C{i}",
            email="info@twice.example",
            name=f"Person {i}",
            account_ref="odd:A1",
            email_consent=(True, False, None)[i],
        )
        for i in range(3)
    ]
    many = [
        fact("contacts", day, contact_ref=f"odd:N{i}", email="kim@nowhere.example", name=f"Kim {i}")
        for i in range(4)
    ]
    alone = fact(
        "contacts",
        day,
        contact_ref="odd:D",
        email="ann@across.example",
        name="ANN",
        qualified_day=day + 20,
        phone="+49 30 1",
    )
    folded = [
        fact("contacts", day + i, contact_ref=f"odd:F{i}", email=email, name="Jo Doe")
        for i, email in enumerate(("jo.doe+a@gmail.com", "jodoe@gmail.com", "JoDoe@gmail.com "))
    ]
    gone = fact("contacts", day + 90, contact_ref="odd:C2", email=None, name=None, deleted=True)
    return [*shared, *many, alone, *folded, gone]


def _deals(as_of: int) -> Rows:
    states = (("won", as_of - 30), ("lost", as_of - 3), ("open", None), ("won", as_of - 1))
    return [
        fact(
            "deals",
            as_of - 60 - i,
            deal_ref=f"odd:{i}",
            account_ref="odd:A1" if i % 2 else None,
            contact_ref="odd:D",
            state=state,
            amount_minor=None if i == 2 else 12345 * i,
            currency="EUR",
            opened_day=as_of - 60 - i,
            closed_day=closed,
        )
        for i, (state, closed) in enumerate(states)
    ]


def _events(as_of: int) -> Rows:
    """Use of accounts alone, of people alone, and of nobody; parts of a unit; before signup."""
    owners = (("odd:A1", None), (None, "odd:D"), (None, None), ("odd:A2", "odd:C0"))
    return [
        fact(
            "events",
            as_of - 3 * n - 1,
            event_key=f"odd:{as_of}-{i}-{n}",
            account_ref=account,
            contact_ref=contact,
            name=("open", "Öffnen")[n % 4 // 2],
            quantity=0.25 * n if n % 3 else None,
        )
        for i, (account, contact) in enumerate(owners)
        for n in range(1, 130, 2)
    ]


def _messages(as_of: int) -> Rows:
    kinds = ("sent", "opened", "unsubscribed", "sent", "complained")
    return [
        fact(
            "messages",
            as_of - 40 + i,
            message_key=f"odd:{i}",
            contact_ref="odd:C0",
            kind=kind,
            channel=None if i % 2 else "email",
        )
        for i, kind in enumerate(kinds)
    ]


def _tickets(as_of: int) -> Rows:
    return [
        fact(
            "tickets",
            as_of - 20 * i - 1,
            ticket_ref=f"odd:{i}",
            account_ref="odd:A1",
            priority=(None, "urgent")[i % 2],
            satisfaction=0.1 * i,
            opened_day=as_of - 20 * i - 1,
            closed_day=as_of - 10 if i else None,
        )
        for i in range(4)
    ]


def _subscriptions(as_of: int) -> Rows:
    lines: tuple[dict[str, Any], ...] = (
        {
            "account_ref": "odd:A1",
            "mrr_minor": 33333,
            "currency": "EUR",
            "seats": 3,
            "interval_months": 12,
            "started_day": as_of - 200,
            "term_end_day": as_of + 165,
            "discount": 0.1,
        },
        {
            "account_ref": "odd:A1",
            "mrr_minor": 1,
            "currency": "USD",
            "discount": 1 / 3,
            "started_day": as_of - 100,
        },
        {"account_ref": "odd:A2", "mrr_minor": 9999, "currency": "XXX", "started_day": as_of - 90},
        {
            "account_ref": "odd:A3",
            "mrr_minor": 5000,
            "currency": "GBP",
            "interval_months": 3,
            "started_day": as_of - 290,
            "ended_day": as_of - 70,
            "cancelled_day": as_of - 80,
        },
        {"account_ref": "odd:A3", "mrr_minor": None, "trial": True, "started_day": as_of - 30},
        {
            "account_ref": "odd:A4",
            "mrr_minor": 777,
            "currency": "USD",
            "seats": 0,
            "interval_months": 1,
            "started_day": as_of - 250,
            "term_end_day": as_of + 1,
            "cancelled_day": as_of - 2,
            "ended_day": as_of + 1,
        },
        {
            "account_ref": "odd:A5",
            "mrr_minor": 4001,
            "currency": "EUR",
            "started_day": as_of - 280,
            "paused_day": as_of - 150,
            "resumed_day": as_of - 90,
            "ended_day": as_of - 40,
        },
        {
            "account_ref": "odd:A5",
            "mrr_minor": 4003,
            "currency": "GBP",
            "started_day": as_of - 280,
            "paused_day": as_of - 100,
            "ended_day": as_of - 40,
        },
    )
    later: dict[str, Any] = {
        "account_ref": "odd:A1",
        "mrr_minor": 2,
        "currency": "USD",
        "seats": 4,
        "started_day": as_of - 100,
        "changed_day": as_of - 45,
    }
    return [
        *(
            fact("subscriptions", as_of - 290, subscription_ref=f"odd:{i}", **line)
            for i, line in enumerate(lines)
        ),
        fact("subscriptions", as_of - 45, subscription_ref="odd:1", **later),
    ]


def _invoices(as_of: int) -> Rows:
    """Two lines of one order, a refund, a void one, one that failed, one without a due day."""
    rows = (
        (0, "1", 4999, "paid"),
        (0, "2", -999, "paid"),
        (1, "", -4000, "refunded"),
        (2, "", 100, "void"),
        (3, "", 777, "failed"),
        (4, "", 777, "open"),
    )
    return [
        fact(
            "invoices",
            as_of - 50 + n,
            invoice_ref=f"odd:{n}",
            line=line,
            account_ref=("odd:A1", "odd:A4")[n % 2],
            amount_minor=amount,
            status=status,
            currency=None if n == 2 else "EUR",
            issued_day=as_of - 50 + n,
            due_day=None if n == 4 else as_of - 30 + n,
            paid_day=as_of - 35 if n == 0 else None,
        )
        for n, line, amount, status in rows
    ]
