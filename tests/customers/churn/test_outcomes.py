"""Outcomes: worked examples, the embargo, and what becomes known later."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.customers.churn.companies import MONTHLY, Company, accounts, subscribers, users
from tools.customers.churn import ChurnDefinition, observe, outcomes, snapshot_days
from tools.errors import BadInput
from tools.warehouse.asof.world import World

pytestmark = pytest.mark.long

CASES = yaml.safe_load((Path(__file__).parent / "labels.yaml").read_text())
AT = 100
SILENT = ChurnDefinition("non_contractual", 28, 0, "usage", 28, term_binds=False)
ORDERS = ChurnDefinition("non_contractual", 90, 0, "invoices", 90, term_binds=False)


def line(started: int, ended: int | None, mrr: int = 10_000, trial: Any = None) -> dict[str, Any]:
    end = None if ended is None else AT + ended
    return {"started_day": AT + started, "ended_day": end, "mrr_minor": mrr, "trial": trial}


def lost(company: Company, definition: ChurnDefinition, known: int = 300) -> dict[str, int]:
    table = outcomes(company.open(known), definition, [AT])
    return dict(zip(table["account_id"].to_pylist(), table["churned"].to_pylist(), strict=True))


@pytest.mark.parametrize("case", CASES["contractual"], ids=lambda c: c["name"])
def test_contractual(case: dict[str, Any]) -> None:
    company = subscribers({"a": [line(*own) for own in case["lines"]]})

    assert lost(company, MONTHLY) == {"a": case["lost"]}


@pytest.mark.parametrize("case", CASES["silence"], ids=lambda c: c["name"])
def test_silence(case: dict[str, Any]) -> None:
    company = users({"a": [AT + day for day in case["days"]]})

    assert lost(company, SILENT) == {"a": case["lost"]}


def test_an_order_is_what_is_left_of_its_lines() -> None:
    def order(account: str, amounts: list[int], status: str = "paid") -> list[dict[str, Any]]:
        common = {"account_id": account, "invoice_id": account, "status": status}
        day = {"issued_day": AT + 5}
        return [common | day | {"line": str(i), "amount_minor": a} for i, a in enumerate(amounts)]

    rows = [
        *order("buys", [500, -100]),
        *order("returns", [100, -100]),
        *order("void", [9], "void"),
    ]
    company = Company({"accounts": accounts(["buys", "returns", "void"]), "invoices": rows})

    assert lost(company, ORDERS) == {"buys": 0, "returns": 1, "void": 1}


YEAR: dict[str, Any] = {"interval_months": 12, "mrr_minor": 10_000}


def renewals(ends: dict[str, tuple[int, int | None]], known: int) -> dict[tuple[int, str], float]:
    """The rows of snapshots every 28 days; accounts have the end of a term and a last day."""
    lines = {
        a: [YEAR | {"started_day": end - 365, "term_end_day": end, "ended_day": last}]
        for a, (end, last) in ends.items()
    }
    seen = observe(subscribers(lines).open, MONTHLY, range(16, known - 43, 28), known)
    rows = seen.rows(seen.closed(known), known)
    keys = zip(rows.days.tolist(), rows.accounts.tolist(), strict=True)
    return dict(zip(keys, rows.y.tolist(), strict=True))


def test_a_term_is_one_row_ninety_sixty_and_thirty_days_before_its_end() -> None:
    """Not a month that cannot end: years ahead, and after notice, there is no row at all."""
    found = renewals({"kept": (200, None), "lost": (200, 200), "far": (900, None)}, 300)

    assert sorted({day for day, _ in found if day < 200}) == [100, 128, 184]
    assert {a for _, a in found} == {"kept", "lost"}
    assert {y for (_, a), y in found.items() if a == "kept"} == {0.0}
    assert {y for (_, a), y in found.items() if a == "lost"} == {1.0}


@pytest.mark.parametrize(("known", "told"), [(214, False), (215, True)])
def test_a_row_of_a_term_is_known_when_its_end_and_the_grace_are_over(
    known: int, *, told: bool
) -> None:
    """The snapshot of day 128 is closed from day 172; its term ends on day 200, so it is not."""
    found = renewals({"a": (200, 200)}, known)

    assert ((128, "a") in found) is told


def test_an_open_window_is_refused() -> None:
    company = subscribers({"a": [line(-50, None)]})

    with pytest.raises(BadInput, match="not known on day 143: wait until 144"):
        lost(company, MONTHLY, known=AT + 43)
    assert lost(company, MONTHLY, known=AT + 44) == {"a": 0}


def test_a_planted_leak_is_refused() -> None:
    """Rows whose window runs past the training day are the leak: nobody can ask for them."""
    company = users({f"a{i}": list(range(i % 7, 200, 1 + i % 9)) for i in range(30)})
    seen = observe(company.open, SILENT, range(60, 130, 14), 130)

    assert seen.closed(130) == [60, 74, 88, 102]
    with pytest.raises(BadInput, match="snapshot 116 are not known on day 130"):
        seen.rows([102, 116], 130)
    assert seen.rows(seen.closed(130), 130).days.max() + SILENT.span_days <= 130


def test_training_knows_only_what_its_day_knew() -> None:
    """A return that is only seen later changes the outcome from then on, not before."""
    company = subscribers({"a": [line(-50, 3), line(60, None)]})
    forgiving = ChurnDefinition("contractual_monthly", 30, 70)
    seen = observe(company.open, forgiving, [AT], 260)

    assert lost(company, MONTHLY, known=150) == {"a": 1}
    assert seen.rows([AT], 260).y.tolist() == [0]


@settings(max_examples=4)
@given(st.lists(st.integers(0, 260), min_size=1, max_size=30))
def test_future_facts_change_nothing(future: list[int]) -> None:
    past = {"a": [10, 40, 95], "b": [20, 99, 110], "c": list(range(0, 130, 3))}
    plain, later = (
        users(past),
        users({k: [*v, *(130 + d for d in future)] for k, v in past.items()}),
    )
    days = snapshot_days(10, SILENT, 130, most=2)

    one, two = (observe(c.open, SILENT, days, 130) for c in (plain, later))

    for day in one.closed(130):
        assert one.rows([day], 130).accounts.tolist() == two.rows([day], 130).accounts.tolist()
        assert one.rows([day], 130).y.tolist() == two.rows([day], 130).y.tolist()
        np.testing.assert_array_equal(one.rows([day], 130).x, two.rows([day], 130).x)


def test_a_world_before_the_first_account_tells_what_need_not_be_opened() -> None:
    """Snapshots, outcomes and the share read are the same, with three worlds fewer."""
    company = users({f"a{i}": [90 + i, 140 + i] for i in range(6)})
    company.facts["accounts"] = accounts([f"a{i}" for i in range(6)], created_day=99)
    days, opened = range(16, 200, 28), list[int]()

    def count(day: int) -> World:
        opened.append(day)
        return company.open(day)

    whole = observe(company.open, SILENT, days, 200, most_accounts=3)
    found = observe(count, SILENT, days, 200, most_accounts=3, since=100)

    assert opened == [100, 128, 156, 184, 200]
    assert repr(found) == repr(whole)
    assert repr(found.rows(found.closed(200), 200)) == repr(whole.rows(whole.closed(200), 200))


def test_an_account_that_vanished_in_a_merge_has_no_outcome() -> None:
    company = users({"a": [90, 110], "b": [95]})
    seen = observe(company.open, SILENT, [AT], 200)
    seen.outcomes[(200, AT)] = np.array([0.0, np.nan])

    assert seen.rows([AT], 200).accounts.tolist() == ["a"]


def test_large_populations_are_sampled_by_a_hash() -> None:
    company = users({f"a{i:03}": [90] for i in range(400)})
    seen, again = (observe(company.open, SILENT, [AT], 200, most_accounts=100) for _ in range(2))
    ids = seen.rows([AT], 200).accounts

    assert 60 < len(ids) < 140
    assert ids.tolist() == again.rows([AT], 200).accounts.tolist()
    assert not np.isnan(seen.outcomes[(200, AT)]).any()


def test_the_grid_ends_with_the_last_closed_snapshot() -> None:
    assert snapshot_days(0, SILENT, 200, most=3) == [116, 144, 172]
    assert snapshot_days(100, SILENT, 200) == [144, 172]
    assert snapshot_days(190, SILENT, 200) == []
    assert snapshot_days(None, SILENT, 200) == []
