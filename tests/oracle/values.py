"""The true value of one action on one day: a pure function of the truth.

Expected over the draws, not one of them. An account that a term binds beyond the window can
neither be saved nor lost in it. Money is in the main unit; the economics are the agent's own.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.oracle.world import FULL_GROWTH, PRICES, Account, Effect, Spell, Truth, later, month_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.oracle.world import Line, Month

PLANS = ("Starter", "Team", "Business", "Enterprise")
TERM_AFTER_RETURN = 1
# Who leaves decides so many days before the end of the term, and so many more at the most.
FIRST_DECIDES, DECIDES_IN = 25, 50
# What is given away to those who stay or come back: the share, and whether it lasts.
GIVEN = {"winback_offer": (0.5, False), "concession_discount": (0.1, True)}


@dataclass(frozen=True)
class Economy:
    """The economics an action is judged by."""

    margin: float = 0.70
    support_share: float = 0.10
    support_year: float = 120.0
    discount_rate: float = 0.10
    horizon: int = 36

    def monthly(self, mrr: float, *, whole: bool) -> float:
        """What a month leaves; an account as a whole also costs its support."""
        return mrr * (self.margin - self.support_share) - (self.support_year / 12 if whole else 0)

    def factor(self, months: float) -> float:
        """What money so many months ahead is worth today."""
        return float((1 + self.discount_rate) ** (-months / 12))


@dataclass(frozen=True)
class Worth:
    """What one action brings and what is spent on it; `gain` may be harm."""

    gain: float
    cost: float

    @property
    def net(self) -> float:
        """Against doing nothing."""
        return self.gain - self.cost


@dataclass(frozen=True)
class Action:
    """One play for one account on a day, and its cost."""

    account_id: str
    play: str
    day: date
    cost: float = 0.0


def true_value(
    action: Action, truth: Truth, table: str, economy: Economy, *, decided: bool = False
) -> Worth:
    """The expected worth of an action against doing nothing, under one table of effects.

    `decided`: what customers have decided by the day is not drawn anew, though nobody was told.
    """
    account = truth.accounts.get(action.account_id)
    line = account.line(action.day) if account else None
    if account is None or line is None:
        return Worth(0.0, action.cost)
    effects = {e.outcome: e for e in truth.effects(table, action.play, account.segment)}
    case = Case(account, line, action, truth, economy, decided)
    gain = case.kept(effects.get("renewal")) + case.grown(effects.get("expansion"))
    gain += case.grown(effects.get("conversion")) + case.returned(effects.get("return"))
    return Worth(gain, action.cost)


@dataclass(frozen=True)
class Case:
    """One account on one day under one action."""

    account: Account
    line: "Line"
    action: Action
    truth: Truth
    economy: Economy
    decided: bool = False

    def kept(self, effect: Effect | None) -> float:
        """What the changed chance to leave is worth, less a discount given to all who stay."""
        spell = self.account.spell(self.action.day)
        given, lasts = GIVEN.get(self.action.play, (0.0, False))
        if spell is None or (effect is None and not (given and lasts)):
            return 0.0
        monthly = self.economy.monthly(self.line.mrr, whole=True)
        before = self.stream(spell, self.chance(spell, None))
        after = self.stream(spell, self.chance(spell, effect))
        return (after - before) * monthly - after * given * self.line.mrr

    def chance(self, spell: Spell, effect: Effect | None) -> "Callable[[date, int], float]":
        """The chance to leave at the nth end of a term from now, with a play or without."""
        until = self.action.day + timedelta(days=effect.window_days if effect else 0)

        def at(day: date, number: int) -> float:
            hazard = self.account.hazard(month_of(day), spell.interval, self.truth.seasons)
            acts = effect is not None and day <= until
            after = changed(hazard, effect, number, lessens=True) if acts and effect else hazard
            return self.known(spell, day, hazard, after) if self.decided else after

        return at

    def known(self, spell: Spell, due: date, hazard: float, after: float) -> float:
        """The chance to leave at the end of a term, given who has decided by the day to do so."""
        before = hazard
        if spell.decided is not None and spell.decided <= self.action.day:
            before = float(spell.ended == due)
        else:
            still = min(1.0, max(0.0, ((due - self.action.day).days - FIRST_DECIDES) / DECIDES_IN))
            before = hazard * still / (hazard * still + 1 - hazard)
        if after <= hazard:
            return before * after / hazard
        return before + (1 - before) * (after - hazard) / (1 - hazard)

    def stream(self, spell: Spell, leaves: "Callable[[date, int], float]") -> float:
        """Discounted months lived from the next end of a term on, within the horizon."""
        day, there, total = self.action.day, 1.0, 0.0
        end = later(day, self.economy.horizon)
        for number, due in enumerate(dues(spell, day, end)):
            there *= 1 - leaves(due, number)
            months = min(spell.interval, (end - due).days / 30.44)
            total += there * months * self.economy.factor((due - day).days / 30.44)
        return total

    def grown(self, effect: Effect | None) -> float:
        """What the changed chance to grow is worth."""
        spell = self.account.spell(self.action.day)
        if effect is None or spell is None or spell.started + timedelta(days=45) > self.action.day:
            return 0.0
        step = self.growth()
        ahead = self.ahead(spell)
        chances = [(m.expand_chance, w) for m, w in self.window(effect.window_days)]
        return (
            (within(chances, effect) - within(chances, None))
            * ahead
            * self.economy.monthly(step, whole=False)
        )

    def growth(self) -> float:
        """What one step brings a month: seats, or the next plan."""
        discounted = self.line.mrr / max(1.0, _list_price(self.line.plan, self.line.seats))
        if self.action.play != "upsell_plan":
            _, seat = PRICES[self.line.plan]
            return max(1, round(FULL_GROWTH * self.line.seats)) * seat * discounted
        place = PLANS.index(self.line.plan)
        if place == len(PLANS) - 1:
            return 0.0
        return _list_price(PLANS[place + 1], self.line.seats) * discounted - self.line.mrr

    def ahead(self, spell: Spell) -> float:
        """Discounted months it is there, the running term counted."""
        first = next(iter(dues(spell, self.action.day, date.max)))
        running = (first - self.action.day).days / 30.44
        return running + self.stream(spell, self.chance(spell, None))

    def returned(self, effect: Effect | None) -> float:
        """What the changed chance to come back is worth, less what is given to all who do."""
        lost = self.account.lost(self.action.day)
        if effect is None or lost is None or lost.ended is None:
            return 0.0
        since = lost.ended + timedelta(days=15)
        chances = [(m.return_chance, w) for m, w in self.window(effect.window_days, since)]
        before, after = within(chances, None), within(chances, effect)
        middle = self.action.day + timedelta(days=effect.window_days // 2)
        spell = Spell(middle, None, None, TERM_AFTER_RETURN)
        there = 1 + Case(
            self.account, self.line, Action("", "", middle), self.truth, self.economy
        ).stream(spell, self.chance(spell, None))
        share, _ = GIVEN.get(self.action.play, (0.0, False))
        value = self.economy.monthly(self.line.mrr, whole=True) * there
        return (after - before) * value - after * share * self.line.mrr

    def window(self, days: int, since: date | None = None) -> "list[tuple[Month, float]]":
        """The months of a window, each with the share of its chance days that lies inside."""
        first = max(self.action.day, since or self.action.day)
        last = self.action.day + timedelta(days=days)
        found = []
        for month in range(month_of(first), month_of(last) + 1):
            known = self.account.months.get(month)
            start = date(month // 12, month % 12 + 1, 1)
            inside = sum(first <= start + timedelta(days=k) < last for k in range(28)) / 28
            if known is not None and inside > 0:
                found.append((known, inside))
        return found


def changed(chance: float, effect: Effect, number: int, *, lessens: bool) -> float:
    """A chance with a play: points act once, at the first of the window; a share every time."""
    sign = -1 if lessens else 1
    points = effect.points if number == 0 else 0.0
    return min(1.0, max(0.0, chance * (1 + sign * effect.share) + sign * points))


def within(chances: "list[tuple[float, float]]", effect: Effect | None) -> float:
    """The chance that it happens at all in a window."""
    rest = 1.0
    for number, (chance, weight) in enumerate(chances):
        there = chance * weight
        rest *= 1 - (changed(there, effect, number, lessens=False) if effect else there)
    return 1 - rest


def dues(spell: Spell, day: date, end: date) -> "Iterator[date]":
    """The ends of terms after a day and before another."""
    number = max(1, (month_of(day) - month_of(spell.started)) // spell.interval)
    while True:
        due = later(spell.started, number * spell.interval)
        number += 1
        if due >= end:
            return
        if due > day:
            yield due


def _list_price(plan: str, seats: int) -> float:
    fee, seat = PRICES[plan]
    return fee + seat * seats
