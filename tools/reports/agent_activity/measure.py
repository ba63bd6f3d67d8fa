"""The agent's work in figures: what was found, what people said to it, and what was done."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from tools.warehouse.engine import Engine

QUICK_SECONDS = 3
STAGES = (
    "mornings", "found", "priced", "worthwhile", "refused", "queued", "approved", "rejected",
    "lapsed", "held_out", "sent", "gone", "stopped", "known", "waiting", "under_way",
)  # fmt: skip


@dataclass(frozen=True)
class FunnelStep:
    """How many came to a stage, and what they were worth; None where worth says nothing."""

    name: str
    n: int
    minor: int | None


@dataclass(frozen=True)
class Reviewing:
    """What people decided and how long they looked.

    Attributes:
        seconds: the median over decisions with a known time; None without any.
        timed: approvals with a known time; `quick` took less than three seconds.
        doubled: proposals to which two people said yes or no; `disagreed` of them differed.
    """

    people: int
    approved: int
    rejected: int
    snoozed: int
    edited: int
    seconds: Fraction | None
    looked: int
    timed: int
    quick: int
    doubled: int
    disagreed: int


@dataclass(frozen=True)
class Reviewed:
    """What people said to a play in a segment: of `decided` proposals yes, and edited before."""

    play: str
    segment: str
    decided: int
    approved: int
    edited: int


@dataclass(frozen=True)
class Price:
    """What one more unit of a limit was worth on an average morning, in minor units."""

    resource: str
    minor: Fraction
    mornings: int


@dataclass(frozen=True)
class FeedbackCount:
    """What people said of accounts of the list: of one kind and reason, how often, worth what."""

    kind: str
    reason: str
    n: int
    minor: int


@dataclass(frozen=True)
class AgentActivity:
    """The work from `first_day` to the day before `as_of`."""

    as_of: int
    first_day: int
    stages: tuple[FunnelStep, ...]
    rules: tuple[tuple[str, int], ...]
    reviewing: Reviewing
    prices: tuple[Price, ...]
    cared: tuple[FeedbackCount, ...]
    carers: int
    reviewed: tuple[Reviewed, ...] = ()

    def stage(self, name: str) -> FunnelStep:
        """A stage by its name."""
        return next(stage for stage in self.stages if stage.name == name)


def measure_work(as_of: int, engine: "Engine", first_day: int, currency: str) -> AgentActivity:
    """Count the work of some days.

    Args:
        as_of: day number D, the day after the last.
        engine: holds the relations of `relations.py` beside this, and `work_clocks`.
        first_day: the first day.
        currency: of the money; what is in another is counted and not added.
    """

    def rows(name: str, **more: str | int) -> "list[dict[str, int]]":
        found = engine.run(read_sql(__package__, name), first_day=first_day, **more)
        listed: list[dict[str, int]] = found.to_pylist()
        return listed

    found = {str(r["stage"]): r for r in rows("funnel", as_of=as_of, currency=currency)}
    stages = tuple(
        FunnelStep(name, found[name]["n"], found[name]["minor"])
        if name in found
        else FunnelStep(name, 0, None)
        for name in STAGES
    )
    prices = tuple(
        Price(str(r["resource"]), Fraction(r["thousandths"], 1000 * r["mornings"]), r["mornings"])
        for r in rows("prices", currency=currency)
    )
    rules = tuple((str(row["rule"]), row["pairs"]) for row in rows("rules"))
    reviewing = _reviewing(rows("decisions"), rows("reviewers")[0])
    said = rows("feedback", currency=currency)
    cared = tuple(FeedbackCount(str(r["kind"]), str(r["reason"]), r["n"], r["minor"]) for r in said)
    carers = said[0]["people"] if said else 0
    reviewed = tuple(
        Reviewed(str(r["play"]), str(r["segment"]), r["decided"], r["approved"], r["edited"])
        for r in rows("reviews")
    )
    return AgentActivity(
        as_of=as_of,
        first_day=first_day,
        stages=stages,
        rules=rules,
        reviewing=reviewing,
        prices=prices,
        cared=cared,
        carers=carers,
        reviewed=reviewed,
    )


def _reviewing(decisions: "list[dict[str, int]]", people: "dict[str, int]") -> Reviewing:
    by_kind = {
        kind: sum(row["n"] for row in decisions if str(row["kind"]) == kind)
        for kind in ("approve", "reject", "snooze")
    }
    known = [(r["seconds"], r["n"]) for r in decisions if r["seconds"] is not None]
    timed = [
        row for row in decisions if str(row["kind"]) == "approve" and row["seconds"] is not None
    ]
    return Reviewing(
        people=people["people"],
        approved=by_kind["approve"],
        rejected=by_kind["reject"],
        snoozed=by_kind["snooze"],
        edited=people["edited"],
        seconds=median(known),
        looked=sum(n for _, n in known),
        timed=sum(row["n"] for row in timed),
        quick=sum(row["n"] for row in timed if row["seconds"] < QUICK_SECONDS),
        doubled=people["doubled"],
        disagreed=people["disagreed"],
    )


def median(counted: "list[tuple[int, int]]") -> Fraction | None:
    """The median of values that come with how often they occur; None without any."""
    values = [value for value, n in sorted(counted) for _ in range(n)]
    if not values:
        return None
    middle = len(values) // 2
    return (
        Fraction(values[middle] + values[-middle - 1], 2)
        if len(values) % 2 == 0
        else Fraction(values[middle])
    )
