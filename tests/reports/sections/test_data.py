"""The section on data, and when a report must not leave the house."""

from typing import Any

import pytest

from tests.reports.audit.company import report as dirty
from tests.reports.sections.conftest import Simulated
from tests.reports.sections.life import AS_OF, check_laws, company, figures, said
from tests.warehouse.identity.facts import engine_with
from tools.reports.audit import AuditReport, audit
from tools.reports.audit.model import Freshness
from tools.reports.context import ReportContext
from tools.reports.data_quality.section import MISSED, fit_to_send, make_data
from tools.warehouse.engine import DuckEngine
from tools.warehouse.schema import TABLES

ONE: dict[str, Any] = {"accounts": [{"account_id": "a", "created_day": AS_OF - 90}]}

SILENT = "events from app has been silent for {} days, since {}; its longest pause before was {}"


def source(days: int, behind: int = 0, pause: int = 0, table: str = "events") -> Freshness:
    """A source that spoke on so many days until so many days ago."""
    latest = AS_OF - 1 - behind
    return Freshness(table, "app", days, latest - days + 1 - pause, latest, behind, pause, pause)


def found(*freshness: Freshness) -> AuditReport:
    return AuditReport(AS_OF, (), freshness, (), (), (), ())


@pytest.mark.parametrize(
    ("about", "rows", "sources", "reasons"),
    [
        ("fresh", ONE, [source(90)], []),
        ("nothing at all", {}, [],
         ["there is no account and no contact", "there is no fact with a day"]),
        ("facts of nobody", {}, [source(90)], ["there is no account and no contact"]),
        ("a contact is enough", {"contacts": [{"contact_id": "c"}]}, [source(90)], []),
        ("a week of silence is within reason", ONE, [source(90, 7)], []),
        ("eight days of a daily source are not", ONE, [source(90, 8), source(90, table="deals")],
         [SILENT.format(8, "2026-10-24", 0)]),
        ("a slow source may be slow", ONE, [source(90, 20, pause=10), source(9)], []),
        ("until it is twice as slow", ONE, [source(90, 21, pause=10), source(9)],
         [SILENT.format(21, "2026-10-11", 10)]),
        ("no rhythm yet, but old", ONE, [source(5, 15)],
         ["the newest fact of any source is of 2026-10-17, 15 days old"]),
        ("no rhythm yet, and young", ONE, [source(5, 14)], []),
    ],
)  # fmt: skip
def test_fit_to_send(
    about: str, rows: dict[str, Any], sources: list[Freshness], reasons: list[str]
) -> None:
    assert list(fit_to_send(company(**rows), found(*sources))) == reasons, about


def test_a_source_without_days_is_no_fact_with_a_day() -> None:
    unknown = Freshness("tickets", "app", 3, None, None, None, 0, 0)
    assert fit_to_send(company(**ONE), found(unknown)) == ("there is no fact with a day",)


def test_the_section_says_why_it_must_not_be_sent() -> None:
    given = company(**ONE)
    chapter = make_data(given, found(source(90, 30)))
    check_laws(given, chapter)
    assert said(chapter).startswith("Not fit to be sent: the newest fact of any source")


def test_nothing_missing_is_left_unsaid() -> None:
    """Every canonical table has words for what a report lacks without it."""
    assert set(MISSED) == {table.name for table in TABLES}
    given = company()
    empty = audit(AS_OF, engine_with({}))
    chapter = make_data(given, empty)
    check_laws(given, chapter)
    assert set(chapter.section.missing) == set(MISSED)
    assert "no contacts, so nothing of people" in said(chapter)


def test_a_dirty_company() -> None:
    """Counts are those of the audit, which has tests of its own."""
    report = dirty()
    given = ReportContext(report.as_of, report.as_of - 7, company(**ONE).engine, frozenset())
    chapter = make_data(given, report)
    check_laws(given, chapter)
    values = figures(chapter)
    aside = sum(f.count for f in report.findings if f.code == "quarantined")
    assert aside > 0
    assert values["data.1970-03-02.set-aside"].value == aside
    assert [b.id for b in chapter.section.blocks] == [
        "data.freshness",
        "data.missing",
        "data.set-aside",
        "data.matches",
        "data.findings",
    ]
    rows = sum(v.value or 0 for k, v in values.items() if k.startswith("data.1970-03-02.rows."))
    assert rows == sum(row.rows for row in report.freshness)
    assert not any("@" in figure for figure in values)


@pytest.mark.xdist_group("simulated sections")
def test_the_simulated_company_is_fit(simulated: Simulated) -> None:
    engine = DuckEngine()
    simulated.company.dataset.scan(simulated.given.as_of, engine)
    report = audit(simulated.given.as_of, engine)
    chapter = make_data(simulated.given, report)
    check_laws(simulated.given, chapter)
    assert not chapter.section.missing
    assert all("silent" in reason for reason in fit_to_send(simulated.given, report))
