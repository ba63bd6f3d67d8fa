"""What the reports are told of the gate: all that happened before the day, and nothing later."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from agent.report_facts import FactCutoff, put_report_facts, work_tables
from approvals.care import CareWish, Said, care
from tests.approvals.made import DAY, eur
from tests.gate.office import BERLIN, Office, mail
from tools.reports.agent_activity.relations import SCHEMAS
from tools.roi.value import Step
from tools.store.records import Refusal
from tools.warehouse.engine import DuckEngine

MONDAY = DAY + 3
STEPS = (
    Step("value of success", "contribution × cycles", eur("750.004")),
    Step("gain", "value of success × change of the chance 0.02", eur("15.005")),
    Step("net value", "gain − cost", eur("882.00")),
)
SUMMARY = {
    "accounts": 9, "priced": 40, "worthwhile": 12, "chosen": 3, "value_minor": 500,
    "currency": "EUR", "unpriced": {"missing: seats": 2, "missing: churn score": 1},
    "refused": {"consent": 4}, "shadow_prices": {"reviews": "921.5", "budget": "0.0005"},
}  # fmt: skip


def tables(office: Office, as_of: int) -> dict[str, pa.Table]:
    return work_tables(office.store, FactCutoff(as_of, as_of - 28, BERLIN))


def rows(office: Office, as_of: int, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tables(office, as_of)[name].to_pylist()
    return found


def run(office: Office, day: int) -> None:
    office.store.runs.open_run(day, "f", {}, office.clock())
    refusals = [Refusal(day, a, "upsell_seats", "consent", "not given") for a in ("a1", "a2")]
    office.store.refusals.write(day, refusals)
    office.store.runs.finish_run(day, json.dumps(SUMMARY), office.clock())


def busy_day(office: Office) -> None:
    """Three proposals and a fourth: approved, rejected, approved and taken back, waiting."""
    run(office, DAY)
    office.propose(replace(mail("a4", "90.00"), worth=replace(mail().worth, steps=STEPS)))
    office.clock.pass_(hours=13, minutes=57)  # 23:57 in Berlin
    waiting = {p.account_id: p for p in office.store.proposals.pending(DAY)}
    office.decide("ann", "approve", office.seen(waiting["a1"].id))
    office.decide("ann", "reject", waiting["a2"])
    office.decide("bob", "approve", waiting["a3"])
    office.decide("bob", "undo", waiting["a3"])


def busier_days(office: Office) -> None:
    """What was scheduled is sent, what was taken back is approved again, and more comes in."""
    office.clock.pass_(days=2, hours=10)  # Monday, ten in the morning
    assert office.dispatch() == {"sent": 1}
    run(office, MONDAY)
    waiting = {p.account_id: p for p in office.store.proposals.pending(DAY)}
    office.rules["holdout_share"] = Decimal(1)
    office.propose(mail("a9", "10.00", MONDAY))
    office.decide("ann", "approve", waiting["a3"])
    (new,) = office.store.proposals.of_account("a9")
    office.decide("ann", "approve", new)
    assert office.dispatch() == {"sent": 1, "held_out": 1}
    office.decide("cleo", "snooze", waiting["a4"], until_day=MONDAY + 1)


def test_the_morning_after_is_the_same_whatever_comes_later(office: Office) -> None:
    busy_day(office)
    before = tables(office, DAY + 1)
    busier_days(office)
    after = tables(office, DAY + 1)

    assert {name: table.to_pylist() for name, table in after.items()} == {
        name: table.to_pylist() for name, table in before.items()
    }
    assert {name: table.schema for name, table in before.items()} == dict(SCHEMAS)


def test_statuses_are_those_of_the_morning(office: Office) -> None:
    busy_day(office)
    busier_days(office)

    def statuses(as_of: int, name: str) -> dict[str, tuple[str, int]]:
        found = rows(office, as_of, name)
        return {row["account_id"]: (row["status"], row["status_day"]) for row in found}

    assert statuses(DAY + 1, "work_actions") == {"a1": ("scheduled", DAY), "a3": ("revoked", DAY)}
    assert statuses(MONDAY + 1, "work_actions") == {
        "a1": ("sent", MONDAY),
        "a3": ("sent", MONDAY),
        "a9": ("held_out", MONDAY),
    }
    assert statuses(DAY + 1, "work_proposals") == {
        "a1": ("approved", DAY),
        "a2": ("rejected", DAY),
        "a3": ("pending", DAY),
        "a4": ("pending", DAY),
    }
    assert statuses(MONDAY + 1, "work_proposals")["a4"] == ("snoozed", MONDAY)


def test_an_approval_counts_from_the_one_that_stands_and_what_left_is_marked(
    office: Office,
) -> None:
    busy_day(office)
    busier_days(office)
    found = {row["account_id"]: row for row in rows(office, MONDAY + 1, "work_actions")}

    assert {a: (row["approved_day"], row["gone"]) for a, row in found.items()} == {
        "a1": (DAY, True),
        "a3": (MONDAY, True),
        "a9": (MONDAY, False),
    }
    assert not any(row["gone"] for row in rows(office, DAY + 1, "work_actions"))


def test_deeds_draws_and_prices(office: Office) -> None:
    busy_day(office)
    busier_days(office)
    deeds = [(row["kind"], row["day"]) for row in rows(office, DAY + 1, "work_deeds")]
    lots = {row["account_id"]: row["held"] for row in rows(office, MONDAY + 1, "work_draws")}
    price = {row["account_id"]: row for row in rows(office, DAY + 1, "work_proposals")}

    assert deeds == [("approve", DAY), ("reject", DAY), ("approve", DAY), ("undo", DAY)]
    assert lots == {"a1": False, "a3": False, "a9": True}
    assert [price["a4"][n] for n in ("value_minor", "gain_minor", "success_minor")] == [
        88_200,
        1_500,
        75_000,
    ]
    assert price["a1"]["gain_minor"] is None


def test_what_people_said_of_accounts_is_told_in_its_order(office: Office) -> None:
    said = Said(DAY, "retention_call", 4_200, "EUR", ())
    for who, wish in (
        ("ann", CareWish("claim", "a1", 0)),
        ("bob", CareWish("not_useful", "a2", 0, "too_small")),
        ("ann", CareWish("open", "a1", 1)),
    ):
        care(office.gate, office.people[who], wish, said)
        office.clock.pass_(hours=12)
    names = {actor.person: name for name, actor in office.people.items()}
    found = [
        (
            row["seq"],
            row["account_id"],
            row["kind"],
            row["reason"],
            names[row["who"]],
            row["day"],
            row["value_minor"],
        )
        for row in rows(office, DAY + 1, "work_care")
    ]

    assert found == [
        (0, "a1", "claim", "", "ann", DAY, 4_200),
        (1, "a2", "not_useful", "too_small", "bob", DAY, 4_200),
    ]
    assert len(rows(office, DAY + 2, "work_care")) == 3


def test_runs_refusals_and_what_a_limit_was_worth(office: Office) -> None:
    busy_day(office)
    busier_days(office)

    (one,) = rows(office, DAY + 1, "work_runs")
    assert (one["as_of"], one["unpriced"], one["refused"], one["priced"]) == (DAY, 3, 4, 40)
    assert [row["thousandths"] for row in rows(office, DAY + 1, "work_prices")] == [921_500, 0]
    assert len(rows(office, DAY + 1, "work_refusals")) == 2
    assert len(rows(office, MONDAY + 1, "work_refusals")) == 4


def test_without_any_work_every_relation_is_there_and_empty(office: Office) -> None:
    engine = DuckEngine(threads=1)
    put_report_facts(engine, office.store, BERLIN, DAY - 5, DAY - 12)

    for name, schema in SCHEMAS.items():
        table = engine.run(f"SELECT * FROM {name}")
        assert (table.num_rows, table.schema.names) == (0, schema.names)
