"""What may do harm with a greater chance than is allowed: one rule, worked out in two ways."""

from dataclasses import replace
from decimal import Decimal

from agent.choosing import HARM, plan_day
from tests.agent.test_choosing import OPEN, background
from tests.roi.world import AS_OF, BILLING, WINDOWS, account, economics, engine_with, plays
from tools.roi.price import price
from tools.roi.shortlist import Candidate, alternatives, head
from tools.roi.tables import OFF, PriceList, Risks
from tools.roi.value import reprice

NAMES = tuple(f"crm:{n}" for n in range(6))
WHERE = ("Declining", "Durable core", "Expansion-ready", "Onboarding")


def priced(risks: Risks) -> tuple[list[Candidate], PriceList, list[Candidate]]:
    """Everything that could be done for six accounts, and what leads."""
    rows = [
        account(name, WHERE[n % 4], 0.05 + n / 20, mrr_minor=500_000 * (n + 1), seats=20 + n)
        for n, name in enumerate(NAMES)
    ]
    engine = engine_with(rows)
    found = price(AS_OF, engine, plays(), economics(), BILLING, WINDOWS, risks=risks)
    return alternatives(engine, NAMES), found, head(engine, 100)


def test_the_warehouse_and_the_chance_in_words_draw_the_same_line() -> None:
    for most in ("0.05", "0.2", "0.33", "0.45"):
        every, prices, _ = priced(Risks(Decimal(most), Decimal(most)))
        for one in every:
            if one.play == "do_nothing":
                continue
            risk = reprice(one, prices).p_harm
            if abs(risk - Decimal(most)) > Decimal("0.01"):
                assert (one.safe_minor < 0) == (risk > Decimal(most)), (one.play, risk)


def test_what_may_do_harm_is_refused_with_its_chance_and_leads_nobody() -> None:
    every, prices, leading = priced(Risks(Decimal("0.25"), Decimal("0.25")))
    risky = [c for c in every if c.nv_minor > 0 and c.safe_minor < 0]
    judged = plan_day([c for c in every if c.nv_minor > 0], prices, background({}), OPEN)
    said = {(c.account_id, c.play): v for c, v in judged.refused if v.rule_id == HARM}

    assert risky
    assert all((c.account_id, c.play) in said for c in risky)
    assert "25.0% is the most allowed" in next(iter(said.values())).reason
    safe = {c.account_id for c in every if c.nv_minor > 0 and c.safe_minor >= 0}
    assert {c.account_id for c in leading} <= safe


def test_a_lasting_discount_has_a_limit_of_its_own_and_off_is_off() -> None:
    strict, _, _ = priced(Risks(Decimal(1), Decimal("0.1")))
    off, prices, _ = priced(OFF)

    lasting = {p.id for p in plays() if p.concession is not None and p.concession.recurs}
    assert {c.play for c in strict if c.safe_minor < 0 < c.nv_minor} <= lasting
    assert not [c for c in off if c.safe_minor < 0 < c.nv_minor]
    assert [replace(c, safe_minor=0) for c in strict] == [replace(c, safe_minor=0) for c in off]
    assert prices.risk("retention_call") == 1
