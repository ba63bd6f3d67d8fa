"""The relations a retention figure is counted from: births, owners, parts, members, returns."""

from typing import TYPE_CHECKING

import pyarrow as pa
import sqlglot
from sqlglot import exp

from tools.reports.internal import mark_internal
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.reports.retention.spec import RetentionSpec, Unit
    from tools.warehouse.engine import Engine

UNKNOWN = "not known"
_COLUMN = {"day": "day", "week": "week_n", "month": "month_n"}
_ID = {"contact": "contact_id", "account": "account_id", "subscription": "subscription_id"}
_BUCKETS = pa.schema(
    [("n", pa.int64()), ("lo", pa.int64()), ("hi", pa.int64()), ("closes", pa.int64())]
)
_PARTS = pa.schema([("id", pa.string()), ("day", pa.int32()), ("part", pa.string())])
_BIRTH_KINDS = {
    "first_activity": "usage",
    "first_purchase": "purchases",
    "first_invoice": "invoices",
    "first_paid": "paid",
    "assigned": "assigned",
}


def prepare(as_of: int, engine: "Engine", spec: "RetentionSpec", *, again: bool = False) -> None:
    """Create retention_members, retention_returns and retention_buckets.

    With `again` births and returns are there from another definition that differs in buckets,
    mode or breakdown alone.
    """
    if not again:
        mark_internal(engine, spec.internal)
        _activity(as_of, engine, "retention_activity", spec.returns, spec)
        _births(as_of, engine, spec)
        _returns(as_of, engine, spec)
    _parts(as_of, engine, spec)
    engine.create(
        "retention_members",
        read_sql(__package__, "members"),
        place=place(spec),
        unit=calendar(spec, spec.cohort),
        unknown=UNKNOWN if spec.breakdown else "",
    )
    engine.put("retention_buckets", _buckets(spec))


def place(spec: "RetentionSpec", table: str = "c") -> exp.Expr:
    """The calendar column the clock of a definition counts in."""
    return calendar(spec, "day" if spec.clock == "rolling" else spec.unit, table)


def calendar(spec: "RetentionSpec", unit: "Unit", table: str = "c") -> exp.Expr:
    """The calendar column of a unit; a week from Sunday is the week from Monday a day later."""
    if unit == "week" and spec.week_start == "sunday":
        return sqlglot.parse_one(
            f"CAST(FLOOR(({table}.day + 4) / CAST(7 AS DOUBLE)) AS BIGINT)", read="duckdb"
        )
    return exp.column(_COLUMN[unit], table=table)


def _births(as_of: int, engine: "Engine", spec: "RetentionSpec") -> None:
    if spec.birth == "signup":
        sql = read_sql(__package__, "signups")
        engine.create("retention_births", sql, contacts=spec.entity == "contact")
    else:
        kind = _BIRTH_KINDS[spec.birth]
        _activity(as_of, engine, "retention_first_activity", kind, spec)
        first, unit = read_sql(__package__, "first"), calendar(spec, spec.cohort)
        engine.create("retention_births", first, recurring=spec.recurring, unit=unit)
    engine.create("retention_owners", read_sql(__package__, "owners"), entity=spec.entity)
    account, contact = spec.entity == "account", spec.entity == "contact"
    born = read_sql(__package__, "born")
    engine.create("retention_born", born, as_of=as_of, account=account, contact=contact)


def _activity(as_of: int, engine: "Engine", name: str, kind: str, spec: "RetentionSpec") -> None:
    entity = exp.column(_ID[spec.entity])
    if kind in {"usage", "named"}:
        event = spec.event if kind == "named" else None
        engine.create(name, read_sql(__package__, "usage"), entity=entity, event=event)
    elif kind == "paid":
        sql, accounts = read_sql(__package__, "paid"), spec.entity == "account"
        engine.create(name, sql, accounts=accounts, as_of=as_of)
    elif kind == "assigned":
        engine.create(name, read_sql(__package__, "assigned"))
    else:
        sql = read_sql(__package__, "invoices")
        engine.create(name, sql, entity=entity, purchases=kind == "purchases")


def _parts(as_of: int, engine: "Engine", spec: "RetentionSpec") -> None:
    """What each member is split by, as of birth."""
    if spec.breakdown is None:
        engine.put("retention_parts", _PARTS.empty_table())
        return
    sql = read_sql(__package__, f"part_{spec.breakdown}")
    own, contact = spec.entity == "subscription", spec.entity == "contact"
    engine.create("retention_parts", sql, as_of=as_of, own=own, contact=contact)


def _returns(as_of: int, engine: "Engine", spec: "RetentionSpec") -> None:
    if spec.returns == "paid":
        sql = read_sql(__package__, "spans")
        upto = place(spec, "d")
        engine.create("retention_returns", sql, as_of=as_of, place=place(spec), upto=upto)
        return
    returns = read_sql(__package__, "returns")
    engine.create("retention_returns", returns, as_of=as_of, place=place(spec))


def _buckets(spec: "RetentionSpec") -> pa.Table:
    rows = [
        {"n": n, "lo": w.lo, "hi": w.hi, "closes": w.closes} for n, w in enumerate(spec.windows())
    ]
    return pa.Table.from_pylist(rows, schema=_BUCKETS)
