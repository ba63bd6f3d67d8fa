"""Laws of the lot: who is drawn to learn, by which chance, and with whom they are compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from agent.choosing import Background
from agent.exploration import (
    CONTROLS,
    Lot,
    Room,
    draw_lot,
    learnable,
    places_of,
    places_table,
    value_limits,
)
from approvals.audit import Key
from approvals.envelope import DrawnPlace
from approvals.holdout import draw
from tests.agent.test_choosing import NOON, person
from tests.approvals.made import DAY, KEY
from tests.gate.office import mail
from tests.policies.made import limits as delivered_limits
from tests.roi.world import AS_OF, BILLING, WINDOWS, account, economics, engine_with, plays
from tools.customers.recipients import Recipient
from tools.reports.incrementality.observations import KEPT_PLACES
from tools.roi.choice import DayLimits
from tools.roi.exploration import Lottery
from tools.roi.play_effects import PlayEffect
from tools.roi.price import price
from tools.roi.shortlist import Candidate
from tools.store.gate.records import TO_LEARN
from tools.store.records import ContactHistory
from tools.warehouse.engine import DuckEngine

SEGMENTS = ("Declining", "Durable core", "Expansion-ready", "Onboarding")
ACCOUNTS = tuple(f"crm:{n}" for n in range(160))
PLAYS = {play.id: play for play in plays()}
CELLS = frozenset((p.id, s) for p in PLAYS.values() for s in p.segments if p.concession is None)
OPEN = DayLimits(reviews=40)


@cache
def world() -> DuckEngine:
    rows = [
        account(name, SEGMENTS[n % 4], 0.05 + (n % 50) / 100, mrr_minor=50_000 * (n % 7 + 1))
        for n, name in enumerate(ACCOUNTS)
    ]
    engine = engine_with(rows)
    price(AS_OF, engine, plays(), economics(), BILLING, WINDOWS)
    return engine


def background(candidates: Sequence[Candidate], people: dict[str, Recipient]) -> Background:
    reached = {
        (c.account_id, c.play): people.get(c.account_id, person(c.account_id)) for c in candidates
    }
    histories = {c.account_id: ContactHistory(c.account_id, (), ()) for c in candidates}
    return Background(
        as_of=AS_OF,
        currency="USD",
        recipients=reached,
        histories=histories,
        suppressed=frozenset(),
        pauses=frozenset(),
        limits=delivered_limits(),
        missing=frozenset(),
        tenant_zone="Europe/Berlin",
        now=NOON,
    )


def drawn(
    places: int = 4,
    key: str = "k",
    limits: DayLimits = OPEN,
    cells: frozenset[tuple[str, str]] = CELLS,
    people: dict[str, Recipient] | None = None,
    busy: Sequence[str] = (),
    held: Sequence[tuple[str, str]] = (),
) -> Lot:
    number = Key(key.encode())
    lottery = Lottery(world(), number.mac("lot", "order"), cells, busy, held)
    known = people or {}
    return draw_lot(
        lottery,
        places,
        Room(limits, PLAYS),
        lambda some: background(some, known),
        lambda text: number.mac("lot", text),
    )


def pairs(lot: Lot) -> list[tuple[str, str]]:
    return [(c.account_id, c.play) for c, _ in lot.drawn]


def test_the_same_key_draws_the_same_and_another_key_others() -> None:
    assert drawn() == drawn()
    assert pairs(drawn()) != pairs(drawn(key="another"))


def test_every_account_has_the_same_chance_however_many_plays_it_has() -> None:
    """The first 8 of 160 on 60 days. An account of one segment has thrice the plays of another."""
    first = [
        account
        for n in range(60)
        for account in _first(Lottery(world(), KEY.mac("lot", str(n)), CELLS), 8)
    ]
    share = Counter(ACCOUNTS.index(account) % 4 for account in first)

    assert share.total() == 480
    assert all(abs(found - 120) < 4 * 120**0.5 * 0.75**0.5 for found in share.values())


def _first(lottery: Lottery, size: int) -> list[str]:
    assert lottery.accounts == len(ACCOUNTS)
    rows = world().run(f"SELECT account_id FROM exploration ORDER BY place LIMIT {size}")
    return [row["account_id"] for row in rows.to_pylist()]


def test_nobody_is_drawn_twice_or_compared_with_themselves() -> None:
    lot = drawn(places=5)
    everybody = [a for a, _ in pairs(lot)] + [c.account_id for c in lot.controls]

    assert len(set(everybody)) == len(everybody)
    assert {c.play for c in lot.controls} <= {play for _, play in pairs(lot)}


def test_the_chance_among_those_compared_is_known_and_no_weight_is_beyond_the_cut() -> None:
    lot = drawn(places=5)
    places = places_of([], lot, PLAYS)

    for play in {p.play for p in places}:
        ours = [p for p in places if p.play == play]
        many = sum(p.drawn for p in ours)
        assert {p.propensity for p in ours} == {1_000_000 * many // len(ours)}
        assert len(ours) <= many * (1 + CONTROLS)
        assert 1_000_000 / ours[0].propensity <= 20
    assert {p.chance for p in places} == {1_000_000 * 5 // lot.eligible}


def test_what_policy_refuses_is_neither_drawn_nor_compared() -> None:
    closed = {
        name: person(name, email_consent=False, phone_consent=False, unsubscribed=True)
        for name in ACCOUNTS[:120]
    }
    cells = frozenset((p, s) for p, s in CELLS if PLAYS[p].channel != "task")
    lot = drawn(people=closed, cells=cells)

    found = [c for c, _ in lot.drawn] + list(lot.controls)
    assert len(lot.drawn) == 4
    assert not [c for c in found if c.account_id in closed]
    assert lot.eligible == 40


def test_the_busy_and_the_held_stand_outside() -> None:
    first = drawn()
    again = drawn(busy=[a for a, _ in pairs(first)])
    held = drawn(held=[(play, a) for a, play in pairs(first)])

    assert not {a for a, _ in pairs(first)} & {a for a, _ in pairs(again)}
    assert not {a for a, _ in pairs(first)} & {c.account_id for c in again.controls}
    assert not set(pairs(first)) & set(pairs(held))


def test_nobody_is_harmed_to_learn() -> None:
    """Not where harm was shown or is believed, and no revenue is given away for good."""
    effects = [
        PlayEffect(play, segment, Decimal(mean), Decimal("0.1"), Decimal(0), "assumption", "v", why)
        for play, segment, mean, why in (
            ("retention_call", "Declining", "0.1", None),
            ("retention_call", "Onboarding", "-0.1", None),
            ("retention_call", "Quiet", "0.1", "it does harm here"),
            ("concession_discount", "Declining", "0.2", None),
        )
    ]

    assert learnable(effects, PLAYS.values()) == {("retention_call", "Declining")}
    only = frozenset({("retention_call", "Declining")})
    assert {c.segment for c, _ in drawn(cells=only).drawn} == {"Declining"}


def test_the_day_bears_what_is_drawn() -> None:
    tight = DayLimits(reviews=40, hours={"csm": Decimal("0.5")}, per_play={"upsell_seats": 1})
    lot = drawn(places=20, limits=tight)
    hours = sum(c.hours for c, _ in lot.drawn if PLAYS[c.play].role == "csm")

    assert hours <= Decimal("0.5")
    assert sum(play == "upsell_seats" for _, play in pairs(lot)) <= 1


@pytest.mark.parametrize("places", [0, 5])
def test_with_few_accounts_at_most_half_are_drawn(places: int) -> None:
    lot = drawn(places=places, busy=ACCOUNTS[6:])

    assert len(lot.drawn) <= 3
    assert places or lot == Lot()


def test_the_plan_by_value_keeps_the_rest_of_the_day() -> None:
    day = DayLimits(
        reviews=40,
        budget_minor=100_000,
        hours={"csm": Decimal(12)},
        per_play={"a": 10, "b": 1, "c": 0},
    )

    assert value_limits(day, 0) == day
    assert value_limits(day, 5) == DayLimits(
        reviews=35,
        budget_minor=87_500,
        hours={"csm": Decimal("10.50")},
        per_play={"a": 8, "b": 1, "c": 0},
    )


def test_what_was_drawn_is_never_held_out_as_well() -> None:
    lots = [replace(mail(f"a{n}"), place=DrawnPlace(Decimal("0.007"), "drawn")) for n in range(9)]
    found = draw(DAY, [*lots, mail("b1"), mail("b2")], frozenset(), Decimal(1), KEY)

    assert {(one.account_id, one.stratum) for one in found if not one.held} == {
        (f"a{n}", TO_LEARN) for n in range(9)
    }
    assert [one.account_id for one in found if one.held] == ["b1", "b2"]


def test_places_are_kept_in_the_columns_that_are_read_back() -> None:
    chosen = [drawn(key="x").drawn[0][0]]
    table = places_table(places_of(chosen, drawn(), PLAYS))

    assert [*table.schema.names, "day"] == KEPT_PLACES.names
    by_value = [row for row in table.to_pylist() if not row["by_lot"]]
    assert [(r["chance"], r["propensity"], r["drawn"]) for r in by_value] == [
        (1_000_000, 1_000_000, True)
    ]
