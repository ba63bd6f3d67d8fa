"""Choice against brute force, and its laws."""

import itertools
import random
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.roi.choice import Choice, DayLimits, Option, choose, make_problem
from tools.roi.solver import solve_exactly

pytestmark = pytest.mark.long

INSTANCES = 1_000


def option(account: str, play: str, nv: int, cost: int = 0, hours: str = "0") -> Option:
    return Option(account, play, nv, cost, Decimal(hours), "csm")


def instance(seed: int) -> tuple[list[Option], DayLimits]:
    """Up to 12 accounts with up to 4 actions, and two to four limits that bind.

    Half of them cost any number of cents, the larger ones multiples of 0.50.
    """
    draw = random.Random(seed)
    options = []
    step, most = draw.choice(((1, 7), (50, 12)))
    for account in range(draw.randint(1, most)):
        for play in range(draw.randint(1, 4)):
            hours = Decimal(draw.randint(0, 12)) / 4
            role = draw.choice(("csm", "sales"))
            worth, cost = draw.randint(-200, 2_000), step * draw.randint(0, 900 // step)
            options.append(Option(f"a{account:02}", f"p{play}", worth, cost, hours, role))
    roles = {"csm": Decimal(draw.randint(0, 20)) / 4}
    caps = {"p1": draw.randint(0, 3)} if draw.random() < 0.5 else {}
    reviews = draw.randint(1, 8) if draw.random() < 0.6 else None
    return options, DayLimits(reviews, draw.randint(0, 3_000), roles, caps)


def allowed(chosen: tuple[Option, ...], limits: DayLimits) -> bool:
    """Every limit and one action per account, in whole numbers."""
    accounts = [o.account_id for o in chosen]
    return (
        len(set(accounts)) == len(accounts)
        and (limits.reviews is None or len(chosen) <= limits.reviews)
        and (
            limits.budget_minor is None or sum(o.cost_minor for o in chosen) <= limits.budget_minor
        )
        and all(sum(o.hours for o in chosen if o.role == r) <= h for r, h in limits.hours.items())
        and all(sum(o.play == p for o in chosen) <= n for p, n in limits.per_play.items())
    )


def brute_force(options: list[Option], limits: DayLimits) -> int:
    """The best value: every state reachable account by account, worse equals dropped."""
    caps = sorted(limits.per_play)
    counted = int(limits.reviews is not None)
    start = (0, 0, 0, *(0 for _ in caps))
    states = {start: 0}
    grouped = itertools.groupby(sorted(options, key=lambda o: o.account_id), lambda o: o.account_id)
    for _, group in grouped:
        following = dict(states)
        for o, (state, value) in itertools.product(list(group), states.items()):
            hours = int(o.hours * 4) if o.role == "csm" else 0
            counts = tuple(n + (o.play == p) for n, p in zip(state[3:], caps, strict=True))
            new = (state[0] + counted, state[1] + o.cost_minor, state[2] + hours, *counts)
            if _within(new, limits, caps):
                following[new] = max(following.get(new, 0), value + o.nv_minor)
        states = following
    return max(states.values())


def _within(state: tuple[int, ...], limits: DayLimits, caps: list[str]) -> bool:
    return (
        (limits.reviews is None or state[0] <= limits.reviews)
        and state[1] <= (limits.budget_minor or 0)
        and state[2] <= limits.hours["csm"] * 4
        and all(n <= limits.per_play[p] for n, p in zip(state[3:], caps, strict=True))
    )


def exhaustive(options: list[Option], limits: DayLimits) -> int:
    """Every subset of one or no action per account; for the smallest instances only."""
    groups: dict[str, list[Option | None]] = {}
    for o in options:
        groups.setdefault(o.account_id, [None]).append(o)
    best = 0
    for pick in itertools.product(*groups.values()):
        chosen = tuple(o for o in pick if o is not None)
        if allowed(chosen, limits):
            best = max(best, sum(o.nv_minor for o in chosen))
    return best


def test_brute_force_on_a_thousand_instances() -> None:
    equal = 0
    for seed in range(INSTANCES):
        options, limits = instance(seed)
        found = choose(options, limits)
        assert allowed(found.chosen, limits)
        assert found.gap == 0
        equal += found.value_minor == brute_force(options, limits)
    assert equal == INSTANCES


def test_the_brute_force_agrees_with_trying_everything() -> None:
    small = [seed for seed in range(300) if len({o.account_id for o in instance(seed)[0]}) <= 5]
    for seed in small:
        assert brute_force(*instance(seed)) == exhaustive(*instance(seed))


def test_a_splendid_ratio_does_not_block_the_larger_value() -> None:
    options = [option("a", "mail", 200, 100), option("a", "call", 10_000, 10_000)]
    found = choose(options, DayLimits(budget_minor=10_000))
    assert [o.play for o in found.chosen] == ["call"]


def test_nothing_worthwhile_chooses_nothing() -> None:
    found = choose([option("a", "mail", 0), option("b", "mail", -5)], DayLimits(reviews=5))
    assert found == Choice((), 0, Decimal(0), Decimal(0), found.shadow_prices, "nothing to choose")


def test_no_limits_takes_each_accounts_best() -> None:
    options = [option("a", "x", 5), option("a", "y", 9), option("b", "x", 3)]
    found = choose(options, DayLimits())
    assert [(o.account_id, o.play) for o in found.chosen] == [("a", "y"), ("b", "x")]
    assert not found.shadow_prices


def test_ties_go_to_the_earlier_account_and_play() -> None:
    options = [option(a, p, 100) for a in "abc" for p in "xy"]
    found = choose(options, DayLimits(reviews=2))
    assert [(o.account_id, o.play) for o in found.chosen] == [("a", "x"), ("b", "x")]


def test_the_shadow_price_of_an_hour() -> None:
    """Two calls of one hour fit in two hours; a third would bring 60.00 an hour."""
    options = [
        option(a, "call", nv, 0, "1") for a, nv in zip("abc", (9_000, 8_000, 6_000), strict=True)
    ]
    found = choose(options, DayLimits(hours={"csm": Decimal("2.5")}))
    assert found.shadow_prices["hours csm"] == 6_000


def many(count: int) -> tuple[list[Option], DayLimits]:
    draw = random.Random(7)
    options = [
        option(f"a{i:05}", f"p{j}", draw.randint(1, 100_000), draw.randint(0, 9_000), f"{j}.25")
        for i in range(count)
        for j in range(4)
    ]
    hours = {"csm": Decimal(count) / 4}
    return options, DayLimits(reviews=count // 3, budget_minor=count * 900, hours=hours)


@pytest.mark.parametrize(("accounts", "method", "gap"), [
    (150, "milp", "0.0011"), (600, "lp and repair", "0.001"),
])  # fmt: skip
def test_larger_choices_are_within_their_gap(accounts: int, method: str, gap: str) -> None:
    options, limits = many(accounts)
    found = choose(options, limits)
    assert found.method == method
    assert allowed(found.chosen, limits)
    assert 0 <= found.gap < Decimal(gap)
    shuffled = random.Random(1).sample(options, len(options))
    assert choose(shuffled, limits) == found


def a_day(seed: int, accounts: int) -> tuple[list[Option], DayLimits]:
    """Three plays an account under the hours and caps of a small team."""
    plays = [
        ("call", "csm", "0.5", 3_000),
        ("email", "csm", "0.1", 602),
        ("task", "csm", "0.25", 1_500),
        ("review", "csm", "2", 12_000),
        ("seats", "sales", "0.75", 5_250),
        ("plan", "sales", "1.5", 10_500),
        ("offer", "sales", "0.5", 3_500),
    ]
    draw = random.Random(seed)
    options = []
    for i in range(accounts):
        size = draw.lognormvariate(8, 1.5)
        options += [
            Option(f"a{i:05}", p, int(size * draw.uniform(0.3, 2)) - cost, cost, Decimal(h), role)
            for p, role, h, cost in draw.sample(plays, 3)
        ]
    hours = {"csm": Decimal(3), "sales": Decimal(draw.choice((2, 6)))}
    caps = {"call": 20, "email": 100, "task": 20, "review": 4, "seats": 10, "plan": 5, "offer": 10}
    return options, DayLimits(reviews=40, budget_minor=200_000, hours=hours, per_play=caps)


@pytest.mark.parametrize("seed", range(4))
def test_a_large_choice_is_as_good_as_an_exact_one(seed: int) -> None:
    options, limits = a_day(seed, 1_900)
    found = choose(options, limits)
    assert found.method == "lp and repair"
    assert allowed(found.chosen, limits)
    kept = sorted((o for o in options if o.nv_minor > 0), key=lambda o: (o.account_id, o.play))
    problem = make_problem(kept, limits)
    best = sum(problem.value[i] for i in solve_exactly(problem, 1e-5)[0])
    assert found.value_minor >= 0.999 * best


OPTIONS = st.lists(
    st.builds(
        option,
        st.sampled_from("abcdef"),
        st.sampled_from("xyz"),
        st.integers(-50, 500),
        st.integers(0, 60),
        st.sampled_from(["0", "0.25", "1", "1.5"]),
    ),
    max_size=14,
    unique_by=lambda o: (o.account_id, o.play),
)


@settings(max_examples=60, deadline=None)
@given(OPTIONS, st.integers(0, 200), st.integers(0, 100), st.randoms(use_true_random=False))
def test_laws(options: list[Option], budget: int, more: int, draw: random.Random) -> None:
    limits = DayLimits(3, budget, {"csm": Decimal(2)})
    found = choose(options, limits)
    assert allowed(found.chosen, limits)
    richer = DayLimits(3, budget + more, {"csm": Decimal(2)})
    assert choose(options, richer).value_minor >= found.value_minor
    assert choose(draw.sample(options, len(options)), limits) == found
    dominated = [
        option(o.account_id, "zz", o.nv_minor - 1, o.cost_minor, str(o.hours)) for o in options[:1]
    ]
    assert choose([*options, *dominated], limits).value_minor == found.value_minor


def test_the_solver_writes_nothing_to_standard_output() -> None:
    code = (
        "from tests.roi.test_choice import many\nfrom tools.roi.choice import choose\n"
        "choose(*many(45)); choose(*many(501))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b""
