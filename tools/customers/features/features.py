"""Compute every feature of every account as of a day, in one pass over each kind of fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from tools.currencies import rate_of_minor
from tools.customers.features.definitions import Feature, definitions, missing
from tools.warehouse.asof.mails import make_mails
from tools.warehouse.billing import EXCHANGE_RATES
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.asof.world import World

QUERIES = {
    "usage": "events",
    "billing": "subscriptions",
    "orders": "invoices",
    "support": "tickets",
    "email": "messages",
    "deals": "deals",
    "people": "contacts",
}
MAIL_DAYS = 90
RATE_STEP = Decimal("0.000000001")
ACTIVE_WINDOW = {"events": 28, "invoices": 90, "deals": 365}


@dataclass(frozen=True)
class ExchangeRates:
    """The company's currency, and what one unit of each other is worth in it on the day.

    The relation says what a minor unit is worth in minor units.
    """

    currency: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    def table(self) -> pa.Table:
        """The rates as relation `exchange_rates`; an amount of no currency is the company's."""
        own = {"": Decimal(1), self.currency: Decimal(1)} if self.currency else {}
        minor = {n: rate_of_minor(r, n, self.currency) for n, r in self.rates.items()} | own
        rows = [
            {"currency": name, "rate": rate.quantize(RATE_STEP, rounding=ROUND_HALF_EVEN)}
            for name, rate in minor.items()
        ]
        return pa.Table.from_pylist(rows, schema=EXCHANGE_RATES)


def make_features(
    world: "World",
    windows: dict[str, int] | None = None,
    exchange: ExchangeRates = ExchangeRates(),
) -> None:
    """Create relation `features`, one row per account, in the world's engine.

    An account is active when it pays or its bill is paused; where a company has no subscriptions,
    when it used, bought or won something within the window of days given for that table.
    """
    make_mails(world.as_of - MAIL_DAYS, world.as_of, world.engine)
    world.engine.put("exchange_rates", exchange.table())
    for query in QUERIES:
        sql = read_sql(__package__, query)
        given = {"currency": exchange.currency} if query == "billing" else {}
        world.engine.create(f"feature_{query}", sql, as_of=world.as_of, **given)
    sql = features_sql(world.present, ACTIVE_WINDOW | (windows or {}))
    world.engine.create("features", sql, as_of=world.as_of)


def features_sql(present: frozenset[str], windows: dict[str, int]) -> str:
    """The query that joins the kinds of fact to one row per account."""
    columns = ",\n  ".join(_column(f, present) for f in definitions())
    joins = "\n".join(
        f"LEFT JOIN feature_{q} AS {q} ON {q}.account_id = a.account_id" for q in QUERIES
    )
    return (
        f"SELECT a.account_id AS account_id,\n"
        f"  {_active(present, windows)} AS active,\n  {columns}\n"
        f"FROM accounts AS a\n{joins}"
    )


def _column(feature: Feature, present: frozenset[str]) -> str:
    if missing(feature, present):
        return f"CAST(NULL AS {feature.type}) AS {feature.name}"
    value = feature.sql.replace("f.", f"{feature.query}.") if feature.query else feature.sql
    if feature.none is not None:
        value = f"COALESCE({value}, {exp.convert(feature.none).sql('duckdb')})"
    return f"CAST({value} AS {feature.type}) AS {feature.name}"


def _active(present: frozenset[str], windows: dict[str, int]) -> str:
    if "subscriptions" in present:
        return "COALESCE(billing.paying OR billing.paused, FALSE)"
    for table, since in (
        ("events", "usage.days_since_event"),
        ("invoices", "orders.days_since_order"),
        ("deals", "deals.days_since_won"),
    ):
        if table in present:
            return f"COALESCE({since} <= {int(windows[table])}, FALSE)"
    return "CAST(NULL AS boolean)"
