"""Bills of every kind: what has not begun, never was, rests, or is in another kind of money."""

from pathlib import Path
from typing import Any

import pytest

from tests.agent.launcher import Launcher
from tests.cases.companies import SPACED, company, subscriptions, table
from tests.cases.conftest import CaseHome
from tools.customers.account_profile import PAUSED

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("cases")]
ACCOUNTS = table(
    "accounts",
    "accounts.csv",
    "created",
    name="name",
    account_ref={"from": "id", "space": "account"},
)
NAMES = "id,name,created" + "".join(f"\nA{n},Firm {n},2025-01-02" for n in range(1, 9))


def bills(tmp_path: Path, launcher: Launcher, lines: str, **more: object) -> CaseHome:
    files = {"accounts.csv": NAMES, "subscriptions.csv": lines}
    return company(tmp_path, launcher, files, [ACCOUNTS, subscriptions(**more)])


def ends(case: CaseHome, currency: str = "USD") -> dict[str, Any]:
    told = case.json("revenue")["months"]
    return {m["month"]: m["end"] for m in told if m["currency"] == currency}


def test_what_has_not_begun_or_never_was_does_not_pay(tmp_path: Path, launcher: Launcher) -> None:
    case = bills(
        tmp_path,
        launcher,
        """
id,account,plan,mrr,start,ended
s1,A1,pro,100.00,2025-01-10,
s2,A2,pro,100.00,2025-08-10,
s3,A3,pro,100.00,2025-02-10,2025-02-10
s4,A4,pro,0.00,2025-02-10,
s5,A5,pro,50.00,2025-01-10,
s6,A5,credit,-50.00,2025-01-10,
s7,A6,pro,50.00,2025-01-10,
s8,A6,credit,-80.00,2025-01-10,
""",
    )
    case.run("2025-05-02")

    assert set(ends(case).values()) <= {10_000, 7_000}
    paying = {a: case.features(f"account:{a}")["paying"] for a in ("A1", "A2", "A3", "A4", "A5")}
    assert paying.pop("A1") == "True"
    assert "True" not in paying.values(), paying


def test_a_pause_is_no_churn_and_is_told_beside_the_stage(
    tmp_path: Path, launcher: Launcher
) -> None:
    """A pause is no stage either: whoever looks an account up sees both."""
    case = bills(
        tmp_path,
        launcher,
        """
id,account,plan,mrr,start,ended,paused,resumed
s1,A1,pro,100.00,2025-01-10,,2025-03-05,2025-04-20
s2,A2,pro,50.00,2025-01-10,,,
s3,A3,pro,30.00,2025-01-10,,2025-05-05,
""",
        paused_day="paused",
        resumed_day="resumed",
    )
    case.run("2025-06-02")

    told = {m["month"]: m for m in case.json("revenue")["months"]}
    assert [told[m]["churn"] for m in ("2025-03", "2025-04")] == [0, 0]
    assert told["2025-04"]["reactivation"] == 0
    assert [told[m]["end"] for m in ("2025-02", "2025-03", "2025-04")] == [18_000, 8_000, 18_000]
    assert case.features("account:A1")["paying"] == "True"

    paused = {row["id"]: (row["stage"], row["paused"]) for row in case.lines("roster")}
    assert paused["account:A1"] == ("active", False)
    assert paused["account:A3"] == ("active", True)
    for name, so in (("account:A1", False), ("account:A3", True)):
        assert (PAUSED in case.refused(name)) is so
        assert ("paused: pays" in case.call("roster", "--contact", name)) is so


def test_dinars_have_three_decimals(tmp_path: Path, launcher: Launcher) -> None:
    case = bills(
        tmp_path,
        launcher,
        """
id,account,plan,mrr,start,ended,currency
s1,A1,pro,12.345,2025-01-10,,kwd
s2,A2,pro,5000,2025-01-10,,JPY
s3,A3,pro,50.00,2025-01-10,,usd
""",
        currency="currency",
    )
    case.run("2025-03-02")

    shown = case.call("revenue")
    assert "12.345 KWD" in shown or "12.345" in shown
    assert ends(case, "KWD")["2025-01"] == 12_345
    assert ends(case, "JPY")["2025-01"] == 5_000
    assert ends(case)["2025-01"] == 5_000


def test_versions_with_a_day_of_change_are_history(tmp_path: Path, launcher: Launcher) -> None:
    case = bills(
        tmp_path,
        launcher,
        """
id,account,plan,mrr,start,ended,changed
s1,A1,pro,100.00,2025-01-10,,2025-01-10
s1,A1,pro,80.00,2025-01-10,,2025-02-10
s1,A1,pro,120.00,2025-01-10,,2025-04-10
""",
        changed_day="changed",
    )
    case.run("2025-06-02")

    told = ends(case)
    assert [told[f"2025-0{n}"] for n in range(1, 6)] == [10_000, 8_000, 8_000, 12_000, 12_000]


def test_refunds_that_are_lines_of_their_own(tmp_path: Path, launcher: Launcher) -> None:
    orders = """
id,customer,total,status,day
o1,A1,100.00,paid,2025-02-01
o2,A1,-100.00,paid,2025-02-03
o3,A2,100.00,paid,2025-02-01
o3,A2,-30.00,paid,2025-02-01
o4,A3,80.00,open,2025-05-30
"""
    inputs = [
        ACCOUNTS,
        table(
            "invoices",
            "orders.csv",
            "day",
            invoice_ref="id",
            status="status",
            account_ref={"from": "customer", "space": "account"},
            issued_day="day",
            line="total",
            amount_minor={"from": "total", "unit": "main"},
        ),
    ]
    case = company(tmp_path, launcher, {"accounts.csv": NAMES, "orders.csv": orders}, inputs)
    case.run("2025-06-02")

    assert case.features("account:A2")["revenue_365_minor"] == "7000"
    assert case.features("account:A1")["revenue_365_minor"] == "0"


def test_a_mail_is_opened_once_and_not_by_a_machine(tmp_path: Path, launcher: Launcher) -> None:
    mails = """
id,account,mail,kind,machine,day
1,A1,c1,sent,,2025-05-20
2,A1,c1,opened,,2025-05-20
3,A1,c1,opened,,2025-05-21
4,A1,c1,opened,,2025-05-22
5,A1,c2,sent,,2025-05-25
6,A1,c2,opened,true,2025-05-25
7,A1,c2,clicked,true,2025-05-25
"""
    inputs = [
        ACCOUNTS,
        table(
            "messages",
            "mails.csv",
            "day",
            message_key="id",
            kind="kind",
            machine="machine",
            channel={"value": "email"},
            campaign_ref={"from": "mail", "space": "mail"},
            **SPACED,
        ),
    ]
    case = company(tmp_path, launcher, {"accounts.csv": NAMES, "mails.csv": mails}, inputs)
    case.run("2025-06-02")

    found = case.features("account:A1")
    assert found["emails_sent_90"] == "2"
    assert found["email_open_rate_90"] == "0.5"
    assert found["email_click_rate_90"] == "0"
