"""Compute every feature of every account as of a day, in one pass over each kind of fact."""

from typing import TYPE_CHECKING

from sqlglot import exp

from tools.customers.features.definitions import Feature, definitions, missing
from tools.warehouse.asof.mails import make_mails
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
ACTIVE_WINDOW = {"events": 28, "invoices": 90, "deals": 365}


def make_features(world: "World", windows: dict[str, int] | None = None) -> None:
    """Create relation `features`, one row per account, in the world's engine.

    An account is active when it pays; where a company has no subscriptions, when it used,
    bought or won something within the window of days given for that table.
    """
    make_mails(world.as_of - MAIL_DAYS, world.as_of, world.engine)
    for query in QUERIES:
        sql = read_sql(__package__, query)
        world.engine.create(f"feature_{query}", sql, as_of=world.as_of)
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
        return "COALESCE(billing.paying, FALSE)"
    for table, since in (
        ("events", "usage.days_since_event"),
        ("invoices", "orders.days_since_order"),
        ("deals", "deals.days_since_won"),
    ):
        if table in present:
            return f"COALESCE({since} <= {int(windows[table])}, FALSE)"
    return "CAST(NULL AS boolean)"
