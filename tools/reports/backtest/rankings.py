"""Whom simpler rules would have put first, with what our own prices promise of them."""

from types import MappingProxyType
from typing import TYPE_CHECKING

from tools.reports.backtest.model import RankingResult
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.warehouse.engine import Engine

DO_NOTHING, AGENT = "do nothing", "this agent"
RANDOM, REVENUE, RISK, SCORECARD = (
    "random", "highest revenue", "highest churn score", "health scorecard",
)  # fmt: skip
# Hashes of the account and the day make a random order that is the same when asked again.
ORDERS: MappingProxyType[str, str] = MappingProxyType(
    {
        RANDOM: "MD5(account_id || '{day}'), account_id",
        REVENUE: "revenue DESC, account_id",
        RISK: "COALESCE(probability, -1) DESC, revenue DESC, account_id",
        SCORECARD: "points DESC, revenue DESC, account_id",
    }
)


def rank(
    as_of: int, engine: "Engine", size: int, lost: "Mapping[str, bool] | None"
) -> tuple[RankingResult, ...]:
    """The first `size` active accounts by each rule.

    `lost` says of each account whose outcome is known whether it left; None: of no account.
    """
    found = [RankingResult(DO_NOTHING, 0, 0, 0, None)]
    engine.create("backtest_accounts", read_sql(__package__, "rankings"))
    for name, order in ORDERS.items():
        rows = engine.run(
            "SELECT account_id AS account_id, best_minor AS best_minor FROM backtest_accounts "
            f"ORDER BY {order.format(day=as_of)} LIMIT {int(size)}"
        ).to_pylist()
        accounts = [row["account_id"] for row in rows]
        promised = sum(int(row["best_minor"]) for row in rows)
        found.append(ranked(name, accounts, promised, lost))
    return tuple(found)


def ranked(
    name: str, accounts: "Sequence[str]", promised_minor: int, lost: "Mapping[str, bool] | None"
) -> RankingResult:
    """The accounts of one rule, and how many of them left since, where that is known."""
    known = [lost[account] for account in accounts if account in lost] if lost else []
    left = None if lost is None else sum(known)
    return RankingResult(name, len(accounts), promised_minor, len(known), left)
