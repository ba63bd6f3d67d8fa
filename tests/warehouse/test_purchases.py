"""One definition of a purchase: every reader agrees with a plain count over the lines."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.customers.churn.companies import ALIASES, Company, accounts
from tests.effort import examples
from tools.customers.churn.definition import ChurnDefinition
from tools.customers.churn.training_data import outcomes
from tools.warehouse.asof.purchases import TERM_DAYS, make_purchases
from tools.warehouse.asof.world import World, relation_sql
from tools.warehouse.engine import DuckEngine, Engine
from tools.warehouse.schema import BY_NAME
from tools.warehouse.sql import read_sql

Line = dict[str, Any]
Bought = set[tuple[str, int]]
AS_OF, PAD = 200, 30
NAMES = ("a", "b")
SILENT = ChurnDefinition("non_contractual", 20, 0, "invoices", 20, term_binds=False)


def net_of(lines: Iterable[Line]) -> dict[tuple[str, str, str | None], tuple[int, int]]:
    """(invoice, account, currency) -> (day, net), by the words of the definition."""
    groups: dict[tuple[str, str, str | None], list[Line]] = defaultdict(list)
    for line in lines:
        if line["status"] not in {"failed", "void"} and line["issued_day"] < AS_OF:
            groups[line["invoice_id"], line["account_id"], line["currency"]].append(line)
    return {key: _net(own) for key, own in groups.items()}


def _overdue(line: Line) -> bool:
    due = line["due_day"] if line["due_day"] is not None else line["issued_day"] + TERM_DAYS
    return bool(line["status"] == "open" and due < AS_OF)


def _net(lines: list[Line]) -> tuple[int, int]:
    unpaid = any(_overdue(line) and line["amount_minor"] > 0 for line in lines)
    lines = [line for line in lines if not (unpaid and _overdue(line))] or lines[:0]
    billed = [x for x in lines if x["amount_minor"] > 0 and x["status"] != "refunded"]
    refunded = sum(x["amount_minor"] for x in lines if x["amount_minor"] > 0) - sum(
        x["amount_minor"] for x in billed
    )
    negative = [x for x in lines if x["amount_minor"] < 0]
    late = sum(x["amount_minor"] for x in negative if _overdue(x))
    back = sum(x["amount_minor"] for x in negative) - late
    net = sum(x["amount_minor"] for x in billed) + min(0, back + refunded) + late
    return min((x["issued_day"] for x in billed), default=0), net


def bought(lines: Iterable[Line]) -> Bought:
    return {(key[1], day) for key, (day, net) in net_of(lines).items() if net > 0}


LINES = st.lists(
    st.fixed_dictionaries(
        {
            "invoice_id": st.sampled_from(["i1", "i2", "i3"]),
            "account_id": st.sampled_from(NAMES),
            "amount_minor": st.sampled_from([-300, -100, -50, 0, 50, 100, 250, None]),
            "currency": st.sampled_from([None, "USD", "EUR"]),
            "status": st.sampled_from([None, "paid", "open", "failed", "refunded", "void"]),
            "issued_day": st.integers(AS_OF - 120, AS_OF + 2),
            "due_day": st.none() | st.integers(AS_OF - 60, AS_OF + 30),
        }
    ),
    max_size=7,
)


def opened(lines: list[Line]) -> World:
    void = {"invoice_id": "v", "account_id": "a", "status": "void", "issued_day": AS_OF - 1}
    rows = [line | {"line": str(n)} for n, line in enumerate([*lines, void])]
    return Company({"accounts": accounts(NAMES), "invoices": rows}).open(AS_OF)


def pairs(engine: Engine, sql: str, account: str, day: str, **given: Any) -> Bought:
    return {(row[account], row[day]) for row in engine.run(sql, **given).to_pylist()}


def by_stages(world: World) -> Bought:
    facts = ("paid", "event", "won")
    sql = read_sql("tools.customers.stages", "covers")
    pads = {"event_pad": 1, "order_pad": PAD, "won_pad": 1}
    scope = {"account_scope": exp.true(), "row_scope": exp.true()}
    use = {f"use_{fact}": False for fact in facts} | {"use_order": True}
    return pairs(
        world.engine, sql, "owner", "first_day", as_of=AS_OF, never=10**6, **pads, **scope, **use
    )


def by_retention(world: World) -> Bought:
    sql = read_sql("tools.reports.retention", "invoices")
    given = {"entity": exp.column("account_id"), "purchases": True}
    return pairs(world.engine, sql, "id", "day", **given)


def by_segments(world: World) -> Bought:
    sql = read_sql("tools.customers.segments", "outcome_cover_activity")
    return pairs(world.engine, sql, "account_id", "from_day", as_of=AS_OF, activity=PAD)


def by_holdouts(world: World) -> Bought:
    world.engine.put("work_draws", pa.table({"account_id": list(NAMES)}))
    sql = read_sql("tools.reports.incrementality", "active")
    return pairs(world.engine, sql, "account_id", "day", needed=True)


def by_attribution(world: World) -> Bought:
    sql = read_sql("tools.reports.attribution", "conversions_invoices")
    return pairs(world.engine, sql, "entity_id", "at", as_of=AS_OF, since=0, currency="USD")


READERS = (by_stages, by_retention, by_segments, by_holdouts, by_attribution)


def amounts(lines: list[Line]) -> list[Line]:
    return [line | {"amount_minor": line["amount_minor"] or 0} for line in lines]


@settings(max_examples=examples(60), deadline=None)
@given(LINES)
def test_every_reader_agrees_on_what_was_bought(lines: list[Line]) -> None:
    world, known = opened(lines), amounts(lines)
    expected = bought(known)

    assert {reader.__name__: reader(world) for reader in READERS} == {
        reader.__name__: expected for reader in READERS
    }
    _check_features(world, known)
    lost = {
        (day, a): 0 if any(b == a and day <= at < day + 20 for b, at in expected) else 1
        for day in (AS_OF - 60, AS_OF - 20)
        for a in NAMES
    }
    found = outcomes(world, SILENT, [AS_OF - 60, AS_OF - 20]).to_pylist()
    assert {(r["snapshot"], r["account_id"]): r["churned"] for r in found} == lost


def _check_features(world: World, lines: list[Line]) -> None:
    nets = net_of(lines)
    for row in world.engine.run("SELECT * FROM features").to_pylist():
        own = {k: v for k, v in nets.items() if k[1] == row["account_id"]}
        last = max((day for day, net in own.values() if net > 0), default=None)
        orders = {invoice for (invoice, _, _), (_, net) in own.items() if net > 0}
        paid_in = {currency for (_, _, currency), (_, net) in own.items() if net}
        assert row["orders_365"] == len(orders)
        assert row["days_since_order"] == (None if last is None else AS_OF - last)
        worth = sum(net for _, net in own.values()) if len(paid_in) < 2 else None
        assert row["revenue_365_minor"] == worth
        assert row["currency"] == (next(iter(paid_in)) if len(paid_in) == 1 else None)


@pytest.mark.parametrize(
    ("lines", "net"),
    [
        ([(100, "paid")], 100),
        ([(250, "refunded")], 0),
        ([(100, "refunded"), (-100, "refunded")], 0),
        ([(100, "refunded"), (-100, "paid")], 0),
        ([(100, "paid"), (-30, "refunded")], 70),
        ([(60, "paid"), (40, "refunded")], 60),
        ([(60, None), (-10, None)], 50),
        ([(60, "failed")], 0),
        ([(60, "failed"), (-60, "failed")], 0),
        ([(75, "void")], 0),
        ([(80, "open")], 0),
        ([(80, "open"), (-10, "open")], 0),
        ([(-25, "open")], -25),
        ([(-25, "paid")], -25),
        ([(-25, "refunded")], -25),
    ],
)
def test_what_is_left_of_an_invoice(lines: list[tuple[int, str | None]], net: int) -> None:
    common = {"account_id": "a", "invoice_id": "i", "issued_day": AS_OF - 90}
    made = [common | {"amount_minor": n, "status": s} for n, s in lines]

    (row,) = opened(made).engine.run("SELECT minor, bought FROM purchases").to_pylist() or [
        {"minor": 0, "bought": False}
    ]

    assert row == {"minor": net, "bought": net > 0}


@pytest.mark.parametrize(
    ("due", "counts"), [(None, 30), (0, 0), (45, 45)], ids=["no due day", "at once", "in 45 days"]
)
def test_an_open_bill_counts_until_it_is_overdue(due: int | None, counts: int) -> None:
    for age in (counts, counts + 1):
        issued = AS_OF - age
        line = {
            "account_id": "a",
            "invoice_id": "i",
            "status": "open",
            "amount_minor": 5,
            "issued_day": issued,
            "due_day": None if due is None else issued + due,
        }
        assert bool(by_attribution(opened([line]))) == (0 < age <= counts)


def test_a_bill_paid_later_is_open_until_then() -> None:
    """The file says paid on day 100; as of a day before that, it is a bill like others."""
    table, engine = BY_NAME["invoices"], DuckEngine(threads=1)
    fact = {
        "invoice_ref": "s:i",
        "line": "",
        "account_ref": "a",
        "amount_minor": 5,
        "status": "paid",
        "currency": "usd",
        "issued_day": 10,
        "paid_day": 100,
        "day": 10,
        "known_day": 10,
        "row_hash": 1,
    }
    engine.put("fact_invoices", pa.Table.from_pylist([fact], schema=table.arrow))
    for name, schema in ALIASES.items():
        engine.put(name, schema.empty_table())
    seen = {}
    for as_of in (10 + TERM_DAYS, 11 + TERM_DAYS, 100, 101):
        engine.create("invoices", relation_sql(table), as_of=as_of)
        make_purchases(as_of, engine)
        seen[as_of] = engine.run("SELECT bought, currency FROM purchases").to_pylist()

    assert [rows[0]["bought"] for rows in seen.values()] == [True, False, False, True]
    assert seen[101][0]["currency"] == "USD"
