"""Laws of the simulated company: bytes, cuts in time, dirt, and where its truth lies."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.sources.simulated_worlds import END, World, reader, world
from tools.errors import BadInput
from tools.sources.simulated import (
    AHEAD,
    FILES,
    SimulatedPlay,
    connect,
    script,
    set_variables,
    simulate,
)

pytestmark = pytest.mark.long

# What may be filled in, or grow older, after a fact has first been written.
MILESTONES = {
    "crm_contacts": ("qualified_on",),
    "crm_deals": ("closed_on", "stage"),
    "subscriptions": ("cancelled_on", "ended_on"),
    "invoices": ("paid_on", "status"),
    "tickets": ("closed_at", "satisfaction"),
    "campaigns": ("ended_on",),
}
# The day each file writes a fact on, as SQL over it.
FACT_DAY = {
    "crm_accounts": "CAST(created_on AS DATE)",
    "crm_contacts": "CAST(created_on AS DATE)",
    "crm_deals": "CAST(opened_on AS DATE)",
    "product_events": "CAST(received_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' AS DATE)",
    "email_events": "CAST(CAST(happened_at AS TIMESTAMPTZ) AT TIME ZONE 'Europe/Berlin' AS DATE)",
    "tickets": "CAST(strptime(synced_at, '%d.%m.%Y %H:%M') AS DATE)",
    "subscriptions": "CAST(started_on AS DATE)",
    "invoices": "CAST(strptime(issued_on, '%d/%m/%Y') AS DATE)",
    "campaigns": "CAST(started_on AS DATE)",
}
MILESTONE_DAY = {
    ("crm_contacts", "qualified_on"): "CAST(qualified_on AS DATE)",
    ("crm_deals", "closed_on"): "CAST(closed_on AS DATE)",
    ("subscriptions", "cancelled_on"): "CAST(cancelled_on AS DATE)",
    ("subscriptions", "ended_on"): "CAST(ended_on AS DATE)",
    ("invoices", "paid_on"): "CAST(strptime(paid_on, '%d/%m/%Y') AS DATE)",
    ("tickets", "closed_at"): "CAST(strptime(closed_at, '%d.%m.%Y %H:%M') AS DATE)",
    ("campaigns", "ended_on"): "CAST(ended_on AS DATE)",
}
KEYS = {
    "crm_accounts": "account_id", "crm_contacts": "contact_id", "crm_deals": "deal_id",
    "email_events": "event_id", "tickets": "ticket_id", "subscriptions": "subscription_id",
    "invoices": "invoice_id", "campaigns": "campaign_id",
}  # fmt: skip
STEMS = sorted(Path(name).stem for name in FILES)


def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads() -> None:
    assert world(accounts=120, threads=1).bytes() == world(accounts=120, threads=3).bytes()


def test_another_seed_gives_another_company() -> None:
    one, other = world(accounts=120, threads=1).bytes(), world(8, accounts=120).bytes()

    constant = {"truth_effects.parquet", "truth_shares.parquet", "truth_seasons.parquet"}
    assert {name for name in one if one[name] == other[name]} == constant


def test_the_dice_are_pinned() -> None:
    """A new DuckDB whose hash differs makes another world: then say so in the changelog."""
    con = connect()
    set_variables(con, {"seed": 7})
    con.execute(script("catalog"))

    drawn = con.execute("SELECT dice(1, 'a'), dice(2, 'a'), dice(1, 'b')").fetchone()

    assert drawn == (4398310961563714899, 17015719781388940478, 1492262290708828240)


def test_every_size_and_seed_can_be_made() -> None:
    """This one met the gathering of chunks that `tools/duck.py` turns off."""
    assert world(1, accounts=500).truth.rows["crm_contacts.csv"] > 1_000


def test_every_duckdb_of_ours_is_opened_in_one_place() -> None:
    """So that what is turned off for one reader of customers' data is so for all."""
    places = [
        path
        for name in ("agent", "approvals", "policies", "tools")
        for path in (CHECKOUT / name).rglob("*.py")
        if "duckdb.connect(" in path.read_text(encoding="utf-8")
    ]

    assert [path.name for path in places] == ["duck.py"]


def test_a_company_answers_what_was_done_and_nobody_else_notices(tmp_path: Path) -> None:
    """Some grow and some go; the accounts for which nothing was done live the same life."""
    treated = {
        name
        for (name,) in world().ask("SELECT account_id FROM truth_accounts")
        if int(name[-1]) < 5
    }
    first = END - timedelta(days=270)
    deeds = [
        SimulatedPlay(name, play, first + timedelta(days=90 * n))
        for name in sorted(treated)
        for n in range(4)
        for play in ("upsell_seats", "retention_call")
    ]
    until = END + timedelta(days=90)

    truth = simulate(tmp_path / "x", seed=7, end=END, accounts=250, until=until, deeds=deeds)

    asked = "SELECT * FROM truth_spells ORDER BY account_id, spell"
    before, after = world(until=until).ask(asked), World(tmp_path / "x", truth).ask(asked)
    assert [row for row in before if row[0] not in treated] == [
        row for row in after if row[0] not in treated
    ]
    assert [row[:5] for row in before] != [row[:5] for row in after]  # others leave
    lines = "SELECT count(*) FROM subscriptions WHERE trial = 'no'"
    assert World(tmp_path / "x", truth).ask(lines) > world(until=until).ask(lines)
    gone = {(row[0], row[4]) for row in after} - {(row[0], row[4]) for row in before}
    new = [row for row in after if (row[0], row[4]) in gone and row[4] is not None]
    assert all(row[4] > first for row in new)


def later_world(days: int) -> World:
    return world(until=END + timedelta(days=days))


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize(("early", "late"), [(-120, 0), (0, 30), (30, AHEAD)])
def test_a_later_export_continues_an_earlier_one(stem: str, early: int, late: int) -> None:
    one, other = later_world(early), later_world(late)
    skip = MILESTONES.get(stem, ())
    facts = f"SELECT * EXCLUDE ({', '.join(skip)})" if skip else "SELECT *"
    path = next(p for p in other.folder.iterdir() if p.stem == stem)
    cut = END + timedelta(days=early)

    lost = one.ask(f"{facts} FROM {stem} EXCEPT ALL {facts} FROM {reader(path)}")
    new = other.ask(
        f"SELECT count(*), count(*) FILTER ({FACT_DAY[stem]} >= DATE '{cut}') FROM {stem}"
    )

    assert lost == []
    assert new[0][0] - new[0][1] == one.ask(f"SELECT count(*) FROM {stem}")[0][0]


@pytest.mark.parametrize(("stem", "column"), MILESTONE_DAY)
def test_a_milestone_appears_when_it_happens_and_stays(stem: str, column: str) -> None:
    one, other = later_world(0), later_world(30)
    path = next(p for p in other.folder.iterdir() if p.stem == stem)
    day = MILESTONE_DAY[stem, column]

    changed = one.ask(
        f"SELECT e.{column} IS NULL AND {day.replace(column, 'l.' + column)} >= DATE '{END}' "
        f"FROM {stem} AS e JOIN {reader(path)} AS l USING ({KEYS[stem]}) "
        f"WHERE e.{column} IS DISTINCT FROM l.{column}"
    )

    assert changed
    assert all(right for (right,) in changed)


@pytest.mark.parametrize("stem", STEMS)
def test_no_file_tells_the_future(stem: str) -> None:
    days = [FACT_DAY[stem]] + [d for (s, _), d in MILESTONE_DAY.items() if s == stem]

    latest = world().ask(f"SELECT {', '.join(f'max({day})' for day in days)} FROM {stem}")[0]

    assert all(day is None or day < END for day in latest)


def test_keys_are_unique_except_the_lines_sent_twice() -> None:
    for stem, key in KEYS.items():
        assert world().ask(f"SELECT count(*) - count(DISTINCT {key}) FROM {stem}") == [(0,)]


# Each kind of dirt, counted again from the files alone.
DIRT = {
    ("crm_contacts", "duplicate contacts"): "SELECT count(*) - count(DISTINCT lower(trim(email))) "
    "FROM crm_contacts",
    ("crm_contacts", "merged contacts"): "SELECT count(merged_into) FROM crm_contacts",
    ("crm_contacts", "opted-out people"): "SELECT count(DISTINCT lower(trim(email))) "
    "FROM crm_contacts WHERE email_opt_in = 'no' AND merged_into IS NULL",
    ("crm_accounts", "accounts without owner"): "SELECT count(*) FROM crm_accounts "
    "WHERE owner IS NULL",
    ("crm_accounts", "text in employees"): "SELECT count(*) FROM crm_accounts "
    "WHERE TRY_CAST(employees AS INTEGER) IS NULL",
    ("crm_deals", "text in amount"): "SELECT count(*) FROM crm_deals "
    "WHERE TRY_CAST(amount AS DOUBLE) IS NULL",
    ("subscriptions", "text in seats"): "SELECT count(*) FROM subscriptions "
    "WHERE TRY_CAST(seats AS INTEGER) IS NULL",
    ("invoices", "text in amount"): "SELECT count(*) FROM invoices "
    "WHERE TRY_CAST(amount AS DOUBLE) IS NULL",
    ("product_events", "events before signup"): "SELECT count(DISTINCT event_id) "
    "FROM product_events JOIN crm_accounts USING (account_id) "
    "WHERE occurred_at < CAST(created_on AS DATE)",
    ("product_events", "late arrivals"): "SELECT count(DISTINCT event_id) FROM product_events "
    "JOIN crm_accounts USING (account_id) WHERE occurred_at >= CAST(created_on AS DATE) "
    "AND received_at > occurred_at + INTERVAL 1 DAY",
    ("product_events", "repeated lines"): "SELECT count(*) - count(DISTINCT event_id) "
    "FROM product_events",
    ("tickets", "late arrivals"): "SELECT count(*) FROM tickets WHERE "
    "strptime(synced_at, '%d.%m.%Y %H:%M') > strptime(opened_at, '%d.%m.%Y %H:%M') "
    "+ INTERVAL 1 DAY",
    ("tickets", "unknown accounts"): "SELECT count(*) FROM tickets "
    "ANTI JOIN crm_accounts USING (account_id)",
    ("email_events", "unknown emails"): "SELECT count(*) FROM email_events AS e WHERE NOT EXISTS "
    "(SELECT 1 FROM crm_contacts AS c WHERE lower(trim(c.email)) = lower(e.email))",
    ("email_events", "addresses in capitals"): "SELECT count(*) FROM email_events "
    "WHERE email <> lower(email)",
    ("email_events", "unsubscribed people"): "SELECT count(DISTINCT lower(email)) "
    "FROM email_events WHERE event = 'unsubscribed'",
    ("email_events", "mixed time zones"): "SELECT count(DISTINCT right(happened_at, 6)) "
    "FROM email_events",
}


def test_every_kind_of_dirt_is_counted_here() -> None:
    assert set(world().truth.dirt) == set(DIRT)


@pytest.mark.parametrize("kind", DIRT)
def test_the_dirt_in_the_files_is_the_dirt_of_the_truth(kind: tuple[str, str]) -> None:
    planted = world().truth.dirt[kind]

    assert planted > 0
    assert world().ask(DIRT[kind]) == [(planted,)]


def test_the_truth_may_not_lie_where_the_agent_reads(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="may not lie in the folder"):
        simulate(tmp_path, seed=1, end=END, accounts=1, truth_folder=tmp_path / "truth")


@pytest.mark.parametrize(
    ("until", "accounts"), [(END + timedelta(days=AHEAD + 1), 5), (date(2020, 1, 1), 5), (END, 0)]
)
def test_a_cut_outside_the_world_is_refused(tmp_path: Path, until: date, accounts: int) -> None:
    with pytest.raises(BadInput):
        simulate(tmp_path / "x", seed=1, end=END, until=until, accounts=accounts)
