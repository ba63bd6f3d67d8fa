"""What is learned from: case by case, of the holdout and of the lot."""

from typing import Any

import pyarrow as pa

from tests.reports.work_made import DAY, approved, rulebook, together, worked
from tools.reports.incrementality.measure import BY_HAND, TO_LEARN, OutcomeWindows
from tools.reports.incrementality.observations import KEPT_PLACES, make_observations
from tools.roi.learned.evidence import gather_evidence
from tools.roi.learned.observation import OBSERVATIONS
from tools.store.gate.records import TO_LEARN as GATE_MARK
from tools.warehouse.engine import DuckEngine

BILLED = frozenset({"accounts", "subscriptions", "usage", "invoices"})
CALL = "retention_call"
LATE = DAY + 200


def line(account: str, first: int, end: int | None, mrr: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "account_id": account,
        "started_day": first,
        "ended_day": end,
        "mrr_minor": mrr,
        "currency": "USD",
        "trial": False,
        **more,
    }


def place(account: str, play: str = CALL, day: int = DAY, **more: Any) -> dict[str, Any]:
    return {
        "account_id": account,
        "play": play,
        "segment": "Declining",
        "base_ppm": 50_000,
        "by_lot": True,
        "drawn": False,
        "chance": 7_000,
        "propensity": 50_000,
        "day": day,
        **more,
    }


def by_value(account: str, play: str = CALL, **more: Any) -> dict[str, Any]:
    more = {"by_lot": False, "drawn": True, "propensity": 1_000_000, "day": DAY - 1, **more}
    return place(account, play, **more)


def observed(
    engine: DuckEngine,
    places: list[dict[str, Any]],
    as_of: int = LATE,
    present: frozenset[str] = BILLED,
) -> dict[str, dict[str, Any]]:
    engine.put("kept_places", pa.Table.from_pylist(places, schema=KEPT_PLACES))
    book = rulebook()
    make_observations(as_of, engine, present, book.plays, book.economics, OutcomeWindows())
    rows = engine.run("SELECT * FROM observations ORDER BY account_id, start_day")
    assert rows.schema.names == OBSERVATIONS.names
    assert gather_evidence(as_of, engine, {}).as_of == as_of
    return {row["account_id"]: row for row in rows.to_pylist()}


def test_the_drawn_are_compared_with_the_undrawn_of_the_same_morning() -> None:
    """Reached or not: `done` says to whom it really went, within the window."""
    work = together(
        approved("a", day=DAY + 2, stratum=TO_LEARN),
        approved("b", day=DAY + 2, stratum=TO_LEARN, status="blocked"),
        approved("d", day=DAY + 20),
        approved("e", day=DAY + 90),
    )
    made = worked(work, subscriptions=[line(a, 0, None) for a in "abde"] + [line("c", 0, DAY + 9)])
    drawn: dict[str, Any] = {"drawn": True}
    found = observed(
        made, [place("a", **drawn), place("b", **drawn), place("c"), place("d"), place("e")]
    )

    assert {a: (o["treated"], o["done"], o["event"]) for a, o in found.items()} == {
        "a": (True, True, 0),
        "b": (True, False, 0),
        "c": (False, False, 1),
        "d": (False, True, 0),
        "e": (False, False, 0),
    }
    assert {o["source"] for o in found.values()} == {"lot"}
    assert (found["a"]["base_ppm"], found["a"]["propensity"]) == (50_000, 50_000)
    assert found["a"]["known_day"] == DAY + 30 + 14


def test_the_approved_are_compared_with_those_the_holdout_left_out() -> None:
    """The chance and the segment are those of the morning that asked; nobody is in both."""
    work = together(
        approved("a"),
        approved("b", held=True),
        approved("c", stratum=BY_HAND),
        approved("d"),
        approved("e", stratum=TO_LEARN),
    )
    made = worked(work, subscriptions=[line("a", 0, None), line("b", 0, DAY + 10)])
    places = [
        by_value("a", day=DAY - 9, base_ppm=100),
        by_value("a", base_ppm=300),
        by_value("a", day=DAY + 5, base_ppm=900),
        by_value("b"),
        by_value("c"),
        by_value("e"),
    ]
    found = observed(made, places)

    assert {a: (o["source"], o["treated"], o["event"]) for a, o in found.items()} == {
        "a": ("holdout", True, 0),
        "b": ("holdout", False, 1),
    }
    assert found["a"]["base_ppm"] == 300
    assert found["a"]["propensity"] == 800_000
    assert TO_LEARN == GATE_MARK


def test_an_open_window_counts_for_the_days_it_has_lasted() -> None:
    """From the day on which what was approved has been carried out, grace and all."""
    made = worked(together(approved("a")), subscriptions=[line("a", 0, None)])
    places = [by_value("a"), place("b")]

    assert observed(made, places, DAY + 34) == {}
    part, whole = observed(made, places, DAY + 35)["b"], observed(made, places, DAY + 44)["b"]
    assert (part["base_ppm"], whole["base_ppm"]) == (35_268, 50_000)  # 21 days of 30
    assert (part["known_day"], whole["known_day"]) == (DAY + 35, DAY + 44)


def test_what_happens_after_the_days_so_far_is_not_known_yet() -> None:
    made = worked({}, subscriptions=[line("lost", 0, DAY + 25), line("stays", 0, None)])
    places = [place("lost"), place("stays")]
    events = [observed(made, places, DAY + day)["lost"]["event"] for day in (36, 39, 40, 44)]

    assert events == [0, 0, 1, 1]


def test_what_leaves_nothing_in_a_dry_run_is_not_done() -> None:
    work = together(approved("a"))
    work["work_actions"] = [{**work["work_actions"][0], "gone": False}]
    found = observed(worked(work, subscriptions=[line("a", 0, None)]), [by_value("a")])

    assert found["a"]["done"] is False


def test_each_goal_has_its_outcome_and_a_gap_within_the_grace_is_none() -> None:
    end = DAY + 30
    made = worked(
        {},
        subscriptions=[
            line("kept", 0, end - 9),
            line("kept", end + 5, None),
            line("lost", 0, end - 9),
            line("more", 0, DAY + 50),
            line("more", DAY + 50, None, 150),
            line("same", 0, None),
            line("back", 0, DAY - 50),
            line("back", DAY + 20, None),
            line("gone", 0, DAY - 50),
        ],
    )
    found = observed(
        made,
        [
            place("kept"),
            place("lost"),
            place("more", "upsell_seats"),
            place("same", "upsell_seats"),
            place("back", "winback_email"),
            place("gone", "winback_email"),
        ],
    )

    assert {a: o["event"] for a, o in found.items()} == {
        "kept": 0,
        "lost": 1,
        "more": 1,
        "same": 0,
        "back": 1,
        "gone": 0,
    }


def test_without_billing_a_sign_of_life_says_who_stayed() -> None:
    made = worked({}, usage=[{"account_id": "a", "day": DAY + 20}])
    found = observed(
        made,
        [place("a"), place("b"), place("a2", "winback_email")],
        present=frozenset({"accounts", "usage"}),
    )

    assert {a: o["event"] for a, o in found.items()} == {"a": 0, "b": 1, "a2": 0}
