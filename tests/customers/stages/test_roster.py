"""The roster: who is where this morning, and why some cannot be placed."""

from typing import TYPE_CHECKING

from tests.customers.stages.log import (
    RULES,
    Account,
    Contact,
    Log,
    Row,
    Subscription,
    rows,
    world,
)
from tools.customers.stages import make_roster, make_timeline

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

LOG = Log(
    accounts=(Account("A", 0), Account("B"), Account("C", 5)),
    contacts=(
        Contact("a1", "A", 3),
        Contact("a2", "A", 20, 25),
        Contact("b1", "B"),
        Contact("b2", "B", 4),
        Contact("x1"),
        Contact("x2", None, 4),
        Contact("x3", None, 4, 9),
    ),
    subscriptions=(Subscription("s1", "A", 10),),
)


def roster(duck: "DuckEngine", log: Log, day: int) -> list[Row]:
    world(duck, log, day)
    make_timeline(day, duck, log.present, RULES)
    make_roster(duck, log.present, RULES)
    columns = "kind, id, account_id, stage, since_day, unstaged_reason"
    return rows(duck, f"SELECT {columns} FROM roster ORDER BY kind, id")


def test_everybody_is_placed_or_has_a_reason(duck: "DuckEngine") -> None:
    assert roster(duck, LOG, 30) == [
        ("account", "A", "A", "active", 10, None),
        ("account", "B", "B", None, None, "no dated fact"),
        ("account", "C", "C", "none", 5, None),
        ("contact", "a1", "A", "active", 10, None),
        ("contact", "a2", "A", "active", 20, None),
        ("contact", "b1", "B", None, None, "no dated fact"),
        ("contact", "b2", "B", "none", 4, None),
        ("contact", "x1", None, None, None, "no account"),
        ("contact", "x2", None, None, None, "no account"),
        ("contact", "x3", None, "mql", 9, None),
    ]


def test_a_company_of_which_only_mail_is_known_is_not_staged(duck: "DuckEngine") -> None:
    """Nobody can say who pays, so nobody can say who is merely qualified."""
    log = Log(
        accounts=LOG.accounts,
        contacts=LOG.contacts,
        present=frozenset({"contacts", "accounts", "messages"}),
    )
    reasons = {row[5] for row in roster(duck, log, 30)}
    assert reasons == {"missing: subscriptions, events, invoices, deals"}


def test_yesterday_s_roster_does_not_know_today(duck: "DuckEngine") -> None:
    assert ("account", "A", "A", "none", 0, None) in roster(duck, LOG, 10)
    assert ("account", "A", "A", "active", 10, None) in roster(duck, LOG, 11)
