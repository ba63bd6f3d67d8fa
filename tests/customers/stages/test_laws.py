"""The timeline is a pure function of the log: laws on random logs."""

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.customers.stages.log import END, RULES, Log, Row, as_of, daily, rows, timeline, world
from tests.customers.stages.logs import contractual_logs, usage_logs
from tests.customers.stages.reference import Reference, UsageReference
from tools.customers.stages import make_roster, make_timeline
from tools.warehouse.engine import DuckEngine

pytestmark = pytest.mark.long

Fact = TypeVar("Fact")
LOGS = st.one_of(contractual_logs(), usage_logs())
# Every example is a population of ten on every day, so few are needed; shrinking one takes
# minutes, so it is left out: take the failing example, it is small enough to read.
few = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow,),
)


@few
@given(LOGS, st.integers(1, END))
def test_equals_the_reference_on_every_day(duck: DuckEngine, log: Log, day: int) -> None:
    told = daily(timeline(duck, log, day), day)
    seen = as_of(log, day)
    by = Reference if "subscriptions" in log.present else UsageReference
    judge = by(seen, RULES.risk_flag)
    people = {c.contact_id: c for c in seen.contacts}
    for (kind, id_, t), stage in told.items():
        person = people[id_] if kind == "contact" else None
        account = judge.home(person, t) if person else id_
        assert stage == judge.stage(account, person, t), (kind, id_, t)


@few
@given(LOGS)
def test_no_overlap_no_gap_no_repetition(duck: DuckEngine, log: Log) -> None:
    for one, two in pairwise(timeline(duck, log)):
        if one[:2] == two[:2]:
            assert one[5] == two[4], "to_day is the next from_day"
            assert two[2] == one[3] != two[3], "from_stage is the stage before"
        else:
            assert one[5] is None
            assert two[2] is None


@few
@given(LOGS, st.randoms(use_true_random=False))
def test_order_and_duplication_change_nothing(
    duck: DuckEngine, log: Log, chance: random.Random
) -> None:
    def stir(items: tuple[Fact, ...], *, twice: bool = True) -> tuple[Fact, ...]:
        copies = [*items, *(i for i in items if twice and chance.random() < 0.5)]
        chance.shuffle(copies)
        return tuple(copies)

    stirred = replace(
        log,
        accounts=stir(log.accounts, twice=False),
        contacts=stir(log.contacts, twice=False),
        subscriptions=stir(log.subscriptions),
        deals=stir(log.deals),
        invoices=stir(log.invoices, twice=False),
        usage=stir(log.usage),
        scores=stir(log.scores),
    )
    assert timeline(duck, stirred) == timeline(duck, log)


@few
@given(LOGS, LOGS, st.integers(0, END - 1))
def test_a_late_fact_changes_nothing_before_its_day(
    duck: DuckEngine, log: Log, other: Log, day: int
) -> None:
    later = replace(
        log,
        subscriptions=log.subscriptions
        + tuple(s for s in other.subscriptions if s.started_day >= day),
        deals=log.deals + tuple(d for d in other.deals if d.opened_day >= day),
        invoices=log.invoices + tuple(i for i in other.invoices if i.issued_day >= day),
        usage=log.usage + tuple(u for u in other.usage if u.day >= day),
        scores=log.scores + tuple(s for s in other.scores if s.day >= day),
        moves=log.moves + tuple(m for m in other.moves if m.from_day >= day),
    )
    assert _until(timeline(duck, later), day) == _until(timeline(duck, log), day)


def _until(told: list[Row], day: int) -> list[Row]:
    """The intervals that began before a day, with their reasons but without their ends."""
    return [(*row[:5], *row[6:]) for row in told if row[4] < day]


@few
@given(LOGS, st.integers(1, END))
def test_the_future_changes_nothing(duck: DuckEngine, log: Log, day: int) -> None:
    known = _known_at_once(log)
    firms = {a.account_id for a in as_of(known, day).accounts}
    whole = [r for r in timeline(duck, known) if r[0] == "contact" or r[1] in firms]
    assert _until(timeline(duck, known, day), day) == _until(whole, day)


def _known_at_once(log: Log) -> Log:
    """The log without late arrivals, late records and undated failures."""
    return replace(
        log,
        contacts=tuple(replace(c, created_day=None) for c in log.contacts),
        subscriptions=tuple(replace(s, known_day=0) for s in log.subscriptions),
        deals=tuple(replace(d, known_day=0) for d in log.deals),
        usage=tuple(replace(u, known_day=0) for u in log.usage),
        moves=tuple(replace(m, known_day=0) for m in log.moves),
        invoices=tuple(
            replace(i, known_day=0, status="open" if i.paid_day is None else "paid")
            for i in log.invoices
        ),
    )


@few
@given(LOGS, st.integers(1, END))
def test_roster_counts_equal_the_timeline(duck: DuckEngine, log: Log, day: int) -> None:
    engine = duck
    world(engine, log, day)
    make_timeline(day, engine, log.present, RULES)
    make_roster(engine, log.present, RULES)
    roster = rows(engine, "SELECT kind, id, stage, unstaged_reason FROM roster")
    told = daily(timeline(duck, log, day), day)
    assert Counter((k, s) for k, _, s, _ in roster if s) == Counter(
        (k, s) for (k, _, t), s in told.items() if t == day - 1
    )
    assert all((stage is None) == (reason is not None) for _, _, stage, reason in roster)
    seen = as_of(log, day)
    assert len(roster) == len(seen.accounts) + len(seen.contacts)


@few
@given(contractual_logs())
def test_nobody_is_at_risk_without_paying(duck: DuckEngine, log: Log) -> None:
    assert all('"paid_since"' in row[6] for row in timeline(duck, log) if row[3] == "at_risk")
