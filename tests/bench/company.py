"""The benchmark's company: the lean simulation, landed as committed Parquet facts.

The history is written straight in canonical columns, one batch for each file of events; what the
second day brings lies aside as the canonical tables a source would hand to `load`.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from tests.facts import MemoryManifest
from tools.days import day_number
from tools.sources.simulated_lean import simulate_lean
from tools.warehouse.dataset import FACT, SNAPSHOT, USAGE_KIND, CommittedFile, Dataset, FileKind
from tools.warehouse.schema import BY_NAME
from tools.warehouse.sql import read_sql

END = date(2026, 1, 1)
SEED = 7
NEW_SHARE = 0.01
MOST_DAYS = 4
DATE = "CAST({} - DATE '1970-01-01' AS INTEGER)"
REF = "'lean:' || account_id"
ACCOUNTS = {
    "account_ref": REF, "name": "company", "country": "country", "timezone": "timezone",
    "plan": "plan_asked", "deleted": "FALSE", "day": DATE.format("created_on"),
}  # fmt: skip
SUBSCRIPTIONS = {
    "subscription_ref": "'lean:' || subscription_id", "account_ref": REF, "product": "plan",
    "seats": "seats", "mrr_minor": "CAST(round(mrr * 100) AS BIGINT)", "currency": "currency",
    "trial": "trial", "interval_months": "interval_months",
    "started_day": DATE.format("started_on"),
    "ended_day": DATE.format("ended_on"), "day": DATE.format("started_on"),
}  # fmt: skip
EVENTS = {
    "event_key": "CAST(event_id AS VARCHAR)", "account_ref": REF, "name": "event",
    "quantity": "1.0", "occurred_at": "epoch_us(occurred_at)",
    "day": DATE.format("CAST(occurred_at AS DATE)"),
}  # fmt: skip
# A line that ended is known to have from the morning after.
ENDED = SUBSCRIPTIONS | {"known_day": DATE.format("ended_on") + " + 1"}


@dataclass(frozen=True)
class Company:
    """A landed company: its first day, the next one with the new events, and how many they are."""

    folder: Path
    first_day: int
    second_day: int
    accounts: int
    events: int
    new_events: int

    def files(self) -> list[CommittedFile]:
        """The committed files."""
        text = (self.folder / "manifest.json").read_text(encoding="utf-8")
        return [CommittedFile(**file) for file in json.loads(text)]

    def facts(self) -> list[CommittedFile]:
        """The committed files without what a run kept: the world of the first day."""
        return [file for file in self.files() if file.kind != SNAPSHOT]

    def dataset(self, files: list[CommittedFile]) -> Dataset:
        """A dataset of those files."""
        return Dataset(self.folder, MemoryManifest(files))

    def commit(self, files: list[CommittedFile]) -> None:
        """Write down which files are committed."""
        text = json.dumps([asdict(file) for file in files])
        (self.folder / "manifest.json").write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Company":
        """A company that was landed before."""
        body = json.loads((folder / "company.json").read_text(encoding="utf-8"))
        return cls(folder, **body)


def land_company(folder: Path, accounts: int, events_per_account: int) -> Company:
    """Simulate a company, land its history and lay the second day aside."""
    source = folder / "source"
    new, days = _second_day(folder, source, accounts, events_per_account)
    written = simulate_lean(
        source, seed=SEED, end=END, accounts=accounts, events_per_account=events_per_account
    )
    files = [
        *_write(folder, source / "accounts.parquet", "accounts", ACCOUNTS),
        *_write(folder, source / "subscriptions.parquet", "subscriptions", SUBSCRIPTIONS),
    ]
    for path in sorted(source.glob("product_events_*.parquet")):
        files += _write(folder, path, "events", EVENTS)
        path.unlink()
    first = day_number(END)
    company = Company(folder, first, first + days, accounts, written["product_events"], new)
    company.commit(files)
    body = {k: v for k, v in vars(company).items() if k != "folder"}
    (folder / "company.json").write_text(json.dumps(body), encoding="utf-8")
    return company


def _second_day(folder: Path, source: Path, accounts: int, events: int) -> tuple[int, int]:
    """Lay aside the fewest whole days that bring one event in a hundred; how many, and days."""
    for days in range(1, MOST_DAYS + 1):
        until = END + timedelta(days=days)
        rows = simulate_lean(
            source,
            seed=SEED,
            end=END,
            accounts=accounts,
            events_per_account=events,
            since=END,
            until=until,
        )
        if rows["product_events"] >= NEW_SHARE * accounts * events:
            break
    aside = folder / "second"
    aside.mkdir(exist_ok=True)
    con = duckdb.connect()
    ended = f"SELECT * FROM '{source}/subscriptions.parquet' WHERE ended_on >= DATE '{END}'"
    _copy(
        con,
        _canonical("events", EVENTS, f"'{source}/product_events_*.parquet'"),
        aside / "events.parquet",
    )
    _copy(con, _canonical("subscriptions", ENDED, f"({ended})"), aside / "subscriptions.parquet")
    return rows["product_events"], days


def _canonical(table: str, given: dict[str, str], source: str) -> str:
    """The query of a canonical table; columns that are not given are NULL."""
    schema = BY_NAME[table].arrow
    values = {"source": "'lean'", "occurred_at": f"{given['day']} * 86400000000"} | given
    values.setdefault("observed_at", values["occurred_at"])
    values.setdefault("known_day", f"{given['day']} + 1")
    key = ", ".join(v for n, v in given.items() if n != "known_day")
    values.setdefault("row_hash", f"CAST(hash({key}) >> 8 AS BIGINT)")
    kinds = {
        "string": "VARCHAR",
        "int64": "BIGINT",
        "int32": "INTEGER",
        "double": "DOUBLE",
        "bool": "BOOLEAN",
    }
    columns = ", ".join(
        f"CAST({values.get(field.name, 'NULL')} AS {kinds[str(field.type)]}) AS {field.name}"
        for field in schema
    )
    return f"SELECT {columns} FROM {source}"


def _write(folder: Path, source: Path, table: str, given: dict[str, str]) -> list[CommittedFile]:
    """Land one file as a batch, its events rolled up by day beside it."""
    con = duckdb.connect()
    con.execute("SET threads = 2; SET preserve_insertion_order = false")
    query = _canonical(table, given, f"'{source}'")
    con.execute(f"CREATE TEMP TABLE sifted AS {query}")
    found = [_file(con, folder, FACT, table, "SELECT * FROM sifted", source.stem)]
    if table == "events":
        rollup = read_sql("tools.warehouse", "rollup")
        found.append(_file(con, folder, USAGE_KIND, "usage", rollup, source.stem))
    return found


def _file(
    con: duckdb.DuckDBPyConnection, folder: Path, kind: FileKind, table: str, query: str, batch: str
) -> CommittedFile:
    path = f"{kind}/{table}/{batch}.parquet"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    _copy(con, f"SELECT * FROM ({query}) ORDER BY day, known_day", folder / path)
    rows, *days = con.execute(
        "SELECT count(*), min(day), max(day), min(known_day), max(known_day) "
        f"FROM '{folder / path}'"
    ).fetchall()[0]
    return CommittedFile(kind, table, path, rows, days[0], days[1], days[2], days[3], batch)


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
