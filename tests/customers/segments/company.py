"""A hand-made company: features and stages of a few accounts, whatever else is NULL."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tools.customers.features.definitions import definitions
from tools.customers.segments.parse import parse_segments
from tools.warehouse.engine import DuckEngine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tools.customers.segments.rules import SegmentRules

POLICY = Path(__file__).resolve().parents[3] / "policies" / "segments.yaml"
EVERYTHING = frozenset(
    {"subscriptions", "events", "invoices", "deals", "tickets", "messages", "contacts", "accounts"}
)
_ARROW = {"bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(), "text": pa.string()}


@cache
def policy() -> "SegmentRules":
    """The rules as shipped."""
    return parse_segments(POLICY.read_text(encoding="utf-8"), "policies/segments.yaml")


def engine(accounts: "Iterable[Mapping[str, Any]]") -> DuckEngine:
    """Relations features and roster; an account may give `stage` beside its features."""
    rows = [{"account_id": f"a{n:04}", **account} for n, account in enumerate(accounts)]
    fields = [("account_id", pa.string()), ("active", pa.bool_())]
    schema = pa.schema([*fields, *((f.name, _ARROW[f.type]) for f in definitions())])
    made = DuckEngine(threads=1)
    made.put("features", pa.Table.from_pylist(rows, schema=schema))
    stages = [
        {"kind": "account", "id": row["account_id"], "stage": row.get("stage")} for row in rows
    ]
    texts = pa.schema([(c, pa.string()) for c in ("kind", "id", "stage")])
    made.put("roster", pa.Table.from_pylist(stages, schema=texts))
    return made
