"""What a person sees: tables, files and the picture."""

import csv
import io
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.reports.relations import day, engine
from tools.reports.retention import exports as retention_exports
from tools.reports.retention.heatmap import MOST_COHORTS, draw_heatmap, tiles
from tools.reports.retention.measure import Retention, measure_retention
from tools.reports.retention.spec import RetentionSpec
from tools.reports.revenue import exports as revenue_exports
from tools.reports.revenue.movements import measure_movements
from tools.reports.revenue.net_retention import measure_net_retention

FIRST = day("2024-01-01")
ROOT = Path(__file__).resolve().parents[2]


def report(months: int = 3, *, mark: bool = True) -> Retention:
    """Cohorts of 25 (the first has 5), of whom one fewer comes back each month."""
    people, used = [], []
    for month in range(months):
        for n in range(5 if month == 0 else 25):
            who, born = f"p{month}-{n}", FIRST + 31 * month
            people.append({"contact_id": who, "created_day": born})
            used += [
                {"contact_id": who, "name": "x", "day": born + 31 * k} for k in range(1, 3) if n > k
            ]
    made = engine("2023-12-01", "2032-01-01", contacts=people, usage=used)
    spec = RetentionSpec(
        clock="calendar", unit="month", buckets=(1, 2), incomplete="mark" if mark else "exclude"
    )
    return measure_retention(FIRST + 31 * months + 10, made, {"contacts", "events"}, spec)


def test_the_table_reads() -> None:
    shown = retention_exports.as_table(report())
    assert shown.header == ("cohort", "contacts", "month 1", "month 2")
    assert shown.rows == (
        ("2024-01", "5", "(3)", "(2)"),
        ("2024-02", "25", "92.0%", "88.0%*"),
        ("2024-03", "25", "92.0%*", ""),
        ("weighted mean", "55", "86.7%", ""),
    )
    assert shown.notes[0].startswith("Definition: contacts born on the day of signup")
    assert shown.notes[1:3] == (
        "* the bucket is not over for every member.",
        "(n) is a count: fewer than 20 members to divide by.",
    )


def test_csv_and_json_hold_the_same_cells() -> None:
    made = report()
    lines = list(csv.DictReader(io.StringIO(retention_exports.as_csv(made))))
    body = json.loads(retention_exports.as_json(made))
    assert [line["retained"] for line in lines] == [str(c["retained"]) for c in body["cells"]]
    assert {line["definition"] for line in lines} == {made.definition} == {body["definition"]}
    assert lines[0]["rate"] == ""
    assert body["cells"][0]["rate"] is None


def test_the_definition_changes_the_query_hash() -> None:
    assert report(mark=True).query != report(mark=False).query
    assert report().query == report().query


def test_the_picture_is_byte_stable_across_processes() -> None:
    code = (
        "from hashlib import sha256\n"
        "from tests.reports.test_renderings import report, draw_heatmap\n"
        "p = draw_heatmap(report())\n"
        "print(sha256(p.png + p.svg.encode()).hexdigest())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    other = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=env, cwd=ROOT
    )
    made = draw_heatmap(report())
    assert other.stdout.strip() == sha256(made.png + made.svg.encode()).hexdigest()


def test_the_picture_says_itself_in_words() -> None:
    made = draw_heatmap(report())
    assert made.png.startswith(b"\x89PNG")
    root = ET.fromstring(made.svg)  # noqa: S314 - our own bytes
    assert root.get("role") == "img"
    assert root[0].tag.endswith("title")
    assert root[0].text == made.alt
    assert "3 cohorts by month; weighted mean: month 1 86.7%" in made.alt
    assert made.alt.count("Definition") == 1


def test_unfinished_cells_are_hatched_and_every_cell_has_its_figure() -> None:
    drawn = tiles(report())
    assert [(t.text, t.hatched) for t in drawn if t.hatched] == [("88.0%*", True), ("92.0%*", True)]
    assert [t.text for t in drawn][:2] == ["(3)", "(2)"]
    assert drawn[0].shade is None


def test_of_many_cohorts_the_latest_are_drawn() -> None:
    made = report(MOST_COHORTS + 5)
    assert max(tile.y for tile in tiles(made)) == MOST_COHORTS + 0.3
    assert "hatch" not in draw_heatmap(made).alt


def test_an_empty_report_still_draws() -> None:
    made = measure_retention(FIRST, engine(), {"contacts", "events"}, RetentionSpec())
    assert "no bucket has a percentage yet" in draw_heatmap(made).alt


@pytest.fixture(scope="module")
def money() -> tuple[str, str, tuple[tuple[str, ...], ...], tuple[str, ...]]:
    lines = [
        {"account_id": "a", "mrr_minor": 1050, "currency": "EUR", "started_day": FIRST + 2},
        {
            "account_id": "b",
            "mrr_minor": 2000,
            "currency": "EUR",
            "started_day": FIRST + 3,
            "ended_day": FIRST + 40,
        },
    ]
    made = engine(subscriptions=lines)
    moved = measure_movements(FIRST + 70, made, {"subscriptions"})
    kept = measure_net_retention(FIRST + 70, made, {"subscriptions"}, 1)
    shown = revenue_exports.as_table(moved, kept)
    return (
        revenue_exports.as_csv(moved),
        revenue_exports.as_json(moved, kept),
        shown.rows,
        shown.notes,
    )


def test_movements_read(
    money: tuple[str, str, tuple[tuple[str, ...], ...], tuple[str, ...]],
) -> None:
    text, body, rows, notes = money
    assert rows == (
        ("2024-01", "EUR", "0.00", "30.50", "0.00", "0.00", "0.00", "0.00", "30.50", "", ""),
        (
            "2024-02",
            "EUR",
            "30.50",
            "0.00",
            "0.00",
            "0.00",
            "0.00",
            "-20.00",
            "10.50",
            "65.6%",
            "65.6%",
        ),
    )
    assert text.splitlines()[2].startswith("2024-02,EUR,3050,0,0,0,0,0,0,0,-2000,1050,")
    assert json.loads(body)["rolls"] is True
    assert notes[1] == "The roll-forward adds up to the cent in every month."
    assert notes[2].startswith("EUR net retention over 1 months 34.4%")
