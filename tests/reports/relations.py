"""Hand-made as-of relations for the reports."""

from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from tests.bills import put_bill
from tools.days import day_number, month_number
from tools.warehouse.asof.purchases import make_purchases
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

TYPES = {
    "account_id": pa.string(),
    "invoice_id": pa.string(),
    "contact_id": pa.string(),
    "name": pa.string(),
    "status": pa.string(),
    "currency": pa.string(),
    "segment": pa.string(),
    "arm": pa.string(),
    "part": pa.string(),
    "email": pa.string(),
    "domain": pa.string(),
    "product": pa.string(),
    "acquisition": pa.string(),
    "account_ref": pa.string(),
    "contact_ref": pa.string(),
    "subscription_ref": pa.string(),
    "subscription_id": pa.string(),
    "ref": pa.string(),
    "tbl": pa.string(),
    "trial": pa.bool_(),
    "interval_months": pa.int64(),
    "amount_minor": pa.int64(),
    "mrr_minor": pa.int64(),
    "events": pa.int64(),
    "quantity": pa.float64(),
}
LATE = 1_000_000
FACT = ("day", "known_day", "observed_at", "occurred_at", "row_hash")
COLUMNS = {
    "contacts": ("contact_id", "account_id", "email", "created_day"),
    "accounts": ("account_id", "name", "domain", "created_day"),
    "usage": ("account_id", "contact_id", "name", "day", "events", "quantity"),
    "invoices": (
        "invoice_id", "account_id", "contact_id", "amount_minor", "currency", "status",
        "issued_day", "due_day",
    ),
    "subscriptions": (
        "account_id", "subscription_id", "product", "mrr_minor", "currency", "trial",
        "interval_months", "started_day", "term_end_day", "ended_day",
    ),
    "segment_history": ("account_id", "segment", "day"),
    "arms": ("account_id", "arm", "day"),
    "account_alias": ("ref", "account_id"),
    "contact_alias": ("ref", "contact_id"),
    "coverage": ("tbl", "first_day", "last_day"),
    "fact_accounts": ("account_ref", "acquisition", *FACT),
    "fact_contacts": ("contact_ref", "acquisition", *FACT),
    "fact_subscriptions": ("subscription_ref", "account_ref", "product", *FACT),
}  # fmt: skip


def day(text: str) -> int:
    """The day number of an ISO date."""
    return day_number(date.fromisoformat(text))


def table(name: str, rows: "Iterable[Mapping[str, Any]]") -> pa.Table:
    """Rows as the as-of relation of that name; what a row leaves out is NULL."""
    schema = pa.schema([(c, TYPES.get(c, pa.int32())) for c in COLUMNS[name]])
    each = [{"invoice_id": f"i{n}"} | dict(row) for n, row in enumerate(rows)]
    return pa.Table.from_pylist(each, schema=schema)


def calendar(first: int, last: int) -> pa.Table:
    """The days first to last with week (Monday) and month numbers."""
    days = range(first, last + 1)
    return pa.table(
        {
            "day": pa.array(days, pa.int32()),
            "week_n": pa.array([(d + 3) // 7 for d in days], pa.int32()),
            "month_n": pa.array([month_number(d) for d in days], pa.int32()),
        }
    )


def engine(first: str = "2010-01-01", last: str = "2026-12-31", **rows: Any) -> DuckEngine:
    """An engine with the given relations; the others are empty."""
    made = DuckEngine(threads=1)
    made.put("calendar", calendar(day(first), day(last)))
    for name in COLUMNS:
        made.put(name, table(name, rows.get(name, ())))
    make_purchases(LATE, made)
    put_bill(made)
    return made


def read(sql: str, file: "Path") -> pa.Table:
    """Read a public file by plain DuckDB; `$file` is its path."""
    return duckdb.connect(":memory:").sql(sql, params={"file": str(file)}).to_arrow_table()
