"""Figures of an envelope as words: money, days, instants, shares."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from tools.days import from_number
from tools.figures import percent
from tools.money import Money

Values = dict[str, Any]
THIN = frozenset({"thin", "thin-evidence", "base-rate", "capped-effect"})


def money(value: "Values | Money | None") -> str:
    """An amount with its currency; a dash when it cannot be computed."""
    if value is None:
        return "—"
    if isinstance(value, Money):
        return str(value)
    return str(Money(Decimal(value["amount"]), value["currency"]))


def signed(value: Values) -> str:
    """An amount with its sign and without its currency, for columns of figures."""
    return f"{Decimal(value['amount']):+,}"


def day(number: int | None) -> str:
    """A day number as a date."""
    return "—" if number is None else from_number(number).isoformat()


def instant(at: datetime) -> str:
    """An instant to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def share(value: str | None) -> str:
    """A probability as per cent with one decimal."""
    return "—" if value is None else percent(Decimal(value))


def left(expires_day: int, today: int) -> str:
    """How long something can still be decided."""
    days = expires_day - today
    if days <= 0:
        return "expired"
    return "last day" if days == 1 else f"{days} days"


def churn_change(values: Values) -> str:
    """Which way the drivers of the score moved, '' when nothing is known of before.

    Their points are of the model and no percentage, so no figure stands beside the score.
    """
    moved = [Decimal(d["change"]) for d in values["why"]["drivers"] if d["change"] is not None]
    total = sum(moved)
    return ("rising" if total > 0 else "falling") if total else ""


def evidence(values: Values) -> str:
    """What the value rests on: thin evidence, somebody's assumption, or what was measured."""
    worth = values["worth"]
    if THIN & {caution["id"] for caution in worth["cautions"]}:
        return "thin"
    if any(one["source"].startswith("assumption") for one in worth["assumptions"]):
        return "assumed"
    return "measured"


def loaded(text: str) -> Values:
    """The values of an envelope's text whose hash was checked when it was shown or approved."""
    values: Values = json.loads(text)
    return values


def pretty(values: Values) -> str:
    """All values of an envelope, one on a line."""
    return json.dumps(values, ensure_ascii=False, indent=1)
