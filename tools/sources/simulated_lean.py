"""The simulated company cut down for benchmarks: accounts, subscriptions and very many events.

Same dice as `simulated.py`, but no dirt, and one file of events for each chunk of accounts: 1 M
accounts with 200 events each take a minute or two, in memory that does not grow with them.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.sources import simulated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    import duckdb

CHUNK = 25_000
"""Accounts in one file of events."""

TABLES = {"accounts": "account_id", "subscriptions": "subscription_id"}


def simulate_lean(
    folder: "Path",
    *,
    seed: int,
    end: "date",
    accounts: int,
    events_per_account: int = 200,
    months: int = 18,
    until: "date | None" = None,
    since: "date | None" = None,
    threads: int = 2,
) -> dict[str, int]:
    """Write accounts, subscriptions and product events as Parquet; the rows of each.

    Args:
        folder: where the files go; product events of an earlier run in it are replaced.
        seed: the same seed gives the same bytes.
        end: first day after the history.
        accounts: all of them start before `end`.
        events_per_account: average in the history; each later day brings a hundredth of it.
        months: length of the history.
        until: the morning of the export, from `end` to `simulated.AHEAD` days after it.
        since: write only the events from this day on, from `end` to `until`; all when not given.
        threads: files written at a time; changes no byte.

    Raises:
        BadInput: a day lies outside the world.
    """
    cut = until or end
    if cut < end or not end <= (since or end) <= cut:
        raise BadInput(f"since {since}, until {until}: the lean company is cut from {end} on")
    span = simulated.variables(seed=seed, end=end, accounts=accounts, months=months, until=until)
    world = {**span, "events": events_per_account, "first": 0, "last": accounts}
    _clear(folder)
    rows = _tables(folder, world)
    parts = list(_parts(end, since, cut))
    with ThreadPoolExecutor(threads) as pool:
        chunks = (
            pool.submit(
                _chunk, folder, {**world, "first": n, "last": min(n + CHUNK, accounts)}, parts
            )
            for n in range(0, accounts, CHUNK)
        )
        rows["product_events"] = sum(chunk.result() for chunk in list(chunks))
    return rows


def _clear(folder: "Path") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("product_events_*.parquet"):
        old.unlink()


def _tables(folder: "Path", world: dict[str, object]) -> dict[str, int]:
    con = _open(world)
    return {
        name: simulated.copy(con, folder / f"{name}.parquet", f"{name}_file", order)
        for name, order in TABLES.items()
    }


def _chunk(folder: "Path", world: dict[str, object], parts: list[str]) -> int:
    """One file of events, made in order of account and number on one thread."""
    number = int(str(world["first"])) // CHUNK
    events = " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts)
    path = folder / f"product_events_{number:04d}.parquet"
    return simulated.copy(_open(world), path, f"({events})", "")


def _open(world: dict[str, object]) -> "duckdb.DuckDBPyConnection":
    con = simulated.connect(threads=1)
    simulated.set_variables(con, world)
    con.execute(simulated.script("catalog"))
    con.execute(simulated.script("lean"))
    return con


def _parts(end: "date", since: "date | None", cut: "date") -> "Iterator[str]":
    if since is None:
        yield "past_events"
    if cut > end or since is not None:
        yield f"new_events(DATE '{since or end}', DATE '{cut}')"
