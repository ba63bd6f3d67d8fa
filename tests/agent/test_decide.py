"""`lifecycle decide` on the small company: what is known is filled in, with its source."""

import json
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from agent.commands.decide_text import show_decision
from agent.commands.terminal import SafeConsole
from agent.pages import Pages
from agent.wiring import open_deps
from tests.agent.company import FIRST
from tests.agent.homes import Home, Homes
from tools.errors import BadInput
from tools.roi.decide import decide
from tools.roi.decide.record import record

pytestmark = pytest.mark.xdist_group("agent-sqlite")


@pytest.fixture(scope="module")
def lived(homes: Homes) -> Home:
    """A home after its first morning."""
    return homes.lived("sqlite")


@pytest.fixture(scope="module")
def pages(lived: Home) -> Iterator[Pages]:
    """The pages of that home, their morning opened once."""
    with open_deps(lived.company.settings(lived.folder, lived.database, FIRST)) as deps:
        yield Pages(deps)


def told(home: Home, *arguments: str) -> dict[str, Any]:
    ended = home.call("decide", *arguments, "--json")
    assert ended.code == 0, ended.text
    found: dict[str, Any] = json.loads(ended.text)
    return found


def by_name(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {one["name"]: one for one in found["inputs"]}


def test_an_account_is_filled_in_and_the_page_gives_the_same(lived: Home, pages: Pages) -> None:
    engine = pages._morning(None).engine
    account, mrr = next(
        (row["account_id"], row["mrr_minor"])
        for row in engine.run(
            "SELECT account_id, mrr_minor FROM features WHERE mrr_minor > 0 AND currency = 'USD' "
            "ORDER BY account_id LIMIT 1"
        ).to_pylist()
    )
    found = told(lived, "retain", "--account", account, "cost=30", "effect=0.001", "margin=.6")
    inputs = by_name(found)

    assert Decimal(inputs["revenue"]["value"]) == Decimal(mrr) * 12 / 100
    assert "billing on 2026-11-02" in inputs["revenue"]["source"]
    assert inputs["margin"]["instead_of"].startswith("0.7, economics gross_margin since 1900-01-01")
    assert (inputs["discount_rate"]["value"], inputs["discount_rate"]["owner"]) == (
        "0.1",
        "finance",
    )
    assert any(word in inputs["renewal"]["source"] for word in ("churn score", "segment"))
    subject = pages.decision_subject("retain", account, "", "")
    typed = {"cost": "30", "effect": "0.001", "margin": ".6"}
    assert json.loads(json.dumps(record(decide("retain", typed, subject)))) == found


def test_a_deal_brings_its_amount_and_how_often_such_deals_are_won(pages: Pages) -> None:
    engine = pages._morning(None).engine
    deal = engine.run(
        "SELECT deal_id, amount_minor FROM deals WHERE amount_minor > 0 AND currency = 'USD' "
        "ORDER BY deal_id LIMIT 1"
    ).to_pylist()[0]
    known = pages.decision_subject("accelerate", "", deal["deal_id"].split(":")[1], "").known

    assert known["value"].value == Decimal(deal["amount_minor"]) / 100
    assert known["p0"].source.endswith("deals of about this size were won in a year")
    assert known["probability"].value > known["p0"].value
    assert known["probability"].source.startswith("deal call: ")
    assert "support" not in known


def test_a_segment_brings_what_became_of_it(pages: Pages) -> None:
    subject = pages.decision_subject("retain", "", "", "other active")
    assert "paying accounts of Other active" in subject.known["revenue"].source
    assert "were lost within 90 days" in subject.known["renewal"].source
    assert subject.known["losses_prevented"].source.startswith("retention call: ")
    assert subject.known["cost"].source == "retention call: 0.5 hours of csm and 0 each"
    with pytest.raises(BadInput, match="did you mean 'Lapsed'"):
        pages.decision_subject("retain", "", "", "Lapsd")
    with pytest.raises(BadInput, match="no deal has the id 'D-x'; "):
        pages.decision_subject("accelerate", "", "D-x", "")
    assert "revenue" not in pages.decision_subject("retain", "", "", "").known


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("retain", "--account", "simulated:A-0000099"), "did you mean 'simulated:A-00000"),
        (("retain", "--segment", "Lapsed", "--account", "a"), "not about several"),
        (("accept", "margin=65"), "did you mean 0.65 (65%)?"),
        (("accept", "margn=.65"), "did you mean 'margin'?"),
        (("accept", "--acount", "x"), "did you mean 'account'?"),
        (("accept", "margin"), "write an input as name=value"),
        (("accept", "margin=1", "margin=.5"), "margin is given twice"),
        (("accept", "revenue=5 EUR"), "(1 EUR is 1.1"),
        (("acept",), "did you mean 'accept'?"),
    ],
)
def test_what_cannot_be_meant_ends_with_2_and_one_line(
    lived: Home, arguments: tuple[str, ...], said: str
) -> None:
    ended = lived.call("decide", *arguments)
    assert ended.code == 2, ended.text
    assert said in ended.text
    assert ended.text.count("\n") == 1


def test_the_answer_on_a_terminal_of_80_columns(pages: Pages) -> None:
    subject = pages.decision_subject("accept", "", "", "other active")
    out = StringIO()
    show_decision(
        decide("accept", {"acquisition": "9,000"}, subject), SafeConsole(file=out, width=80)
    )
    shown = out.getvalue()
    assert max(map(len, shown.splitlines())) <= 80
    for said in (
        "Accept this customer?",
        "doing nothing",
        "What swings it",
        "What it rests on",
        "Know before you believe it",
        "formula roi-",
    ):
        assert said in shown
