"""The foreign companies, read as they are: exact counts in and refused, and known figures."""

from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tools.days import day_number, from_number, month_number
from tools.sources.batch import SourceBatch
from tools.sources.files import FileSource
from tools.sources.parse import read_mapping

pytestmark = [pytest.mark.long, pytest.mark.data]
MAPPINGS = Path(__file__).parent.parent / "companies"
AS_OF = 20_000
EXPECTED = {
    "ravenstack": {"accounts": 500, "events": 25_000, "subscriptions": 5_000, "tickets": 2_000},
    "relax_asana_until_2014-03-31": {"accounts": 699, "contacts": 10_294, "events": 167_109},
    "yammer_until_2022-07-31": {"accounts": 11_881, "contacts": 17_076, "messages": 64_866},
    "maven_crm_sales": {"accounts": 85, "deals": 8_300 + 6_711},  # closed deals in two versions
    "online_retail": {"accounts": 4_380, "contacts": 4_380, "invoices": 536_641},
    "cdnow": {"accounts": 23_570, "contacts": 23_570, "invoices": 69_404},
    "fightchurn_crm6": {"accounts": 492, "events": 288_135, "subscriptions": 7_515},
}
READ = {
    "relax_asana_until_2014-03-31": {"accounts": 10_294},
    "yammer_until_2022-07-31": {"accounts": 17_076},
    "maven_crm_sales": {"deals": 8_800 + 6_711},
    "cdnow": {"accounts": 69_659, "contacts": 69_659, "invoices": 69_659},
    "online_retail": {"accounts": 406_829, "contacts": 406_829, "invoices": 541_909},
}
_read: dict[str, SourceBatch] = {}


def company(shared_data: Path, name: str) -> SourceBatch:
    if name not in _read:
        mapping = read_mapping(MAPPINGS / f"{name}.yaml")
        _read[name] = FileSource(shared_data / name, mapping).read(AS_OF)
    return _read[name]


def test_every_mapping_is_expected_and_none_needs_python() -> None:
    assert {path.stem for path in MAPPINGS.glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_rows_in_and_refused(shared_data: Path, name: str) -> None:
    batch = company(shared_data, name)
    assert {table: rows.num_rows for table, rows in batch.tables.items()} == EXPECTED[name]
    assert dict(batch.read) == EXPECTED[name] | READ.get(name, {})
    refused = Counter((r.table, r.column, r.reason) for r in batch.rejected)
    undated = {("deals", "occurred_at", "required and empty; the row is left out"): 500}
    assert refused == (undated if name == "maven_crm_sales" else {})


@pytest.mark.parametrize("name", EXPECTED)
def test_a_historical_fact_is_known_the_morning_after(shared_data: Path, name: str) -> None:
    for table in company(shared_data, name).tables.values():
        assert pc.all(pc.equal(table["known_day"], pc.add(table["day"], 1))).as_py()


def test_ravenstack_usage_has_accounts_and_keeps_doubled_ids(shared_data: Path) -> None:
    events = company(shared_data, "ravenstack").tables["events"]
    assert events["account_ref"].null_count == 0
    tickets = company(shared_data, "ravenstack").tables["tickets"]
    assert set(tickets["priority"].to_pylist()) == {"low", "normal", "high", "urgent"}


def test_relax_consent_and_people_without_organisation(shared_data: Path) -> None:
    contacts = company(shared_data, "relax_asana_until_2014-03-31").tables["contacts"]
    assert pc.sum(contacts["email_consent"]).as_py() == 1_418 + 1_140
    alone = pc.starts_with(contacts["account_ref"], "person:")
    assert pc.sum(alone).as_py() == 283


def test_yammer_mail_actions(shared_data: Path) -> None:
    messages = company(shared_data, "yammer_until_2022-07-31").tables["messages"]
    found = Counter(zip(messages["kind"].to_pylist(), messages["name"].to_pylist(), strict=True))
    assert found == {
        ("sent", "weekly_digest"): 40_787,
        ("sent", "reengagement"): 2_580,
        ("opened", None): 14_481,
        ("clicked", None): 7_018,
    }


def test_maven_products_and_states(shared_data: Path) -> None:
    deals = company(shared_data, "maven_crm_sales").tables["deals"]
    assert "GTXPro" not in set(deals["name"].to_pylist())
    assert Counter(deals["state"].to_pylist()) == {"won": 4_238, "lost": 2_473, "open": 8_300}
    assert deals["account_ref"].null_count == 1_088
    assert pc.sum(deals["amount_minor"]).as_py() == 1_000_553_400


def test_online_retail_december_cohort(shared_data: Path) -> None:
    invoices = company(shared_data, "online_retail").tables["invoices"]
    paid = invoices.filter(
        pc.and_(pc.equal(invoices["status"], "paid"), invoices["contact_ref"].is_valid())
    )
    months: dict[str, set[int]] = {}
    for who, day in zip(paid["contact_ref"].to_pylist(), paid["day"].to_pylist(), strict=True):
        months.setdefault(who, set()).add(month_number(day))
    first = month_number(day_number(from_number(14_944)))
    cohort = [seen for seen in months.values() if min(seen) == first]
    triangle = [sum(first + n in seen for seen in cohort) for n in range(13)]
    assert triangle == [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]


def test_online_retail_money_is_exact(shared_data: Path) -> None:
    invoices = company(shared_data, "online_retail").tables["invoices"]
    source = shared_data / "online_retail" / "*.parquet"
    ((expected,),) = duckdb.execute(
        "SELECT sum(amount) FROM (SELECT DISTINCT *, CAST(Quantity AS DECIMAL(18, 0)) "
        f"* CAST(CAST(UnitPrice AS VARCHAR) AS DECIMAL(18, 3)) * 100 AS amount FROM '{source}')"
    ).fetchall()
    fractions = 400  # lines with a thousandth in the price round to even, half a penny at most
    assert abs(pc.sum(invoices["amount_minor"]).as_py() - expected) < fractions
    assert invoices.schema.field("amount_minor").type == pa.int64()


def test_crm6_movements_of_june(shared_data: Path) -> None:
    subscriptions = company(shared_data, "fightchurn_crm6").tables["subscriptions"]
    start, end = 19_509, 19_539  # 2023-06-01 and 2023-07-01
    at = [_revenue(subscriptions, day) for day in (start, end)]
    moves = Counter[str]()
    for account in at[0].keys() | at[1].keys():
        before, after = at[0][account], at[1][account]
        kind = "new" if not before else "lost" if not after else "up" if after > before else "down"
        moves[kind] += after - before
    assert moves == {"new": 4_453_800, "up": 844_000, "down": -37_500, "lost": -1_780_700}


def _revenue(subscriptions: pa.Table, day: int) -> Counter[str]:
    table = subscriptions.filter(
        pc.and_(
            pc.less_equal(subscriptions["started_day"], day),
            pc.greater(subscriptions["ended_day"], day),
        )
    )
    found = Counter[str]()
    for account, mrr in zip(
        table["account_ref"].to_pylist(), table["mrr_minor"].to_pylist(), strict=True
    ):
        found[account] += mrr
    return found
