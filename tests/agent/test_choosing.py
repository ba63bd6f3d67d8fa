"""Laws of choosing: what policy refuses is replaced by the next, and never anything denied."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.choosing import Background, Judged, plan_day
from policies.limits import Limits
from tests.policies.made import limits as delivered_limits
from tests.roi.world import AS_OF, BILLING, WINDOWS, account, economics, engine_with, plays
from tools.customers.recipients import Recipient
from tools.roi.choice import DayLimits
from tools.roi.price import PriceList, price
from tools.roi.shortlist import Candidate, head
from tools.store.records import ContactHistory

NOON = datetime(2024, 10, 4, 10, 0, tzinfo=UTC)  # the Friday AS_OF is
SEGMENTS = ("Declining", "Durable core", "Expansion-ready", "Onboarding")
ACCOUNTS = tuple(f"crm:{n}" for n in range(6))
OPEN = DayLimits()
FEW = settings(max_examples=25)


@cache
def world() -> tuple[tuple[Candidate, ...], PriceList]:
    """Six accounts that differ in size and risk, priced once."""
    rows = [
        account(name, SEGMENTS[n % 4], 0.05 + n / 20, mrr_minor=500_000 * (n + 1), seats=20 + n)
        for n, name in enumerate(ACCOUNTS)
    ]
    engine = engine_with(rows)
    priced = price(AS_OF, engine, plays(), economics(), BILLING, WINDOWS)
    return tuple(head(engine, 100)), priced


def person(name: str, **known: object) -> Recipient:
    """Somebody who may be reached by every way, unless said otherwise."""
    found = Recipient(
        name,
        f"{name}-c",
        "Ann",
        "ann@example.com",
        "+49 30 123456",
        None,
        email_consent=True,
        phone_consent=True,
        unsubscribed=False,
        objection=None,
        agreed_day=None,
        timezone="Europe/Berlin",
        account_timezone=None,
        open_high_tickets=0,
        open_deals=0,
    )
    return replace(found, **known)  # type: ignore[arg-type]  # named by the tests


def background(
    people: dict[str, Recipient], limits: Limits | None = None, pauses: frozenset[str] = frozenset()
) -> Background:
    candidates, prices = world()
    reached = {
        (c.account_id, c.play): people.get(c.account_id, person(c.account_id)) for c in candidates
    }
    histories = {name: ContactHistory(name, (), ()) for name in ACCOUNTS}
    return Background(
        as_of=AS_OF,
        currency=prices.economics.currency,
        recipients=reached,
        histories=histories,
        suppressed=frozenset(p for p, one in reached.items() if one.email == "stop@example.com"),
        pauses=pauses,
        limits=limits or delivered_limits(),
        missing=frozenset(),
        tenant_zone="Europe/Berlin",
        now=NOON,
    )


def planned(
    people: dict[str, Recipient], limits: DayLimits = OPEN, pauses: frozenset[str] = frozenset()
) -> Judged:
    candidates, prices = world()
    return plan_day(candidates, prices, background(people, pauses=pauses), limits)


PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        name: st.builds(
            lambda mail, phone, left, tickets, deals, address, who=name: person(
                who,
                email_consent=mail,
                phone_consent=phone,
                unsubscribed=left,
                open_high_tickets=tickets,
                open_deals=deals,
                email=address,
            ),
            st.sampled_from([True, False, None]),
            st.sampled_from([True, False, None]),
            st.sampled_from([False, True, None]),
            st.integers(0, 1),
            st.integers(0, 1),
            st.sampled_from(["ann@example.com", "stop@example.com", None]),
        )
        for name in ACCOUNTS
    },
)
DAY_LIMITS = st.builds(
    DayLimits,
    reviews=st.one_of(st.none(), st.integers(0, 6)),
    budget_minor=st.one_of(st.none(), st.integers(0, 20_000)),
    hours=st.dictionaries(
        st.sampled_from(["csm", "sales", "marketing"]),
        st.integers(0, 300).map(lambda n: Decimal(n) / 100),
    ).map(MappingProxyType),
    per_play=st.dictionaries(
        st.sampled_from(["retention_call", "upsell_seats"]), st.integers(0, 2)
    ).map(MappingProxyType),
)


def test_the_population_offers_a_choice() -> None:
    candidates, _ = world()
    assert {c.account_id for c in candidates} == set(ACCOUNTS)
    assert len({c.play for c in candidates}) >= 3
    assert len(candidates) > 2 * len(ACCOUNTS)


@FEW
@given(PEOPLE, DAY_LIMITS)
def test_nothing_denied_is_chosen_and_every_limit_holds(
    people: dict[str, Recipient], limits: DayLimits
) -> None:
    found = planned(people, limits)
    chosen = [candidate for candidate, _ in found.chosen]

    assert all(not verdict.denied for _, verdict in found.chosen)
    assert all(verdict.denied and verdict.denials for _, verdict in found.refused)
    assert all(finding.reason for _, v in found.refused for finding in v.denials)
    assert len({c.account_id for c in chosen}) == len(chosen)
    told = [(c.account_id, c.play) for c in (*chosen, *(c for c, _ in found.refused))]
    assert len(set(told)) == len(told)
    assert limits.reviews is None or len(chosen) <= limits.reviews
    assert limits.budget_minor is None or sum(c.cost_minor for c in chosen) <= limits.budget_minor
    roles = {play.id: play.role for play in world()[1].plays}
    for role, hours in limits.hours.items():
        assert sum((c.hours for c in chosen if roles[c.play] == role), Decimal(0)) <= hours
    for play, cap in limits.per_play.items():
        assert sum(c.play == play for c in chosen) <= cap


@FEW
@given(PEOPLE, DAY_LIMITS, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_changes_nothing(
    people: dict[str, Recipient], limits: DayLimits, chance: st.DataObject
) -> None:
    candidates, prices = world()
    mixed = list(candidates)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # a Random
    first = planned(people, limits)
    second = plan_day(mixed, prices, background(people), limits)

    assert first.chosen == second.chosen
    assert sorted(first.refused, key=repr) == sorted(second.refused, key=repr)


@FEW
@given(PEOPLE)
def test_without_limits_each_account_gets_the_best_that_policy_lets_through(
    people: dict[str, Recipient],
) -> None:
    """The next takes the place of what is refused: nothing worth doing is left undone."""
    found = planned(people)
    refused = {(c.account_id, c.play) for c, _ in found.refused}
    best: dict[str, Candidate] = {}
    for candidate in world()[0]:  # worth most first
        if (candidate.account_id, candidate.play) not in refused:
            best.setdefault(candidate.account_id, candidate)

    assert {c.account_id: c.nv_minor for c, _ in found.chosen} == {
        name: candidate.nv_minor for name, candidate in best.items()
    }


def test_with_one_review_the_next_account_takes_the_place_of_a_refused_one() -> None:
    one = DayLimits(reviews=1)
    ((first, _),) = planned({}, one).chosen
    left = person(first.account_id, email_consent=False, phone_consent=False, unsubscribed=True)
    after = planned({first.account_id: left}, one)

    ((second, verdict),) = after.chosen
    assert not verdict.denied
    assert second.account_id != first.account_id
    assert (first.account_id, first.play) in {(c.account_id, c.play) for c, _ in after.refused}
    assert second.nv_minor <= first.nv_minor


@FEW
@given(PEOPLE, st.sampled_from(["global", "play:retention_call", "channel:email"]))
def test_a_pause_stops_what_it_names(people: dict[str, Recipient], scope: str) -> None:
    found = planned(people, pauses=frozenset({scope}))
    kind, _, name = scope.partition(":")
    channels = {play.id: play.channel for play in world()[1].plays}
    for candidate, _ in found.chosen:
        assert kind != "global"
        assert not (kind == "play" and candidate.play == name)
        assert not (kind == "channel" and channels[candidate.play] == name)


def test_nothing_to_choose_from_is_an_empty_day() -> None:
    _, prices = world()
    found = plan_day([], prices, background({}), DayLimits(reviews=3))
    assert (found.chosen, found.refused, found.choice.value_minor) == ((), (), 0)


def test_a_price_that_two_ways_disagree_on_is_refused_and_stops_nobody_else() -> None:
    candidates, prices = world()
    best = max(candidates, key=lambda one: one.nv_minor)
    odd = replace(best, nv_minor=best.nv_minor + 1)
    mixed = tuple(odd if one == best else one for one in candidates)

    judged = plan_day(mixed, prices, background({}), OPEN)

    (verdict,) = [
        v for c, v in judged.refused if (c.account_id, c.play) == (odd.account_id, odd.play)
    ]
    assert verdict.rule_id == "price"
    assert "the warehouse has value" in verdict.reason
    chosen = {(c.account_id, c.play) for c, _ in judged.chosen}
    assert chosen
    assert (odd.account_id, odd.play) not in chosen
