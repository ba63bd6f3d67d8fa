"""The JSON of a report is canonical, and reading it back loses nothing."""

import json

import pytest

from tests.document.made import report
from tools.document.csv import as_csv, as_sheets
from tools.document.json import figures, from_json, to_json
from tools.document.model import About, Figure, Table, words
from tools.errors import BadInput


def test_reading_back_gives_the_same_report_and_the_same_bytes() -> None:
    made = report()
    text = to_json(made)

    assert from_json(text) == made
    assert to_json(from_json(text)) == text


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', "null"])
def test_what_is_no_report_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInput, match="not the JSON of a report"):
        from_json(text)


def test_every_figure_is_found_once_for_each_place_it_stands_in() -> None:
    found = [figure.id for _, figure in figures(report())]

    assert found[0] == "retention.all.1"
    assert len(found) == 1 + 16 * 3 + 1
    assert json.loads(to_json(report()))["sections"][0]["blocks"][0]["rows"][0][1]["value"] == 100


def test_a_sheet_has_raw_values_ends_and_units() -> None:
    lines = as_sheets(report(), str)["retention"].splitlines()

    assert lines[0] == (
        "cohort,size,size low,size high,size unit,"
        "week 1,week 1 low,week 1 high,week 1 unit,week 4,week 4 low,week 4 high,week 4 unit"
    )
    assert lines[1] == "2026-01,100,,,count,0.5,0.4,0.61,share,0.25,,,share"
    assert lines[-1].endswith(",missing: events,,,share")
    assert len(lines) == 1 + 16


def test_what_a_spreadsheet_could_run_goes_through_the_guard() -> None:
    about = About("d", "p")
    table = Table("t", "T", about, ("name", "n"), ((words("=1+1"), Figure("a", 1, "count")),))

    assert as_csv(table, lambda text: text.replace("=", "'=")).splitlines()[1] == "'=1+1,1,,,count"


def test_a_table_whose_rows_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="has not 2 cells"):
        Table("t", "T", About("d", "p"), ("a", "b"), ((words("one"),),))
