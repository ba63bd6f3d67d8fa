"""Small companies as relations: what World opens, without files and identity in between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from tests.bills import put_bill
from tools.customers.churn.definition import ChurnDefinition
from tools.customers.churn.population import inputs
from tools.customers.churn.training_data import Observed, Snapshot
from tools.customers.features import make_features
from tools.warehouse.asof.kept_usage import KINDS_SCHEMA, WINDOWS_SCHEMA, make_windows
from tools.warehouse.asof.purchases import make_purchases
from tools.warehouse.asof.world import World
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import USAGE

MONTHLY = ChurnDefinition("contractual_monthly", 30, 14)
TEXT, INT, DAY = pa.string(), pa.int64(), pa.int32()
SCHEMAS = {
    "accounts": {"account_id": TEXT, "name": TEXT, "industry": TEXT, "country": TEXT,
                 "plan": TEXT, "acquisition": TEXT, "owner": TEXT, "created_day": DAY},
    "contacts": {"contact_id": TEXT, "account_id": TEXT},
    "usage": {"account_id": TEXT, "contact_id": TEXT, "name": TEXT, "day": DAY,
              "events": INT, "quantity": pa.float64()},
    "subscriptions": {"subscription_id": TEXT, "account_id": TEXT, "product": TEXT, "seats": INT,
                      "mrr_minor": INT, "currency": TEXT, "discount": pa.float64(),
                      "trial": pa.bool_(), "interval_months": INT, "started_day": DAY,
                      "term_end_day": DAY, "cancelled_day": DAY, "ended_day": DAY},
    "invoices": {"invoice_id": TEXT, "line": TEXT, "account_id": TEXT, "contact_id": TEXT,
                 "amount_minor": INT,
                 "currency": TEXT, "status": TEXT, "issued_day": DAY, "due_day": DAY,
                 "paid_day": DAY},
    "messages": {"account_id": TEXT, "contact_id": TEXT, "campaign_id": TEXT, "channel": TEXT,
                 "name": TEXT, "kind": TEXT, "machine": pa.bool_(), "day": DAY},
    "tickets": {"ticket_id": TEXT, "account_id": TEXT, "priority": TEXT, "opened_day": DAY,
                "closed_day": DAY},
    "deals": {"deal_id": TEXT, "account_id": TEXT, "contact_id": TEXT, "state": TEXT,
              "amount_minor": INT,
              "currency": TEXT, "opened_day": DAY, "closed_day": DAY},
}  # fmt: skip
WHEN = {"accounts": "created_day", "subscriptions": "started_day", "invoices": "issued_day",
        "tickets": "opened_day", "deals": "opened_day"}  # fmt: skip
MILESTONES = ("ended_day", "cancelled_day", "paid_day", "closed_day")
LIFE = """
SELECT account_id AS account_id, MIN(day) AS first_day, MAX(day) AS last_day
FROM usage WHERE NOT account_id IS NULL GROUP BY account_id
"""
# What usage is before identity, when every reference is an id already.
SAME = """
SELECT account_id AS account_ref, contact_id AS contact_ref, name AS name, day AS day,
  day AS known_day, events AS events, quantity AS quantity
FROM usage
"""
ALIASES = {
    "account_alias": pa.schema([("ref", TEXT), ("account_id", TEXT)]),
    "contact_alias": pa.schema([("ref", TEXT), ("contact_id", TEXT)]),
    "contact_account": pa.schema([("contact_id", TEXT), ("account_id", TEXT)]),
    "contact_moves": pa.schema(
        [("contact_ref", TEXT), ("account_id", TEXT), ("from_day", DAY), ("to_day", DAY)]
    ),
    "usage_again": pa.schema([("contact_ref", TEXT)]),
    "coverage": pa.schema([("tbl", TEXT), ("first_day", DAY)]),
}
ROWS = ("fact_usage_moved", "fact_usage_again")


def use_of_accounts(as_of: int, engine: DuckEngine) -> None:
    """Make `usage_life` and `usage_windows` from relation `usage`; nobody has two ids."""
    engine.create("usage_life", LIFE)
    engine.view("fact_usage_lately", SAME)
    nothing = {"fact_use_windows": WINDOWS_SCHEMA, "fact_usage_kinds": KINDS_SCHEMA}
    for name, schema in (nothing | ALIASES | dict.fromkeys(ROWS, USAGE)).items():
        engine.put(name, schema.empty_table())
    make_windows(as_of, engine)


@dataclass
class Company:
    """Facts by table, as dictionaries; `open` shows them as of a day."""

    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)

    def table(self, name: str) -> pa.Table:
        """All facts of a table, columns that were not given NULL."""
        if name not in self.tables:
            schema = pa.schema(list(SCHEMAS[name].items()))
            self.tables[name] = pa.Table.from_pylist(self.facts.get(name, []), schema=schema)
        return self.tables[name]

    def open(self, as_of: int) -> World:
        """The world as of a day, features made."""
        engine = DuckEngine(threads=1)
        for name in SCHEMAS:
            engine.put("all_" + name, self.table(name))
            engine.create(name, _as_of_sql(name), as_of=as_of)
        put_bill(engine)
        use_of_accounts(as_of, engine)
        make_purchases(as_of, engine)
        present = {"events" if n == "usage" else n for n, t in self.tables.items() if t.num_rows}
        world = World(as_of, engine, frozenset(present))
        make_features(world)
        return world


def _as_of_sql(name: str) -> str:
    columns = ", ".join(
        f"CASE WHEN {c} < $as_of THEN {c} END AS {c}" if c in MILESTONES else c
        for c in SCHEMAS[name]
    )
    when = WHEN.get(name, "day")
    known = "" if name == "contacts" else f"WHERE {when} < $as_of OR {when} IS NULL"
    return f"SELECT {columns} FROM all_{name} {known}"


def accounts(ids: Sequence[str], created_day: int = 0) -> list[dict[str, Any]]:
    """Account facts."""
    return [{"account_id": a, "name": a, "created_day": created_day} for a in ids]


def users(logins: dict[str, list[int]]) -> Company:
    """A company of which only days of use are known."""
    rows = [
        {"account_id": a, "name": "login", "day": d, "events": 1}
        for a, ds in logins.items()
        for d in ds
    ]
    return Company({"accounts": accounts(sorted(logins)), "usage": rows})


def subscribers(lines: dict[str, list[dict[str, Any]]]) -> Company:
    """A company of which only subscriptions are known; a line pays 100.00 unless it says else."""
    rows = [
        {"account_id": account, "subscription_id": f"{account}-{i}", "mrr_minor": 10_000, **line}
        for account, own in lines.items()
        for i, line in enumerate(own)
    ]
    return Company({"accounts": accounts(sorted(lines)), "subscriptions": rows})


def planted(
    seed: int,
    *,
    n: int = 200,
    days: int = 8,
    rate: float = 0.2,
    signal: float = 0.0,
    definition: ChurnDefinition = MONTHLY,
    shift: float = 0.0,
    since: int = 0,
) -> tuple[Observed, int]:
    """Snapshots of made-up accounts whose log-odds rise by `signal` per unit of gap_ratio.

    `shift` is added to the log-odds from snapshot `since` on. Also answers the day all is closed.
    """
    rng = np.random.default_rng(seed)
    names = tuple(i.name for i in inputs())
    seen = Observed(definition, names)
    ids = np.array([f"a{i:04}" for i in range(n)])
    truth = {}
    for k in range(days):
        x = rng.normal(size=(n, len(names)))
        x[rng.random(x.shape) < 0.05] = np.nan
        z = signal * np.nan_to_num(x[:, names.index("gap_ratio")])
        odds = np.log(rate / (1 - rate)) + z + (shift if k >= since else 0.0)
        truth[28 * k] = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.float64)
        seen.snapshots[28 * k] = Snapshot(28 * k, ids, x)
    end = 28 * (days - 1) + definition.span_days
    for known in (*seen.snapshots, end):
        seen.outcomes.update({(known, day): truth[day] for day in seen.closed(known)})
    return seen, end
