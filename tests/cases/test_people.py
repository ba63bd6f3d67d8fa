"""Cases about people: where they belong, what they said, and whether they are still there."""

import pytest

from tests.cases.conftest import CaseHome

pytestmark = [pytest.mark.long, pytest.mark.data, pytest.mark.xdist_group("cases")]
of = pytest.mark.parametrize
MORNING = "2025-08-12"


@of("case", ["07-hard-bounce"], indirect=True)
def test_an_address_that_bounces_is_not_mailed(case: CaseHome) -> None:
    case.run(MORNING)

    assert ("T1", "winback_email") not in case.queued()


@of("case", ["08-unsubscribed-on-the-duplicate"], indirect=True)
def test_a_no_is_the_no_of_the_address(case: CaseHome) -> None:
    case.run(MORNING)

    assert {pair for pair in case.queued() if pair[1] == "winback_email"} == set()


@of("case", ["10-contact-changes-employer"], indirect=True)
def test_who_changes_employer_takes_nothing_along(case: CaseHome) -> None:
    case.run("2025-05-01", "data1")
    before = case.features("account:A1"), case.features("account:A2")
    case.run("2025-05-02", "data2")
    old, new = case.features("account:A1"), case.features("account:A2")

    assert old["events_28"] == before[0]["events_28"] == "6"
    assert old["days_since_event"] == "7"
    assert int(new["events_28"]) <= int(before[1]["events_28"])
    cells = case.json("retention", "--entity", "account", "--unit", "month", "--buckets", "2,3")
    kept = {(c["cohort"], c["bucket"]): (c["retained"], c["eligible"]) for c in cells["cells"]}
    assert set(kept.values()) >= {(2, 2)}, kept


@of("case", ["11-hubspot-merged-ids"], indirect=True)
def test_merged_records_are_one_person(case: CaseHome) -> None:
    case.run("2025-03-01", "before", "mapping_list.yaml")
    told = case.run(MORNING, "after", "mapping_list.yaml")

    assert "1 contacts" in told


@of("case", ["13-gone-from-the-export"], indirect=True)
def test_who_is_gone_from_a_snapshot_is_gone(case: CaseHome) -> None:
    mapping = (
        (case.case / "mapping.yaml")
        .read_text()
        .replace("    file: contacts.csv\n", "    file: contacts.csv\n    snapshot: true\n")
    )
    declared = case.home.parent / "whole.yaml"
    declared.write_text(mapping)
    case.run("2025-03-01", "data", str(declared))
    case.run(MORNING, "data_later", str(declared))

    assert ("T1", "winback_email") not in case.queued()


@of("case", ["14-domain-as-website"], indirect=True)
def test_a_web_address_names_a_domain(case: CaseHome) -> None:
    assert "5 accounts, 5 contacts" in case.run(MORNING)


@of("case", ["15-free-mail-gaps"], indirect=True)
def test_strangers_at_a_free_mail_provider_are_no_company(case: CaseHome) -> None:
    assert "7 accounts" in case.run(MORNING)


@of("case", ["17-frequency-cap-other-senders"], indirect=True)
def test_what_others_sent_counts(case: CaseHome) -> None:
    case.run(MORNING)

    assert ("T1", "winback_email") not in case.queued()
    assert "sends" in case.refused("account:T1")


@of("case", ["18-no-name-and-language"], indirect=True)
def test_nobody_is_called_there(case: CaseHome) -> None:
    case.run(MORNING)

    mails = [p["envelope"]["what"] for p in case.json("queue")]
    subjects = [m["subject"] for m in mails if m["subject"]]
    assert subjects
    assert not [s for s in subjects if s.endswith(", there") or "(GF)" in s]


@of("case", ["29-left-by-link-no-calls"], indirect=True)
def test_leaving_the_mails_closes_the_mails(case: CaseHome) -> None:
    case.run("2025-09-02")

    assert "suppression" not in case.refused("account:T2")


@of("case", ["30-deleted-in-one-system"], indirect=True)
def test_deleted_in_one_system_is_deleted(case: CaseHome) -> None:
    case.run(MORNING)

    assert not {p for a, p in case.queued() if a in {"T1", "T2"} and p != "winback_task"}


@of("case", ["consent_snapshot"], indirect=True)
def test_a_sign_up_snapshot_is_no_new_consent(case: CaseHome) -> None:
    case.run("2025-09-02", "", "company.yaml")

    found = {f["code"]: f for f in case.json("audit")["findings"]}
    assert found["mailed_while_refused"]["rows"] == 3
    assert found["mailed_after_unsubscribe"]["rows"] == 4


@of("case", ["contact_stage"], indirect=True)
def test_a_stage_is_the_contacts(case: CaseHome) -> None:
    case.run("2025-09-01", "", "company.yaml")

    rows = [r for r in case.lines("roster") if r["kind"] == "contact"]
    stages = {r["id"][-2:]: r["stage"] for r in rows}
    assert stages["u1"] == "active"
    assert stages["u2"] == "churned"
    assert stages.get("u3", "none") == "none"
