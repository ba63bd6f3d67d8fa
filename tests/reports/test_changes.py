"""What changed: the series against a walk through the rows, false alarms counted, drops found."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.relations import day, read
from tests.reports.sections.life import AS_OF, company, put
from tools.reports.changes.measure import (
    TOO_FEW,
    TOO_SHORT,
    SeriesVerdict,
    false_alarms,
    judge,
    measure_changes,
)
from tools.reports.changes.weekly_series import PAST, WeeklySeries, monday, read_tracks, week_of

if TYPE_CHECKING:
    from tools.reports.context import ReportContext

LAST = week_of(AS_OF) - 1
MAILS = """
SELECT CAST(user_id AS VARCHAR) AS contact_id, NULL::VARCHAR AS account_id,
    NULL::VARCHAR AS campaign_id, 'email' AS channel, FALSE AS machine,
    CASE action WHEN 'email_open' THEN 'opened' WHEN 'email_clickthrough' THEN 'clicked'
        ELSE 'sent' END AS kind,
    CASE action WHEN 'sent_weekly_digest' THEN 'weekly_digest'
        WHEN 'sent_reengagement_email' THEN 'reengagement' END AS name,
    CAST(CAST(occurred_at AS DATE) - DATE '1970-01-01' AS INT) AS day
FROM read_csv($file)
"""
FIRMS = """
SELECT CAST(company_id AS VARCHAR) AS account_id,
    CAST(MIN(CAST(created_at AS DATE)) - DATE '1970-01-01' AS INT) AS created_day
FROM read_csv($file)
GROUP BY company_id
"""


@cache
def shared() -> "ReportContext":
    """One engine for every company of this file."""
    return company("messages", "events", "tickets", "accounts")


def tracks(**rows: list[dict[str, Any]]) -> dict[str, WeeklySeries]:
    """The series of a company with the given rows and no others."""
    for name in ("messages", "usage", "usage_life", "tickets", "accounts", "timeline"):
        put(shared().engine, name, rows.get(name, []))
    return {t.id: t for t in read_tracks(AS_OF, shared().engine, shared().present)}


MESSAGE = st.builds(
    lambda who, kind, name, ago: {
        "contact_id": who,
        "kind": kind,
        "name": name,
        "channel": "email",
        "day": AS_OF - ago,
    },
    st.sampled_from("abc"),
    st.sampled_from(("sent", "sent", "opened", "clicked")),
    st.sampled_from(("digest", "offer", None)),
    st.integers(-3, 40),
)


@settings(max_examples=15)
@given(st.lists(MESSAGE, max_size=40))
def test_mails_are_counted_as_a_person_would(messages: list[dict[str, Any]]) -> None:
    """Each answer goes to the latest mail of its name, or of any, within the same week."""
    rows = [m | {"name": m["name"] or "email"} if m["kind"] == "sent" else m for m in messages]
    sent: defaultdict[tuple[str, str, int], set[str]] = defaultdict(set)
    for m in rows:
        if m["kind"] == "sent":
            _ = sent[m["contact_id"], m["name"], m["day"]]
    for m in rows:
        if m["kind"] != "sent":
            fits = [
                (-d, name)
                for who, name, d in sent
                if who == m["contact_id"]
                and d <= m["day"]
                and week_of(d) == week_of(m["day"])
                and m["name"] in {None, name}
            ]
            if fits:
                ago, name = min(fits)
                sent[m["contact_id"], name, -ago].add(m["kind"])

    found = tracks(messages=messages)

    for track in found.values():
        what, _, name = track.id.partition(".")
        for week, count in zip(track.weeks, track.counts, strict=True):
            those = [kinds for (_, n, d), kinds in sent.items() if n == name and week_of(d) == week]
            assert count == (len(those) if what == "sent" else sum(what in k for k in those))
        assert not track.weeks or (track.weeks[-1] <= LAST)
        assert all(k <= n for k, n in zip(track.counts, track.out_of, strict=False))


def test_only_whole_weeks_count() -> None:
    """The week of the first fact, when it did not start it, and the one that is not over."""
    monday_of = AS_OF - 70
    rows = [{"account_id": f"a{n}", "created_day": monday_of + n} for n in range(2, 80)]
    found = tracks(accounts=rows)["new-accounts"]
    assert found.weeks[0] == week_of(monday_of) + 1
    assert found.weeks[-1] == LAST
    assert set(found.counts) == {7}
    later = {t.id: t for t in read_tracks(AS_OF + 3, shared().engine, shared().present)}[
        "new-accounts"
    ]
    assert later.weeks[-1] == LAST


def test_retention_of_the_newest_cohort() -> None:
    """Half of each week's accounts come back in the next week."""
    made = [
        {"account_id": f"a{w}-{n}", "created_day": monday(LAST - w)}
        for w in range(12)
        for n in range(4)
    ]
    used = [
        {"account_id": f"a{w}-{n}", "name": "login", "day": monday(LAST - w + 1) + n, "events": 1}
        for w in range(1, 12)
        for n in range(2)
    ]
    life = [{"account_id": "a", "first_day": monday(LAST - 11), "last_day": AS_OF - 1}]
    found = tracks(accounts=made, usage=used, usage_life=life)
    kept = found["back-after-a-week"]
    assert kept.weeks == tuple(range(LAST - 10, LAST + 1))
    assert set(kept.counts) == {2}
    assert set(kept.out_of) == {4}
    assert found["active-accounts"].counts == (0, *[2] * 11)
    assert found["events.login"].counts == (2,) * 10  # not the week of its launch


def test_moves_between_stages_and_tickets() -> None:
    moves = [
        {
            "kind": "account",
            "id": f"a{n}",
            "from_stage": "active",
            "stage": "churned",
            "from_day": AS_OF - 1 - n,
        }
        for n in range(100)
    ]
    opened = [{"account_id": "a", "priority": "urgent", "opened_day": AS_OF - n} for n in range(99)]
    found = tracks(timeline=moves, tickets=opened)
    assert set(found["lost-accounts"].counts) == {7}
    assert found["moved.active.churned"].counts == found["lost-accounts"].counts
    assert found["tickets.urgent"].matters


def series(*counts: int, weeks: int | None = None) -> WeeklySeries:
    numbers = tuple(range(len(counts) if weeks is None else weeks))
    return WeeklySeries("s", "a series", numbers, counts)


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ((50,) * 8, TOO_SHORT),
        ((50,) * 9, ""),
        ((), TOO_SHORT),
        ((4,) * 9, TOO_FEW),
        ((0,) * 12, TOO_FEW),
    ],
)
def test_what_cannot_be_told(counts: tuple[int, ...], why: str) -> None:
    (verdict,) = judge([series(*counts)])
    assert verdict.why == why
    assert not verdict.moved


def test_one_calm_series_among_many_is_not_named_for_being_the_least_calm() -> None:
    calm = [50, 52, 48, 51, 49, 50, 53, 47, 50]
    many = [replace(series(*calm), id=f"s{n}") for n in range(50)]
    assert not any(v.moved for v in judge([*many, series(*calm[:-1], 65)]))
    alone = judge([series(*calm[:-1], 100)])
    assert alone[0].moved


# ---- the public mails of Yammer, May to July 2022


@pytest.fixture(scope="module")
def yammer(shared_data: Path) -> "ReportContext":
    """All mails of the company; nothing changed in it before August."""
    folder = shared_data / "yammer_until_2022-07-31"
    given = company("messages", "accounts", as_of=day("2022-08-01"))
    given.engine.put("all_messages", read(MAILS, folder / "yammer_emails.csv"))
    given.engine.put("all_accounts", read(FIRMS, folder / "yammer_users.csv"))
    return given


def verdicts_on(
    given: "ReportContext", as_of: int, spoil: str = "FALSE"
) -> tuple[SeriesVerdict, ...]:
    """The verdicts of one Monday, without the rows of `spoil`."""
    engine = given.engine
    sql = "SELECT * FROM all_messages WHERE day < $day AND NOT ({})"
    engine.view("messages", sql.format(spoil), day=as_of)
    engine.view("accounts", "SELECT * FROM all_accounts WHERE created_day < $day", day=as_of)
    return measure_changes(as_of, engine, given.present).verdicts


MONDAYS = range(day("2022-05-09"), day("2022-08-01") + 1, 7)


def test_no_false_alarm_in_the_digest_from_may_to_july(yammer: "ReportContext") -> None:
    told = 0
    for as_of in MONDAYS:
        verdicts = {v.track.id: v for v in verdicts_on(yammer, as_of)}
        digest = verdicts.get("opened.weekly_digest")
        assert digest is None or not digest.moved, as_of
        told += digest is not None and not digest.why
        assert not [v.track.id for v in verdicts.values() if v.moved]
    assert told == 5


def test_false_alarms_on_shuffled_history_are_as_rare_as_stated(yammer: "ReportContext") -> None:
    """Any of the nine series named or still held: 10 % is allowed, 1.2 % is measured."""
    verdicts_on(yammer, MONDAYS[-1])
    found = read_tracks(MONDAYS[-1], yammer.engine, yammer.present)
    alarms = false_alarms(found, rounds=2000, seed=1)
    assert alarms.tests == 9 * 2000
    assert alarms.rounds_with / alarms.rounds <= 0.02
    assert alarms.named / alarms.tests <= 0.004


@pytest.mark.parametrize(
    ("kind", "mail"),
    [("clicked", "reengagement"), ("opened", "reengagement"), ("opened", "weekly_digest")],
)
@pytest.mark.parametrize("whom", [0, 3])
def test_a_quarter_less_is_found(yammer: "ReportContext", kind: str, mail: str, whom: int) -> None:
    """The answers of every fourth person are left out of the newest week.

    Of a quarter less clicks on the digest, an eighth of whose mails are clicked, twelve weeks of
    history are not sure (p .006 to .02, by who is left out), so it is not promised here.
    """
    newest = f"day >= {MONDAYS[-1] - 7}"
    got_it = f"SELECT contact_id FROM all_messages WHERE name = '{mail}' AND {newest}"
    fourth = f"CAST(contact_id AS INT) % 4 = {whom}"
    spoil = f"{newest} AND kind = '{kind}' AND contact_id IN ({got_it}) AND {fourth}"
    moved = [v.track.id for v in verdicts_on(yammer, MONDAYS[-1], spoil) if v.moved]
    assert f"{kind}.{mail}" in moved


def test_the_window_is_a_third_of_a_year() -> None:
    rows = [{"account_id": f"a{n}", "created_day": AS_OF - n} for n in range(1, 400)]
    assert len(tracks(accounts=rows)["new-accounts"].weeks) == PAST + 1
