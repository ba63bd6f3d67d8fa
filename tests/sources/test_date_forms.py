"""Day and month are told apart by the calendar a reading gives, or the doubt is told."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.folders import column, read
from tools.days import day_number, from_number
from tools.sources.date_forms import DateChoice, choose, date_forms, twin
from tools.sources.shelf import RawTables

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

DASHES, YEAR_FIRST, MANGLED = "%d-%m-%Y", "%Y/%m/%d", "%Y/%d/%m"
START = date(2024, 1, 1)


@pytest.fixture(name="connection", scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory,
) -> "Iterator[duckdb.DuckDBPyConnection]":
    with RawTables(tmp_path_factory.mktemp("none")) as shelf:
        yield shelf.connection


def judged(
    connection: "duckdb.DuckDBPyConnection", texts: list[str], *forms: str, today: date
) -> DateChoice:
    connection.execute("CREATE OR REPLACE TEMP TABLE texts (v VARCHAR)")
    connection.executemany("INSERT INTO texts VALUES (?)", [[text] for text in texts])
    return date_forms(connection, "texts", "v", forms, "UTC", day_number(today))


@pytest.mark.parametrize(
    ("form", "swapped"),
    [
        ("iso", "%Y-%d-%m"), ("%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M"), (YEAR_FIRST, MANGLED),
        ("%-d/%-m/%y", "%-m/%-d/%y"), ("%d %b %Y", None), ("epoch_s", None),
    ],
)  # fmt: skip
def test_the_twin_of_a_form(form: str, swapped: str | None) -> None:
    assert twin(form) == swapped


def daily(first: date, days: int) -> list[str]:
    """A row a day, as a spreadsheet mangles it: what could be month first is turned around."""
    dates = [first + timedelta(n) for n in range(days)]
    return [d.strftime(DASHES if d.day > 12 else MANGLED) for d in dates]


def test_two_forms_of_which_one_is_turned_around(connection: "duckdb.DuckDBPyConnection") -> None:
    texts = daily(date(2025, 7, 5), 28)
    found = judged(connection, texts, DASHES, YEAR_FIRST, today=date(2025, 9, 2))
    assert [(one.form, one.rows) for one in found.forms] == [(DASHES, 19), (YEAR_FIRST, 9)]
    assert found.taken == found.own
    assert found.own.calendar.silent_days > 90
    assert found.other is not None
    assert found.other.forms == (DASHES, MANGLED)
    assert found.other.calendar.silent_days == 0


@settings(max_examples=40)
@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(45, 200),
    st.permutations([DASHES, YEAR_FIRST, MANGLED]),
)
def test_the_lived_in_calendar_is_taken_in_any_order_of_forms(
    connection: "duckdb.DuckDBPyConnection", first: date, days: int, forms: list[str]
) -> None:
    today = first + timedelta(days)
    found = judged(connection, daily(first, days), *forms, today=today)
    assert found.taken.calendar.first_day == day_number(first)
    assert found.taken.calendar.last_day == day_number(today) - 1
    assert (found.taken.calendar.silent_days, found.taken.calendar.future_rows) == (0, 0)
    assert found.other is None


def test_weekdays_decide_where_every_day_is_full() -> None:
    """Two whole years of working days: read wrongly, no day is silent, but weekends are at work."""
    dates = [START + timedelta(n) for n in range(730)]
    rows = []
    for d in dates:
        right = day_number(d)
        wrong = day_number(date(d.year, d.day, d.month)) if d.day <= 12 else None
        rows.append(((wrong, right), 20 if d.weekday() < 5 else 1))
    found = choose(rows, ("%m/%d/%Y", "%d/%m/%Y"), None)
    assert found.own.calendar.silent_days == found.taken.calendar.silent_days == 0
    assert found.taken.forms == ("%d/%m/%Y", "%m/%d/%Y")


def test_a_few_scattered_dates_decide_nothing(connection: "duckdb.DuckDBPyConnection") -> None:
    texts = ["03/04/2024", "05/02/2024", "07/11/2024", "20/05/2024"]
    forms = ("%d/%m/%Y", "%m/%d/%Y")
    found = judged(connection, texts, *forms, today=date(2025, 1, 1))
    assert (found.rows, found.unread, found.doubtful) == (4, 0, 3)
    assert found.taken.forms == forms
    assert found.other is None


MAILS = """
company: Acme
zone: UTC
known: when_occurred
inputs:
  - table: messages
    file: a.csv
    occurred: {{from: at, formats: {forms}}}
    columns: {{message_key: id, kind: {{value: sent}}}}
"""


def mails(folder: Path, forms: str) -> tuple[list[str], list[tuple[str, str, int]]]:
    texts = daily(date(2021, 7, 5), 28)
    rows = "".join(f"{n:02},{text}\n" for n, text in enumerate(texts))
    batch = read(folder, MAILS.format(forms=forms), a_csv="id,at\n" + rows)
    days = [str(from_number(int(str(d)))) for d in column(batch.tables["messages"], "day")]
    return days, [(r.column, r.says, r.rows) for r in batch.remarks]


def test_a_mapping_with_both_forms_reads_the_plausible_one(tmp_path: Path) -> None:
    days, (remark,) = mails(tmp_path, '["%d-%m-%Y", "%Y/%m/%d", "%Y/%d/%m"]')
    assert days == [str(date(2021, 7, 5) + timedelta(n)) for n in range(28)]
    assert remark[0] == "at"
    assert remark[1].split("; ") == [
        "3 forms of date: 68% %d-%m-%Y, 32% %Y/%m/%d, 32% %Y/%d/%m",
        "8 could be two days",
        "tried as %d-%m-%Y, %Y/%d/%m, %Y/%m/%d: 2021-07-05 to 2021-08-01 with 0 silent days",
        "in the order of the mapping it would be 2021-01-08 to 2021-12-07 with 306 silent days",
    ]
    assert remark[2] == 8


def test_a_mapping_with_the_wrong_form_is_obeyed_and_doubted(tmp_path: Path) -> None:
    days, (remark,) = mails(tmp_path, '["%d-%m-%Y", "%Y/%m/%d"]')
    assert days[0] == "2021-05-07"
    assert remark[1].endswith(
        "read as %d-%m-%Y or %Y/%d/%m it would be 2021-07-05 to 2021-08-01 with 0 silent days; "
        "read as the mapping says it is 2021-01-08 to 2021-12-07 with 306 silent days"
    )
