"""Make the relation `roster`: everybody's stage on the morning of as_of, since when, and why."""

import json
from typing import TYPE_CHECKING

from tools.days import from_number
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.customers.stages.rules import StageRules
    from tools.warehouse.engine import Engine

_PHRASES = {
    "paid_since": "paid since {}", "paid_end": "paid until {}",
    "trial_since": "on trial since {}", "trial_end": "trial until {}",
    "qualified": "qualified on {}",
    "event_since": "used regularly since {}", "event_last": "last used on {}",
    "order_since": "buys regularly since {}", "order_last": "last order on {}",
    "won_since": "won since {}", "won_last": "last deal won on {}",
    "open_deals": "{} open deal(s)", "new_deals": "{} new deal(s)",
}  # fmt: skip
_COUNTS = {"open_deals", "new_deals"}
_RISKS = {
    "score": "churn score stayed high",
    "billing": "a payment failed or is overdue",
    "notice": "notice to cancel",
}


def make_roster(
    engine: "Engine", present: frozenset[str], rules: "StageRules", *, touched_only: bool = False
) -> None:
    """Create `roster` (kind, id, account_id, stage, since_day, because, unstaged_reason).

    Reads `timeline`; after a partial run also `stored_transitions` for whom it did not touch.
    """
    missing = "" if rules.book(present) else rules.missing
    sql = read_sql(__package__, "roster")
    engine.create("roster", sql, everyone=not touched_only, missing=missing)


def describe_because(because: str) -> str:
    """The facts behind a stage in words, with dates."""
    facts: dict[str, int | str] = json.loads(because)
    phrases = [_phrase(name, value) for name, value in facts.items() if name != "rule"]
    return ", ".join(phrases) or "no fact that makes a stage"


def _phrase(name: str, value: int | str) -> str:
    if isinstance(value, str):
        return _RISKS[value]
    return _PHRASES[name].format(value if name in _COUNTS else from_number(value).isoformat())
