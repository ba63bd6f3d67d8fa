"""`lifecycle backtest` on the small company: real mornings, looked back at, and nothing kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from math import isnan
from pathlib import Path

import pytest

from agent.backtest.history import closed_outcomes, look_back
from agent.cli import app
from agent.commands.entry import run_app
from agent.run import open_morning
from agent.wiring import Deps, open_deps
from tests.agent.company import FIRST, number
from tests.agent.homes import Home, Homes
from tools.customers.churn.definition import ChurnDefinition
from tools.errors import BadInput
from tools.reports.backtest import Backtest
from tools.reports.backtest.html import as_page
from tools.reports.backtest.rankings import AGENT, DO_NOTHING, ORDERS
from tools.reports.backtest.record import record

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("agent-sqlite")]
DAY = number(FIRST)


@pytest.fixture(scope="module")
def lived(homes: Homes) -> Home:
    """A home after its first morning."""
    return homes.lived("sqlite")


@pytest.fixture(scope="module")
def deps(lived: Home) -> Iterator[Deps]:
    """That home, opened."""
    with open_deps(lived.company.settings(lived.folder, lived.database, FIRST)) as opened:
        yield opened


def content(home: Home) -> dict[str, str]:
    """Every file of a home but its logs, by its hash."""
    return {
        str(p.relative_to(home.folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(home.folder.rglob("*"))
        if p.is_file() and "logs" not in p.parts and p.suffix not in {".db-wal", ".db-shm"}
    }


@pytest.fixture(scope="module")
def looked(deps: Deps, lived: Home) -> Backtest:
    """The first morning of the home, made again as of its own day."""
    before = content(lived)
    steps: list[str] = []
    found = look_back(deps, 1, DAY, lambda done, of, step: steps.append(f"{done}/{of} {step}"))
    assert content(lived) == before
    assert steps[0] == "0/1 read"
    assert steps[-1] == "1/1 done"
    return found


def test_the_morning_is_the_one_that_was_lived_through(deps: Deps, looked: Backtest) -> None:
    """It proposes the same as the run did, play by play, to the cent."""
    [week], told = looked.weeks, record(looked)
    theirs = deps.store.proposals.of_day(DAY)
    assert theirs
    assert week.promised_minor == sum(p.value_minor for p in theirs)
    assert {one.play: one.proposals for one in week.queued} == Counter(p.play for p in theirs)
    assert [one["day"] for one in told["weeks"]] == [FIRST.isoformat()]
    assert week.proposals <= looked.capacity


def test_every_rule_is_beside_it_and_what_cannot_be_said_is_said(looked: Backtest) -> None:
    [week], told = looked.weeks, record(looked)
    rules = {one.name: one for one in week.rankings}
    assert set(rules) == {AGENT, *ORDERS, DO_NOTHING}
    assert (rules[AGENT].accounts, rules[AGENT].promised_minor) == (
        week.proposals,
        week.promised_minor,
    )
    assert (rules[DO_NOTHING].accounts, rules[DO_NOTHING].promised_minor) == (0, 0)
    assert any("control group" in one for one in told["cannot_be_said"])
    assert told["score"] is None
    assert any("the outcome of none of these mornings is known" in one for one in told["notes"])


def test_outcomes_are_those_known_since_and_open_windows_have_none(deps: Deps) -> None:
    morning = open_morning(deps, DAY)
    definition = ChurnDefinition("contractual_monthly", 30, 14)
    world = morning.world
    assert closed_outcomes(world, definition, DAY - definition.span_days + 1) is None
    found = closed_outcomes(world, definition, DAY - definition.span_days)
    assert found
    assert set(found.values()) <= {0.0, 1.0} or any(isnan(one) for one in found.values())


def test_the_page_holds_what_the_record_holds_and_loads_nothing(looked: Backtest) -> None:
    page = as_page(record(looked), "<b>Ours</b>")
    assert "&lt;b&gt;Ours&lt;/b&gt;" in page
    for said in (
        "What would have been queued",
        "health scorecard",
        "Morning by morning",
        "What this cannot say",
        FIRST.isoformat(),
    ):
        assert said in page
    assert "http" not in page
    assert "<script" not in page


def test_too_many_weeks_and_too_little_history_say_what_to_do(deps: Deps) -> None:
    with pytest.raises(BadInput, match=r"--weeks 104: .* give --weeks \d+ or fewer"):
        look_back(deps, 104, DAY, lambda *_: None)
    with pytest.raises(BadInput, match="too little history: the first fact is of"):
        look_back(deps, 1, DAY - 500, lambda *_: None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--weeks", "0"), "--weeks 0: give a number between 1 and 104"),
        (("--weeks", "-3"), "give a number between 1 and 104"),
        (("--weeks", "2.5"), "Invalid value for '--weeks'"),
        (("--html", "/nowhere/x.html"), "--html /nowhere/x.html: "),
        (("--as-of", "yesterday"), "write it as 2026-01-31"),
    ],
)
def test_what_cannot_be_meant_ends_with_2_and_one_line(
    lived: Home, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_app(app, ["backtest", *arguments, "--home", str(lived.folder)])
    told = capsys.readouterr()
    assert code == 2, told
    assert said in told.err.replace("\n", " ")
    assert told.out == ""


def test_a_home_without_a_company_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lifecycle.yaml").write_text("company: Nobody\n", encoding="utf-8")
    assert run_app(app, ["backtest", "--home", str(tmp_path)]) == 2
    assert "lifecycle connect" in capsys.readouterr().err


def test_json_is_the_record(looked: Backtest) -> None:
    told = record(looked)
    assert json.loads(json.dumps(told)) == told
