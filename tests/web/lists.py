"""A list of accounts whose every text is the one given, and whose figures are always the same."""

from decimal import Decimal

from approvals.care import Said
from tests.approvals.made import DAY
from tools.reports.accounts import AccountLine, AccountList, LatestFeedback
from tools.reports.accounts.model import (
    Account,
    Counts,
    Fresh,
    Left,
    NextStep,
    Score,
    ScoreChange,
    State,
    Touch,
    Unscored,
)


def an_account(said: str, account_id: str = "a1") -> Account:
    """An account of which everything is known."""
    score = Score(
        Decimal("9.25"), ScoreChange(DAY - 8, Decimal("5.25")), ScoreChange(DAY - 31, None)
    )
    touch = Touch(DAY - 12, said)
    return Account(
        account_id, said, said, said, DAY - 40, score, said, 100_000, "EUR", DAY + 18, 3, 2, touch
    )


def a_line(said: str, state: State = "today", account_id: str = "a1") -> AccountLine:
    """An account to call."""
    care = (
        LatestFeedback(0)
        if state == "today"
        else LatestFeedback(1, "snooze", said, said, DAY, DAY + 3)
    )
    others = (
        NextStep("retention_email", 40_000, 10_000, 90_000, said),
        NextStep("do_nothing", 0, 0, 0, ""),
    )
    return AccountLine(
        an_account(said, account_id),
        said,
        state,
        1,
        "ticket",
        said,
        NextStep("retention_call", 90_000, -5_000, 180_000, ""),
        "retention",
        3_000,
        Decimal("0.5"),
        270_000,
        care,
        others,
        "p1",
        said if state == "decided" else "",
    )


def a_list(said: str, owner: str = "") -> AccountList:
    """One account of every kind."""
    states: tuple[State, ...] = ("today", "claimed", "snoozed", "decided")
    left = Left(an_account(said, "a2"), said, said, 200_000)
    counts = Counts(
        tuple((state, 1) for state in states), 180_000, 1, 1, ((said, 1),), ((said, 2),)
    )
    return AccountList(
        DAY,
        DAY + 1,
        owner,
        (said, "Ann"),
        "EUR",
        12 if owner else None,
        tuple(a_line(said, state, f"a{n or ''}1") for n, state in enumerate(states)),
        (left,),
        (left,),
        (Unscored(an_account(said, "a3"), said),),
        counts,
        (Fresh(said, "tickets", DAY - 1, 0), Fresh(said, "messages", DAY - 9, 8)),
        Decimal(1),
        said,
    )


def said_of(said: str) -> tuple[AccountLine, Said]:
    """The account, and what is kept with a person's words about it."""
    return a_line(said), Said(DAY, "retention_call", 90_000, "EUR", ("ticket:1", "renewal:2"))
