"""Cases for the judge, built from the words of cases.yaml."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.judge import judge
from policies.limit_book import parse_limits
from policies.limits import Limits
from policies.nouns import History, PlannedAction, Record, Rule, Verdict
from policies.rules import RULES
from tools.customers.recipients import Objection, Reported
from tools.money import Money
from tools.store.records import Decision, Send

DAY = 19_783  # Friday 2024-03-01
NOW = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
LIMITS = Path(__file__).parents[2] / "policies" / "limits.yaml"
RECORD = (
    "contact_id", "email", "phone", "email_consent", "phone_consent", "unsubscribed",
    "suppressed", "open_high_tickets", "open_deals",
)  # fmt: skip


@cache
def table() -> dict[str, Any]:
    """The decision table."""
    text = (Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def limits() -> Limits:
    """The limits as they are delivered."""
    return parse_limits(LIMITS.read_text(encoding="utf-8")).on(DAY)


def words(**given: object) -> dict[str, Any]:
    """The base person of the table, with differences."""
    unknown = set(given) - set(table()["base"])
    assert not unknown, f"cases.yaml: {unknown} is no fact of the base"
    return {**table()["base"], **given}


def record(w: Mapping[str, Any]) -> Record:
    facts = {name: w[name] for name in RECORD}
    said = [
        Objection(o["cause"], o.get("channel", "*"), DAY - 9, "crm:1", "crm")
        for o in w["objections"]
    ]
    reported = [
        Reported(r["channel"], DAY - r["days_ago"], r["to_person"], r["to_account"])
        for r in w["reported"]
    ]
    return Record(
        "a1",
        **facts,
        timezones=tuple(w["timezones"]),
        objections=tuple(said),
        reported=tuple(reported),
        address_keys=frozenset({"key of ann"}),
        missing=frozenset(w["missing"]),
    )


def action(w: Mapping[str, Any], channel: str) -> PlannedAction:
    cost = Money(Decimal(str(w["cost"])), "USD")
    return PlannedAction(w["play"], channel, w["goal"], cost, w["per_day"], w["cooldown_days"])


def history(w: Mapping[str, Any]) -> History:
    sends = [
        Send(
            str(n),
            s["to"],
            s.get("account", "a1"),
            s["channel"],
            s.get("play", "other"),
            DAY - s["days_ago"],
            s.get("key"),
        )
        for n, s in enumerate(w["sends"])
    ]
    decisions = [
        Decision("a1", d["play"], d["decided"], DAY - d["days_ago"]) for d in w["decisions"]
    ]
    spent = Money(Decimal(str(w["spent"])), "USD")
    return History(
        DAY, tuple(sends), tuple(decisions), frozenset(w["pauses"]), spent, tuple(w["taken"])
    )


def verdict(w: Mapping[str, Any], channel: str, rules: tuple[Rule, ...] = RULES) -> Verdict:
    """Judge the person of the words by a channel."""
    return judge(record(w), action(w, channel), history(w), NOW, limits(), rules)
