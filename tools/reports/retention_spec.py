"""A retention figure means nothing without its definition: this is the definition."""

from dataclasses import dataclass
from typing import Literal

from tools.errors import BadInput

Entity = Literal["contact", "account"]
Birth = Literal["signup", "first_activity", "first_purchase", "first_invoice"]
Return = Literal["usage", "named", "purchases", "invoices"]
Mode = Literal["on", "on_or_after", "bracket"]
Unit = Literal["day", "week", "month"]
Incomplete = Literal["exclude", "mark"]

FOREVER = 1_000_000
DAYS = {"day": 1, "week": 7, "month": 30}
_BIRTHS = {
    "signup": "born on the day of signup",
    "first_activity": "born on the first day of use",
    "first_purchase": "born on the first purchase",
    "first_invoice": "born on the first invoice of any kind",
}
_RETURNS = {
    "usage": "any use",
    "purchases": "a purchase (amount above zero; not refunded, void or failed)",
    "invoices": "any invoice, cancellations and refunds included",
}


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
        birth: which day starts the count; a member has one birth.
        returns: what counts as coming back; `named` needs `event`.
        mode: in the bucket itself, at any time from its start on, or in brackets [lo, hi).
        clock: `rolling` counts whole units from the birth day; `calendar` subtracts the
            calendar unit of the birth from that of the event (weeks start on Monday).
        unit: day, week (7 days) or month (30 days when rolling).
        buckets: numbers of units after birth, for `on` and `on_or_after`.
        brackets: pairs (lo, hi) of units, for `bracket`.
        cohort: calendar unit of the birth that makes a cohort.
        incomplete: leave out members whose bucket is not over, or count and mark them.
        base: divide by the cohort (`period_0`) or by those retained in the bucket before.
        mean: of the cohorts, weighted by members or simple.
        min_size: below it counts are shown and no percentage.
    """

    entity: Entity = "contact"
    birth: Birth = "signup"
    returns: Return = "usage"
    event: str | None = None
    mode: Mode = "on"
    clock: Literal["rolling", "calendar"] = "rolling"
    unit: Unit = "week"
    buckets: tuple[int, ...] = (1, 4, 12)
    brackets: tuple[tuple[int, int], ...] = ()
    cohort: Unit = "month"
    incomplete: Incomplete = "exclude"
    base: Literal["period_0", "previous"] = "period_0"
    mean: Literal["weighted", "simple"] = "weighted"
    min_size: int = 20

    def __post_init__(self) -> None:
        """Refuse a definition that cannot be measured."""
        if (self.returns == "named") != (self.event is not None):
            raise BadInput("retention: give `event` with returns=named, and only with it")
        if (self.mode == "bracket") != bool(self.brackets):
            raise BadInput("retention: give `brackets` with mode=bracket, and only with it")
        lows = [window.lo for window in self.windows()]
        if not lows or lows != sorted(set(lows)) or lows[0] < 0:
            raise BadInput(f"retention: buckets must be rising and from 0 on, not {lows}")
        if any(window.hi <= window.lo for window in self.windows()):
            raise BadInput("retention: a bracket [lo, hi) needs hi above lo")

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
        """The canonical tables without which the figure cannot be given."""
        members = "contacts" if self.entity == "contact" else "accounts"
        births = {"signup": members, "first_activity": "events"}
        returns = {"usage": "events", "named": "events"}
        return frozenset(
            {births.get(self.birth, "invoices"), returns.get(self.returns, "invoices")}
        )

    def words(self, until: str) -> str:
        """The definition in words; `until` is the last day seen."""
        back = f"the event {self.event!r}" if self.event else _RETURNS[self.returns]
        return "; ".join(
            (
                f"{self.entity}s {_BIRTHS[self.birth]}, cohorts by calendar {self.cohort}",
                f"back means {back}",
                self._mode_words(),
                self._clock_words(),
                self._incomplete_words(until),
                self._base_words(),
                f"{self.mean} mean of cohorts",
                f"95 % Wilson intervals, counts only below {self.min_size}",
            )
        )

    def _mode_words(self) -> str:
        if self.mode == "on":
            return f"in the {self.unit} itself"
        if self.mode == "on_or_after":
            return f"in the {self.unit} or at any later time seen"
        return f"within the bracket of {self.unit}s"

    def _clock_words(self) -> str:
        if self.clock == "rolling":
            return f"rolling {self.unit}s of {self.length} d from the birth day"
        monday = " starting Monday" if self.unit == "week" else ""
        return f"calendar {self.unit}s{monday} after that of the birth"

    def _incomplete_words(self, until: str) -> str:
        if self.incomplete == "exclude":
            return f"only members whose bucket was over by the end of {until}"
        return f"buckets not over by the end of {until} counted and marked *, kept out of the mean"

    def _base_words(self) -> str:
        if self.base == "period_0":
            return "divided by the cohort"
        return "divided by those retained in the bucket before"
