"""Every command on the small company: it runs, and says what is so."""

import csv
import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from agent.commands.index import INDEX, registered
from agent.commands.proposals import queue_table
from agent.wiring import open_deps
from tests.agent.company import ACCOUNTS, FIRST, SECOND, number
from tests.agent.homes import Home, Homes
from tests.agent.test_gate_commands import GATE_COMMANDS
from tests.conftest import CHECKOUT
from tools.labels import label_of_id
from tools.store.records import Proposal

pytestmark = pytest.mark.xdist_group("agent-postgresql")
COMMANDS = {
    "run", "queue", "explain", "replay", "why-not", "runs", "demo", "connect", "simulate", "audit",
    "features", "roster", "churn", "segments", "retention", "revenue", "effects",
    "report", "reports", "person", "erase", "quarantine", "decide", "backtest",
}  # fmt: skip
GROUPS = {"accounts", "people", "policies"}


@pytest.fixture
def lived(homes: Homes) -> Home:
    """A home after its first morning."""
    return homes.lived("postgresql")


@pytest.fixture
def waiting(lived: Home) -> tuple[Proposal, ...]:
    """What waits in it for a decision."""
    with open_deps(lived.company.settings(lived.folder, lived.database, FIRST)) as deps:
        return deps.store.proposals.pending(number(FIRST))


NAMES = {
    one["id"]: one.get("name", label_of_id(one["id"]))
    for one in yaml.safe_load((CHECKOUT / "policies/plays.yaml").read_text("utf-8"))["plays"]
}


def said(home: Home, *arguments: str) -> str:
    """What a command prints, when it ends well."""
    ended = home.call(*arguments)
    assert ended.code == 0, ended.text
    return ended.text


def test_no_command_is_forgotten_here() -> None:
    names = {name for name, _, _ in INDEX}
    assert names == COMMANDS | GATE_COMMANDS | GROUPS


def test_the_index_says_of_every_command_what_the_command_says() -> None:
    told = {name: (module, line) for name, module, line in INDEX}
    said = {
        name: (module, " ".join((command.help or "").split("\n\n")[0].split()))
        for module in {module for module, _ in told.values()}
        for name, command in registered(module).items()
    }
    assert said == told
    assert len(told) == len(INDEX)


# What loads slowly: to learn, to serve, and whatever opens a home.
LEARNING = ("sklearn", "scipy.stats", "scipy.optimize", "interpret", "langgraph", "matplotlib",
            "pandas", "openai", "typst")  # fmt: skip
SERVING = ("fastapi", "uvicorn", "authlib", "apscheduler", "httpx", "httpx2", "alembic")
OPENING = ("numpy", "pyarrow", "duckdb", "sqlglot", "sqlalchemy", "structlog", "agent.wiring")


@pytest.mark.parametrize(("arguments", "never"), [
    (("--help",), (*LEARNING, *SERVING, *OPENING)),
    (("nothing-of-the-kind",), (*LEARNING, *SERVING, *OPENING)),
    (("queue",), (*LEARNING, *SERVING)),
    (("accounts",), (*LEARNING, *SERVING)),
])  # fmt: skip
def test_a_command_does_not_load_what_it_does_not_use(
    lived: Home, arguments: tuple[str, ...], never: tuple[str, ...]
) -> None:
    """Counted in modules, never in seconds; `lifecycle --help` took four of them once."""
    told = [*arguments] if "--help" in arguments else [*arguments, "--home", str(lived.folder)]
    asked = (
        "import sys; from agent.cli import app; from agent.commands.entry import run_app\n"
        f"run_app(app, {told!r})\n"
        f"print([m for m in {never!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **lived.told("")},
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_run_says_what_it_found(homes: Homes) -> None:
    with homes.copy("postgresql") as home:
        shown = home.run(SECOND).text

    assert "The morning of 2026-11-04" in shown
    assert re.search(rf"\b{ACCOUNTS} accounts, \d+ contacts", shown)
    # One of the eight places of a day is drawn, and yesterday's still waits.
    assert re.search(r"queued: 7, expected net value [\d,]+\.\d\d USD", shown)
    for line in ("stages of contacts: ", "churn: ", "segments: ", "priced: ", "refused by rule: "):
        assert line in shown


def test_queue_is_in_order_of_value(lived: Home, waiting: tuple[Proposal, ...]) -> None:
    shown = said(lived, "queue")

    assert f"{len(waiting)} wait for a decision" in shown
    places = [shown.index(proposal.id) for proposal in waiting]
    assert places == sorted(places)
    assert [p.value_minor for p in waiting] == sorted(
        (p.value_minor for p in waiting), reverse=True
    )
    assert "the first 2" in said(lived, "queue", "--limit", "2")


def test_queue_takes_hardly_more_than_a_line_for_each_in_a_narrow_terminal(
    waiting: tuple[Proposal, ...],
) -> None:
    screen = Console(width=80, file=StringIO())
    with screen.capture() as shown:
        screen.print(queue_table(waiting, len(waiting), screen.width))
    lines = shown.get().splitlines()
    assert max(len(line) for line in lines) <= 80
    assert all(sum(one.id in line for line in lines) == 1 for one in waiting)
    assert len(lines) <= len(waiting) + 5 + 1  # title, names, lines around, and one long name
    assert "segment" not in shown.get()


def test_queue_as_json_is_the_sealed_envelopes(lived: Home, waiting: tuple[Proposal, ...]) -> None:
    found = json.loads(said(lived, "queue", "--json"))

    assert [one["id"] for one in found] == [proposal.id for proposal in waiting]
    assert [one["sha256"] for one in found] == [proposal.sha256 for proposal in waiting]
    for one in found:
        assert set(one) == {"id", "status", "sha256", "supersedes", "envelope"}
        assert {"who", "what", "why", "worth", "alternatives", "findings"} <= set(one["envelope"])


def test_explain_shows_the_words_the_sums_and_doing_nothing(
    lived: Home, waiting: tuple[Proposal, ...]
) -> None:
    first = waiting[0]
    shown = said(lived, "explain", first.id)

    for part in (
        first.sha256,
        NAMES[first.play],
        first.account_id,
        "What it is worth",
        "80 % interval",
        "Assumed",
        "do nothing",
        "Policy",
        "consent",
    ):
        assert part in shown
    assert f"{first.value_minor / 100:,.2f}" in shown


def test_why_not_answers_for_every_play(lived: Home, waiting: tuple[Proposal, ...]) -> None:
    first = waiting[0]
    shown = said(lived, "why-not", first.account_id)

    assert all(name in shown for name in NAMES.values())
    assert re.search(rf"{NAMES[first.play]} +│ proposed", shown)
    assert shown == said(lived, "why-not", first.account_id.split(":")[1])


def test_replay_is_identical(lived: Home) -> None:
    assert re.search(
        r"run-2026-11-02: identical, [\d,]+ bytes", said(lived, "replay", "--as-of", "2026-11-02")
    )


def test_runs_are_listed(lived: Home) -> None:
    shown = said(lived, "runs")
    assert "2026-11-02" in shown
    assert "done" in shown


def test_roster_counts_everybody_and_lists_anybody(lived: Home) -> None:
    rows = [json.loads(line) for line in said(lived, "roster", "--json").splitlines()]
    shown = said(lived, "roster", "--limit", "3")

    accounts = [row for row in rows if row["kind"] == "account"]
    assert len(accounts) == ACCOUNTS
    assert "Roster as of 2026-11-02" in shown
    assert all(row["stage"] or row["unstaged_reason"] for row in rows)
    staged = next(row for row in rows if row["kind"] == "contact" and row["stage"] == "active")
    one = said(lived, "roster", "--contact", staged["id"])
    assert "History" in one
    assert "active" in one


def test_features_have_values_and_meanings(lived: Home) -> None:
    shown = said(lived, "features", "simulated:A-0000001")
    described = said(lived, "features", "--describe")

    for name in ("mrr_minor", "usage_trend", "days_to_renewal"):
        assert name in shown
        assert name in described
    assert "as of 2026-11-02" in shown


def test_churn_says_what_lost_means_and_who_is_at_risk(lived: Home) -> None:
    shown = said(lived, "churn", "--limit", "5")

    assert "lost means: " in shown
    assert "tier: rule" in shown
    risk, _, terms = shown.partition("Next terms to end")
    assert (risk.count("simulated:A-"), terms.count("simulated:A-")) == (5, 5)


def test_segments_say_what_becomes_of_them(lived: Home) -> None:
    shown = said(lived, "segments")

    assert "Segments as of 2026-11-02" in shown
    assert "What becomes of them" in shown
    assert "Declining" in shown


def test_retention_in_every_form(lived: Home, tmp_path: Path) -> None:
    as_table = said(lived, "retention", "--buckets", "1,4")
    as_json = json.loads(said(lived, "retention", "--buckets", "1,4", "--json"))
    as_csv = list(csv.reader(StringIO(said(lived, "retention", "--buckets", "1,4", "--csv"))))
    for name in ("heat.png", "heat.svg"):
        said(lived, "retention", "--buckets", "1,4", "--picture", str(tmp_path / name))

    assert "2026" in as_table
    assert as_json
    assert len(as_csv) > 6
    assert len({len(row) for row in as_csv}) == 1
    assert (tmp_path / "heat.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "heat.svg").read_text(encoding="utf-8")


def test_revenue_in_every_form(lived: Home) -> None:
    assert "2026" in said(lived, "revenue")
    assert json.loads(said(lived, "revenue", "--json"))
    rows = list(csv.DictReader(StringIO(said(lived, "revenue", "--csv"))))
    assert len(rows) > 12


def test_audit_in_every_form(lived: Home, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    shown = said(lived, "audit")
    found = json.loads(said(lived, "audit", "--json"))
    said(lived, "audit", "--html", str(page))

    assert "Data as of 2026-11-02" in shown
    assert found
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")


def test_connect_proposes_a_mapping_once(lived: Home, tmp_path: Path) -> None:
    out = tmp_path / "company.yaml"
    data = str(lived.company.export(FIRST))
    first = lived.launcher.run(["connect", data, "--out", str(out)], {})
    again = lived.launcher.run(["connect", data, "--out", str(out)], {})

    assert first.code == 0, first.text
    assert "inputs:" in out.read_text(encoding="utf-8")
    assert again.code == 2
    assert "exists already" in " ".join(again.text.split())


def test_simulate_writes_the_same_bytes_and_keeps_the_truth_apart(
    lived: Home, tmp_path: Path
) -> None:
    told = ["--accounts", "20", "--months", "3", "--seed", "5"]
    for name in ("a", "b"):
        ended = lived.launcher.run(["simulate", str(tmp_path / name), *told], {})
        assert ended.code == 0, ended.text
    files = {p.name: p.read_bytes() for p in sorted((tmp_path / "a").iterdir())}

    assert files == {p.name: p.read_bytes() for p in sorted((tmp_path / "b").iterdir())}
    assert "the truth, which the agent may not read" in ended.text
    assert not any("truth" in name for name in files)
