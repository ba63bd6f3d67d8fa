"""Open the world as of a day: the relations every calculator reads."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from tools.days import EPOCH, day_number, from_number, month_number
from tools.warehouse.asof.kept_usage import open_usage
from tools.warehouse.asof.purchases import make_purchases
from tools.warehouse.billing import make_billing
from tools.warehouse.identity import resolve, standard_rules
from tools.warehouse.parts import ENDS, GONE
from tools.warehouse.schema import BY_NAME, CanonicalTable, Column
from tools.warehouse.sql import read_sql
from tools.warehouse.states import states_sql

if TYPE_CHECKING:
    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import Engine
    from tools.warehouse.identity import IdentityRules

FIRST_DAY = day_number(EPOCH.replace(year=1990))
LAST_DAY = day_number(EPOCH.replace(year=2040)) - 1
OWN_SQL = ("accounts", "contacts")
# On which day a contact's fact belongs to the account it was in, where it is not the fact's day.
WHEN = {"deals": "COALESCE(f.opened_day, f.day)", "tickets": "f.opened_day",
        "invoices": "f.issued_day"}  # fmt: skip
SELDOM = frozenset({"subscriptions"})  # few read the newest state; the bill is in `make_billing`
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
    as_of: int,
    engine: "Engine",
    dataset: "Dataset",
    *,
    upto: int | None = None,
    rules: "IdentityRules | None" = None,
) -> World:
    """Make the as-of relations in an engine; of what runs kept, use none later than `upto`.

    `rules` are the tenant's for identity, the standard ones when there are none.
    """
    rules = rules or standard_rules()
    dataset.scan(as_of, engine)
    resolve(as_of, engine, rules)
    engine.create("contact_moves", read_sql(__package__, "contact_moves"), as_of=as_of)
    engine.put("calendar", calendar())
    for table in BY_NAME.values():
        if table.name not in {*OWN_SQL, "events"}:
            lasting = table.versioned and table.name not in SELDOM
            make = engine.create if lasting else engine.view
            make(table.name, relation_sql(table), as_of=as_of)
    for name in OWN_SQL:
        strict = rules.deletion.strict(name)
        engine.create(name, read_sql(__package__, name), as_of=as_of, any=strict)
    make_purchases(as_of, engine)
    make_billing(as_of, engine)
    engine.view("usage", read_sql(__package__, "usage"), as_of=as_of)
    open_usage(as_of, engine, dataset, as_of if upto is None else min(as_of, upto))
    engine.view("coverage", read_sql(__package__, "coverage"))
    return World(as_of, engine, dataset.present(as_of))


def relation_sql(table: CanonicalTable) -> str:
    """The query of one table as of `$as_of`: latest version, later milestones masked."""
    columns = ", ".join(_column(table, c) for c in table.columns if c.name != "merged_into")
    rows, which = (
        (f"({states_sql(table.name)})", _there(table))
        if table.versioned
        else (f"fact_{table.name}", "f.day < $as_of AND f.known_day <= $as_of")
    )
    return f"SELECT {columns}, f.day AS day FROM {rows} AS f {_joins(table)} WHERE {which}"


def _there(table: CanonicalTable) -> str:
    """Whether a record is there: one that is gone either says so in a column, or is not."""
    return "TRUE" if ENDS[table.name] else f"NOT COALESCE(f.standing = '{GONE}', FALSE)"


def _column(table: CanonicalTable, column: Column) -> str:
    """A column as of the day, under the name calculators use."""
    name, refs = column.name, {c.name for c in table.columns}
    if name == "account_ref" and "contact_ref" in refs:
        return "COALESCE(a.account_id, f.account_ref, m.account_id, l.account_id) AS account_id"
    if name in {"account_ref", "contact_ref"}:
        kind = name.removesuffix("_ref")
        return f"COALESCE({kind[0]}.{kind}_id, f.{name}) AS {kind}_id"
    if column.milestone:
        return f"CASE WHEN f.{name} < $as_of THEN f.{name} END AS {name}"
    if before := STATE_BEFORE.get((table.name, name)):
        day, state = before
        return f"CASE WHEN f.{day} >= $as_of THEN {state} ELSE f.{name} END AS {name}"
    if name == "currency":  # facts of before may hold small letters
        return "UPPER(f.currency) AS currency"
    return f"f.{name} AS {name.removesuffix('_ref') + '_id' if name.endswith('_ref') else name}"


def _joins(table: CanonicalTable) -> str:
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
        day = WHEN.get(table.name, "f.day")
        joins.append(
            "LEFT JOIN contact_moves AS m ON f.account_ref IS NULL "
            f"AND m.contact_ref = f.contact_ref AND m.from_day <= {day} AND {day} < m.to_day"
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
