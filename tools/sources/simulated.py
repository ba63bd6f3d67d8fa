"""A company whose truth is known: a seeded B2B SaaS business and the files it would export.

The world is fixed by (seed, accounts, contacts_per_account, end, months) and reaches `AHEAD` days
beyond `end`; the files are a cut through it on the morning of `until`. So a later cut extends an
earlier one fact by fact, with later milestones filled in. Its truth, with the effect of every
play, is written to another folder, which the agent never reads.

Nothing here is drawn in sequence: every draw is a hash of (entity, purpose, seed) inside DuckDB,
so the bytes depend neither on threads nor on row order. They do depend on DuckDB's version.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb

from tools.duck import connect_duck
from tools.errors import BadInput
from tools.scratch import spill_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ZONE = "Europe/Berlin"
AHEAD = 184
"""Days the world goes on after the end of the history."""

HAPPENINGS = ("billing", "use", "mail", "files", "truth")
SPELLS = 3

FILES = MappingProxyType(
    {
        "crm_accounts.csv": ("crm_accounts", "account_id"),
        "crm_contacts.csv": ("crm_contacts", "contact_id"),
        "crm_deals.csv": ("crm_deals", "deal_id"),
        "product_events.parquet": ("events_file", "received_at, event_id"),
        "email_events.csv": ("email_file", "event_id"),
        "tickets.jsonl": ("tickets_file", "ticket_id"),
        "subscriptions.csv": ("subscriptions", "subscription_id"),
        "invoices.csv": ("invoices_file", "invoice_id"),
        "campaigns.csv": ("campaigns_file", "campaign_id"),
    }
)
TRUTHS = MappingProxyType(
    {
        "truth_accounts.parquet": ("truth_accounts", "account_id"),
        "truth_spells.parquet": ("truth_spells", "account_id, spell"),
        "truth_months.parquet": ("truth_months", "account_id, month"),
        "truth_effects.parquet": ("truth_effects", "play, outcome, segment"),
        "truth_shares.parquet": ("truth_shares", "play, outcome, segment"),
        "truth_seasons.parquet": ("truth_seasons", "kind, position"),
        "truth_dirt.parquet": ("truth_dirt", "file, kind"),
    }
)
FORMATS = MappingProxyType(
    {
        ".csv": "FORMAT csv, HEADER",
        ".jsonl": "FORMAT json",
        ".parquet": "FORMAT parquet, COMPRESSION zstd",
    }
)


@dataclass(frozen=True)
class SimulatedPlay:
    """A play carried out for an account on a day, which the company's future answers."""

    account_id: str
    play: str
    day: date


@dataclass(frozen=True)
class Truth:
    """Where the truth lies, how many rows each file got, and the dirt planted in them.

    `dirt` maps (file, kind) to the number of rows, people or zones that are dirty that way.
    """

    folder: "Path"
    rows: "Mapping[str, int]"
    dirt: "Mapping[tuple[str, str], int]"


def simulate(
    folder: "Path",
    *,
    seed: int,
    end: date,
    accounts: int = 2000,
    contacts_per_account: int = 4,
    months: int = 18,
    until: date | None = None,
    truth_folder: "Path | None" = None,
    threads: int | None = None,
    deeds: "Sequence[SimulatedPlay]" = (),
) -> Truth:
    """Write the company's export as of the morning of `until`, and its truth apart.

    Args:
        folder: where the files of `FILES` go; made when absent.
        seed: the same seed gives the same bytes.
        end: first day after the history; `accounts` are created before it.
        accounts: accounts created before `end`.
        contacts_per_account: people an account has on average.
        months: length of the history.
        until: the morning of the export, from the start of the history to `AHEAD` days after
            `end`; `end` when not given.
        truth_folder: where the truth goes; beside `folder` with `_truth` added when not given.
        threads: threads of DuckDB; changes no byte.
        deeds: what was done for accounts; the same draws then meet the chances it changes.

    Raises:
        BadInput: the cut lies outside the world, or the truth would lie inside the folder.
    """
    truth = truth_folder or folder.with_name(folder.name + "_truth")
    if truth.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{truth}: the truth may not lie in the folder the agent reads")
    con = connect(threads=threads)
    span = variables(seed=seed, end=end, accounts=accounts, months=months, until=until)
    set_variables(con, {**span, "contacts": contacts_per_account})
    _build(con, deeds)
    rows = _write(con, folder, FILES)
    _write(con, truth, TRUTHS)
    found = con.sql("SELECT file, kind, n FROM truth_dirt").fetchall()
    dirt = {(str(file), str(kind)): int(n) for file, kind, n in found}
    return Truth(truth, MappingProxyType(rows), MappingProxyType(dirt))


def variables(
    *, seed: int, end: date, accounts: int, months: int, until: date | None
) -> "dict[str, object]":
    """The numbers and days that fix the world, by the names the SQL knows them by."""
    opens = _months_before(end, months)
    days, horizon = (end - opens).days, end + timedelta(days=AHEAD)
    cut = until or end
    if not opens <= cut <= horizon:
        raise BadInput(f"until {cut}: the world lasts from {opens} to {horizon}")
    if accounts < 1 or months < 1:
        raise BadInput(f"accounts {accounts}, months {months}: both must be at least 1")
    # New accounts come after `end` at the rate of the main part of the history.
    extra = round(accounts * 0.8 * AHEAD / days)
    midnight = datetime(cut.year, cut.month, cut.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    return {
        "seed": seed,
        "accounts": accounts,
        "extra": extra,
        "days": days,
        "ahead": AHEAD,
        "opens": opens,
        "ends": end,
        "horizon": horizon,
        "until": cut,
        "months": months + AHEAD // 28 + 1,
        "cut": midnight.replace(tzinfo=None),
    }


def connect(*, threads: int | None = None, memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """A private DuckDB that keeps the order of rows, so that files have one order of bytes."""
    con = connect_duck()
    con.execute("SET temp_directory = ?", [str(spill_folder())])
    con.execute("SET preserve_insertion_order = true")
    con.execute("SET enable_progress_bar = false")
    if threads is not None:
        con.execute(f"SET threads = {int(threads)}")
    if memory is not None:
        con.execute("SET memory_limit = '" + memory.replace("'", "") + "'")
    return con


def set_variables(con: duckdb.DuckDBPyConnection, values: "Mapping[str, object]") -> None:
    """Give the SQL its variables."""
    for name, value in values.items():
        con.execute(f"SET VARIABLE {name} = ?", [value])


def script(name: str) -> str:
    """The text of a generator script beside this module."""
    text = (files(__package__) / f"simulated_{name}.sql").read_text(encoding="utf-8")
    return str(text)


def _build(con: duckdb.DuckDBPyConnection, deeds: "Sequence[SimulatedPlay]") -> None:
    con.execute(script("catalog"))
    if deeds:
        rows = [[deed.account_id, deed.play, deed.day] for deed in deeds]
        con.executemany("INSERT INTO deeds VALUES (?, ?, ?)", rows)
    con.execute(script("accounts"))
    con.execute(script("life"))
    if deeds:
        con.execute(script("answers"))
    for spell in range(1, SPELLS + 1):
        con.execute("SET VARIABLE spell = ?", [spell])
        con.execute(script("spell"))
    for name in HAPPENINGS:
        con.execute(script(name))


def _write(
    con: duckdb.DuckDBPyConnection, folder: "Path", tables: "Mapping[str, tuple[str, str]]"
) -> dict[str, int]:
    folder.mkdir(parents=True, exist_ok=True)
    return {file: copy(con, folder / file, *tables[file]) for file in tables}


def copy(con: duckdb.DuckDBPyConnection, path: "Path", relation: str, order: str) -> int:
    """Write a relation to a file in the format of its suffix; the rows written.

    Without an order the rows stay as they are made.
    """
    target = str(path).replace("'", "''")
    query = f"SELECT * FROM {relation}" + (f" ORDER BY {order}" if order else "")
    answer = con.execute(f"COPY ({query}) TO '{target}' ({FORMATS[path.suffix]})").fetchone()
    return int(answer[0]) if answer else 0


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, min(day.day, 28))
