"""The bill of hand-made relations: `subscriptions` as it is, each line in one version."""

from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.billing import EXCHANGE_RATES, NEVER_ENDS
from tools.warehouse.schema import BY_NAME
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

FAR = 900_000  # the relations were masked by whoever made them
_KINDS = {"text": "TEXT", "ref": "TEXT", "int": "BIGINT", "float": "DOUBLE", "bool": "BOOLEAN",
          "day": "INT", "instant": "BIGINT", "minor": "BIGINT"}  # fmt: skip


def put_bill(engine: "DuckEngine", bills: int = NEVER_ENDS) -> None:
    """Name the bill over `subscriptions`, which may be put anew afterwards."""
    engine.put(
        "bill_alias",
        pa.table({"ref": pa.array([], pa.string()), "account_id": pa.array([], pa.string())}),
    )
    engine.put("bills_end", pa.table({"day": pa.array([bills], pa.int32())}))
    engine.put("exchange_rates", EXCHANGE_RATES.empty_table())
    engine.view("bill_facts", _facts(set(engine.run("SELECT * FROM subscriptions").column_names)))
    spans = read_sql("tools.warehouse.billing", "subscription_spans")
    spans = spans.replace("fact_subscriptions", "bill_facts").replace("account_alias", "bill_alias")
    engine.view("subscription_spans", spans, as_of=FAR, bills_end=bills)
    engine.view("recurring_revenue", read_sql("tools.warehouse.billing", "recurring_revenue"))


def _facts(held: set[str]) -> str:
    """The lines as facts that were known when they began."""
    row = "CONCAT('line ', CAST(ROW_NUMBER() OVER (ORDER BY s.account_id) AS TEXT))"
    line = f"COALESCE(s.subscription_id, {row})" if "subscription_id" in held else row
    account = "s.account_id"
    started = "COALESCE(s.started_day, 0)" if "started_day" in held else "0"
    columns = [f"{line} AS subscription_ref", f"{account} AS account_ref"]
    for column in BY_NAME["subscriptions"].columns:
        if column.name not in {"subscription_ref", "account_ref", "started_day"}:
            kind = f"CAST(NULL AS {_KINDS[column.kind]})"
            value = f"s.{column.name}" if column.name in held else kind
            columns.append(f"{value} AS {column.name}")
    times = ("day", "known_day", "observed_at", "occurred_at", "row_hash")
    columns += [f"{started} AS {name}" for name in ("started_day", *times)]
    return f"SELECT {', '.join(columns)} FROM subscriptions AS s"
