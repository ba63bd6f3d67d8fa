"""The page, the mail and the print of a report: traced, strict, and the same bytes every time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.document.made import cohorts, report
from tests.document.mail_check import mail_faults
from tests.document.tracing import figures_on, texts_of, untraced
from tools.document.charts import draw
from tools.document.html import MAIL_BYTES, as_mail, as_page, attached, inside, pictures, shade
from tools.document.json import blocks
from tools.document.model import Chart, Figure, Report, Section, Table, words
from tools.document.pdf import as_pdf
from tools.document.picture import Picture, alternative


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return pictures(report())


def test_every_number_on_the_page_is_in_the_json(drawn: dict[str, Picture]) -> None:
    page = as_page(report(), drawn, inside(drawn))

    assert untraced(page, report()) == []
    assert figures_on(page) > 60


def test_a_number_nobody_computed_is_found(drawn: dict[str, Picture]) -> None:
    page = as_page(report(), drawn, inside(drawn))

    assert untraced(page.replace("41.2%", "41.3%"), report())
    assert untraced(page.replace("came back.", "came back 17 times."), report())
    assert untraced(page.replace(">38.0%<", ">38.1%<"), report())


def test_mail_clients_show_it(drawn: dict[str, Picture]) -> None:
    assert mail_faults(as_mail(report(), drawn)) == []
    assert mail_faults(as_page(report(), drawn, inside(drawn))) == []


def test_the_mail_says_what_the_page_says(drawn: dict[str, Picture]) -> None:
    mail, page = as_mail(report(), drawn), as_page(report(), drawn, inside(drawn))

    assert texts_of(mail) == texts_of(page)
    assert "data-figure" not in mail


def test_a_long_report_is_mailed_with_fewer_rows_and_says_so() -> None:
    sections = tuple(Section(f"s{n}", f"Section {n}", (), (cohorts(14),)) for n in range(40))
    made = report(sections=sections)

    mail = as_mail(made, {})

    assert len(as_page(made, {}, {}, named=False).encode()) > MAIL_BYTES
    assert mail_faults(mail) == []
    assert "more rows are in retention.csv" in mail


@pytest.mark.parametrize(
    "wrong",
    [
        "<script>alert(1)</script>", '<img src="http://x.example/p.png" alt="a" width="1">',
        '<p style="position:fixed">a</p>', '<p onclick="a()">a</p>', "<form></form>",
        '<p style="background:url(x)">a</p>', "<p>never closed", "</td>",
        '<img src="cid:a@report" width="1">',
    ],
)  # fmt: skip
def test_the_check_of_mails_finds_what_clients_would_not_show(
    drawn: dict[str, Picture], wrong: str
) -> None:
    page = as_page(report(), drawn, attached(drawn))

    assert mail_faults(page.replace("<h1", f"{wrong}<h1", 1))


def test_what_comes_from_data_is_text() -> None:
    hostile = "<img src=x onerror=alert(1)>\"'&"
    made = report(company=hostile, sections=(Section("a", hostile, ((words(hostile),),)),))
    page = as_page(made, {}, {})

    assert "<img" not in page
    assert mail_faults(page) == []
    assert as_pdf(made, {}).startswith(b"%PDF")


def test_the_same_report_is_the_same_bytes(drawn: dict[str, Picture]) -> None:
    again = pictures(report())

    assert again == drawn
    assert as_page(report(), again, inside(again)) == as_page(report(), drawn, inside(drawn))
    assert as_pdf(report(), again) == as_pdf(report(), drawn)


def test_the_words_under_a_picture_have_its_figures() -> None:
    chart = next(block for block in blocks(report()) if isinstance(block, Chart))

    said = alternative(chart)

    assert said == (
        "Paying customers by age, share by months. seen 0: 100.0%, 1: 50.0%, 2: 41.0%; "
        "expected (projected) 2: 41.0%, 3: 36.0%."
    )
    assert said in draw(chart).svg


def test_a_chart_without_any_value_can_be_drawn() -> None:
    chart = next(block for block in blocks(report()) if isinstance(block, Chart))
    empty = Chart(chart.id, chart.title, chart.about, "bars", (), "x", "y", "count", ())

    assert draw(empty).alt.endswith("nothing to draw.")


def test_a_report_of_nothing_is_a_page() -> None:
    empty: Report = report(sections=(), versions=(), company="")

    assert mail_faults(as_page(empty, {}, {})) == []
    assert as_pdf(empty, {}).startswith(b"%PDF")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_a_heat_map_is_darker_where_the_share_is_larger(shares: list[float]) -> None:
    about = next(iter(blocks(report()))).about
    rows = tuple((Figure(f"f{n}", share, "share"),) for n, share in enumerate(shares))
    table = Table("t", "T", about, ("a",), rows, shade=(0,))

    lightness = [
        _light(shade(table, row, 0)) for row in sorted(rows, key=lambda r: r[0].value or 0)
    ]

    assert lightness == sorted(lightness, reverse=True)


def _light(style: str) -> int:
    colour = re.search(r"background:#(\w{6})", style)
    assert colour
    return sum(int(colour[1][n : n + 2], 16) for n in (0, 2, 4))
