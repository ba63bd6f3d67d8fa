"""All calculators agree on who pays, and how much, on every day of any bill."""

from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.effort import examples
from tests.reports.relations import calendar
from tests.warehouse.billing.reference import Version, pays
from tests.warehouse.billing.test_billing import DUCK, LOGS, START, bill
from tools.customers.churn.training_data import WINDOWS
from tools.days import from_number, month_number
from tools.reports.incrementality.paid_lines import put_paid_lines
from tools.reports.revenue.movements import KINDS, measure_movements
from tools.roi.economics import parse_economics
from tools.warehouse.billing import EXCHANGE_RATES, NEVER_ENDS
from tools.warehouse.sql import read_sql

RATE = Decimal("1.1")
ECONOMICS = parse_economics(
    "version: 1\ncurrency: USD\nconvention: survival\nexchange_rate:\n  EUR:\n"
    "    - {value: 1.1, valid_from: 1960-01-01, source: test, owner: test}\n"
)
COVERS = {
    "as_of": 0, "never": 4_000_000, "account_scope": exp.true(), "row_scope": exp.true(),
    "use_paid": True, "use_event": False, "use_order": False, "use_won": False, "event_pad": 1,
    "order_pad": 1, "won_pad": 1,
}  # fmt: skip
HORIZON, GRACE = 10, 3
AGREE = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


WHEN = st.integers(START, START + 180)
PAUSES = st.lists(
    st.builds(
        lambda account, minor, currency, days, changed, resumes, ends: Version(
            "",
            account,
            minor,
            days[0],
            days[0],
            days[0],
            currency,
            paused_day=days[1],
            resumed_day=days[2] if resumes else None,
            ended_day=days[3] if ends else None,
            changed_day=days[0] if changed else None,
        ),
        st.sampled_from("abc"),
        st.sampled_from((100, 200, -50)),
        st.sampled_from(("USD", "USD", "EUR")),
        st.lists(WHEN, min_size=4, max_size=4).map(sorted),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
).map(lambda log: [replace(v, line=f"s{n}") for n, v in enumerate(log)])


def prepare(log: list[Version], as_of: int) -> list[str]:
    """The relations every calculator reads; the accounts there are."""
    bill(log, as_of)
    DUCK.put("bills_end", pa.table({"day": pa.array([NEVER_ENDS], pa.int32())}))
    DUCK.put("calendar", calendar(0, 400))
    rates = [{"currency": "USD", "rate": Decimal(1)}, {"currency": "EUR", "rate": RATE}]
    DUCK.put("exchange_rates", pa.Table.from_pylist(rows_of(rates), schema=EXCHANGE_RATES))
    accounts = sorted({v.account for v in log})
    texts = {"account_id": pa.array(accounts, pa.string())}
    DUCK.put("accounts", pa.table({**texts, "domain": pa.nulls(len(accounts), pa.string())}))
    DUCK.put("segments", pa.table({**texts, "segment": pa.array(["s"] * len(accounts))}))
    DUCK.put(
        "contacts",
        pa.table({n: pa.array([], pa.string()) for n in ("account_id", "contact_id", "email")}),
    )
    for name, when in (("usage", "day"), ("purchases", "day"), ("deals", "closed_day")):
        columns = dict.fromkeys(("account_id", "contact_id", "state"), pa.string())
        kinds = columns | {when: pa.int32(), "bought": pa.bool_()}
        DUCK.put(name, pa.schema(list(kinds.items())).empty_table())
    return accounts


def rows_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "rate": row["rate"].quantize(Decimal("0.000000001"))} for row in rows]


def read(package: str, name: str, **values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = DUCK.run(read_sql(package, name), **values).to_pylist()
    return rows


def by_account(found: Any) -> dict[str, dict[str, tuple[int, int]]]:
    accounts: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for (account, currency), amounts in found.items():
        accounts[account][currency] = amounts
    return accounts


@AGREE
@given(LOGS, st.integers(START + 1, START + 80))
def test_features_say_what_is_paid_this_morning(log: list[Version], as_of: int) -> None:
    prepare(log, as_of)
    found = {
        r["account_id"]: r
        for r in read("tools.customers.features", "billing", as_of=as_of, currency="USD")
    }
    for account, amounts in by_account(pays(log, as_of, as_of)).items():
        paid = {c: minor for c, (minor, _) in amounts.items() if minor}
        whole = sum(Decimal(m) * (RATE if c == "EUR" else 1) for c, m in paid.items()) + Decimal(0)
        expected = whole.quantize(Decimal(1), ROUND_HALF_EVEN) if paid else 0
        row = found.pop(account)
        assert row["paying"] is bool(paid)
        assert row["paused"] is (not paid)
        assert row["mrr_minor"] == (next(iter(paid.values())) if len(paid) == 1 else expected)
        assert row["currency"] == (None if not paid else "USD" if len(paid) > 1 else min(paid))
        assert row["mrr_missing"] is None
    assert not any(row["paying"] or row["paused"] for row in found.values())


def half_even(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), ROUND_HALF_EVEN)


def in_dollars(amounts: dict[str, int]) -> Decimal:
    return sum((m * (RATE if c == "EUR" else Decimal(1)) for c, m in amounts.items()), Decimal(0))


@AGREE
@given(LOGS, st.integers(START + 1, START + 80))
def test_stages_retention_segments_and_lines_agree(log: list[Version], as_of: int) -> None:
    prepare(log, as_of)
    covers = read("tools.customers.stages", "covers", **(COVERS | {"as_of": as_of}))
    spans = read("tools.reports.retention", "paid", accounts=True, as_of=as_of)
    put_paid_lines(as_of, DUCK, ECONOMICS)
    lines = DUCK.run("SELECT * FROM paid_lines").to_pylist()
    for day in range(START, as_of):
        told = by_account(pays(log, as_of, day))
        assert (
            set(told)
            == {
                c["owner"]
                for c in covers
                if c["fact"] == "paid" and c["first_day"] <= day < c["end_day"]
            }
            == {s["id"] for s in spans if s["day"] <= day <= s["last_day"]}
        )
        worth: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for line in lines:
            if line["from_day"] <= day < line["to_day"]:
                worth[line["account_id"]][0] += line["exact"]
                worth[line["account_id"]][1] += line["held"]
        assert worth == {
            account: [
                in_dollars({c: pair[0] for c, pair in sums.items()}),
                in_dollars({c: sum(pair) for c, pair in sums.items()}),
            ]
            for account, sums in told.items()
        }
    sums: dict[str, int] = defaultdict(int)
    for (_, currency), (minor, _) in pays(log, as_of, as_of - 1).items():
        sums[currency] += minor
    values = read("tools.reports.segments", "value", as_of=as_of)
    assert {v["currency"]: v["minor"] for v in values} == {c: m for c, m in sums.items() if m}


@AGREE
@given(LOGS, st.integers(START + 1, START + 120))
def test_the_bridge_ends_at_what_is_paid(log: list[Version], as_of: int) -> None:
    prepare(log, as_of)
    report = measure_movements(as_of, DUCK, {"subscriptions"})
    assert report.rolls
    ends = {(m.month, m.currency): (m.end, m.paying) for m in report.months}
    for day in (d for d in range(START - 35, as_of) if from_number(d).day == 1):
        sums: dict[str, list[int]] = defaultdict(list)
        for (_, currency), (minor, _) in pays(log, as_of, day).items():
            sums[currency] += [minor] if minor else []
        for currency in ("USD", "EUR"):
            expected = (sum(sums[currency]), len(sums[currency]))
            assert ends.get((month_number(day) - 1, currency), (0, 0)) == expected
    for month in report.months:
        counts = dict(month.accounts)
        assert {kind for kind in counts if kind != "same"} <= set(KINDS)
        gone = {k for k in ("churn",) if k in counts}
        assert all(getattr(month, kind) < 0 for kind in gone)


@AGREE
@given(PAUSES, st.integers(START + 60, START + 200))
def test_who_leaves_is_churn_paused_or_not_and_a_pause_is_none(
    log: list[Version], as_of: int
) -> None:
    prepare(log, as_of)
    report = measure_movements(as_of, DUCK, {"subscriptions"})
    assert report.rolls
    told = {(m.month, m.currency): m for m in report.months}
    opens = [d for d in range(START - 70, as_of) if from_number(d).day == 1]
    for first, last in pairwise(opens):
        before, after = (by_account(pays(log, as_of, day)) for day in (first, last))
        for currency in ("USD", "EUR"):
            held = [sum(sums.get(currency, (0, 0))) for a, sums in before.items() if a not in after]
            lost = [amount for amount in held if amount]
            paused = [sum(s.get(currency, (0, 0))[1] for s in b.values()) for b in (before, after)]
            month = told.get((month_number(last) - 1, currency))
            if month is None:
                assert not lost
                continue
            assert (month.churn, dict(month.accounts).get("churn", 0)) == (-sum(lost), len(lost))
            assert month.resumption + month.pause == paused[0] - paused[1]
    customers = [set(by_account(pays(log, as_of, day))) for day in opens]
    if {v.currency for v in log} == {"USD"} and len(opens) > 1:
        counts = [dict(m.accounts) for m in report.months]
        came = sum(c.get("new", 0) + c.get("reactivation", 0) - c.get("churn", 0) for c in counts)
        assert came == len(customers[-1])


@AGREE
@given(LOGS, st.integers(START, START + 40))
def test_labels_and_the_last_price_agree(log: list[Version], snapshot: int) -> None:
    as_of = snapshot + HORIZON + GRACE
    accounts = prepare(log, as_of)
    DUCK.put("churn_snapshots", pa.table({"day": pa.array([snapshot], pa.int32())}))
    DUCK.put("churn_windows", WINDOWS.empty_table())
    labels = {
        r["account_id"]: r["churned"]
        for r in read(
            "tools.customers.churn",
            "labels_contractual",
            as_of=as_of,
            cut="g",
            horizon=HORIZON,
            grace=GRACE,
        )
    }
    days = range(START - 1, as_of)
    told = {day: by_account(pays(log, as_of, day)) for day in days}
    last = {r["account_id"]: r for r in read("tools.roi", "last_paid")}
    for account in accounts:
        there = {day for day in days if account in told[day]}
        lost = any(
            end - 1 in there and not there & set(range(end, end + GRACE + 1))
            for end in range(snapshot, snapshot + HORIZON)
        )
        assert labels[account] == int(lost), account
        if there and max(there) < as_of - 1:
            sums = told[max(there)][account]
            held = {currency: sum(both) for currency, both in sums.items()}
            whole = sum(held.values()) if len(held) == 1 else half_even(in_dollars(held))
            assert last[account]["mrr_minor"] == whole
            assert last[account]["currency"] == (min(held) if len(held) == 1 else None)


@pytest.mark.parametrize(
    ("currency", "expected"), [("EUR", (210, None, None)), ("CHF", (None, None, "CHF"))]
)
def test_what_was_last_paid_in_two_currencies_is_converted_or_says_why_not(
    currency: str, expected: tuple[int | None, str | None, str | None]
) -> None:
    line = Version("s1", "a", 100, 100, 101, 100, ended_day=110)
    prepare([line, replace(line, line="s2", currency=currency)], 120)
    (row,) = read("tools.roi", "last_paid")
    assert (row["mrr_minor"], row["currency"], row["mrr_missing"]) == expected


def test_a_sum_in_two_currencies_without_a_rate_is_none() -> None:
    line = Version("s1", "a", 100, 100, 101, 100)
    both = [line, Version("s2", "a", 100, 100, 101, 100, currency="CHF")]
    prepare(both, 120)
    (row,) = read("tools.customers.features", "billing", as_of=120, currency="USD")
    assert (row["paying"], row["mrr_minor"], row["mrr_missing"]) == (True, None, "CHF")
