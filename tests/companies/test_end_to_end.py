"""Each foreign company from its files to the queue, with what it lacks named and not invented."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.cli import app
from tests.companies.conftest import Company
from tests.companies.runs import MAPPINGS, MORNINGS, READ_ONLY, CompanyRun
from tests.companies.table import row_of
from tools.reading import parse_strict

pytestmark = [pytest.mark.long, pytest.mark.data]

EXPECTED = parse_strict(
    (MAPPINGS / "figures/mornings.yaml").read_text(encoding="utf-8"), "mornings.yaml"
)
NAMES = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in MORNINGS]
UNPAID = [
    pytest.param(name, marks=pytest.mark.xdist_group(name))
    for name in ("relax_asana_until_2014-03-31", "yammer_until_2022-07-31", "maven_crm_sales")
]
COMMANDS = ("queue", "roster", "churn", "audit")


def say(run: CompanyRun, *words: str) -> str:
    """What a command prints for a company; its exit code must be 0."""
    done = CliRunner().invoke(app, [*words, "--home", str(run.home)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_every_mapping_has_a_morning_and_figures() -> None:
    named = {path.stem for path in MAPPINGS.glob("*.yaml")}
    assert named == set(MORNINGS) | set(READ_ONLY)
    assert set(MORNINGS) == set(EXPECTED)


@pytest.mark.parametrize("name", NAMES)
def test_the_figures_of_the_morning(company: Company, name: str) -> None:
    run = company(name)
    found: dict[str, Any] = {
        "rows_in": sum(run.read.values()),
        "quarantined": run.quarantined,
        "staged": run.summary["staged"],
        "stages": run.summary["stages"],
        "unstaged": run.summary["unstaged"],
        "scored": run.summary["scored"],
        "tier": run.summary["tier"],
        "signal": run.summary["signal"],
        "missing": run.summary["missing"],
        "unpriced": run.summary["unpriced"],
        "refused": run.summary["refused"],
        "queued": run.summary["chosen"],
    }
    assert found == EXPECTED[name]
    assert len(row_of(run)) == 9


@pytest.mark.parametrize("name", NAMES)
def test_everybody_is_staged_or_counted_with_the_reason(company: Company, name: str) -> None:
    summary = company(name).summary
    everybody = summary[f"{summary['staged']}s"]
    counted = sum(summary["stages"].values()) + sum(summary["unstaged"].values())
    assert counted == everybody


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_something_to_say(company: Company, name: str) -> None:
    run = company(name)
    for command in COMMANDS:
        assert say(run, command).strip()
    assert isinstance(json.loads(say(run, "queue", "--json")), list)
    assert json.loads(say(run, "audit", "--json"))
    page = run.home / "audit.html"
    say(run, "audit", "--html", str(page))
    assert "<html" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", UNPAID)
def test_a_company_without_billing_has_no_money(company: Company, name: str) -> None:
    run = company(name)
    assert run.summary["priced"] == 0
    assert set(run.summary["unpriced"]) == {"missing: subscriptions"}
    assert run.summary["value_minor"] == 0
    assert "nothing waits" in say(run, "queue")
    refused = CliRunner().invoke(app, ["revenue", "--home", str(run.home)])
    assert str(refused.exception) == "not computable: missing subscriptions"


@pytest.mark.xdist_group("maven_crm_sales")
def test_maven_has_no_usage_and_so_no_churn(company: Company) -> None:
    said = say(company("maven_crm_sales"), "churn")
    assert said == "churn is not computable: missing subscriptions, events or invoices\n"


@pytest.mark.xdist_group("ravenstack")
def test_ravenstack_has_no_usable_signal_and_no_money_rests_on_it(company: Company) -> None:
    run = company("ravenstack")
    assert "tier: none (no usable signal)" in say(run, "churn")
    assert "Most at risk" not in say(run, "churn")
    assert run.summary["priced"] == run.summary["worthwhile"] == run.summary["chosen"] == 0
    why = say(run, "why-not", "A-2e4581")
    assert "missing: usable churn signal" in why
    assert "USD" not in why


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xdist_group(name))
        for name in ("online_retail", "fightchurn_crm6")
    ],
)
def test_what_waits_can_be_explained(company: Company, name: str) -> None:
    run = company(name)
    waiting = json.loads(say(run, "queue", "--json"))
    assert len(waiting) == run.summary["chosen"] > 0
    assert {proposal["envelope"]["what"]["channel"] for proposal in waiting} == {"task"}
    said = say(run, "explain", waiting[0]["id"])
    assert "nobody outside is reached" in said
    assumed = {each["name"]: each for each in waiting[0]["envelope"]["worth"]["assumptions"]}
    assert assumed["gross_margin"]["owner"] == "finance"
    again = say(run, "run", "--as-of", run.day)
    assert "nothing new was created" in again
