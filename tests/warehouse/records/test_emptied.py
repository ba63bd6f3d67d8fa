"""A field that was emptied is empty; a column that an input does not fill is not emptied by it."""

from pathlib import Path

import pytest

from tests.warehouse.records.mornings import CRM, HEAD, MAIL, Mornings, Row

HEADER = "id,account,name,email,phone,consent,deleted,owner,created\n"
FIRST = HEADER + "1,A,Ada Reed,ada@tea.example,+44 1,true,,Kim,2025-01-01\n"
EMPTIED = HEADER + "1,,,,,,,,2025-01-01\n"
PHONES = """
  - table: contacts
    file: phones.csv
    occurred: created
    columns: {contact_ref: {from: id, space: crm}, phone: phone, phone_consent: may}
"""


def said(rows: list[Row], *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


@pytest.mark.parametrize("known", ["when_occurred", "load"])
def test_every_field_that_was_emptied_is_empty(tmp_path: Path, known: str) -> None:
    company = Mornings(tmp_path, HEAD.replace("when_occurred", known) + CRM)
    company.run("2025-02-01", crm=FIRST)
    company.run("2025-03-01", crm=EMPTIED)
    company.run("2025-04-01")
    names = ("name", "email", "phone", "owner", "email_consent", "account_id")
    full = ("Ada Reed", "ada@tea.example", "+44 1", "Kim", True, "account:A")
    assert said(company.rows("2025-02-01"), *names) == [full]
    assert said(company.rows("2025-03-02"), *names) == [(None,) * 6]


def test_what_is_filled_again_is_there_again(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + CRM)
    for day, text in (("2025-02-01", FIRST), ("2025-03-01", EMPTIED), ("2025-04-01", FIRST)):
        company.run(day, crm=text)
    seen = [company.rows(day)[0]["email"] for day in ("2025-02-01", "2025-03-01", "2025-04-01")]
    assert seen == ["ada@tea.example", None, "ada@tea.example"]


def test_an_input_that_lacks_a_column_empties_nothing(tmp_path: Path) -> None:
    phones = "id,phone,may,created\n1,+44 2,true,2025-01-05\n"
    company = Mornings(tmp_path, HEAD + CRM + PHONES)
    company.run("2025-02-01", crm=FIRST, phones=phones)
    names = ("name", "email", "phone", "email_consent", "phone_consent")
    whole = [("Ada Reed", "ada@tea.example", "+44 2", True, True)]
    assert said(company.rows("2025-02-01"), *names) == whole
    company.run("2025-03-01", phones="id,phone,may,created\n1,,false,2025-01-05\n")
    assert said(company.rows("2025-03-02"), *names) == [
        ("Ada Reed", "ada@tea.example", None, True, False)
    ]


@pytest.mark.parametrize("known", ["when_occurred", "load"])
def test_reading_two_inputs_of_one_record_again_is_no_news(tmp_path: Path, known: str) -> None:
    company = Mornings(tmp_path, HEAD.replace("when_occurred", known) + CRM + PHONES)
    company.run("2025-02-01", crm=FIRST, phones="id,phone,may,created\n1,+44 2,true,2025-01-05\n")
    loaded = company.run("2025-03-01", phones="id,phone,may,created\n1,+44 3,true,2025-01-05\n")
    assert dict(loaded.new) == {"contacts": 1}
    for day in ("2025-03-02", "2025-03-03", "2025-03-04"):
        assert dict(company.run(day).new) == {"contacts": 0}


def test_another_system_still_fills_what_one_emptied(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + CRM + MAIL)
    mail = "id,email,created\nM,ada@tea.example,2025-01-03\n"
    company.run("2025-02-01", crm=FIRST, mail=mail)
    company.run("2025-03-01", crm=EMPTIED)
    (row,) = company.rows("2025-03-02")
    assert (row["email"], row["name"], row["phone"]) == ("ada@tea.example", None, None)


DEALS = """
  - table: deals
    file: deals.csv
    occurred: opened
    columns: {deal_ref: id, state: state, opened_day: opened, owner: owner, name: name,
      account_ref: {from: account, space: account}}
  - table: deals
    file: amounts.csv
    occurred: opened
    columns: {deal_ref: id, state: {value: open}, opened_day: opened,
      amount_minor: {from: amount, unit: main}}
"""
ACCOUNTS = """
  - table: accounts
    file: accounts.csv
    occurred: created
    columns: {account_ref: {from: id, space: account}, name: name, owner: owner, domain: domain}
  - table: accounts
    file: sizes.csv
    occurred: created
    columns: {account_ref: {from: id, space: account}, employees: size}
"""


def test_a_deal_of_two_inputs_is_whole(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + DEALS)
    deals = "id,state,opened,owner,name,account\nd,open,2025-01-01,Kim,Tea,A\n"
    company.run("2025-02-01", deals=deals, amounts="id,opened,amount\nd,2025-01-01,70.00\n")
    (row,) = company.rows("2025-02-01", "deals")
    assert (row["owner"], row["name"], row["amount_minor"]) == ("Kim", "Tea", 7000)
    company.run("2025-03-01", deals=deals.replace("Kim", ""))
    (row,) = company.rows("2025-03-02", "deals")
    assert (row["owner"], row["amount_minor"]) == (None, 7000)


def test_an_account_loses_its_owner_and_keeps_its_size(tmp_path: Path) -> None:
    company = Mornings(tmp_path, HEAD + ACCOUNTS)
    accounts = "id,name,owner,domain,created\nA,Tea,Kim,tea.example,2025-01-01\n"
    company.run("2025-02-01", accounts=accounts, sizes="id,size,created\nA,12,2025-01-09\n")
    company.run("2025-03-01", accounts=accounts.replace("Kim", "").replace("tea.example", ""))
    (row,) = company.rows("2025-03-02", "accounts")
    assert (row["name"], row["owner"], row["domain"], row["employees"]) == ("Tea", None, None, 12)
