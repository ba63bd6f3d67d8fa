"""Make the relations about recurring revenue, and find where the bills on record end.

A company that is billed period by period (every line ends, and the next bill is a new line) shows
no open line. When its export ends, every line ends with it: that is no churn, the next bill is
just not there yet. From the first such end on nothing can be told.
"""

from typing import TYPE_CHECKING

import pyarrow as pa

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine

NEVER_ENDS = 1_000_000
NEAR_DAYS = 7  # the next bill of a period comes within so many days of the end of the last
EXCHANGE_RATES = pa.schema([("currency", pa.string()), ("rate", pa.decimal128(18, 9))])
FEW_OPEN = 10  # one line in so many may state no end


def make_billing(as_of: int, engine: "Engine") -> None:
    """Create `subscription_spans`, `recurring_revenue` and `bills_end` (day; NEVER_ENDS if open).

    Reads fact_subscriptions and account_alias. Also an empty `exchange_rates`: what one unit of a
    currency is worth in the company's own, for whoever knows it.
    """
    _spans(as_of, engine, NEVER_ENDS)
    end = _find_end(engine)
    if end < NEVER_ENDS:
        _spans(as_of, engine, end)
    engine.create("recurring_revenue", read_sql(__package__, "recurring_revenue"))
    engine.put("bills_end", pa.table({"day": pa.array([end], pa.int32())}))
    engine.put("exchange_rates", EXCHANGE_RATES.empty_table())


def bills_end(engine: "Engine") -> int:
    """The first day about which the bills on record cannot tell, NEVER_ENDS if there is none."""
    return int(engine.run("SELECT MIN(day) AS day FROM bills_end").to_pylist()[0]["day"])


def _spans(as_of: int, engine: "Engine", end: int) -> None:
    sql = read_sql(__package__, "subscription_spans")
    engine.create("subscription_spans", sql, as_of=as_of, bills_end=end)


def _find_end(engine: "Engine") -> int:
    newest = engine.run(read_sql(__package__, "bills_newest")).to_pylist()[0]
    if newest["end_day"] is None:
        return NEVER_ENDS
    sql, day = read_sql(__package__, "bills_renewed"), newest["newest_day"]
    bills = engine.run(sql, newest_day=day, near=NEAR_DAYS).to_pylist()[0]
    if bills["open"] * FEW_OPEN <= bills["in_force"] and 2 * bills["followed"] > bills["ended"]:
        return int(newest["end_day"])
    if bills["last_day"] < NEVER_ENDS and bills["last_accounts"] > 1:
        return int(bills["last_day"])
    return NEVER_ENDS
