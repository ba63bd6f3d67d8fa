"""Accounts that are like those best not called, though in another segment."""

from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from tests.roi.world import SEGMENTS, table
from tools.roi.likeness import QUIET, Likeness, effect_at, put_likeness
from tools.roi.play_effects import PlayEffect
from tools.warehouse.engine import DuckEngine

COLUMNS = {
    "account_id": pa.string(), "active": pa.bool_(), "seats": pa.int64(), "events_28": pa.int64(),
    "events_prior_84": pa.int64(), "email_open_rate_90": pa.float64(),
}  # fmt: skip
KNOWN = Likeness({QUIET: 80, "Declining": 10, "Onboarding": 70})
CALL = PlayEffect("call", "Declining", Decimal("0.11"), Decimal("0.11"), Decimal(0), "", "")
HARM = PlayEffect("call", QUIET, Decimal("-0.28"), Decimal("0.41"), Decimal(0), "", "")


def company(accounts: int = 100, jitter: int = 3) -> list[dict[str, Any]]:
    """Accounts that use the more the higher their number; the first 20 are quiet."""
    return [
        {
            "account_id": f"a{n:03}",
            "active": True,
            "seats": 1,
            "events_28": 10 * n + n % jitter,
            "events_prior_84": 30 * n + 40 * (n % jitter),
            "email_open_rate_90": n / accounts,
            "segment": QUIET if n < 20 else "Declining",
        }
        for n in range(accounts)
    ]


def likeness_of(accounts: list[dict[str, Any]]) -> tuple[Likeness, dict[str, int]]:
    engine = DuckEngine(threads=1)
    engine.put("features", table(accounts, COLUMNS))
    engine.put("segments", table(accounts, SEGMENTS))
    found = put_likeness(engine)
    rows = engine.run("SELECT * FROM roi_likeness").to_pylist()
    return found, {row["account_id"]: row["likeness"] for row in rows}


def test_likeness_falls_with_use_and_is_even_at_the_middle() -> None:
    averages, found = likeness_of(company())
    values = [found[f"a{n:03}"] for n in range(100)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 80 > values[19] >= 40
    assert values[40] < 20
    assert averages.averages[QUIET] > 60
    assert averages.averages["Declining"] < 10


def test_the_order_of_the_rows_changes_nothing() -> None:
    assert likeness_of(company()) == likeness_of(company()[::-1])


def test_of_whom_nothing_is_known_nothing_is_told() -> None:
    accounts = company()
    blind = [{**a, "email_open_rate_90": None} for a in accounts[:50]]
    _, found = likeness_of([*blind, *accounts[50:]])
    assert not {a["account_id"] for a in blind} & found.keys()
    nobody = [{**a, "segment": "Declining"} for a in accounts]
    assert likeness_of(nobody) == (Likeness({}), {})
    engine = DuckEngine(threads=1)
    engine.put("features", pa.table({"account_id": pa.array(["a"], pa.string())}))
    assert put_likeness(engine) == Likeness({})


def test_only_who_is_more_like_them_than_its_segment_is_told_from_it() -> None:
    assert KNOWN.weight("Declining", 10) == KNOWN.weight("Declining", 0) == 0
    assert KNOWN.weight("Declining", 45) == Decimal("0.5")
    assert KNOWN.weight("Declining", 100) == 1
    assert KNOWN.weight("Onboarding", 100) == KNOWN.weight(QUIET, 0) == 0  # they hardly differ


@given(st.decimals(0, 1, places=2))
def test_an_effect_lies_between_and_is_never_promised_higher(weight: Decimal) -> None:
    mean, sd = effect_at(CALL, HARM, weight)
    assert HARM.mean <= mean <= CALL.mean
    assert min(CALL.sd, HARM.sd) <= sd
    assert effect_at(HARM, CALL, weight) == (HARM.mean, HARM.sd)
    assert effect_at(CALL, None, weight) == (CALL.mean, CALL.sd)


@example(own=7, quiet=79, likeness=10, digits=40, mean=Decimal("0.11"))  # a tie at four places
@given(
    own=st.integers(0, 70),
    quiet=st.integers(30, 100),
    likeness=st.sampled_from(range(0, 101, 10)),
    digits=st.integers(6, 60),
    mean=st.decimals("-0.5", "0.5", places=4),
)
def test_both_prices_find_the_same_digits_whatever_they_count_with(
    own: int, quiet: int, likeness: int, digits: int, mean: Decimal
) -> None:
    """The warehouse's table is made with 28 digits, the price in Decimal with 40."""
    told = Likeness({QUIET: quiet, "Declining": own})
    call = replace(CALL, mean=mean)
    ours = effect_at(call, HARM, told.weight("Declining", likeness))
    with localcontext(prec=digits):
        theirs = effect_at(call, HARM, told.weight("Declining", likeness))
    assert ours == theirs
