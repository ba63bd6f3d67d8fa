"""Retention on public data, against published figures and an independent count."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pyarrow as pa
import pytest

from tests.reports.reference import count
from tests.reports.relations import LATE, day, engine, read
from tests.reports.test_retention import counts
from tools.reports.retention.measure import Retention, measure_retention
from tools.reports.retention.spec import Incomplete, Mode, RetentionSpec
from tools.warehouse.asof.purchases import make_purchases
from tools.warehouse.engine import DuckEngine

pytestmark = pytest.mark.data
MONTHS = tuple(range(13))
ONLY_PURCHASES = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
WITH_CANCELLATIONS = [948, 362, 317, 367, 341, 376, 360, 336, 336, 374, 354, 474, 260]
CDNOW_JANUARY = [7846, 1157, 964, 810, 679, 736]

RETAIL = """
SELECT CAST(CustomerID AS BIGINT)::VARCHAR AS contact_id, NULL::VARCHAR AS account_id,
    InvoiceNo AS invoice_id,
    CAST(round(Quantity * UnitPrice * 100) AS BIGINT) AS amount_minor, NULL::VARCHAR AS status,
    CAST(InvoiceDate::DATE - DATE '1970-01-01' AS INT) AS issued_day
FROM read_parquet($file)
"""
CDNOW = """
SELECT p[1] AS contact_id, array_to_string(p, ' ') AS invoice_id,
    NULL::VARCHAR AS account_id, NULL::VARCHAR AS status,
    CAST(round(CAST(p[4] AS DOUBLE) * 100) AS BIGINT) AS amount_minor,
    CAST(strptime(p[2], '%Y%m%d')::DATE - DATE '1970-01-01' AS INT) AS issued_day
FROM (SELECT regexp_split_to_array(trim(line), '\\s+') AS p
    FROM read_csv($file, columns = {'line': 'VARCHAR'}, header = false, delim = '\\t')
    WHERE line NOT LIKE '%customer_id%')
"""


def invoices(sql: str, file: Path) -> DuckEngine:
    made = engine("1997-01-01", "2012-12-31")
    rows = read(sql, file)
    for name, kind in (("currency", pa.string()), ("due_day", pa.int32())):
        rows = rows.append_column(name, pa.nulls(rows.num_rows, kind))
    made.put("invoices", rows)
    make_purchases(LATE, made)
    return made


def first_cohort(report: Retention) -> list[int]:
    first = report.cells[0].cohort
    return [cell.retained for cell in report.cells if cell.cohort == first]


@pytest.mark.parametrize(
    ("birth", "returns", "expected"),
    [
        ("first_purchase", "purchases", ONLY_PURCHASES),
        ("first_invoice", "invoices", WITH_CANCELLATIONS),
    ],
)
def test_online_retail_december_2010(
    shared_data: Path, birth: str, returns: str, expected: list[int]
) -> None:
    made = invoices(RETAIL, shared_data / "online_retail/online_retail_2010-2011_full.parquet")
    spec = RetentionSpec(
        birth=birth,  # type: ignore[arg-type]  # a Literal in the table above
        returns=returns,  # type: ignore[arg-type]  # named above
        clock="calendar",
        unit="month",
        buckets=MONTHS,
        incomplete="mark",
    )
    report = measure_retention(day("2011-12-10"), made, {"invoices"}, spec)
    assert first_cohort(report) == expected
    assert [cell.complete for cell in report.cells[:13]] == [True] * 12 + [False]
    assert report.means[12].eligible == 0


def test_cdnow_january_1997(shared_data: Path) -> None:
    made = invoices(CDNOW, shared_data / "cdnow/CDNOW_master.txt")
    spec = RetentionSpec(
        birth="first_invoice",
        returns="invoices",
        clock="calendar",
        unit="month",
        buckets=MONTHS[:6],
    )
    report = measure_retention(day("1998-07-01"), made, {"invoices"}, spec)
    assert first_cohort(report) == CDNOW_JANUARY


@pytest.fixture(scope="module")
def relax(shared_data: Path) -> tuple[DuckEngine, dict[str, int], list[tuple[str, int]]]:
    """The engine, and the same facts read by another route for the slow count."""
    folder = shared_data / "relax_asana_until_2014-03-31"
    users = read(
        "SELECT object_id::VARCHAR AS contact_id, org_id AS account_id, email, "
        "CAST(strptime(creation_time, '%d-%m-%Y %H:%M')::DATE - DATE '1970-01-01' AS INT) "
        "AS created_day "
        "FROM read_csv($file, all_varchar = true)",
        folder / "takehome_users.csv",
    )
    logins = read(
        "SELECT user_id::VARCHAR AS contact_id, NULL::VARCHAR AS account_id, 'login' AS name, "
        "CAST(time_stamp::DATE - DATE '1970-01-01' AS INT) AS day FROM read_csv($file)",
        folder / "takehome_user_engagement.csv",
    )
    made = engine("2012-01-01", "2014-12-31")
    made.put("contacts", users)
    made.put("usage", logins)
    births = {row["contact_id"]: row["created_day"] for row in users.to_pylist()}
    return made, births, [(row["contact_id"], row["day"]) for row in logins.to_pylist()]


CLOCKS = (RetentionSpec(clock="rolling"), RetentionSpec(clock="calendar"))
MODES: tuple[Mode, ...] = ("on", "on_or_after")
INCOMPLETE: tuple[Incomplete, ...] = ("exclude", "mark")
SPECS = [
    *(
        replace(spec, mode=mode, incomplete=incomplete)
        for spec, mode, incomplete in product(CLOCKS, MODES, INCOMPLETE)
    ),
    RetentionSpec(unit="day", mode="bracket", brackets=((1, 8), (8, 29), (29, 85))),
    RetentionSpec(unit="month", base="previous", buckets=(1, 2, 3)),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"{s.clock}-{s.mode}-{s.incomplete}-{s.unit}")
def test_relax_agrees_with_the_slow_count(
    relax: tuple[DuckEngine, dict[str, int], list[tuple[str, int]]], spec: RetentionSpec
) -> None:
    made, births, events = relax
    as_of = day("2014-04-01")
    report = measure_retention(as_of, made, {"contacts", "events"}, spec)
    assert len(births) == 10_294
    assert counts(report) == count(as_of, births, events, spec)
