"""A small hand-made population for the tests of value and choice."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.bills import put_bill
from tools.roi.economics import Economics, parse_economics
from tools.roi.plays import Play
from tools.roi.plays_parse import parse_plays
from tools.roi.rates import Windows
from tools.warehouse.engine import DuckEngine

ROOT = Path(__file__).parents[2]
AS_OF = 20_000
BILLING = frozenset({"accounts", "subscriptions", "invoices", "events"})
WINDOWS = Windows(score=30, outcomes={"expansion": 365, "return": 90, "churn": 30})

FEATURES: dict[str, pa.DataType] = {
    "account_id": pa.string(), "active": pa.bool_(), "paying": pa.bool_(), "mrr_minor": pa.int64(),
    "mrr_missing": pa.string(), "currency": pa.string(), "seats": pa.int64(),
    "seat_use": pa.float64(),
    "interval_months": pa.int64(), "days_to_renewal": pa.int64(),
    "days_since_paid_end": pa.int64(), "days_since_order": pa.int64(),
    "revenue_365_minor": pa.int64(), "tickets_open_high": pa.int64(), "open_deals": pa.int64(),
}  # fmt: skip
SCORES: dict[str, pa.DataType] = {
    "account_id": pa.string(), "tier": pa.string(), "probability": pa.float64(),
    "band": pa.string(), "risk_rank": pa.float64(), "unscored_reason": pa.string(),
    "label": pa.string(), "renewal_day": pa.int32(), "renewal_probability": pa.float64(),
}  # fmt: skip
SUBSCRIPTIONS: dict[str, pa.DataType] = {
    "account_id": pa.string(), "mrr_minor": pa.int64(), "interval_months": pa.int64(),
    "currency": pa.string(), "seats": pa.int64(), "trial": pa.bool_(), "ended_day": pa.int32(),
    "started_day": pa.int32(), "product": pa.string(),
}  # fmt: skip
OUTCOMES: dict[str, pa.DataType] = {
    "segment": pa.string(), "outcome": pa.string(), "k": pa.int64(), "n": pa.int64(),
    "mean": pa.float64(), "q10": pa.float64(), "q90": pa.float64(), "label": pa.string(),
}  # fmt: skip
ROSTER: dict[str, pa.DataType] = {
    "kind": pa.string(), "id": pa.string(), "account_id": pa.string(), "stage": pa.string(),
}  # fmt: skip
SEGMENTS: dict[str, pa.DataType] = {"account_id": pa.string(), "segment": pa.string()}

DEFAULT_OUTCOMES = [
    {
        "segment": s,
        "outcome": o,
        "k": k,
        "n": 100,
        "mean": k / 100,
        "q10": k / 125,
        "q90": k / 80,
        "label": "sufficient",
    }
    for s, o, k in (
        ("Declining", "churn", 20),
        ("Durable core", "churn", 2),
        ("Expansion-ready", "churn", 3),
        ("Expansion-ready", "expansion", 30),
        ("Durable core", "expansion", 10),
        ("Onboarding", "expansion", 15),
        ("Lapsed", "return", 4),
    )
]


def economics() -> Economics:
    """The economics that come with the project."""
    return parse_economics((ROOT / "config/economics.yaml").read_text(encoding="utf-8"))


def plays(text: str | None = None) -> tuple[Play, ...]:
    """The plays that come with the project, or of a text."""
    found = text or (ROOT / "policies/plays.yaml").read_text(encoding="utf-8")
    return parse_plays(found, FEATURES)


def account(
    name: str, segment: str | None, probability: float | None, **more: Any
) -> dict[str, Any]:
    """One account, paying 100.00 a month unless said otherwise."""
    row = {
        "account_id": name,
        "segment": segment,
        "probability": probability,
        "tier": "logistic",
        "active": True,
        "paying": True,
        "mrr_minor": 10_000,
        "currency": "USD",
        "seats": 10,
        "seat_use": 0.9,
        "interval_months": 1,
        "days_to_renewal": 20,
        "revenue_365_minor": 120_000,
        "tickets_open_high": 0,
        "open_deals": 0,
        "stage": "active",
        "band": "medium",
        "risk_rank": 0.5,
    }
    return row | more


def table(rows: list[dict[str, Any]], columns: dict[str, pa.DataType]) -> pa.Table:
    """Rows as an Arrow table; what a row does not have is NULL."""
    return pa.table({n: pa.array([r.get(n) for r in rows], t) for n, t in columns.items()})


def engine_with(
    accounts: list[dict[str, Any]],
    subscriptions: list[dict[str, Any]] | None = None,
    outcomes: list[dict[str, Any]] | None = None,
) -> DuckEngine:
    """An engine that holds the relations a price reads."""
    engine = DuckEngine(threads=1)
    roster = [{**r, "kind": "account", "id": r["account_id"]} for r in accounts]
    engine.put("features", table(accounts, FEATURES))
    engine.put("roster", table(roster, ROSTER))
    engine.put("scores", table([r for r in accounts if r["tier"]], SCORES))
    engine.put("segments", table(accounts, SEGMENTS))
    engine.put("subscriptions", table(subscriptions or [], SUBSCRIPTIONS))
    put_bill(engine)
    found = DEFAULT_OUTCOMES if outcomes is None else outcomes
    engine.put("outcomes", table(found, OUTCOMES))
    return engine
