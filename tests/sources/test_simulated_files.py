"""The simulated company is read by the file source, like any foreign one."""

from collections import Counter
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import tools.sources
from tests.sources.simulated_worlds import END, world
from tools.days import day_number
from tools.sources.batch import SourceBatch
from tools.sources.files import FileSource
from tools.sources.parse import read_mapping
from tools.sources.simulated_lean import simulate_lean
from tools.warehouse.schema import BY_NAME

AS_OF = day_number(END)
# What of the planted dirt does not fit its column: (canonical table, column) by (file, kind).
UNREADABLE = {
    ("crm_accounts", "text in employees"): ("accounts", "employees"),
    ("crm_deals", "text in amount"): ("deals", "amount_minor"),
    ("subscriptions", "text in seats"): ("subscriptions", "seats"),
    ("invoices", "text in amount"): ("invoices", "amount_minor"),
}


def mapped(folder: Path, name: str) -> SourceBatch:
    path = Path(str(tools.sources.__path__[0])) / f"{name}.yaml"
    return FileSource(folder, read_mapping(path)).read(AS_OF)


@cache
def batch() -> SourceBatch:
    return mapped(world().folder, "simulated")


def total(column: pa.ChunkedArray) -> int:
    return int(pc.sum(column).as_py())


def test_every_canonical_table_is_filled() -> None:
    assert set(batch().tables) == set(BY_NAME)
    assert all(table.num_rows > 0 for table in batch().tables.values())


def test_exactly_the_planted_values_are_quarantined() -> None:
    """An amount that a person typed is read; one that is no amount, as every other text, is not."""
    planted = {UNREADABLE[kind]: n for kind, n in world().truth.dirt.items() if kind in UNREADABLE}
    refused = Counter((bad.table, bad.column) for bad in batch().rejected)

    assert {at: n for at, n in refused.items() if at[1] != "amount_minor"} == {
        at: n for at, n in planted.items() if at[1] != "amount_minor"
    }
    amounts = [bad for bad in batch().rejected if bad.column == "amount_minor"]
    assert {bad.value for bad in amounts} == {"n/a"}
    assert all(refused[at] <= n for at, n in planted.items())


@pytest.mark.parametrize(
    ("table", "file"),
    [("accounts", "crm_accounts.csv"), ("deals", "crm_deals.csv"), ("tickets", "tickets.jsonl"),
     ("subscriptions", "subscriptions.csv"), ("invoices", "invoices.csv"),
     ("campaigns", "campaigns.csv"), ("messages", "email_events.csv")],
)  # fmt: skip
def test_no_row_is_lost(table: str, file: str) -> None:
    rows = world().truth.rows[file]

    assert (batch().read[table], batch().tables[table].num_rows) == (rows, rows)


def test_a_line_sent_twice_is_one_event() -> None:
    repeated = world().truth.dirt["product_events", "repeated lines"]

    assert batch().tables["events"].num_rows == batch().read["events"] - repeated


def test_people_of_the_mail_system_are_one_record_an_address() -> None:
    refs = batch().tables["contacts"]["contact_ref"].to_pylist()

    mail = {ref for ref in refs if ref.startswith("mail:")}
    assert all(ref == ref.lower() for ref in mail)
    assert mail == set(batch().tables["messages"]["contact_ref"].to_pylist())
    assert len(refs) - len(mail) == world().truth.rows["crm_contacts.csv"]


def test_late_events_are_known_when_they_came() -> None:
    events = batch().tables["events"]
    slow = pc.greater(pc.subtract(events["observed_at"], events["occurred_at"]), 86_400_000_000)
    dirt = world().truth.dirt

    late = dirt["product_events", "late arrivals"] + dirt["product_events", "events before signup"]
    assert 0 <= late - total(slow) <= 5  # an event may be both
    assert pc.max(events["known_day"]).as_py() <= AS_OF


def test_nothing_known_after_the_export() -> None:
    for table in batch().tables.values():
        assert pc.max(table["day"]).as_py() < AS_OF
        assert pc.max(table["known_day"]).as_py() <= AS_OF


def test_money_adds_up_to_the_cent() -> None:
    """What a person typed as `1,234 USD` is money too."""
    paid = world().ask(
        "SELECT CAST(100 * sum(CAST(regexp_replace(amount, ',| USD', '', 'g') AS DECIMAL(18, 2)))"
        " AS BIGINT) FROM invoices"
    )

    assert [(total(batch().tables["invoices"]["amount_minor"]),)] == paid


def test_the_lean_company_is_read_too(tmp_path: Path) -> None:
    written = simulate_lean(tmp_path, seed=7, end=END, accounts=300, events_per_account=10)

    lean = mapped(tmp_path, "simulated_lean")

    assert lean.rejected == ()
    assert {name: table.num_rows for name, table in lean.tables.items()} == {
        "accounts": 300,
        "subscriptions": 300,
        "events": written["product_events"],
    }
