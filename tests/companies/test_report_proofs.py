"""Retention and money of public sets, against published figures and another route to them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.companies import plainly
from tests.companies.conftest import Company
from tests.companies.plainly import KINDS, Paid
from tests.companies.runs import READ_ONLY, read_only, world_of
from tests.reports.reference import count
from tests.reports.test_retention import counts
from tools.days import from_number, month_start
from tools.reports.retention.measure import Retention, measure_retention
from tools.reports.retention.spec import RetentionSpec
from tools.reports.revenue.cohorts import hazards, measure_cohorts
from tools.reports.revenue.movements import Movements, measure_movements, measure_week
from tools.reports.revenue.net_retention import last_month, measure_net_retention
from tools.warehouse.asof.world import World

pytestmark = [pytest.mark.long, pytest.mark.data]
RELAX = "relax_asana_until_2014-03-31"
PURCHASES = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
CANCELLED_TOO = [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]
JANUARY_1997 = [7846, 1157, 964, 810, 679, 736]
JUNE_2023 = {"new": 4_453_800, "expansion": 844_000, "contraction": -37_500, "churn": -1_780_700}
MONTHS = RetentionSpec(clock="calendar", unit="month", buckets=tuple(range(13)), incomplete="mark")
BOUGHT = replace(MONTHS, birth="first_purchase", returns="purchases")
INVOICED = replace(MONTHS, birth="first_invoice", returns="invoices")
WEEKS = tuple(range(13))
FOUR = {
    "rolling": RetentionSpec(buckets=WEEKS),
    "calendar": RetentionSpec(buckets=WEEKS, clock="calendar"),
    "on or after": RetentionSpec(buckets=WEEKS, mode="on_or_after"),
    "bracket": RetentionSpec(
        unit="day", mode="bracket", brackets=((0, 1), (1, 8), (8, 29), (29, 85))
    ),
}


def measured(world: World, spec: RetentionSpec) -> Retention:
    return measure_retention(world.as_of, world.engine, world.present, spec)


def by_month(report: Retention) -> dict[tuple[int, int], int]:
    """Retained by cohort and months since, as the other route counts them."""
    return {
        (plainly.month_of(from_number(c.cohort)), int(c.bucket.split()[1])): c.retained
        for c in report.cells
        if c.retained
    }


def first_row(counted: dict[tuple[int, int], int]) -> list[int]:
    first = min(month for month, _ in counted)
    return [counted[first, age] for age in range(13) if (first, age) in counted]


@pytest.mark.xdist_group("online_retail")
def test_online_retail_under_both_definitions(company: Company, shared_data: Path) -> None:
    run, folder = company("online_retail"), shared_data / "online_retail"
    with world_of(run.home, shared_data, run.name, run.day) as world:
        for spec, expected in ((BOUGHT, PURCHASES), (INVOICED, CANCELLED_TOO)):
            report = measured(world, spec)
            plain = plainly.cohorts(plainly.retail(folder, only_purchases=spec == BOUGHT))
            assert first_row(plain) == expected
            assert by_month(report) == {k: n for k, n in plain.items() if k[1] < 13}
            first = [c.complete for c in report.cells if c.cohort == report.cells[0].cohort]
            assert first == [True] * 12 + [False]


@pytest.mark.xdist_group("cdnow")
def test_cdnow_by_month(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = read_only("cdnow", tmp_path_factory.mktemp("cdnow"), shared_data)
    # Some purchases cost nothing; the published figures count them.
    with world_of(home, shared_data, "cdnow", READ_ONLY["cdnow"]) as world:
        counted = by_month(measured(world, INVOICED))
    plain = plainly.cohorts(plainly.cdnow(shared_data / "cdnow"))
    assert first_row(plain)[:6] == JANUARY_1997
    assert sum(n for (_, age), n in plain.items() if age == 0) == 23_570
    assert counted == {key: n for key, n in plain.items() if key[1] < 13}


@pytest.mark.xdist_group(RELAX)
def test_relax_from_week_0_to_12_under_four_definitions(
    company: Company, shared_data: Path
) -> None:
    births, logins = plainly.relax(shared_data / RELAX)
    run = company(RELAX)
    with world_of(run.home, shared_data, run.name, "2014-04-01") as world:
        reports = {name: measured(world, spec) for name, spec in FOUR.items()}
    for name, report in reports.items():
        assert counts(report) == count(report.as_of, births, logins, FOUR[name]), name
    weeks = {n: [round(m.rate or 0, 4) for m in r.means] for n, r in reports.items()}
    assert weeks["rolling"][12] < weeks["on or after"][12]
    assert len({tuple(rates) for rates in weeks.values()}) == 4


@pytest.fixture(scope="module")
def crm6(company: Company, shared_data: Path) -> Iterator[tuple[World, Paid]]:
    run = company("fightchurn_crm6")
    with world_of(run.home, shared_data, run.name, run.day) as world:
        yield world, Paid.crm6(shared_data / "fightchurn_crm6")


def opening(month: int) -> date:
    """The first day of the month after: the day on which a month is closed."""
    return from_number(month_start(month + 1))


@pytest.mark.xdist_group("fightchurn_crm6")
def test_crm6_movements_of_every_month_to_the_cent(crm6: tuple[World, Paid]) -> None:
    world, plain = crm6
    moved: Movements = measure_movements(world.as_of, world.engine, world.present)
    assert moved.rolls
    assert [m.label for m in moved.months[-17:]] == [
        f"{2022 + n // 12}-{n % 12 + 1:02d}" for n in range(1, 18)
    ]
    for month in moved.months:
        expected = plain.bridge(opening(month.month - 1), opening(month.month))
        assert {name: getattr(month, name) for name in ("start", *KINDS, "end")} == expected
        assert month.difference == 0
    assert {kind: getattr(moved.months[-1], kind) for kind in JUNE_2023} == JUNE_2023


@pytest.mark.xdist_group("fightchurn_crm6")
def test_crm6_movements_of_the_week(crm6: tuple[World, Paid]) -> None:
    world, plain = crm6
    week = measure_week(world.as_of - 7, world.as_of, world.engine, world.present)
    (move,) = week.moves
    expected = plain.bridge(from_number(world.as_of - 8), from_number(world.as_of - 1))
    assert {name: getattr(move, name) for name in ("start", *KINDS, "end")} == expected


@pytest.mark.xdist_group("fightchurn_crm6")
def test_crm6_net_and_gross_retention_in_both_forms(crm6: tuple[World, Paid]) -> None:
    world, plain = crm6
    for months in (1, 3, 12):
        (kept,) = measure_net_retention(world.as_of, world.engine, world.present, months)
        openings = [opening(kept.month - back) for back in range(months, -1, -1)]
        expected = plain.kept(openings)
        assert {name: getattr(kept, name) for name in expected} == pytest.approx(expected)
        assert kept.grr_moves <= kept.grr <= kept.nrr


@pytest.mark.xdist_group("fightchurn_crm6")
def test_crm6_churn_by_age(crm6: tuple[World, Paid]) -> None:
    world, plain = crm6
    measure_movements(world.as_of, world.engine, world.present)
    last = last_month(world.engine)
    assert last is not None
    found = measure_cohorts(world.engine, world.present, last, "opening")
    expected = plain.lives([opening(month) for month in range(last - 30, last + 1)])
    assert {h.age: (h.at_risk, h.lost) for h in hazards(found)} == expected
    assert all(month.users is not None for month in found)
