"""The archive of reports in the browser: read, compare, and ask who is behind a figure."""

import json
import re
from html import unescape

import pytest

from tests.web.made import HTML, Inbox

WEEK = "/reports/weekly-2026-W44"


def test_the_archive_lists_every_report_with_its_files(inbox: Inbox) -> None:
    page = inbox.inside("viewer").get("/reports")

    assert f'<a href="{WEEK}">' in page
    assert f'<a href="{WEEK}/files/report.pdf">PDF</a>' in page
    assert "2026-10-26" in page
    assert "2026-11-01" in page


def test_a_report_shows_every_table_with_a_way_to_who_is_behind(inbox: Inbox) -> None:
    page = inbox.inside("viewer").get(WEEK)

    for said in (
        "Lifecycle week 2026-W44",
        "41.2%",
        "38.0% to 44.0%",
        "missing: subscriptions",
        "-12,345.67 EUR",
        "nothing to show".capitalize(),
        "2026-16",
        f'href="{WEEK}/files/retention.csv"',
        'class="n s6"',
        "Customers &lt;that&gt; pay &amp; stay",
        f'<a href="{WEEK}/behind?figure=retention.15.size">115</a>',
    ):
        assert said in page, said
    assert "style=" not in page


def test_a_chart_is_a_picture_with_words_and_its_figures_for_the_script(inbox: Inbox) -> None:
    page = inbox.inside("viewer").get(WEEK)
    found = re.search(r'data-chart="([^"]*)"', page)

    assert found
    chart = json.loads(unescape(found[1]))
    assert chart["series"][0]["y"] == [1.0, 0.5, 0.41, None]
    assert f'<img src="{WEEK}/charts/curve" alt="Paying customers by age' in page


def test_who_is_behind_a_figure_comes_a_page_at_a_time(inbox: Inbox) -> None:
    browser, path = inbox.inside("viewer"), f"{WEEK}/behind?figure=retention.3.size"

    first = browser.get(path)
    following = re.search(r'href="([^"]*after=[^"]*)">Next', first)
    assert following
    second = browser.get(unescape(following[1]))

    assert "Who came back, 2026-04, size: 103" in first
    assert "Bäcker &lt;99&gt;" in first
    assert "a100" in second
    assert "a099" not in second
    assert "Next" not in second


def test_two_reports_are_compared_figure_by_figure(inbox: Inbox) -> None:
    page = inbox.inside("viewer").get("/reports/compare?a=weekly-2026-W43&b=weekly-2026-W44")

    assert "Lifecycle week 2026-W43 and Lifecycle week 2026-W44" in page
    assert "50 figures are the same" in page
    assert "No figure that both have differs" in page


@pytest.mark.parametrize(
    "path",
    [
        "/reports/weekly-1999-W01", f"{WEEK}/files/secret.txt", f"{WEEK}/charts/none",
        f"{WEEK}/behind?figure=money.net", f"{WEEK}/behind?figure=", "/reports/..%2f..%2fetc",
        f"{WEEK}/files/..%2f..%2flifecycle.db",
        "/reports/compare?a=weekly-1999-W01&b=weekly-2026-W44",
    ],
)  # fmt: skip
def test_what_there_is_none_of_is_said_and_nothing_else(inbox: Inbox, path: str) -> None:
    answer = inbox.inside("viewer").client.get(path, headers=HTML)

    assert answer.status_code == 404


def test_a_reports_own_page_may_do_nothing_but_be_seen(inbox: Inbox) -> None:
    answer = inbox.inside("viewer").client.get(f"{WEEK}/files/report.html", headers=HTML)

    assert answer.headers["content-security-policy"].startswith("default-src 'none'; img-src data:")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["content-type"].startswith("text/html")
