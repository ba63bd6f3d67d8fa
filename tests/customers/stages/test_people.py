"""A stage is the contact's: her own use, and what her account shares while she belongs there."""

from typing import TYPE_CHECKING

from tests.customers.stages.log import (
    CONTRACTUAL,
    USAGE_ONLY,
    Account,
    Contact,
    Log,
    Move,
    Subscription,
    Use,
    timeline,
)

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

TOLD = dict[str, list[tuple[str, int]]]


def told(duck: "DuckEngine", log: Log, day: int = 300) -> TOLD:
    """Stages with the day each began, by contact and account."""
    found: TOLD = {}
    for _, id_, _, stage, start, *_ in timeline(duck, log, day):
        found.setdefault(id_, []).append((stage, start))
    return found


def test_nobody_is_active_because_a_colleague_is(duck: "DuckEngine") -> None:
    people = tuple(Contact(name, "A", 0) for name in ("u1", "u2", "u3"))
    uses = (*(Use("A", "u1", d) for d in range(100, 300, 4)), Use("A", "u2", 10))
    found = told(duck, Log((Account("A", 0),), people, usage=uses, present=USAGE_ONLY))

    assert found["A"][-1] == ("active", 100)
    assert found["u1"] == [("none", 0), ("active", 100)]
    assert found["u2"] == [("none", 0), ("active", 10), ("churned", 38)]
    assert found["u3"] == [("none", 0)]


def test_use_that_names_nobody_is_everybodys(duck: "DuckEngine") -> None:
    people = (Contact("u1", "A", 0), Contact("u2", "A", 0))
    uses = (Use("A", None, 100), Use("A", "u1", 120))
    found = told(duck, Log((Account("A", 0),), people, usage=uses, present=USAGE_ONLY))

    assert found["u1"] == [("none", 0), ("active", 100), ("churned", 148)]
    assert found["u2"] == [("none", 0), ("active", 100), ("churned", 128)]


def test_who_leaves_a_paying_account_stops_inheriting(duck: "DuckEngine") -> None:
    """The account pays, so its people are customers: for the days they belong there."""
    log = Log(
        accounts=(Account("A", 0), Account("B", 0)),
        contacts=(Contact("al", "A", 20), Contact("bo", "B", 20)),
        subscriptions=(Subscription("s", "A", 10),),
        moves=(Move("al", "B", 60), Move("bo", "A", 90)),
        present=CONTRACTUAL,
    )
    found = told(duck, log)

    assert found["al"] == [("active", 20), ("none", 60)]
    assert found["bo"] == [("none", 20), ("active", 90)]
    assert found["A"] == [("none", 0), ("active", 10)]


def test_the_same_stage_in_two_accounts_is_one_interval(duck: "DuckEngine") -> None:
    log = Log(
        accounts=(Account("A", 0), Account("B", 0)),
        contacts=(Contact("al", "A", 20),),
        subscriptions=(Subscription("s", "A", 10), Subscription("t", "B", 15, 200)),
        moves=(Move("al", "B", 60),),
        present=CONTRACTUAL,
    )
    assert told(duck, log)["al"] == [("active", 20), ("churned", 207)]


def test_nothing_is_taken_along(duck: "DuckEngine") -> None:
    """Use of one's own is one's own; the old account keeps it, the new one does not get it."""
    log = Log(
        accounts=(Account("A", 0), Account("B", 0)),
        contacts=(Contact("al", "A", 0),),
        usage=(Use("A", "al", 50), Use("B", "al", 70)),
        moves=(Move("al", "B", 60),),
        present=USAGE_ONLY,
    )
    found = told(duck, log)

    assert found["A"] == [("none", 0), ("active", 50), ("churned", 78)]
    assert found["B"] == [("none", 0), ("active", 70), ("churned", 98)]
    assert found["al"] == [("none", 0), ("active", 50), ("churned", 98)]
