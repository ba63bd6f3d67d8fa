"""A retention figure means nothing without its definition: this is the definition."""

from dataclasses import dataclass, replace
from typing import Literal

from tools.errors import BadInput
from tools.reports.internal import NOBODY, Internal

Entity = Literal["contact", "account", "subscription"]
Birth = Literal[
    "signup", "first_activity", "first_purchase", "first_invoice", "first_paid", "assigned"
]
Return = Literal["usage", "named", "purchases", "invoices", "paid"]
Mode = Literal["on", "on_or_after", "bracket"]
Clock = Literal["rolling", "calendar"]
Unit = Literal["day", "week", "month"]
WeekStart = Literal["monday", "sunday"]
Incomplete = Literal["exclude", "mark"]
Base = Literal["period_0", "previous"]
Average = Literal["weighted", "simple"]
Breakdown = Literal["segment", "plan", "acquisition", "play_arm"]

FOREVER = 1_000_000
DAYS = {"day": 1, "week": 7, "month": 30}
REPEATED: frozenset[Birth] = frozenset({"first_activity", "first_purchase", "first_invoice"})
_BILLED: frozenset[str] = frozenset({"first_paid", "assigned", "paid"})
_PART_NEEDS = {"segment": "segment_history", "plan": "subscriptions", "play_arm": "arms"}


@dataclass(frozen=True)
class Window:
    """One bucket in units since birth: [lo, hi), judged once `closes` units are over."""

    label: str
    lo: int
    hi: int
    closes: int


@dataclass(frozen=True)
class RetentionSpec:
    """Who is followed, from when, what counts as back, in which windows, over whom.

    Attributes:
        entity: what is followed.
        birth: which day starts the count; `assigned` is the day an account was first drawn into
            an arm of a play.
        recurring: born once (False), or anew in every cohort in which the birth event happens.
        returns: what counts as coming back; `named` needs `event`, `paid` is a paid
            subscription in force on a day of the bucket.
        mode: in the bucket itself, at any time from its start on, or in brackets [lo, hi).
        clock: `rolling` counts whole units from the birth day; `calendar` subtracts the
            calendar unit of the birth from that of the event.
        unit: day, week (7 days) or month (30 days when rolling).
        week_start: first day of a calendar week.
        buckets: numbers of units after birth, for `on` and `on_or_after`.
        brackets: pairs (lo, hi) of units, for `bracket`.
        cohort: calendar unit of the birth that makes a cohort.
        incomplete: leave out members whose bucket is not over, or count and mark them.
        base: divide by the cohort (`period_0`) or by those retained in the bucket before.
        mean: of the cohorts, weighted by members or simple.
        min_size: below it counts are shown and no percentage.
        breakdown: what the cohorts are split by, as of birth and never as of today.
        internal: our own and test accounts, left out.
    """

    entity: Entity = "contact"
    birth: Birth = "signup"
    recurring: bool = False
    returns: Return = "usage"
    event: str | None = None
    mode: Mode = "on"
    clock: Clock = "rolling"
    unit: Unit = "week"
    week_start: WeekStart = "monday"
    buckets: tuple[int, ...] = (1, 4, 12)
    brackets: tuple[tuple[int, int], ...] = ()
    cohort: Unit = "month"
    incomplete: Incomplete = "exclude"
    base: Base = "period_0"
    mean: Average = "weighted"
    min_size: int = 20
    breakdown: Breakdown | None = None
    internal: Internal = NOBODY

    def __post_init__(self) -> None:
        """Refuse a definition that cannot be measured."""
        if (self.returns == "named") != (self.event is not None):
            raise BadInput("retention: give `event` with returns=named, and only with it")
        if (self.mode == "bracket") != bool(self.brackets):
            raise BadInput("retention: give `brackets` with mode=bracket, and only with it")
        self._check_windows()
        self._check_entity()

    def _check_windows(self) -> None:
        lows = [window.lo for window in self.windows()]
        if not lows or lows != sorted(set(lows)) or lows[0] < 0:
            raise BadInput(f"retention: buckets must be rising and from 0 on, not {lows}")
        if any(window.hi <= window.lo for window in self.windows()):
            raise BadInput("retention: a bracket [lo, hi) needs hi above lo")

    def _check_entity(self) -> None:
        if self.recurring and self.birth not in REPEATED:
            raise BadInput(f"retention: {self.birth} happens once; `recurring` needs another birth")
        if self.entity == "contact" and _BILLED & {self.birth, self.returns}:
            raise BadInput("retention: accounts pay and are drawn into arms, contacts are not")
        if self.entity == "subscription" and (self.birth, self.returns) != ("first_paid", "paid"):
            raise BadInput(
                "retention: of a subscription only birth=first_paid and returns=paid are known"
            )

    @property
    def length(self) -> int:
        """Clock steps in one unit: days when rolling, 1 on the calendar."""
        return DAYS[self.unit] if self.clock == "rolling" else 1

    def windows(self) -> tuple[Window, ...]:
        """The buckets in order."""
        if self.mode == "bracket":
            return tuple(
                Window(f"{self.unit} {lo}-{hi - 1}", lo, hi, hi) for lo, hi in self.brackets
            )
        end = (lambda k: k + 1) if self.mode == "on" else (lambda _: FOREVER)
        return tuple(Window(f"{self.unit} {k}", k, end(k), k + 1) for k in self.buckets)

    def needs(self) -> frozenset[str]:
        """The tables and histories without which the figure cannot be given."""
        births = {
            "signup": "contacts" if self.entity == "contact" else "accounts",
            "first_activity": "events",
            "first_paid": "subscriptions",
            "assigned": "arms",
        }
        returns = {"usage": "events", "named": "events", "paid": "subscriptions"}
        needed = {births.get(self.birth, "invoices"), returns.get(self.returns, "invoices")}
        return frozenset(needed | self._part_needs())

    def _part_needs(self) -> set[str]:
        if self.breakdown is None:
            return set()
        own = "contacts" if self.entity == "contact" else "accounts"
        return {_PART_NEEDS.get(self.breakdown, own)}


@dataclass(frozen=True)
class RetentionQuestion:
    """One definition of retention with what is shown of it.

    Attributes:
        curve: the last unit of the curve from 0 on; 0 is no curve.
        breakdowns: what it is split by besides.
        reactivations: whether those who came back are shown apart.
    """

    spec: RetentionSpec
    curve: int = 12
    breakdowns: tuple[Breakdown, ...] = ()
    reactivations: bool = True

    @property
    def curve_spec(self) -> RetentionSpec:
        """The same definition in every unit from 0 on, each in itself or from it on."""
        mode: Mode = "on" if self.spec.mode == "bracket" else self.spec.mode
        return replace(self.spec, mode=mode, brackets=(), buckets=tuple(range(self.curve + 1)))
