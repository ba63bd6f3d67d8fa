"""Every way a person can say no, over records that share an address, and over the two systems."""

from pathlib import Path

import pytest

from tests.agent.launcher import Launcher
from tests.cases.companies import company, lapsed, subscriptions, table

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("cases")]
# Account, address in the CRM, consent there, address in the mail system, its words, may we mail?
SCENES = {
    "S01": ("ada@s01.example", "true", "ada@s01.example", [], True),
    "S02": ("ada@s02.example", "true", "ada+news@s02.example", ["unsubscribed 2025-07-02"], False),
    "S03": ("ada.reed@gmail.com", "true", "adareed@gmail.com", ["complained 2025-07-02"], False),
    "S04": ("ada@s04.example", "true", "ADA@S04.example",
            ["unsubscribed 2025-07-02", "subscribed 2025-07-20"], True),
    "S05": ("ada@s05.example", "true", "ada@s05.example",
            ["subscribed 2025-07-20", "unsubscribed 2025-07-20"], False),
    "S06": ("ada@s06.example", "true", "ada@s06.example", ["bounced-hard 2025-07-02"], False),
    "S07": ("ada@s07.example", "true", "ada@s07.example", ["bounced-soft 2025-07-02"], True),
    "S08": ("ada@s08.example", "", "ada@s08.example", [], False),
    "S09": ("ada@s09.example", "true", "other@s09.example", [], True),
    "S10": ("ada@s10.example", "true", "bo@s10.example", ["unsubscribed 2025-07-02"], True),
    "S11": ("ada@s11.example", "true", "ada@s11.example",
            ["subscribed 2025-07-02", "complained 2025-07-20"], False),
    "S12": ("ada@s12.example", "true", "Ada <Ada@s12.example>", ["unsubscribed 2025-07-02"], False),
    "S13": ("mailto:ada@s13.example", "true", "'ada@s13.example'", ["bounced-hard 2025-07-02"],
            False),
    "S14": ("ada@s14-ü.example", "true", "ada@xn--s14--3ra.example", ["complained 2025-07-02"],
            False),
}  # fmt: skip


def _files() -> dict[str, str]:
    accounts, bills = lapsed(list(SCENES))
    people = "".join(
        f"\n{a},{a},Ada Reed,{crm},{yes},2024-01-10" for a, (crm, yes, *_) in SCENES.items()
    )
    mail = "".join(f"\nM{a},{scene[2]},2024-01-10" for a, scene in SCENES.items())
    words = [(a, *word.split()) for a, scene in SCENES.items() for word in scene[3]]
    rows = "".join(
        f"\ne{n},M{a},{kind.split('-')[0]},{kind.partition('-')[2]},{day}"
        for n, (a, kind, day) in enumerate(words)
    )
    return {
        "accounts.csv": accounts,
        "subscriptions.csv": bills,
        "contacts.csv": f"id,account,name,email,consent,created{people}",
        "mail_people.csv": f"id,email,created{mail}",
        "messages.csv": f"id,contact,kind,bounce,at{rows}",
    }


INPUTS = [
    table("accounts", "accounts.csv", "created", name="name", domain="domain",
          account_ref={"from": "id", "space": "account"}),
    table("contacts", "contacts.csv", "created", name="name", email="email",
          email_consent="consent", contact_ref={"from": "id", "space": "crm"},
          account_ref={"from": "account", "space": "account"}),
    table("contacts", "mail_people.csv", "created", email="email",
          contact_ref={"from": "id", "space": "mail"}),
    subscriptions(),
    table("messages", "messages.csv", "at", message_key="id", kind="kind", bounce="bounce",
          channel={"value": "email"}, contact_ref={"from": "contact", "space": "mail"}),
]  # fmt: skip


def test_only_who_may_be_mailed_is_mailed(tmp_path: Path, launcher: Launcher) -> None:
    case = company(tmp_path, launcher, _files(), INPUTS)
    case.run("2025-08-12")

    mailed = {account for account, play in case.queued() if play == "winback_email"}
    assert {a for a in mailed if a in SCENES} == {a for a, scene in SCENES.items() if scene[4]}
