"""The truth of a simulated company as of a day: every account with its chances to come."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHLY, ANNUAL = -3.25, -1.45
SLOPE, SPREAD = 1.15, 0.42 * math.sqrt(6)
FULL_GROWTH = 0.34  # of the seats: a step is e^.18 to e^.40
PRICES = {"Starter": (0.0, 49.0), "Team": (99.0, 99.0), "Business": (499.0, 149.0),
          "Enterprise": (1999.0, 249.0)}  # fmt: skip
# Nodes and weights of a bell curve, enough for a mean of chances.
BELL = ((-2.857, 0.0113), (-1.356, 0.2221), (0.0, 0.5333), (1.356, 0.2221), (2.857, 0.0113))


@dataclass(frozen=True)
class Month:
    """What the truth says of one account in one month, without any play."""

    health: float
    leave_draw: float
    expand_chance: float
    expand_draw: float
    return_chance: float
    return_draw: float


@dataclass(frozen=True)
class Spell:
    """A time of paying without a gap."""

    started: date
    ended: date | None
    decided: date | None
    interval: int


@dataclass(frozen=True)
class Line:
    """What an account paid from a day on."""

    started: date
    mrr: float
    seats: int
    plan: str


@dataclass(frozen=True)
class Account:
    """One account; `months` go by the number of the month."""

    account_id: str
    segment: str
    quality: float
    churn: float
    months: "Mapping[int, Month]"
    spells: tuple[Spell, ...]
    lines: tuple[Line, ...]

    def spell(self, day: date) -> Spell | None:
        """The spell it pays in on a day."""
        return next((s for s in self.spells if s.started <= day < (s.ended or date.max)), None)

    def lost(self, day: date) -> Spell | None:
        """The last spell, of an account that pays no more."""
        over = [s for s in self.spells if s.ended is not None and s.ended <= day]
        return over[-1] if over and self.spell(day) is None else None

    def line(self, day: date) -> Line | None:
        """What it pays, or last paid, on a day."""
        known = [one for one in self.lines if one.started <= day]
        return known[-1] if known else None

    def hazard(self, month: int, interval: int, seasons: "Mapping[int, float]") -> float:
        """The chance to leave at a term that ends in a month; where nothing is known, the mean."""
        start = ANNUAL if interval == 12 else MONTHLY
        start += self.churn + seasons[month % 12 + 1]
        before = self.months.get(month - 1)
        if before is not None:
            return sigmoid(start - SLOPE * before.health)
        return sum(w * sigmoid(start - SLOPE * (self.quality + SPREAD * z)) for z, w in BELL)


@dataclass(frozen=True)
class Effect:
    """What a play does to one outcome: points within the window, or a share in every month."""

    outcome: str
    window_days: int
    points: float = 0.0
    share: float = 0.0


@dataclass(frozen=True)
class Truth:
    """A world: its accounts, seasons and both tables of effects."""

    accounts: "Mapping[str, Account]"
    seasons: "Mapping[int, float]"
    tables: "Mapping[str, Mapping[tuple[str, str], tuple[Effect, ...]]]"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The tables of effects."""
        return tuple(self.tables)

    def knows(self, play: str) -> bool:
        """Whether the truth says anything of a play: of open deals it says nothing."""
        return any(play == known for table in self.tables.values() for known, _ in table)

    def effects(self, table: str, play: str, segment: str) -> tuple[Effect, ...]:
        """What a play does to a segment; nothing where the truth does not know the play."""
        return self.tables[table].get((play, segment), ())


def sigmoid(x: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-x))


def month_of(day: date) -> int:
    """The number of a month, as the simulator counts it."""
    return day.year * 12 + day.month - 1


def later(day: date, months: int) -> date:
    """So many months later; the last day of a shorter month."""
    month = month_of(day) + months
    year, place = divmod(month, 12)
    last = (date(year + (place == 11), (place + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, place + 1, min(day.day, last))
