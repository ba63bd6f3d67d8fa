"""Choose one action per account for the most net value within the day's limits.

This is a multiple-choice knapsack: at most one action per account, under review capacity, budget,
hours by role and caps by play. It is never ranked by ratio: a cheap mail with a splendid ratio
would take the account and block the action that is worth more.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest, nsmallest
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from tools.roi.solver import ChoiceProblem, relax, solve_exactly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tools.roi.solver import Relaxed

EXACT_UP_TO = 2_000
PROVEN_UP_TO = 200
GAP = 1e-3
CORE = 600
CORE_GAP = 1e-4
Method = Literal["nothing to choose", "milp", "lp and repair"]


@dataclass(frozen=True)
class Option:
    """One action for one account, as the choice sees it; money in cents."""

    account_id: str
    play: str
    nv_minor: int
    cost_minor: int
    hours: Decimal
    role: str


@dataclass(frozen=True)
class DayLimits:
    """What one day allows; None is no limit, and so is a role or play that is not named."""

    reviews: int | None = None
    budget_minor: int | None = None
    hours: "Mapping[str, Decimal]" = field(default_factory=lambda: MappingProxyType({}))
    per_play: "Mapping[str, int]" = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Choice:
    """The chosen actions, best value first, and how good the choice is known to be.

    `bound` is a value in cents no choice can exceed; `gap` is the share of it that is not reached.
    `shadow_prices` say what one more unit of a limit would be worth, in cents: a review, a cent of
    budget, an hour of a role, one more of a play.
    """

    chosen: tuple[Option, ...]
    value_minor: int
    bound_minor: Decimal
    gap: Decimal
    shadow_prices: "Mapping[str, Decimal]"
    method: Method


def choose(options: "Iterable[Option]", limits: DayLimits) -> Choice:
    """The best choice; the order of the options, and worthless or dominated ones, change nothing.

    Up to 2,000 options a mixed-integer program, proven best up to 200 and within 0.1 % above;
    beyond 2,000 the linear program, rounded and repaired, and every account that may be treated
    otherwise in a better plan decided anew by such a program.
    """
    kept = sorted((o for o in options if o.nv_minor > 0), key=lambda o: (o.account_id, o.play))
    problem = make_problem(kept, limits)
    kept = [kept[i] for i in problem.fitting]
    if not kept:
        return Choice((), 0, Decimal(0), Decimal(0), MappingProxyType({}), "nothing to choose")
    relaxed = relax(problem)
    if len(kept) > EXACT_UP_TO:
        picked = core(problem, relaxed, repair(problem, relaxed))
        return _choice(kept, picked, relaxed.bound, relaxed, "lp and repair")
    proven = len(kept) <= PROVEN_UP_TO
    picked, bound = solve_exactly(problem, 0.0 if proven else GAP)
    picked = repair(problem, relaxed, picked)
    return _choice(kept, picked, min(bound, relaxed.bound), relaxed, "milp")


def make_problem(options: "Sequence[Option]", limits: DayLimits) -> ChoiceProblem:
    """The options as whole numbers: cents, hundredths of an hour, counts."""
    rows: list[tuple[str, int, list[int]]] = []
    if limits.reviews is not None:
        rows.append(("reviews", limits.reviews, [1] * len(options)))
    if limits.budget_minor is not None:
        rows.append(("budget", limits.budget_minor, [o.cost_minor for o in options]))
    for role, hours in sorted(limits.hours.items()):
        use = [_hundredths(o.hours) if o.role == role else 0 for o in options]
        rows.append((f"hours {role}", _hundredths(hours), use))
    for play, cap in sorted(limits.per_play.items()):
        rows.append((f"play {play}", cap, [int(o.play == play) for o in options]))
    return ChoiceProblem.of([o.account_id for o in options], [o.nv_minor for o in options], rows)


def _hundredths(hours: Decimal) -> int:
    return int((hours * 100).to_integral_value())


def repair(
    problem: ChoiceProblem, relaxed: "Relaxed", picked: "Sequence[int] | None" = None
) -> list[int]:
    """Keep what fits, in order of value beyond its shadow price, then fill and improve greedily."""
    start = relaxed.whole if picked is None else picked
    order = sorted(range(problem.size), key=lambda i: (-relaxed.beyond[i], i))
    rank = {index: place for place, index in enumerate(order)}
    taken: dict[str, int] = {}
    left = list(problem.limits)
    for i in sorted(start, key=rank.__getitem__):
        if problem.account[i] not in taken and problem.fits(i, left):
            taken[problem.account[i]] = i
            problem.use(i, left, 1)
    improving = True
    while improving:
        improving = _improve(problem, order, taken, left)
    return sorted(taken.values())


def core(problem: ChoiceProblem, relaxed: "Relaxed", picked: "Sequence[int]") -> list[int]:
    """Decide anew, together and exactly, every account that a better plan could treat otherwise.

    By the limits' prices, treating one otherwise than its best costs a plan its lead at the least,
    and no plan exceeds the bound: where the lead is more than the plan at hand is below the bound,
    nothing better treats it otherwise. Of very many open accounts those with the least lead.
    """
    close, best = _open(problem, relaxed, relaxed.bound - sum(problem.value[i] for i in picked))
    left = list(problem.limits)
    fixed = [i for account, i in best.items() if account not in close]
    for i in fixed:
        problem.use(i, left, 1)
    free = [i for i in range(problem.size) if problem.account[i] in close]
    part = problem.part(free, left)
    if part.size == 0:
        return list(picked)
    found, _ = solve_exactly(part, CORE_GAP)
    better = repair(problem, relaxed, [*fixed, *(part.fitting[i] for i in found)])
    return max(better, list(picked), key=lambda plan: sum(problem.value[i] for i in plan))


def _open(
    problem: ChoiceProblem, relaxed: "Relaxed", missed: float
) -> "tuple[set[str], dict[str, int]]":
    """The accounts whose best action, by value beyond the limits' prices, leads by little.

    And the best action of every account that has one worth its limits.
    """
    best: dict[str, int] = {}
    values: dict[str, list[float]] = {}
    for i, account in enumerate(problem.account):
        values.setdefault(account, [0.0]).append(relaxed.beyond[i])
        if relaxed.beyond[i] > max(0.0, relaxed.beyond[best[account]] if account in best else 0.0):
            best[account] = i
    pairs = {account: nlargest(2, some) for account, some in values.items()}
    lead = {account: first - second for account, (first, second) in pairs.items()}
    near = nsmallest(CORE, lead, key=lambda account: (lead[account], account))
    return {account for account in near if lead[account] <= missed}, best


def _improve(
    problem: ChoiceProblem, order: list[int], taken: dict[str, int], left: list[int]
) -> bool:
    """One pass: give free accounts what fits, and accounts a better action where it fits."""
    changed = False
    for i in order:
        account = problem.account[i]
        now = taken.get(account)
        if now is not None and problem.value[i] <= problem.value[now]:
            continue
        if now is not None:
            problem.use(now, left, -1)
        fits = problem.fits(i, left)
        if fits:
            taken[account] = i
        keep = taken.get(account)
        if keep is not None:
            problem.use(keep, left, 1)
        changed = changed or fits
    return changed


def _choice(
    options: "Sequence[Option]",
    picked: "Sequence[int]",
    bound: float,
    relaxed: "Relaxed",
    method: Method,
) -> Choice:
    chosen = sorted((options[i] for i in picked), key=lambda o: (-o.nv_minor, o.account_id))
    value = sum(o.nv_minor for o in chosen)
    best = max(Decimal(value), Decimal(bound).quantize(Decimal("0.01")))
    gap = (best - value) / best if best else Decimal(0)
    prices = {name: _per_unit(name, price) for name, price in relaxed.prices.items()}
    return Choice(
        tuple(chosen),
        value,
        best,
        gap.quantize(Decimal("0.000001")),
        MappingProxyType(prices),
        method,
    )


def _per_unit(name: str, price: float) -> Decimal:
    units = 100 if name.startswith("hours ") else 1
    return (Decimal(price) * units).quantize(Decimal("0.0001"))
