"""Laws of the list over populations nobody thought of, and a computation by another route."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.accounts.made import (
    AS_OF,
    Account,
    Told,
    account,
    lists_under,
    said,
    the_list,
)
from tools.reports.accounts import AccountList, ListNumbers
from tools.reports.accounts.model import CALL

pytestmark = pytest.mark.long

FEW = settings(max_examples=15)
OWNERS = ("Ann", "Bob", "Cid", None)
PLAYS = ("retention_call", "retention_email", "upsell_seats")
KINDS = ("claim", "done", "snooze", "not_useful", "open")


@st.composite
def accounts(draw: st.DrawFn) -> tuple[Account, ...]:
    """Up to fourteen accounts of every kind, some worth the same."""
    made = []
    for n in range(draw(st.integers(0, 14))):
        worth = st.sampled_from((-5, 0, 10, 10, 25, 60))
        told: dict[str, Any] = {
            "owner": draw(st.sampled_from(OWNERS)),
            "active": draw(st.booleans()),
            "steps": {play: draw(worth) for play in PLAYS if draw(st.booleans())},
            "churn": draw(st.sampled_from((None, 1.0, 80.0))),
            "overdue": draw(st.integers(0, 1)),
        }
        best = max(told["steps"].values(), default=0)
        if told["active"] and best <= 0 and told["churn"] is not None:
            told["left"] = draw(st.sampled_from(("let_progress", "accept_churn")))
        made.append(account(f"a{n}", **told))
    return tuple(made)


@st.composite
def populations(draw: st.DrawFn) -> Told:
    """Accounts, what people said of them, and what may not be done."""
    found = draw(accounts())
    names = [a["id"] for a in found]
    some = st.lists(st.sampled_from(names), unique=True, max_size=4) if names else st.just([])
    care = tuple(
        said(
            name,
            draw(st.sampled_from(KINDS)),
            owner=draw(st.sampled_from(("Ann", "Bob"))),
            until_day=AS_OF + draw(st.integers(0, 2)),
            value_minor=draw(st.integers(0, 3_000)),
        )
        for name in draw(some)
    )
    held = tuple((name, "retention_call", "consent: no") for name in draw(some))
    way = tuple((name, "retention_call", AS_OF - 1) for name in draw(some)[:1])
    return Told(found, care, (), held, way, terms=ListNumbers(everybody=draw(st.integers(0, 4))))


def parts(found: AccountList) -> list[str]:
    """The ids of every part, one after the other."""
    return [
        *(line.account.account_id for line in found.lines),
        *(one.account.account_id for one in (*found.leave_alone, *found.let_go)),
        *(one.account.account_id for one in found.unscored),
    ]


def called(found: AccountList) -> dict[str, str]:
    """Who is called today, and by whom."""
    return {line.account.account_id: line.holder for line in found.lines if line.state in CALL}


@FEW
@given(populations())
def test_laws_of_any_list(told: Told) -> None:
    found = the_list(told)

    one_part_for_each(told, found)
    nothing_never_outranks(told, found)
    no_sentence_claims_a_cause(found)


def one_part_for_each(told: Told, found: AccountList) -> None:
    """Every active account stands in exactly one part, and is counted there."""
    names, counts = parts(found), found.counts
    assert len(names) == len(set(names))
    assert {a["id"] for a in told.accounts if a["active"]} <= set(names)
    assert len(names) == sum(
        n for _, n in counts.states
    ) + counts.leave_alone + counts.let_go + sum(n for _, n in counts.unscored)


def nothing_never_outranks(told: Told, found: AccountList) -> None:
    """The next step is worth more than doing nothing, and as much as any that may be taken."""
    barred = {(a, p) for a, p, _ in told.held}
    for line in found.lines:
        assert (line.step.nv_minor or 0) > 0
        assert (line.account.account_id, line.step.play) not in barred
        assert "do_nothing" in [one.play for one in line.others]
        free = [one for one in line.others if not one.words]
        assert all((one.nv_minor or 0) <= (line.step.nv_minor or 0) for one in free)


def no_sentence_claims_a_cause(found: AccountList) -> None:
    """Every account has its reason on one line."""
    for line in found.lines:
        assert line.reason
        assert "because" not in line.reason
        assert "\n" not in line.reason


@settings(max_examples=5)
@given(populations(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_read_changes_nothing(told: Told, chance: Any) -> None:
    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(rows, len(rows)))

    other = replace(
        told, accounts=shuffled(told.accounts), care=shuffled(told.care), held=shuffled(told.held)
    )

    assert the_list(other) == the_list(told)


@settings(max_examples=8)
@given(populations(), st.sampled_from(("Ann", "Bob", "Cid")))
def test_more_capacity_takes_no_account_away(told: Told, owner: str) -> None:
    everybody = told.terms.everybody + 1
    alike = replace(told.terms, everybody=everybody)
    one_more = replace(told.terms, capacity={owner: everybody + 2})

    before, after, other = (called(one) for one in lists_under(told, told.terms, alike, one_more))

    assert before.items() <= after.items()  # alike for everybody: nobody loses one to another
    assert set(before) <= set(other)


@settings(max_examples=10)
@given(accounts(), st.integers(0, 4))
def test_the_day_is_shared_out_as_by_hand(found: tuple[Account, ...], capacity: int) -> None:
    """The same by a loop: own accounts first, then the pool to whoever has least so far."""
    worth = {a["id"]: max(a["steps"].values(), default=0) for a in found}
    ranked = sorted(
        (a for a in found if worth[a["id"]] > 0), key=lambda a: (-worth[a["id"]], a["id"])
    )
    judged = [a for a in found if a["active"] or worth[a["id"]] > 0]
    load = {a["owner"]: 0 for a in judged if a["owner"] is not None}
    expected: dict[str, str] = {}
    for a in ranked:
        if a["owner"] is not None:
            load[a["owner"]] += 1
            if load[a["owner"]] <= capacity:
                expected[a["id"]] = a["owner"]
    for a in ranked:
        if a["owner"] is None and (free := [o for o in load if load[o] < capacity]):
            least = min(free, key=lambda owner: (load[owner], owner))
            load[least] += 1
            expected[a["id"]] = least

    assert called(the_list(Told(found, terms=ListNumbers(everybody=capacity)))) == expected


def test_one_owner_sees_their_own_and_what_is_theirs_today() -> None:
    told = Told(
        (
            account("mine", steps={"retention_call": 9}),
            account("theirs", owner="Bob", steps={"retention_call": 8}),
            account("nobodys", owner=None, steps={"retention_call": 7}),
        )
    )

    assert parts(the_list(told, "Ann")) == ["mine", "nobodys"]
    assert parts(the_list(told, "Bob")) == ["theirs"]
    assert parts(the_list(told, "(pool)")) == ["nobodys"]
    assert the_list(told, "Ann").counts.value_minor == 1_600


@pytest.mark.parametrize(
    ("steps", "floor"), [([0.2] * 30, 1.0), ([0.5] * 18 + [2.5] * 12, 2.5), ([9.0] * 3, 1.0)]
)
def test_the_noise_floor_is_what_95_of_100_steps_stay_within(
    steps: list[float], floor: float
) -> None:
    """Ten days of scores, of which every account makes its own step each day."""
    kept = tuple(
        (f"a{n}", AS_OF - 10 + d, 20 + step * (d % 2))
        for n, step in enumerate(steps)
        for d in range(9)
    )

    assert float(the_list(Told((account("a0"),), kept=kept)).floor_percent) == floor


def test_the_noise_of_another_model_is_no_noise() -> None:
    found = the_list(Told((account("a0"),), kept=(("a0", AS_OF - 2, 5.0),)))

    assert "too few days" in found.floor_words
    assert str(found.floor_percent) == "1"


def test_an_empty_company_has_an_empty_list() -> None:
    found = the_list(Told(()))

    assert found.empty
    assert found.counts.states == ()
    assert found.owners == ()
