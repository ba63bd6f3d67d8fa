"""What others would do with the same options and the same day: a lot, rules of thumb, an oracle."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tools.roi.choice import DayLimits, Option, choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

CALLS = ("retention_call", "retention_email", "retention_task")
RISKY, RICH = 0.9, 0.75


@dataclass(frozen=True)
class Pair:
    """One action that policy lets be asked, with what the agent promises of it."""

    account_id: str
    play: str
    promised: int
    cost_minor: int
    hours: Decimal
    role: str
    mrr: float
    risk: float


def pairs_of(seen: "Mapping[str, Any]") -> list[Pair]:
    """The options of a morning."""
    return [
        Pair(
            p["account_id"],
            p["play"],
            p["nv_minor"],
            p["cost_minor"],
            Decimal(p["hours"]),
            seen["roles"][p["play"]],
            p["revenue_minor"] / p["interval_months"] / 100,
            seen["scores"].get(p["account_id"]) or 0.0,
        )
        for p in seen["pairs"]
    ]


def limits_of(seen: "Mapping[str, Any]") -> DayLimits:
    """What the day allows."""
    told = seen["limits"]
    hours = {role: Decimal(hours) for role, hours in told["hours"].items()}
    return DayLimits(told["reviews"], told["budget_minor"], hours, told["per_play"])


def oracle(
    pairs: "Sequence[Pair]", limits: DayLimits, true: "Callable[[Pair], float]"
) -> list[Pair]:
    """The best the day allows when everything is known."""
    options = [
        Option(p.account_id, p.play, round(100 * true(p)), p.cost_minor, p.hours, p.role)
        for p in pairs
    ]
    known = {(p.account_id, p.play): p for p in pairs}
    return [known[o.account_id, o.play] for o in choose(options, limits).chosen]


def by_rules(pairs: "Sequence[Pair]", limits: DayLimits) -> "dict[str, list[Pair]]":
    """The plan of every rule of thumb, by its name."""
    return {
        "random": fill(sorted(pairs, key=_lot), limits),
        "highest ARR": fill(_calls(pairs, lambda p: -p.mrr), limits),
        "highest risk": fill(_calls(pairs, lambda p: -p.risk), limits),
        "GS-like": fill(_playbook(pairs), limits),
    }


def fill(order: "Iterable[Pair]", limits: DayLimits) -> list[Pair]:
    """Take in order what the limits leave room for, one action an account."""
    taken: dict[str, Pair] = {}
    spent, hours, plays = 0, Counter[str](), Counter[str]()
    for p in order:
        room = len(taken) < (limits.reviews or len(taken) + 1)
        room &= spent + p.cost_minor <= (limits.budget_minor or 10**12)
        room &= hours[p.role] + float(p.hours) <= float(limits.hours.get(p.role, 10**9))
        room &= plays[p.play] < limits.per_play.get(p.play, 10**9)
        if room and p.account_id not in taken:
            taken[p.account_id] = p
            spent += p.cost_minor
            hours[p.role] += float(p.hours)  # type: ignore[assignment]  # a Counter of hours
            plays[p.play] += 1
    return list(taken.values())


def _lot(p: Pair) -> bytes:
    return hashlib.sha256(f"{p.account_id} {p.play}".encode()).digest()


def _calls(pairs: "Iterable[Pair]", order: "Callable[[Pair], float]") -> list[Pair]:
    """The retention plays, the most personal first, of the accounts in that order."""
    kept = [p for p in pairs if p.play in CALLS]
    return sorted(kept, key=lambda p: (order(p), p.account_id, CALLS.index(p.play)))


def _playbook(pairs: "Sequence[Pair]") -> list[Pair]:
    """Calls to action by dollar: red health first, then growth, then those who left."""
    mrr = sorted(p.mrr for p in pairs)
    risk = sorted({p.account_id: p.risk for p in pairs}.values())
    rich, risky = (v[int(len(v) * q)] if v else 0.0 for v, q in ((mrr, RICH), (risk, RISKY)))

    def place(p: Pair) -> tuple[int, float, str]:
        red = p.risk >= risky
        if p.play == "success_review" and red and p.mrr >= rich:
            return 0, -p.mrr, p.account_id
        if p.play == "retention_call" and red:
            return 1, -p.mrr, p.account_id
        if p.play in {"upsell_seats", "upsell_plan"} and not red:
            return 2, -p.mrr, p.account_id
        return (3 if p.play == "winback_offer" else 4), -p.mrr, p.account_id

    return sorted((p for p in pairs if place(p)[0] < 4), key=place)
