"""What plays changed: case by case, and against a count of another kind on random companies."""

from dataclasses import dataclass
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from tests.bills import put_bill
from tests.reports.work_made import DAY, approved, rulebook, together, worked
from tools.reports.incrementality.measure import (
    BY_HAND,
    Incrementality,
    OutcomeWindows,
    PlayDifference,
    measure_incrementality,
)
from tools.reports.incrementality.predicted_vs_realised import PredictedVsRealised, slope_of
from tools.roi.economics import parse_economics
from tools.stats.stratified import Sums
from tools.store.gate.records import BY_HAND as GATE_MARK
from tools.warehouse.engine import DuckEngine

BILLED = frozenset({"accounts", "subscriptions", "usage", "invoices"})
LATE = DAY + 200


def line(account: str, first: int, end: int | None, mrr: int, **more: Any) -> dict[str, Any]:
    return {
        "account_id": account,
        "started_day": first,
        "ended_day": end,
        "mrr_minor": mrr,
        "currency": "USD",
        "trial": False,
        **more,
    }


def measured(engine: DuckEngine, as_of: int = LATE, **more: Any) -> Incrementality:
    book = rulebook()
    present = more.pop("present", BILLED)
    return measure_incrementality(as_of, engine, present, book.plays, book.economics, **more)


def effect(engine: DuckEngine, play: str = "retention_call", **more: Any) -> PlayDifference:
    return next(one for one in measured(engine, **more).plays if one.play == play)


def arms(one: PlayDifference) -> tuple[tuple[int, int], tuple[int, int]]:
    return (one.treated.n, one.treated.total), (one.control.n, one.control.total)


def test_still_paying_is_read_at_the_end_of_the_window_with_the_grace() -> None:
    """30 days after the approval; a gap of at most 14 days is none."""
    end = DAY + 30
    work = together(*(approved(a, held=a in "fg") for a in "abcdefg"))
    made = worked(
        work,
        subscriptions=[
            line("a", DAY - 90, None, 100),
            line("b", DAY - 90, end - 1, 100),
            line("c", DAY - 90, end - 9, 100),
            line("c", end + 5, None, 80),
            line("d", DAY - 90, end - 9, 100),
            line("d", end + 14, None, 100),
            line("e", DAY - 90, end, 100),
            line("f", DAY - 90, None, 100),
            line("g", DAY - 90, DAY + 9, 100),
        ],
    )

    one = effect(made)

    assert arms(one) == ((5, 3), (2, 1))
    assert one.rule == "kept"
    assert one.money is not None
    assert one.money.treated == Sums(5, 280, 2 * 10_000 + 80 * 80)


def test_the_clock_starts_at_the_approval_that_was_not_taken_back() -> None:
    undone = approved("a", day=DAY - 60, status="revoked", proposal="p1")
    again = approved("a", day=DAY, proposal="p2")
    only = approved("b", day=DAY - 60, status="revoked")
    work = together(undone, again, only)
    work["work_draws"] = work["work_draws"][1:]
    made = worked(work, subscriptions=[line("a", 0, DAY - 20, 100), line("a", DAY - 1, None, 100)])

    assert arms(effect(made)) == ((1, 1), (0, 0))


def test_only_windows_that_are_over_count_and_each_account_once() -> None:
    work = together(
        approved("a"), approved("a", day=DAY + 70, proposal="p9"), approved("b", day=DAY + 1)
    )
    work["work_draws"].pop(1)
    made = worked(work)

    assert effect(made, as_of=DAY + 43).accounts == 0
    assert effect(made, as_of=DAY + 44).accounts == 1
    assert effect(made, as_of=DAY + 45).accounts == 2
    assert effect(made, as_of=LATE).accounts == 2


def test_it_is_analysed_as_assigned_and_overrides_are_counted() -> None:
    work = together(
        approved("a", held=True, status="sent"),
        approved("b", held=True),
        approved("c", status="blocked"),
        approved("d"),
    )

    one = effect(worked(work))

    assert (one.treated.n, one.control.n) == (2, 2)
    assert (one.sent, one.overridden) == (1, 1)


def test_each_goal_has_its_outcome() -> None:
    work = together(
        approved("a", "upsell_seats"),
        approved("b", "upsell_seats", held=True),
        approved("c", "winback_email"),
        approved("d", "winback_email", held=True),
    )
    made = worked(
        work,
        subscriptions=[
            line("a", 0, DAY + 50, 100),
            line("a", DAY + 50, None, 150),
            line("b", 0, None, 100),
            line("c", 0, DAY - 50, 100),
            line("c", DAY + 20, None, 60),
            line("d", 0, DAY - 50, 100),
        ],
    )

    more, back = effect(made, "upsell_seats"), effect(made, "winback_email")

    assert (more.rule, arms(more)) == ("more", ((1, 1), (1, 0)))
    assert (back.rule, arms(back)) == ("back", ((1, 1), (1, 0)))
    assert more.money is back.money is None


def test_a_pause_is_kept_and_its_end_is_no_expansion() -> None:
    work = together(
        approved("a"),
        approved("b", held=True),
        approved("c", "upsell_seats"),
        approved("d", "upsell_seats", held=True),
        approved("e", "winback_email"),
    )
    pauses = pa.Table.from_pylist(
        [
            line("a", 0, None, 100) | {"paused_day": DAY + 5, "resumed_day": None},
            line("b", 0, DAY + 9, 100) | {"paused_day": DAY + 5, "resumed_day": None},
            line("c", 0, None, 100) | {"paused_day": DAY - 5, "resumed_day": DAY + 5},
            line("d", 0, None, 100) | {"paused_day": DAY + 5, "resumed_day": None},
            line("e", 0, None, 100) | {"paused_day": DAY - 5, "resumed_day": None},
        ]
    )
    made = worked(work)
    made.put("subscriptions", pauses)
    put_bill(made)

    kept, more = effect(made), effect(made, "upsell_seats")

    assert arms(kept) == ((1, 1), (1, 0))
    assert arms(more) == ((1, 0), (1, 0))
    assert effect(made, "winback_email").treated.total == 0


TWO_RATES = parse_economics(
    "version: 1\ncurrency: USD\nconvention: survival\nexchange_rate:\n"
    + "".join(
        f"  {name}:\n    - {{value: {rate}, valid_from: 1960-01-01, source: test, owner: test}}\n"
        for name, rate in (("EUR", 1.1), ("GBP", 1.5))
    )
)


def test_an_account_in_several_currencies_is_rounded_once() -> None:
    """115.5 and 157.5 cents are 273, not 116 and 158: what currencies are worth is added first."""
    work = together(*(approved(a, held=a in "cd") for a in "abcd"))
    lines = [line(a, 0, None, 105, currency=c) for a in "abcd" for c in ("EUR", "GBP")]
    made = worked(work, subscriptions=lines)

    found = measure_incrementality(LATE, made, BILLED, rulebook().plays, TWO_RATES)

    (money,) = [one.money for one in found.plays if one.play == "retention_call"]
    assert money is not None
    assert money.treated.total == 2 * 273


def test_other_currencies_are_converted_and_an_unknown_one_is_left_out_of_the_money() -> None:
    work = together(*(approved(a, held=a in "de") for a in "abcde"))
    made = worked(
        work,
        subscriptions=[
            line("a", 0, None, 100, currency="EUR"),
            line("b", 0, None, 100),
            line("c", 0, None, 100, currency="XTS"),
            line("d", 0, None, 100),
            line("e", 0, None, 100),
        ],
    )

    one = effect(made)

    assert one.unpriced == 1
    assert one.money is not None
    assert (one.money.treated.n, one.money.treated.total) == (2, 210)
    assert one.incremental() == (10, -6, 26)


def test_without_billing_activity_says_who_is_there_and_expansion_is_missing() -> None:
    work = together(*(approved(a, held=a == "c") for a in "abc"), approved("a", "upsell_seats"))
    made = worked(
        work,
        usage=[{"account_id": "a", "day": DAY + 10}, {"account_id": "c", "day": DAY + 31}],
        invoices=[{"account_id": "b", "issued_day": DAY - 61, "amount_minor": 5}],
    )
    bare = frozenset({"accounts", "events", "invoices"})

    one, more = effect(made, present=bare), effect(made, "upsell_seats", present=bare)

    assert (one.rule, arms(one)) == ("active", ((2, 1), (1, 0)))
    assert one.money is None
    assert more.missing == "missing: subscriptions"
    assert more.accounts == 0


def test_a_play_that_is_gone_from_the_rulebook_is_missing_not_forgotten() -> None:
    made = worked(together(approved("a", "old_play")))

    assert "old_play" in effect(made, "old_play").missing


def test_an_empty_company_has_plays_and_no_figures() -> None:
    for one in measured(worked({})).plays:
        assert (one.accounts, one.share, one.money, one.promise) == (0, None, None, None)


# --- promises


def test_the_measured_effect_in_the_place_of_the_believed_one() -> None:
    """10 promised of a success worth 750 at 2 points: 15 gain, 5 cost."""
    work = together(
        *(approved(f"t{n}") for n in range(40)),
        *(approved(f"c{n}", held=True) for n in range(10)),
    )
    paying = [f"t{n}" for n in range(36)] + [f"c{n}" for n in range(8)]
    one = effect(worked(work, subscriptions=[line(a, 0, None, 100) for a in paying]))

    assert one.promise is not None
    assert one.share is not None
    assert one.share.value == pytest.approx(0.1)
    assert (one.promise.promised, one.promise.realised) == (40_000, 40 * (7_500 - 500))
    assert one.promise.low == round(40 * (75_000 * one.share.low - 500))


def test_an_envelope_that_does_not_say_makes_no_figure_up() -> None:
    work = together(
        *(approved(f"t{n}", success_minor=None, gain_minor=None) for n in range(4)),
        *(approved(f"c{n}", held=True) for n in range(4)),
    )
    promise = effect(worked(work)).promise

    assert promise == PredictedVsRealised(4, 4_000, None, None, None, 4)


def test_the_slope_of_five_plays() -> None:
    def play(promised: int, realised: int, half: int) -> PredictedVsRealised:
        return PredictedVsRealised(9, promised, realised, realised - half, realised + half, 0)

    half = [play(n * 100, n * 50, 30) for n in range(1, 6)]
    found = slope_of(half)

    assert slope_of(half[:4]) is None
    assert found is not None
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 < found.high
    wild = slope_of([*half, play(100, 90_000, 10_000_000)])
    assert wild is not None
    assert wild.value == pytest.approx(0.5, abs=0.01)


# --- against a count of another kind


@dataclass(frozen=True)
class Account:
    name: str
    play: str
    held: bool
    day: int
    lines: tuple[tuple[int, int | None, int], ...]


def company(seed: int) -> list[Account]:
    chance = Random(seed)
    plays = ("retention_call", "upsell_seats", "winback_email", "concession_discount")
    found = []
    for n in range(60):
        lines = []
        for _ in range(chance.randint(0, 3)):
            first = DAY + chance.randint(-200, 150)
            end = first + chance.randint(1, 200) if chance.random() < 0.6 else None
            lines.append((first, end, chance.randint(1, 9) * 100))
        day = DAY + chance.randint(-30, 90)
        found.append(
            Account(f"x{n}", chance.choice(plays), chance.random() < 0.4, day, tuple(lines))
        )
    return found


def outcome(account: Account, as_of: int) -> tuple[int, int] | None:
    """Success and money of one account, looked at day by day."""
    play = next(play for play in rulebook().plays if play.id == account.play)
    end = account.day + play.window_days
    if end + 14 > as_of:
        return None

    def pays(day: int) -> int:
        return sum(m for first, last, m in account.lines if first < day <= (last or 10**6))

    before, after = pays(account.day), pays(end) or pays(end + 14)
    if play.goal == "upsell":
        return int(after > before), after - before
    return int(after > 0), after if play.goal == "win_back" else min(before, after)


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_looking_at_one_account_after_the_other(seed: int) -> None:
    accounts, as_of = company(seed), DAY + 130
    made = worked(
        together(*(approved(a.name, a.play, held=a.held, day=a.day) for a in accounts)),
        subscriptions=[line(a.name, *bill) for a in accounts for bill in a.lines],
    )

    for one in measured(made, as_of, windows=OutcomeWindows()).plays:
        mine = [(a.held, outcome(a, as_of)) for a in accounts if a.play == one.play]
        for held, sums in ((False, one.treated), (True, one.control)):
            seen = [found for arm, found in mine if arm == held and found is not None]
            assert (sums.n, sums.total) == (len(seen), sum(success for success, _ in seen))
            if one.money is not None:
                money = one.money.control if held else one.money.treated
                assert money.total == sum(minor for _, minor in seen)
                assert money.squares == sum(minor * minor for _, minor in seen)


def called(account: str, day: int, play: str = "upsell_seats") -> dict[str, Any]:
    """A person reached an account on their own."""
    return {"account_id": account, "play": play, "day": day}


def test_who_was_reached_by_hand_is_no_control_and_nobody_s_comparison() -> None:
    """a, b treated; c, d left out: b and d were called in the window, and are in neither arm."""
    work = together(*(approved(a, held=a in "cdef") for a in "abcdef"))
    work["work_contacts"] = [
        called("b", DAY + 3),
        called("d", DAY + 29),
        called("e", DAY - 30),
        called("f", DAY - 31),
        called("a", DAY + 30),
    ]
    one = effect(worked(work, subscriptions=[line(a, 0, None, 100) for a in "abcdef"]))

    assert arms(one) == ((1, 1), (2, 2))
    assert (one.treated_by_hand, one.control_by_hand) == (1, 2)


def test_who_did_what_was_approved_is_compared_and_who_did_it_in_spite_of_the_lot_is_not() -> None:
    work = together(
        approved("a"), approved("b", held=True), approved("c", status="blocked"), approved("d")
    )
    work["work_contacts"] = [called(a, DAY + 1, "retention_call") for a in "abc"]
    work["work_contacts"].append(called("d", DAY - 1, "retention_call"))
    one = effect(worked(work, subscriptions=[line(a, 0, None, 100) for a in "abcd"]))

    assert arms(one) == ((1, 1), (0, 0))
    assert (one.treated_by_hand, one.control_by_hand) == (2, 1)


def test_for_whom_no_lot_was_drawn_is_outside_of_the_comparison() -> None:
    work = together(approved("a"), approved("b", stratum=BY_HAND), approved("c", held=True))
    one = effect(worked(work, subscriptions=[line(a, 0, None, 100) for a in "abc"]))

    assert arms(one) == ((1, 1), (1, 1))
    assert one.treated_by_hand == 1


def test_the_mark_of_whom_no_lot_was_drawn_for_is_the_one_the_gate_writes() -> None:
    assert BY_HAND == GATE_MARK
