"""The risk flag: the set-based fold equals the plain one, and what acts at once acts at once."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.customers.stages.log import (
    RULES,
    Account,
    Invoice,
    Log,
    Score,
    Subscription,
    rows,
    timeline,
    world,
)
from tests.customers.stages.reference import fold
from tests.customers.stages.test_laws import few
from tools.customers.stages import make_timeline
from tools.warehouse.engine import DuckEngine

DAYS = 60
RANKS = (None, 0.1, 0.79, 0.8, 0.89, 0.9, 0.99)


def flagged(duck: DuckEngine, log: Log, day: int = DAYS) -> set[tuple[str, int]]:
    """(account, day) on which the flag is on."""
    world(duck, log, day)
    make_timeline(day, duck, log.present, RULES)
    told = rows(duck, "SELECT account_id, from_day, to_day FROM stage_flags")
    return {(name, d) for name, start, end in told for d in range(start, min(end, day))}


@few
@given(st.integers(0, 10**6), st.floats(0.1, 0.9))
def test_equals_the_plain_fold(duck: DuckEngine, seed: int, calm: float) -> None:
    """200 accounts with 60 scores each, as streaky as real scores are."""
    chance, scores = random.Random(seed), []
    names = [f"a{i}" for i in range(200)]
    for name in names:
        rank = chance.choice(RANKS)
        for day in range(DAYS):
            rank = rank if chance.random() < calm else chance.choice(RANKS)
            scores.append(Score(name, day, rank, chance.random() < 0.9))
    log = Log(subscriptions=tuple(Subscription(n, n, 0) for n in names), scores=tuple(scores))
    found = flagged(duck, log)
    for name, start in zip(names, range(0, len(scores), DAYS), strict=True):
        own = [(s.risk_rank, s.usable) for s in scores[start : start + DAYS]]
        for day in range(DAYS):
            assert fold(own[: day + 1], RULES.risk_flag) == ((name, day) in found), (name, day)


def days_of(duck: DuckEngine, log: Log) -> list[int]:
    return sorted(day for _, day in flagged(duck, log))


PAYS = (Subscription("s", "A", 0),)


def test_a_failed_invoice_acts_at_once_and_until_it_is_paid(duck: DuckEngine) -> None:
    failed = Log(subscriptions=PAYS, invoices=(Invoice("i", "A", 10, 12, status="failed"),))
    assert days_of(duck, failed) == list(range(12, DAYS))
    late = Log(subscriptions=PAYS, invoices=(Invoice("i", "A", 10, 12, 30, "paid"),))
    assert days_of(duck, late) == list(range(12 + 14, 30))


def test_a_forgotten_failure_does_not_flag_for_ever(duck: DuckEngine) -> None:
    log = Log(subscriptions=PAYS, invoices=(Invoice("i", "A", 10, 12, status="failed"),))
    found = {day for _, day in flagged(duck, log, 200)}
    assert found == set(range(12, 12 + RULES.risk_flag.billing_days))


def test_what_may_have_been_paid_does_not_flag(duck: DuckEngine) -> None:
    """No due day, no status, paid on an unknown day, void, a refund."""
    invoices = (
        Invoice("i1", "A", 10),
        Invoice("i2", "A", 10, 12, status="paid"),
        Invoice("i3", "A", 10, 12, status="void"),
        Invoice("i4", "A", 10, 12, amount_minor=-5),
    )
    assert not days_of(duck, Log(subscriptions=PAYS, invoices=invoices))


def test_notice_acts_at_once(duck: DuckEngine) -> None:
    log = Log(subscriptions=(Subscription("s", "A", 0, 40, 25),))
    assert days_of(duck, log) == list(range(25, 40))


def test_a_returning_customer_starts_without_the_old_flag(duck: DuckEngine) -> None:
    log = Log(
        accounts=(Account("A", 0),),
        subscriptions=(Subscription("s1", "A", 0, 20, 19), Subscription("s2", "A", 40)),
        scores=tuple(Score("A", day, 0.95) for day in (16, 17)),
    )
    stages = [(row[3], row[4]) for row in timeline(duck, log, DAYS)]
    assert stages == [("active", 0), ("at_risk", 17), ("churned", 20), ("active", 40)]


def test_an_empty_score_log_of_any_kind_is_no_flag(duck: DuckEngine) -> None:
    log = Log(subscriptions=PAYS, scores=(Score("A", 3, None), Score("A", 4, 0.99, usable=False)))
    assert not days_of(duck, log)
