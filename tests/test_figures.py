"""One figure has one text, whichever page, mail, list or command shows it."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.web import words
from approvals.web.api.giving import of_money
from approvals.web.site import environment
from tests.conftest import CHECKOUT
from tests.reports.accounts.made import Told, account, the_list
from tools.document.format import shown
from tools.document.model import Figure
from tools.figures import fixed, percent, points
from tools.money import Money
from tools.reports.accounts.format import money as of_minor
from tools.reports.accounts.record import amount, cells
from tools.reports.accounts.text import digest, shown_score
from tools.reports.audit.format import percent as of_audit
from tools.reports.retention.exports import percent as of_retention

SIX = Decimal("0.000001")
# Rounded to basis points first, the second becomes 2.8%.
SCORES = ("0.0275", "0.027499", "0.027501", "0.0265", "0.1", "0.00049", "0.999499", "0.0005")


def test_the_score_is_the_same_in_the_queue_and_on_accounts() -> None:
    rows = tuple(
        account(f"a{n}", churn=float(score) * 100, steps={"retention_call": 900 - n})
        for n, score in enumerate(SCORES)
    )
    found = the_list(Told(rows))
    mail = digest(found, "Ann", lambda name: f"https://inbox.example/{name}")

    for n, score in enumerate(SCORES):
        (line,) = [one for one in found.lines if one.account.account_id == f"a{n}"]
        text = words.share(score)
        assert line.account.score is not None
        assert shown_score(line.account.score) == text
        assert f"churn score of {text}" in line.reason
        assert f"churn {text}" in mail
        page = environment().from_string("{{ a|score }} {{ b|share }}")
        assert page.render(a=line.account.score, b=score) == f"{text} {text}"
    assert [words.share(score) for score in SCORES[:3]] == ["2.8%", "2.7%", "2.8%"]


def test_the_score_a_sum_rests_on_is_the_score_beside_it() -> None:
    found = the_list(Told((account("a", churn=2.7499, left="let_progress", kept=2_000),)))

    assert "× 2.7% churn" in found.leave_alone[0].arithmetic


@given(st.integers(0, 10**6))
def test_a_share_is_written_alike_everywhere(millionths: int) -> None:
    exact = Decimal(millionths) * SIX
    text = percent(exact)

    assert percent(float(exact)) == text
    assert shown(Figure("f", float(exact), "share")) == text
    assert words.share(str(exact)) == text
    assert of_retention(float(exact)) == text
    edge = 0 < exact < Decimal("0.001") or Decimal("0.999") < exact < 1
    assert edge or of_audit(float(exact)) == text
    assert Decimal(text.removesuffix("%")) == fixed(exact * 100, 1)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
def test_money_is_written_alike_everywhere(minor: int, currency: str) -> None:
    money = Money.from_minor(minor, currency)
    bare = str(money).split()[0].replace(",", "")

    assert of_minor(minor, currency) == words.money(money) == str(money)
    assert words.money(amount(minor, currency)) == str(money)
    assert shown(Figure("f", minor, "money", currency=currency)) == str(money)
    assert of_money(money).amount == amount(minor, currency)["amount"] == bare


@pytest.mark.parametrize(
    ("share", "text"), [(0.012, "+1.2 pp"), (-0.0004, "+0.0 pp"), (-0.5, "-50.0 pp")]
)
def test_differences_are_in_points(share: float, text: str) -> None:
    assert points(share) == text


def test_no_rule_points_stand_beside_a_percentage() -> None:
    drivers: list[dict[str, Any]] = [{"change": "0.42"}, {"change": None}, {"change": "-0.12"}]
    values = {"why": {"drivers": drivers}}

    assert words.churn_change(values) == "rising"
    assert words.churn_change({"why": {"drivers": drivers[1:]}}) == "falling"
    assert words.churn_change({"why": {"drivers": drivers[1:2]}}) == ""


def test_the_list_for_programs_has_the_same_score() -> None:
    (row,) = cells(the_list(Told((account("a", churn=2.7499, steps={"retention_call": 900}),))))

    assert "2.7499" in row


def test_no_module_writes_a_share_by_its_own_form() -> None:
    """A share that is rounded in a format of its own differs from the other pages some day."""
    own = re.compile(r":[+,]*\.[1-9]%|\* 100\)\.normalize")
    for folder in ("agent", "approvals", "policies", "tools"):
        for path in (CHECKOUT / folder).rglob("*.py"):
            assert not own.search(path.read_text(encoding="utf-8")), path
