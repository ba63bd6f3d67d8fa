"""One bad record never stops the run: the good rows arrive, the bad ones wait in quarantine."""

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.wiring import open_deps
from tests.agent.company import FIRST, Company, number
from tests.agent.homes import Home, Homes
from tests.databases import KINDS

pytestmark = pytest.mark.long

ON_EACH = [pytest.param(kind, marks=pytest.mark.xdist_group(f"agent-{kind}")) for kind in KINDS]
UGLY = (
    "{recipient} {0} %s", "=cmd|' /C calc'!A0", "\u202egnp.exe", "A" * 100_000, "' OR 1=1 --",
    "$as_of", "NULL", "\ufeff", "<script>alert(1)</script>", "Zo\u0308e\u0301 \U0001f600",
)  # fmt: skip


def _worse(folder: Path) -> None:
    """Add rows that are wrong in every way a file can be wrong and still be a file."""
    _edit(folder / "crm_accounts.csv", _worse_account)
    _edit(folder / "crm_contacts.csv", _worse_contact)
    _edit(folder / "subscriptions.csv", _worse_subscription)
    with (folder / "crm_accounts.csv").open("a", encoding="utf-8") as opened:
        opened.write("A-9999999,only two cells\n")
        opened.write('"A-9999998,never closed\n')
    with (folder / "tickets.jsonl").open("a", encoding="utf-8") as opened:
        opened.write("{not json\n[]\n42\n\n")
        opened.write(json.dumps({"ticket_id": None, "opened_at": "yesterday"}) + "\n")
        opened.write(json.dumps({"ticket_id": "T-\u0000", "opened_at": "31.02.2026 25:99"}) + "\n")
    (folder / "thumbs.db").write_bytes(b"\x00\xff" * 50)


def _edit(path: Path, worse: Callable[[int, dict[str, str]], dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(worse(n, row) for n, row in enumerate(rows))


def _worse_account(n: int, row: dict[str, str]) -> dict[str, str]:
    """Every third company has a name nobody should have."""
    return {**row, "company": UGLY[n // 3 % len(UGLY)]} if n % 3 == 0 else row


def _worse_contact(n: int, row: dict[str, str]) -> dict[str, str]:
    return {
        0: {**row, "name": UGLY[n // 5 % len(UGLY)]},
        1: {**row, "timezone": "Mars/Olympus", "country": "??"},
        2: {**row, "email": "not an address", "phone": "call me"},
    }.get(n % 5, row)


def _worse_subscription(n: int, row: dict[str, str]) -> dict[str, str]:
    return {
        0: {**row, "mrr": "twelve"},
        1: {**row, "seats": "-7"},
        2: {**row, "started_on": "2026-13-45"},
        3: {**row, "mrr": "1e400"},
        4: {**row, "discount": "NaN"},
    }.get(n % 12, row)


@pytest.fixture(scope="session")
def garbage(tmp_path_factory: pytest.TempPathFactory, company: Company) -> Company:
    """The company, with its files of the first morning made worse."""
    folder = tmp_path_factory.mktemp("garbage")
    shutil.copytree(company.export(FIRST), folder / FIRST.isoformat())
    _worse(folder / FIRST.isoformat())
    return replace(company, folder=folder)


def _lived(home: Home) -> None:
    ended = home.run(FIRST)
    assert ended.code == 0, ended.text[-3000:]


@pytest.mark.parametrize("kind", ON_EACH)
def test_a_folder_full_of_garbage_still_gives_a_queue(
    kind: str, homes: Homes, garbage: Company
) -> None:
    with homes.fresh(kind) as bare:
        home = replace(bare, company=garbage)
        _lived(home)
        with open_deps(garbage.settings(home.folder, home.database, FIRST)) as deps:
            run = deps.store.runs.run_of(number(FIRST))
            waiting = deps.store.proposals.pending(number(FIRST))
            bad = deps.store.manifest.quarantine(limit=10_000)
        assert run is not None
        found = json.loads(run.summary)

        assert found["accounts"] >= 50
        assert found["chosen"] + found["failed"] > 0
        assert len(waiting) == found["chosen"]
        assert {"subscriptions", "tickets"} <= {row.table for row in bad}
        assert {"mrr_minor", "started_day"} <= {row.column for row in bad}
        assert all(row.reason and row.file and row.line > 0 for row in bad)
        for proposal in waiting:
            assert not set(proposal.envelope) & set("\0\u202e")
            assert len(proposal.envelope) < 50_000


@pytest.mark.xdist_group("agent-sqlite")
def test_every_command_survives_the_garbage(homes: Homes, garbage: Company) -> None:
    with homes.fresh("sqlite") as bare:
        home = replace(bare, company=garbage)
        _lived(home)
        queue = home.call("queue", "--json")
        first = json.loads(queue.text)[0]["id"]

        for command in (
            ("queue",),
            ("explain", first),
            ("roster",),
            ("churn",),
            ("segments",),
            ("audit",),
            ("revenue",),
            ("retention",),
            ("replay", "--as-of", FIRST.isoformat()),
        ):
            ended = home.call(*command)
            assert ended.code == 0, (command, ended.text[-2000:])
