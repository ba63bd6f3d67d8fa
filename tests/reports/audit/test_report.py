"""The report as a whole: golden files, order, privacy, rhythm and quarantine."""

from io import StringIO

import pytest
import yaml
from rich.console import Console

from tests.reports.audit.company import AS_OF, COMPANY, GOLDEN, rendered, report
from tests.warehouse.identity.facts import engine_with
from tools.errors import BadRule
from tools.reports.audit import as_page, as_text, audit, file_remarks, quarantine_counts
from tools.reports.audit.catalogue import load_checks
from tools.reports.audit.format import percent
from tools.reports.audit.model import SEVERITIES, masked, share_of


@pytest.mark.parametrize("name", ["audit.html", "audit.json"])
def test_golden(name: str) -> None:
    """After a change on purpose: `python -m tests.reports.audit.company`, and read the diff."""
    assert rendered()[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_findings_come_worst_first_with_something_to_do() -> None:
    findings = report().findings
    ranks = [SEVERITIES.index(finding.severity) for finding in findings]
    assert ranks == sorted(ranks)
    assert findings[0].code == "mailed_after_unsubscribe"
    assert all(f.count > 0 and f.action.endswith(".") for f in findings)
    assert all(len(f.examples) <= 5 for f in findings)


def test_no_address_of_a_person_is_shown_anywhere() -> None:
    terminal = StringIO()
    Console(width=120, file=terminal).print(as_text(report()))
    for text in (*rendered().values(), terminal.getvalue()):
        assert "a***@" in text
        for address in ("ann@", "bob@", "cy@", "dee@"):
            assert address not in text.lower()


def test_the_page_needs_nothing_and_escapes_what_it_shows() -> None:
    page = as_page(report())
    assert "<script" not in page
    assert "http" not in page
    assert "<b>12</b>" not in page
    assert "&lt;b&gt;12&lt;/b&gt;" in page
    assert "prefers-color-scheme: dark" in page


def test_missing_tables_are_named_and_never_counted() -> None:
    found = report()
    assert found.missing == ("deals", "invoices", "campaigns")
    assert "deals.closed_day" not in {f.subject for f in found.findings}
    rates = {rate.title: rate for rate in found.matches}
    assert rates["accounts with billing"].share == share_of(2, 3)


def test_quarantine_is_counted_by_table_column_and_reason() -> None:
    rows: list[dict[str, object]] = [
        {"table": "t", "column": "c", "reason": "r"},
        {"table": "t", "column": "c", "reason": "r", "rows": 4},
        {"table": "a", "reason": "x", "count": 2},
    ]
    counts = quarantine_counts(rows)
    assert [(c.table, c.column, c.reason, c.rows) for c in counts] == [
        ("a", "", "x", 2),
        ("t", "c", "r", 5),
    ]
    findings = audit(100, engine_with({}), counts).of("quarantine")
    assert [(f.subject, f.count, f.total) for f in findings] == [("t.c", 5, 5), ("a", 2, 2)]


def test_remarks_on_files_are_findings() -> None:
    rows: list[dict[str, object]] = [
        {
            "kind": "folded",
            "table": "events",
            "column": "",
            "file": "a.csv",
            "reason": "r",
            "rows": 3,
        },
        {
            "kind": "date_forms",
            "table": "events",
            "column": "at",
            "file": "a.csv",
            "reason": "2 forms",
            "rows": 9,
        },
    ]
    found = audit(100, engine_with({}), (), file_remarks(rows)).findings
    assert [(f.code, f.subject, f.count, f.total) for f in found] == [
        ("date_forms", "events.at", 9, 0),
        ("folded", "events", 3, 3),
    ]
    assert found[0].says == "rows whose dates can be doubted (a.csv): 2 forms"


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (range(1, 100), {}),
        (range(1, 91), {"stale": 9}),
        (range(1, 94), {}),
        (range(1, 100, 7), {}),
        ((*range(1, 40), *range(60, 100)), {"silence": 20}),
        (range(1, 10), {}),
    ],
)
def test_a_source_is_stale_by_its_own_rhythm(days: range, codes: dict[str, int]) -> None:
    messages = [{"message_key": f"m{day}", "kind": "sent", "day": day} for day in days]
    found = audit(100, engine_with({"messages": messages})).of("freshness")
    assert {f.code: f.count for f in found} == codes


def test_masking_keeps_the_reference_and_the_domain() -> None:
    assert masked("crm:joe@acme.com → app:7") == "crm:j***@acme.com → app:7"
    assert masked("a@b.co, bb@b.co") == "a***@b.co, b***@b.co"
    assert masked("crm:17") == "crm:17"
    assert masked("not an address: ann@") == "not an address: a***@"


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    assert [percent(s) for s in (None, 0.0, 0.0001, 0.5, 0.9999, 1.0)] == [
        "–",
        "0.0%",
        "< 0.1%",
        "50.0%",
        "> 99.9%",
        "100.0%",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severity": "bad"}, "severity: 'bad' is not known"),
        ({"section": "dat"}, "did you mean 'dates'"),
        ({"sayz": "x"}, r"checks\[0\]: unknown key 'sayz'; did you mean 'says'"),
    ],
)
def test_a_mistake_in_the_checks_is_named(change: dict[str, str], message: str) -> None:
    check = {"code": "c", "section": "dates", "severity": "high", "says": "s", "do": "d", **change}
    text = yaml.safe_dump({"sections": {"dates": "Dates"}, "checks": [check]})
    with pytest.raises(BadRule, match=message):
        load_checks(text, "mine.yaml")


def test_the_audit_of_a_day_does_not_change_when_more_is_loaded() -> None:
    tables = COMPANY["tables"]
    later = [{**row, "day": AS_OF - 1, "known_day": AS_OF + 1} for row in tables["contacts"]]
    grown = {**tables, "contacts": [*tables["contacts"], *later]}
    counts = quarantine_counts(COMPANY["quarantine"])
    assert audit(AS_OF, engine_with(grown), counts) == report()


def test_order_and_repetition_of_rows_change_nothing_but_the_count_of_rows() -> None:
    tables = {name: rows[::-1] for name, rows in COMPANY["tables"].items()}
    counts = quarantine_counts(COMPANY["quarantine"])
    assert audit(AS_OF, engine_with(tables), counts) == report()
