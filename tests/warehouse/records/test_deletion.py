"""Deleted in one system is deleted, unless another is trusted more; a merge deletes nobody."""

from pathlib import Path

import pytest

from tests.facts import fact, rows_of, world_of
from tests.warehouse.records.mornings import CRM, HEAD, MAIL, Mornings
from tools.warehouse.identity import load_rules

HEADER = "id,account,name,email,phone,consent,deleted,owner,created\n"
ADA = "1,A,Ada Reed,ada@tea.example,,true,{gone},,{day}\n"
HERE = HEADER + ADA.format(gone="false", day="2025-01-01")
DELETED = HERE + ADA.format(gone="true", day="2025-07-01")
BACK = DELETED + ADA.format(gone="false", day="2025-08-01")
BARE = "id,email,created\nM,ada@tea.example,2025-01-03\n"
LATER = "id,email,created\nM,ada@tea.example,2025-07-09\n"


def company_of(folder: Path, crm: str, mail: str) -> Mornings:
    company = Mornings(folder, HEAD + CRM + MAIL)
    company.run("2025-08-12", crm=crm, mail=mail)
    return company


def test_deleted_in_one_system_is_deleted(tmp_path: Path) -> None:
    company = company_of(tmp_path, DELETED, BARE)
    assert [row["name"] for row in company.rows("2025-07-01")] == ["Ada Reed"]
    assert company.rows("2025-07-02") == []
    (record,) = (r for r in company.rows("2025-07-02", "contact_records") if r["deleted"])
    assert (record["contact_ref"], record["email"]) == ("crm:1", "ada@tea.example")


def test_a_deletion_that_was_undone_is_undone(tmp_path: Path) -> None:
    (row,) = company_of(tmp_path, BACK, BARE).rows("2025-08-12")
    assert (row["name"], row["email_consent"]) == ("Ada Reed", True)


@pytest.mark.parametrize(
    ("ranking", "mail", "there"),
    [
        ("[mail]", LATER, True),
        ("[mail, crm]", LATER, True),
        ("[crm, mail]", LATER, False),
        ("[crm]", LATER, False),
        ("[mail]", BARE, False),
        ("[]", LATER, False),
    ],
)
def test_a_later_word_of_a_system_ranked_higher_overrules(
    tmp_path: Path, ranking: str, mail: str, there: bool
) -> None:
    rules = load_rules(f"deletion: {{ranking: {ranking}}}", "identity.yaml")
    rows = company_of(tmp_path, DELETED, mail).rows("2025-08-12", rules=rules)
    assert [(r["email"], r["name"], r["email_consent"]) for r in rows] == [
        ("ada@tea.example", None, None)
    ] * there


def test_all_records_have_to_go_where_the_tenant_says_so(tmp_path: Path) -> None:
    rules = load_rules("deletion: {contact: all}", "identity.yaml")
    (row,) = company_of(tmp_path, DELETED, BARE).rows("2025-08-12", rules=rules)
    assert (row["email"], row["name"], row["email_consent"]) == ("ada@tea.example", None, None)


def test_a_no_outlives_the_record_that_said_it(tmp_path: Path) -> None:
    crm = DELETED.replace("true,true", "false,true")
    mail = MAIL.replace("email: email}", "email: email, email_consent: {value: 'true'}}")
    company = Mornings(tmp_path, HEAD + CRM + mail)
    company.run("2025-08-12", crm=crm, mail=BARE)
    rules = load_rules("deletion: {contact: all}", "identity.yaml")
    (row,) = company.rows("2025-08-12", rules=rules)
    assert row["email_consent"] is False


def test_a_merged_record_that_is_flagged_deleted_deletes_nobody(tmp_path: Path) -> None:
    facts = {
        "contacts": [
            fact("contacts", 10, contact_ref="sf:1", name="Ada", email="ada@tea.example"),
            fact("contacts", 12, contact_ref="sf:2", merged_into="sf:1", deleted=True, phone="1"),
        ]
    }
    (row,) = rows_of(world_of(20, facts, tmp_path), "contacts")
    assert (row["contact_id"], row["name"], row["phone"]) == ("sf:1", "Ada", "1")


def test_a_merged_and_deleted_record_without_survivor_is_deleted(tmp_path: Path) -> None:
    gone = fact("contacts", 12, contact_ref="sf:2", merged_into="sf:1", deleted=True)
    assert rows_of(world_of(20, {"contacts": [gone]}, tmp_path), "contacts") == []


@pytest.mark.parametrize(
    ("ended", "billed", "there"),
    [(None, False, True), (14, False, False), (None, True, True), (14, True, True)],
)
def test_an_account_archived_in_the_crm_stays_while_billing_knows_it(
    tmp_path: Path, ended: int | None, billed: bool, there: bool
) -> None:
    facts = {
        "accounts": [
            fact("accounts", 1, account_ref="crm:1", name="Tea", domain="tea.example"),
            fact(
                "accounts", 12, account_ref="crm:1", name="Tea", domain="tea.example", deleted=True
            ),
            *[fact("accounts", 2, account_ref="bill:9", name="Tea Ltd", domain="tea.example")]
            * billed,
        ],
        "subscriptions": [
            fact(
                "subscriptions",
                2,
                subscription_ref="s:1",
                account_ref="bill:9" if billed else "crm:1",
                mrr_minor=100,
                started_day=2,
                ended_day=ended,
            ),
        ],
    }
    found = rows_of(world_of(20, facts, tmp_path), "accounts")
    assert [row["account_id"] for row in found] == ["crm:1"] * there
    assert [row["name"] for row in found] == ["Tea Ltd" if billed else "Tea"] * there


def test_a_merge_row_with_nothing_but_references_empties_nothing(tmp_path: Path) -> None:
    merges = """
  - table: contacts
    file: merges.csv
    occurred: at
    columns: {contact_ref: {from: loser, space: crm}, merged_into: {from: kept, space: crm}}
"""
    company = Mornings(tmp_path, HEAD + CRM + merges)
    old = HEADER + "".join(
        f"{n},A,Ada {n},a{n}@tea.example,{phone},{may},,,2025-01-0{n}\n"
        for n, phone, may in ((1, "", "true"), (2, "22", "false"), (3, "", ""))
    )
    company.run("2025-02-01", crm=old, merges="loser,kept,at\n")
    survivor = "".join(old.splitlines(keepends=True)[:2])
    lists = "loser,kept,at\n2,1,2025-01-01\n3,1,2025-01-01\n4,1,2025-01-01\n"
    for day, crm in (("2025-03-01", survivor), ("2025-04-01", survivor), ("2025-05-01", old)):
        company.run(day, crm=crm, merges=lists)
        (row,) = company.rows(day)
        assert (row["contact_id"], row["name"], row["email"], row["phone"]) == (
            "crm:1",
            "Ada 1",
            "a1@tea.example",
            "22",
        )
        assert row["email_consent"] is False
        alias = {r["ref"]: r["contact_id"] for r in company.rows(day, "contact_alias")}
        assert alias == {f"crm:{n}": "crm:1" for n in (2, 3, 4)}
