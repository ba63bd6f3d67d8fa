"""Small companies for the sections about retention and money."""

from typing import TYPE_CHECKING, Any

from tests.reports.relations import day, engine
from tools.reports.context import ReportContext

if TYPE_CHECKING:
    from collections.abc import Iterable

Rows = dict[str, list[dict[str, Any]]]
AS_OF = day("2024-07-08")
TABLES = frozenset({"accounts", "contacts", "events", "subscriptions", "segment_history", "arms"})


def given(rows: "Rows | None" = None, present: "Iterable[str]" = TABLES) -> ReportContext:
    """A world of a week ending on 7 July 2024."""
    made = engine("2022-01-01", "2025-12-31", **(rows or {}))
    return ReportContext(AS_OF, AS_OF - 7, made, frozenset(present))


def shop(size: int = 40, currencies: tuple[str, ...] = ("EUR",)) -> Rows:
    """Accounts that begin in five months; every fifth leaves, every seventh grows, one returns."""
    rows: Rows = {
        name: [] for name in ("accounts", "usage", "subscriptions", "segment_history", "arms")
    }
    for n in range(5 * size):
        name, born = f"a{n:03d}", day("2024-01-03") + 30 * (n % 5)
        rows["accounts"].append({"account_id": name, "created_day": born})
        rows["segment_history"].append({"account_id": name, "segment": "ab"[n % 2], "day": born})
        rows["arms"].append(
            {"account_id": name, "arm": ("treated", "holdout")[n % 3 == 0], "day": born}
        )
        rows["subscriptions"] += _lines(name, n, born, currencies[n % len(currencies)])
        rows["usage"] += [
            {"account_id": name, "name": "login", "day": born + 7 * week}
            for week in range(14)
            if (n + week) % 3 or n % 2 == 0
        ]
    return rows


def _lines(name: str, n: int, born: int, currency: str) -> list[dict[str, Any]]:
    line = {
        "account_id": name,
        "subscription_id": name,
        "mrr_minor": 1000 + n,
        "trial": False,
        "currency": currency,
        "started_day": born,
        "interval_months": 12,
    }
    if n % 5 == n % 7 == 0:
        back = line | {"subscription_id": f"{name}b", "started_day": born + 100}
        return [line | {"ended_day": born + 40}, back]
    if n % 7 == 0:
        grown = line | {"subscription_id": f"{name}b", "mrr_minor": 500, "started_day": born + 50}
        return [line, grown]
    return [line | {"ended_day": born + 20 + n}] if n % 4 == 0 else [line]
