"""A small population for the list, written as a CSM would tell it; money in whole units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from tests.reports.relations import day
from tools.reports.accounts import (
    AccountList,
    ListNumbers,
    ListRequest,
    make_accounts,
    make_lines,
    read_list,
)
from tools.reports.accounts.terms import (
    CARE,
    DRAWN,
    HELD_BACK,
    KNOWN,
    RECENT_SCORES,
    SENT,
    UNDER_WAY,
)
from tools.roi.shortlist import Candidate
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import BY_NAME, USAGE

AS_OF = day("2026-11-02")
TEXT, INT, DAY, REAL, FLAG = pa.string(), pa.int64(), pa.int32(), pa.float64(), pa.bool_()
GOALS = {"retention_call": "retention", "retention_email": "retention", "upsell_seats": "upsell",
         "winback_email": "win_back", "acceleration_call": "acceleration",
         "do_nothing": "none"}  # fmt: skip
SCHEMAS: dict[str, dict[str, pa.DataType]] = {
    "features": {
        "account_id": TEXT, "name": TEXT, "owner": TEXT, "active": FLAG, "mrr_minor": INT,
        "currency": TEXT, "days_to_renewal": INT, "interval_months": INT, "tickets_open": INT,
        "tickets_open_high": INT, "cancel_notice": FLAG, "failed_invoices_90": INT,
        "overdue_invoices": INT, "usage_trend": REAL, "events_28": INT, "events_prior_84": REAL,
        "seat_use": REAL, "seats": INT, "open_deals": INT, "open_deal_minor": INT,
        "open_deal_currency": TEXT,
        "days_since_paid_end": INT,
    },
    "roster": {"kind": TEXT, "id": TEXT, "account_id": TEXT, "stage": TEXT, "since_day": DAY},
    "scores": {"account_id": TEXT, "tier": TEXT, "model": TEXT, "probability": REAL,
               "unscored_reason": TEXT, "renewal_day": DAY, "renewal_probability": REAL},
    "segments": {"account_id": TEXT, "segment": TEXT},
    "left_alone": {"account_id": TEXT, "segment": TEXT, "outcome": TEXT, "reason": TEXT,
                   "kept_minor": INT, "headroom_minor": INT, "least_cost_minor": INT,
                   "best_nv_minor": INT, "saved_minor": INT, "churn_bp": INT},
    "unpriced": {"account_id": TEXT, "play": TEXT, "missing": TEXT},
    "tickets": {"account_id": TEXT, "priority": TEXT, "opened_day": DAY, "closed_day": DAY},
    "messages": {"account_id": TEXT, "message_key": TEXT, "kind": TEXT, "name": TEXT,
                 "channel": TEXT, "day": DAY},
    "deals": {"account_id": TEXT, "name": TEXT, "owner": TEXT, "day": DAY, "closed_day": DAY},
}  # fmt: skip
CANDIDATES = {
    f: DAY
    if f in {"version", "interval_months"}
    else TEXT
    if f
    in {"account_id", "play", "goal", "segment", "basis", "currency", "churn_source", "p0_source"}
    else pa.decimal128(5, 2)
    if f == "hours"
    else INT
    for f in Candidate.__dataclass_fields__
}
Account = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """Everything the list is made from; rows are as the relations of `given` have them."""

    accounts: tuple[Account, ...]
    care: tuple[Mapping[str, Any], ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    held: tuple[tuple[str, str, str], ...] = ()
    way: tuple[tuple[str, str, int], ...] = ()
    sent: tuple[tuple[str, int, str], ...] = ()
    kept: tuple[tuple[str, int, float], ...] = ()
    mails: tuple[tuple[str, int, str], ...] = ()
    deals: tuple[tuple[str, int, str, str], ...] = ()
    drawn: tuple[tuple[str, str], ...] = ()
    terms: ListNumbers = field(default_factory=lambda: ListNumbers(everybody=12))


def account(name: str, /, **told: Any) -> Account:
    """One account: what is left out is as of a quiet one that pays 100 a month."""
    return {"id": name, "owner": "Ann", "churn": 5.0, "mrr": 100, **told}


def open_engine(told: Told) -> DuckEngine:
    """The relations of a priced morning."""
    engine = DuckEngine(threads=1)
    rows = relations(told)
    for name, schema in SCHEMAS.items():
        engine.put(name, table(rows.get(name, ()), schema))
    engine.put("candidates", table(rows["candidates"], CANDIDATES))
    for one in BY_NAME.values():
        engine.put(f"fact_{one.name}", one.arrow.empty_table())
    engine.put("fact_usage", pa.Table.from_pylist([{"day": AS_OF - 1, "known_day": AS_OF}], USAGE))
    scores = [
        {"account_id": a, "day": d, "tier": "logistic", "model": "m", "probability": p / 100}
        for a, d, p in told.kept
    ]
    for name, schema, given in (
        ("recent_scores", RECENT_SCORES, scores),
        ("account_sent", SENT, _named(told.sent, "account_id", "day", "play")),
        ("account_drawn", DRAWN, _named(told.drawn, "account_id", "play")),
        ("account_held_back", HELD_BACK, _named(told.held, "account_id", "play", "why")),
        ("account_under_way", UNDER_WAY, _named(told.way, "account_id", "play", "day")),
        ("account_care", CARE, told.care),
        ("account_known", KNOWN, _named(told.known, "account_id", "reason")),
    ):
        engine.put(name, pa.Table.from_pylist([dict(row) for row in given], schema))
    return engine


def the_list(told: Told, owner: str = "", limit: int = 100, today: int = AS_OF) -> AccountList:
    """What somebody is shown."""
    engine = open_engine(told)
    floor = make_accounts(AS_OF, engine, told.terms)
    make_lines(today, engine, told.terms)
    return read_list(AS_OF, today, engine, told.terms, floor, ListRequest(owner, limit), "EUR")


def lists_under(told: Told, *terms: ListNumbers) -> list[AccountList]:
    """The same population's list under several terms; what stands still is made once."""
    engine, found = open_engine(told), []
    floor = make_accounts(AS_OF, engine, told.terms)
    for one in terms:
        make_lines(AS_OF, engine, one)
        found.append(read_list(AS_OF, AS_OF, engine, one, floor, ListRequest(limit=100), "EUR"))
    return found


def said(name: str, kind: str, **more: Any) -> Mapping[str, Any]:
    """What a person said of an account today."""
    return {
        "account_id": name,
        "kind": kind,
        "who": "Ann",
        "owner": "Ann",
        "reason": "",
        "value_minor": 0,
        "day": AS_OF,
        "until_day": None,
        "version": 1,
        **more,
    }


def table(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, pa.DataType]) -> pa.Table:
    fields = pa.schema(list(schema.items()))
    return pa.Table.from_pylist([{n: row.get(n) for n in schema} for row in rows], fields)


def _named(rows: Iterable[tuple[Any, ...]], *names: str) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in rows]


def relations(told: Told) -> dict[str, list[dict[str, Any]]]:
    """The accounts as rows of every relation."""
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in (*SCHEMAS, "candidates")}
    for a in told.accounts:
        _add(made, a)
    made["messages"] = [
        {"account_id": a, "message_key": f"{a}{d}", "kind": "sent", "name": n, "day": d}
        for a, d, n in told.mails
    ]
    made["deals"] = _named(told.deals, "account_id", "day", "name", "owner")
    return made


def _add(made: dict[str, list[dict[str, Any]]], a: Account) -> None:
    name, active = a["id"], a.get("active", True)
    high = a.get("high", ())
    made["features"].append(
        {
            "account_id": name,
            "name": a.get("name", name),
            "owner": a.get("owner"),
            "active": active,
            "mrr_minor": a["mrr"] * 100,
            "currency": "EUR",
            "days_to_renewal": a.get("term_in"),
            "interval_months": a.get("interval", 12),
            "tickets_open": a.get("tickets", len(high)),
            "tickets_open_high": len(high),
            "cancel_notice": a.get("notice", False),
            "failed_invoices_90": a.get("failed", 0),
            "overdue_invoices": a.get("overdue", 0),
            "events_28": a.get("events"),
            "events_prior_84": a.get("usual"),
            "usage_trend": a["events"] / a["usual"] if a.get("usual") else None,
            "seats": a.get("seats"),
            "open_deals": a.get("deals", 0),
            "seat_use": a["people"] / a["seats"] if a.get("people") else None,
            "open_deal_minor": a.get("deal_worth", 0) * 100,
            "open_deal_currency": "EUR",
            "days_since_paid_end": a.get("ended"),
        }
    )
    made["roster"].append(
        {
            "kind": "account",
            "id": name,
            "account_id": name,
            "stage": a.get("stage", "active"),
            "since_day": AS_OF - a.get("stage_days", 300),
        }
    )
    if a["churn"] is not None or a.get("unscored"):
        p = None if a["churn"] is None else a["churn"] / 100
        made["scores"].append(
            {
                "account_id": name,
                "tier": "logistic",
                "model": "m",
                "probability": p,
                "unscored_reason": a.get("unscored"),
                "renewal_day": AS_OF + a["term_in"] if "then" in a else None,
                "renewal_probability": a.get("then"),
            }
        )
    made["tickets"] += [
        {"account_id": name, "priority": "high", "opened_day": AS_OF - d} for d in high
    ]
    made["candidates"] += [_candidate(name, *step) for step in a.get("steps", {}).items()]
    _add_left(made, a)


def _add_left(made: dict[str, list[dict[str, Any]]], a: Account) -> None:
    if "left" in a:
        kept = a.get("kept", 1_000) * 100
        made["left_alone"].append(
            {
                "account_id": a["id"],
                "outcome": a["left"],
                "reason": a.get("left_why", "no play"),
                "kept_minor": kept,
                "headroom_minor": int(kept * a["churn"] / 100),
                "least_cost_minor": 3_000,
                "saved_minor": a.get("saved"),
                "churn_bp": int(a["churn"] * 100),
            }
        )
    if "missing" in a:
        made["unpriced"].append({"account_id": a["id"], "play": "x", "missing": a["missing"]})


def _candidate(name: str, play: str, worth: float) -> dict[str, Any]:
    nv = round(worth * 100)
    return {
        "account_id": name,
        "play": play,
        "version": 1,
        "goal": GOALS[play],
        "nv_minor": nv,
        "q10_minor": nv // 2 - 5_000,
        "q90_minor": nv * 2,
        "cost_minor": 3_000,
        "hours": Decimal("0.50"),
        "basis": "mrr",
        "currency": "EUR",
        "interval_months": 1,
        "raw_minor": nv,
        "revenue_minor": nv,
        "value_minor": nv,
        "p0_ppm": 9_500,
        "kept_minor": nv * 20,
        "headroom_minor": nv * 3,
    }
