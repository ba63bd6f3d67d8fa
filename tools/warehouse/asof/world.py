"""Open the world as of a day: the relations every calculator reads."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.days import EPOCH, day_number, from_number, month_number
from tools.warehouse.dataset import SNAPSHOT, USAGE_KIND, DataFile
from tools.warehouse.identity import resolve
from tools.warehouse.schema import BY_NAME, COMMON, USAGE, Column, Table
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import DuckEngine, Engine

FIRST_DAY = day_number(EPOCH.replace(year=1990))
LAST_DAY = day_number(EPOCH.replace(year=2040)) - 1
NEVER = -1
LIFE = "usage_life"
LIFE_SCHEMA = pa.schema(
    [
        ("account_ref", pa.string()),
        ("contact_ref", pa.string()),
        ("first_day", pa.int32()),
        ("last_day", pa.int32()),
    ]
)
OWN_SQL = ("accounts", "contacts")
# What a fact says once its later milestone is masked: a deal won tomorrow is open today.
STATE_BEFORE = {
    ("deals", "state"): ("closed_day", "'open'"),
    ("invoices", "status"): ("paid_day", "'open'"),
    ("tickets", "satisfaction"): ("closed_day", "NULL"),
}


@dataclass(frozen=True)
class World:
    """What was known on the morning of `as_of`; `present` names the tables the company has."""

    as_of: int
    engine: "Engine"
    present: frozenset[str]


def open_world(
    as_of: int, engine: "Engine", dataset: "Dataset", *, upto: int | None = None
) -> World:
    """Make the as-of relations in an engine; of what runs kept, use none later than `upto`."""
    dataset.scan(as_of, engine)
    resolve(as_of, engine)
    engine.put("calendar", calendar())
    for name in OWN_SQL:
        engine.create(name, read_sql(__package__, name), as_of=as_of)
    for table in BY_NAME.values():
        if table.name not in {*OWN_SQL, "events"}:
            make = engine.create if table.versioned else engine.view
            make(table.name, relation_sql(table), as_of=as_of)
    engine.view("usage", read_sql(__package__, "usage"), as_of=as_of)
    _usage_life(as_of, engine, dataset, as_of if upto is None else min(as_of, upto))
    return World(as_of, engine, dataset.present(as_of))


def _usage_life(as_of: int, engine: "Engine", dataset: "Dataset", upto: int) -> None:
    """First and last day of use, from the newest kept snapshot and the files that came since."""
    kept = max(dataset.files(SNAPSHOT, LIFE, as_of=upto), key=lambda f: f.max_known, default=None)
    since = dataset.files(USAGE_KIND, "usage", as_of=as_of)
    if kept is not None:
        day = kept.max_known
        since = [f for f in since if f.max_known > day or f.max_day >= day]
    engine.scan("fact_usage_life", dataset.paths([kept] if kept else []), LIFE_SCHEMA)
    engine.scan("fact_usage_since", dataset.paths(since), USAGE)
    engine.create(
        "usage_life_refs",
        read_sql(__package__, "usage_life"),
        as_of=as_of,
        kept=kept.max_known if kept else NEVER,
    )
    engine.create("usage_life", read_sql(__package__, "usage_life_account"))


def keep_usage_life(world: World, dataset: "Dataset", engine: "DuckEngine") -> DataFile | None:
    """Write the first and last days of use, so that tomorrow reads only what is new."""
    path = f"{SNAPSHOT}/{LIFE}/{world.as_of}.parquet"
    (dataset.folder / path).parent.mkdir(parents=True, exist_ok=True)
    query = "SELECT * FROM usage_life_refs ORDER BY account_ref, contact_ref"
    rows = engine.export(query, dataset.folder / path)
    days = (world.as_of - 1, world.as_of - 1, world.as_of, world.as_of)
    return DataFile(SNAPSHOT, LIFE, path, rows, *days, f"{LIFE}-{world.as_of}") if rows else None


def relation_sql(table: Table) -> str:
    """The query of one table as of `$as_of`: latest version, later milestones masked."""
    columns = ", ".join(_column(table, c) for c in table.columns if c.name != "merged_into")
    order = "known_day DESC, observed_at DESC, occurred_at DESC, row_hash DESC"
    rank = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(table.key)} ORDER BY {order})"
    names = ", ".join([c.name for c in (*table.columns, *COMMON)])
    latest = f"{rank} AS age" if table.versioned else "1 AS age"
    return (
        f"SELECT {columns}, f.day AS day FROM (SELECT {names}, {latest} FROM fact_{table.name} "
        f"WHERE day < $as_of AND known_day <= $as_of) AS f {_joins(table)} WHERE f.age = 1"
    )


def _column(table: Table, column: Column) -> str:
    """A column as of the day, under the name calculators use."""
    name, refs = column.name, {c.name for c in table.columns}
    if name == "account_ref" and "contact_ref" in refs:
        return "COALESCE(a.account_id, f.account_ref, l.account_id) AS account_id"
    if name in {"account_ref", "contact_ref"}:
        kind = name.removesuffix("_ref")
        return f"COALESCE({kind[0]}.{kind}_id, f.{name}) AS {kind}_id"
    if column.milestone:
        return f"CASE WHEN f.{name} < $as_of THEN f.{name} END AS {name}"
    if before := STATE_BEFORE.get((table.name, name)):
        day, state = before
        return f"CASE WHEN f.{day} >= $as_of THEN {state} ELSE f.{name} END AS {name}"
    return f"f.{name} AS {name.removesuffix('_ref') + '_id' if name.endswith('_ref') else name}"


def _joins(table: Table) -> str:
    refs = {c.name for c in table.columns}
    joins = []
    if "account_ref" in refs:
        joins.append("LEFT JOIN account_alias AS a ON a.ref = f.account_ref")
    if "contact_ref" in refs:
        joins.append("LEFT JOIN contact_alias AS c ON c.ref = f.contact_ref")
    if {"account_ref", "contact_ref"} <= refs:
        joins.append(
            "LEFT JOIN contact_account AS l ON f.account_ref IS NULL "
            "AND l.contact_id = COALESCE(c.contact_id, f.contact_ref)"
        )
    return " ".join(joins)


@cache
def calendar() -> pa.Table:
    """Every day of 1990 to 2039 with its week (from Monday), month and year since 1970."""
    days = range(FIRST_DAY, LAST_DAY + 1)
    months = [month_number(day) for day in days]
    return pa.table(
        {
            "day": pa.array(days, pa.int32()),
            "week_n": pa.array([(day + 3) // 7 for day in days], pa.int32()),
            "month_n": pa.array(months, pa.int32()),
            "year_n": pa.array([from_number(day).year for day in days], pa.int32()),
        }
    )
