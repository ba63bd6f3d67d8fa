"""An input that is the whole truth: who is not in it any more is gone, within a bound."""

from pathlib import Path

import pytest

from tests.warehouse.records.mornings import HEAD, Mornings, day_of
from tools.errors import BadInput
from tools.sources.parse import parse_mapping

pytestmark = pytest.mark.long

FULL = """
  - table: contacts
    file: crm.csv
    snapshot: true
    occurred: created
    columns: {contact_ref: {from: id, space: crm}, name: name, email: email, email_consent: consent}
"""
KNOWN = ("when_occurred", "load")


def crm(*ids: int) -> str:
    lines = [f"{n},P{n},p{n}@tea.example,true,2025-01-0{n % 9 + 1}" for n in ids]
    return "\n".join(["id,name,email,consent,created", *lines]) + "\n"


def people(company: Mornings, day: str) -> list[str]:
    return sorted(str(row["contact_id"]).removeprefix("crm:") for row in company.rows(day))


@pytest.mark.parametrize("known", KNOWN)
def test_who_left_is_gone_that_morning_and_back_when_back(tmp_path: Path, known: str) -> None:
    company = Mornings(tmp_path, HEAD.replace("when_occurred", known) + FULL)
    everyone = crm(*range(1, 7))
    company.run("2025-02-01", crm=everyone)
    (absent,) = company.run("2025-03-01", crm=crm(1, 2, 3, 4, 5)).absent
    assert (absent.known, absent.absent, absent.verdict) == (6, 1, "gone")
    assert people(company, "2025-02-28") == ["1", "2", "3", "4", "5", "6"]
    assert people(company, "2025-03-01") == ["1", "2", "3", "4", "5"]
    assert dict(company.run("2025-03-02").new) == {"contacts": 0}
    company.run("2025-03-05", crm=everyone)
    assert people(company, "2025-03-01") == ["1", "2", "3", "4", "5"]
    assert people(company, "2025-03-06") == ["1", "2", "3", "4", "5", "6"]
    assert dict(company.run("2025-03-06").new) == {"contacts": 0}
    company.run("2025-03-07", crm=crm(1, 2, 3, 4, 5))
    assert people(company, "2025-03-07") == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("known", KNOWN)
def test_a_mended_export_of_the_same_morning_brings_them_back(tmp_path: Path, known: str) -> None:
    company = Mornings(tmp_path, HEAD.replace("when_occurred", known) + FULL)
    company.run("2025-02-01", crm=crm(1, 2, 3))
    company.run("2025-03-01", crm=crm(1, 2), closes=False)
    company.run("2025-03-01", crm=crm(1, 2, 3), closes=False)
    assert people(company, "2025-03-01") == ["1", "2", "3"]


@pytest.mark.parametrize("rest", [(), (1,), (1, 2, 3)])
def test_a_truncated_export_deletes_nobody_and_mails_nobody_who_is_missing(
    tmp_path: Path, rest: tuple[int, ...]
) -> None:
    company = Mornings(tmp_path, HEAD + FULL)
    company.run("2025-02-01", crm=crm(*range(1, 9)))
    (absent,) = company.run("2025-03-01", crm=crm(*rest)).absent
    assert (absent.verdict, absent.absent, absent.known) == ("truncated", 8 - len(rest), 8)
    rows = {str(row["contact_id"]): row for row in company.rows("2025-03-01")}
    assert len(rows) == 8
    mailable = {name.removeprefix("crm:") for name, row in rows.items() if row["email_consent"]}
    assert mailable == {str(n) for n in rest}
    assert dict(company.run("2025-03-02").new) == {"contacts": 0}
    company.run("2025-03-03", crm=crm(*range(1, 9)))
    assert all(row["email_consent"] for row in company.rows("2025-03-04"))


def test_an_empty_export_is_believed_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    whole = FULL.replace("snapshot: true", "snapshot: true\n    lost_share: 1")
    company = Mornings(tmp_path, HEAD + whole)
    company.run("2025-02-01", crm=crm(1))
    company.run("2025-03-01", crm=crm())
    assert people(company, "2025-03-01") == []


def test_a_row_that_cannot_be_read_still_names_its_record(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + FULL)
    company.run("2025-02-01", crm=crm(1, 2, 3))
    company.run("2025-03-01", crm=crm(1, 2, 3).replace("2025-01-03", "soon"))
    assert people(company, "2025-03-01") == ["1", "2", "3"]


def test_what_was_known_before_the_file_was_declared_counts(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + FULL.replace("    snapshot: true\n", ""))
    company.run("2025-02-01", crm=crm(1, 2, 3))
    company.mapping = HEAD + FULL
    company.run("2025-03-01", crm=crm(1, 2))
    assert people(company, "2025-03-01") == ["1", "2"]


def test_a_merged_record_left_the_file_and_is_not_deleted(tmp_path: Path) -> None:
    merges = """
  - table: contacts
    file: merges.csv
    occurred: at
    columns: {contact_ref: {from: loser, space: crm}, merged_into: {from: kept, space: crm}}
"""
    company = Mornings(tmp_path, HEAD + FULL + merges)
    company.run("2025-02-01", crm=crm(1, 2, 3), merges="loser,kept,at\n")
    loaded = company.run("2025-03-01", crm=crm(1, 2), merges="loser,kept,at\n3,1,2025-02-20\n")
    assert loaded.absent[0].absent == 0
    company.run("2025-03-02")
    assert people(company, "2025-03-02") == ["1", "2"]
    (name,) = [row["name"] for row in company.rows("2025-03-02") if row["contact_id"] == "crm:1"]
    assert name == "P1"


def test_two_files_of_one_id_space_are_the_truth_together(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + FULL + FULL.replace("crm.csv", "west.csv"))
    company.run("2025-02-01", crm=crm(1, 2, 3), west=crm(4, 5, 6))
    company.run("2025-03-01", crm=crm(1, 2), west=crm(3, 4, 5))
    assert people(company, "2025-03-01") == ["1", "2", "3", "4", "5"]


SUBSCRIPTIONS = """
  - table: subscriptions
    file: subs.csv
    snapshot: true
    occurred: start
    columns: {subscription_ref: id, account_ref: {from: account, space: account},
      mrr_minor: {from: mrr, unit: main}, started_day: start, ended_day: end}
"""
INVOICES = """
  - table: invoices
    file: bills.csv
    snapshot: true
    occurred: at
    columns: {invoice_ref: id, line: line, amount_minor: {from: amount, unit: main},
      status: {value: paid}, issued_day: at}
"""


def test_a_subscription_that_left_a_full_export_ended_the_day_before(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + SUBSCRIPTIONS)
    lines = [f"s{n},A{n},10.00,2025-01-01," for n in range(6)]
    ended = "s9,A9,10.00,2024-01-01,2024-06-01"
    head = "id,account,mrr,start,end"
    company.run("2025-02-01", subs="\n".join([head, *lines, ended]) + "\n")
    company.run("2025-03-01", subs="\n".join([head, *lines[1:]]) + "\n")
    rows = company.rows("2025-03-01", "subscriptions")
    found = {row["subscription_id"]: row["ended_day"] for row in rows}
    assert found["pebble:s0"] == day_of("2025-02-28")
    assert found["pebble:s9"] == day_of("2024-06-01")
    assert sum(day is None for day in found.values()) == 5


def test_a_bill_that_left_a_full_export_is_not_there(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + INVOICES)
    lines = [f"b1,{n},10.00,2025-01-0{n}" for n in range(1, 7)]
    company.run("2025-02-01", bills="\n".join(["id,line,amount,at", *lines]) + "\n")
    company.run("2025-03-01", bills="\n".join(["id,line,amount,at", *lines[1:]]) + "\n")
    seen = [len(company.rows(day, "invoices")) for day in ("2025-02-28", "2025-03-01")]
    assert seen == [6, 5]


def test_money_does_not_end_where_a_row_cannot_be_read(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + SUBSCRIPTIONS)
    lines = [f"s{n},A{n},10.00,2025-01-01," for n in range(6)]
    head = "id,account,mrr,start,end"
    company.run("2025-02-01", subs="\n".join([head, *lines]) + "\n")
    text = "\n".join([head, *lines[1:], ",A,1,x,"]) + "\n"
    (absent,) = company.run("2025-03-01", subs=text).absent
    assert absent.verdict == "unreadable"
    assert all(r["ended_day"] is None for r in company.rows("2025-03-01", "subscriptions"))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("lost_share: 0.2", "beside snapshot: true"),
        ("snapshot: true\n    lost_share: 20%", "must be a share from 0 to 1"),
        ("snapshot: true\n    lost_share: 1.5", "must be a share from 0 to 1"),
        ("snapshot: maybe", "snapshot: 'maybe' is not known"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(keys: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        parse_mapping(HEAD + FULL.replace("snapshot: true", keys), "pebble.yaml")


def test_events_cannot_be_the_whole_truth() -> None:
    events = FULL.replace("table: contacts", "table: events")
    with pytest.raises(BadInput, match="facts that happened and stay"):
        parse_mapping(
            HEAD + events.split("columns")[0] + "columns: {event_key: id, name: name}\n", "p.yaml"
        )
