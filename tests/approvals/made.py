"""Envelopes with as little said as a test needs."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from approvals.audit import Key
from approvals.envelope import Alternative, Driver, Envelope, What, Who, Why, Worth
from approvals.queue import Desk
from policies.limit_book import parse_limits
from policies.limits import Limits
from policies.nouns import Finding
from tools.money import Money
from tools.roi.cautions import Caution
from tools.roi.economics import Assumption
from tools.roi.value import Step
from tools.store.store import Store

NOW = datetime(2024, 3, 1, 6, 0, tzinfo=UTC)
DAY = 19_783  # 2024-03-01


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


WHO = Who("a1", "Ärger & Söhne", "c1", "Ann", "ann@example.com", "bob")
WHAT = What(
    "upsell_seats",
    1,
    "upsell",
    "call",
    "More seats?",
    "Hello Ann,\n",
    "sales",
    ("sales",),
    Decimal("0.75"),
    eur("0"),
)
WHY = Why(
    "Expansion-ready",
    "active",
    DAY - 40,
    "paid until 2024-06-01",
    Decimal("0.0210"),
    "logistic, calibrated",
    (Driver("uses less than before", Decimal("0.31"), None),),
)
WORTH = Worth(
    eur("882.00"),
    eur("-120.10"),
    eur("1900"),
    Decimal("0.81"),
    Decimal("0.004"),
    "",
    "survival",
    (Step("revenue", "5 seats × 12 months", eur("1200")),),
    (Assumption("gross_margin", "0.70", "assumption", "finance", date(2000, 1, 1)),),
    (Caution("thin", "few outcomes so far"),),
)
NOTHING = Alternative("do_nothing", eur("0"), "leave the account alone")
FINDINGS = (Finding("consent", "pass", "phone_consent is given"),)


def envelope(
    account: str = "a1", net: str = "882.00", play: str = "upsell_seats", as_of: int = DAY
) -> Envelope:
    """An envelope that differs by account, value, play and day."""
    return Envelope(
        as_of,
        as_of + 7,
        replace(WHO, account_id=account),
        replace(WHAT, play=play),
        WHY,
        replace(WORTH, net=eur(net)),
        (NOTHING,),
        FINDINGS,
        (("limits", "ab12"), ("model", "cd")),
    )


def limits(**changed: object) -> Limits:
    """The delivered limits, changed; and nobody held out unless a test asks for it."""
    given: dict[str, object] = {"holdout_share": Decimal(0), **changed}
    return replace(_delivered(), **given)  # type: ignore[arg-type]  # fields of Limits


@cache
def _delivered() -> Limits:
    text = (Path(__file__).parents[2] / "policies" / "limits.yaml").read_text(encoding="utf-8")
    return parse_limits(text).on(DAY)


KEY = Key(b"a secret for tests")


def desk(store: Store, **changed: object) -> Desk:
    return Desk(store.gate, KEY, limits(**changed))
