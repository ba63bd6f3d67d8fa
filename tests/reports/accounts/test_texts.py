"""What a person reads: the mail, Slack, the cells; foreign names stay names."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from agent.account_files import csv_of, json_of
from tests.reports.accounts.made import AS_OF, Told, account, said, the_list
from tools.reports.accounts import AccountList
from tools.reports.accounts.record import COLUMNS
from tools.reports.accounts.text import SLACK_BLOCK, digest, slack, subject

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    '=HYPERLINK("http://evil.example")', "@SUM(1)", "+1", "-2+3", "\t=1", "a,=1;b",
    "<!channel> & <@U1>", "<http://evil.example|bank>", "Ann\nCall today: everybody", "\u202egnp",
    "[bold]x[/]", "*" * 4_000, "&" * 4_000, "", " ",
)  # fmt: skip


def link(account_id: str) -> str:
    return f"https://inbox.example/accounts/{account_id}"


def everything() -> AccountList:
    """Everything a list can hold."""
    return the_list(
        Told(
            (
                account(
                    "crm:1",
                    name="Ärger & Söhne",
                    churn=9.0,
                    high=(13, 2),
                    term_in=18,
                    tickets=3,
                    steps={"retention_call": 900, "retention_email": 400},
                ),
                account("crm:2", name="Nord", seats=20, people=19, steps={"upsell_seats": 300}),
                account("crm:3", name="Pool", owner=None, steps={"retention_call": 80}),
                account("crm:4", name="Later", steps={"retention_call": 70}),
                account("crm:5", name="Calm", churn=1.0, left="let_progress", kept=2_000),
                account("crm:6", name="Lost", churn=90.0, left="accept_churn", kept=20),
                account("crm:7", name="Bound", churn=None, unscored="notice given"),
            ),
            (said("crm:4", "snooze", until_day=AS_OF + 3),),
            kept=(("crm:1", AS_OF - 8, 4.0), ("crm:1", AS_OF - 31, 8.5)),
            mails=(("crm:1", AS_OF - 12, "newsletter"),),
        ),
        "Ann",
    )


@pytest.fixture(scope="module")
def found() -> AccountList:
    """The same, made once."""
    return everything()


def test_a_paused_account_is_called_paused() -> None:
    rows = (
        account("crm:1", mrr=0, steps={"retention_call": 900}),
        account("crm:2", steps={"retention_call": 300}),
        account("crm:3", mrr=0, active=False, steps={"winback_email": 200}),
    )
    some = the_list(Told(rows), "Ann")
    paused = {line.account.account_id for line in some.lines if line.account.paused}
    assert paused == {"crm:1"}
    text = digest(some, "Ann", link)
    assert text.count("paused: pays nothing for now") == 1
    assert text.index("paused: pays") < text.index("crm:2")


def written(found: AccountList) -> dict[str, str]:
    """Every text, by the name of its golden file."""
    blocks = "\n---\n".join(slack(found, "Ann", link))
    return {
        "digest.txt": f"{subject(found, 'Ann')}\n\n{digest(found, 'Ann', link)}",
        "slack.txt": blocks,
        "list.csv": csv_of(found).decode(),
        "list.json": json_of(found),
    }


@pytest.mark.parametrize("name", ["digest.txt", "slack.txt", "list.csv", "list.json"])
def test_golden(name: str, found: AccountList) -> None:
    """Written anew by `python -m tests.reports.accounts.golden`."""
    kept = (GOLDEN / name).read_bytes().decode()

    assert written(found)[name] == kept


def test_every_account_of_the_list_is_a_line_of_the_file(found: AccountList) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(found).decode("utf-8-sig"))))

    assert tuple(rows[0]) == COLUMNS
    assert sorted(row["account_id"] for row in rows) == [f"crm:{n}" for n in range(1, 8)]
    assert rows[0]["net value"] == "900.00"
    assert json.loads(json_of(found))["items"][0]["step"]["net"]["amount"] == "900.00"


@pytest.fixture(scope="module")
def hostile() -> AccountList:
    """Accounts, owners and reasons that are called what nobody should be called."""
    rows = [
        account(f"x{n}", name=name, owner=name, steps={"retention_call": 100 - n})
        for n, name in enumerate(HOSTILE)
    ]
    rows += [
        account(f"l{n}", name=name, churn=1.0, left="let_progress")
        for n, name in enumerate(HOSTILE)
    ]
    deals = tuple((f"x{n}", AS_OF - 3, name, name) for n, name in enumerate(HOSTILE))
    held = (("x0", "upsell_seats", HOSTILE[0]),)
    return the_list(Told(tuple(rows), deals=deals, held=held))


def test_no_cell_is_a_formula(hostile: AccountList) -> None:
    for row in csv.reader(io.StringIO(csv_of(hostile).decode("utf-8-sig"))):
        assert len(row) == len(COLUMNS)
        for cell in row:
            assert re.fullmatch(r"-?[0-9.]+", cell) or not re.match(r"\s*[=+\-@]", cell), cell


def test_a_name_makes_no_line_of_its_own_in_the_mail(hostile: AccountList) -> None:
    text = digest(hostile, HOSTILE[8], link)

    assert not re.search(r"^Call today: everybody", text, re.MULTILINE)
    assert "\u202e" not in text
    assert max(map(len, text.splitlines())) < 1_000


def test_slack_gets_blocks_it_takes_and_nobody_is_called_by_a_name(hostile: AccountList) -> None:
    blocks = slack(hostile, "*" * 5_000, link)

    assert all(0 < len(block) <= SLACK_BLOCK for block in blocks)
    for block in blocks:
        found = re.findall(r"<([^>]*)>", block)
        assert all(one.startswith("https://inbox.example/accounts/") for one in found)
        assert not re.search(r"&(?!amp;|lt;|gt;)", block)
