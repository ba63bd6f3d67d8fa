"""One action's worth by drawing futures: the draws of the truth, thrown many times anew."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from tests.oracle.values import GIVEN, Action, Case, Economy, dues
from tests.oracle.world import Spell, later, month_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.oracle.world import Effect, Truth

TIMES = 40_000


@dataclass(frozen=True)
class Drawn:
    """A mean over futures and how far chance may have moved it."""

    mean: float
    error: float


def replayed(action: Action, truth: "Truth", table: str, economy: Economy, seed: int) -> Drawn:
    """The gain of an action: the same futures lived with it and without."""
    account = truth.accounts[action.account_id]
    line = account.line(action.day)
    if line is None:
        return Drawn(0.0, 0.0)
    case = Case(account, line, action, truth, economy)
    chance = np.random.default_rng(seed)
    total = np.zeros(TIMES)
    effects = {e.outcome: e for e in truth.effects(table, action.play, account.segment)}
    spell, lost = account.spell(action.day), account.lost(action.day)
    share, lasts = GIVEN.get(action.play, (0.0, False))
    if spell is not None:
        thrown = chance.random((TIMES, economy.horizon + 2))
        effect = effects.get("renewal")
        if effect is not None or lasts:
            before, after = (lived(case, spell, thrown, e) for e in (None, effect))
            monthly = economy.monthly(line.mrr, whole=True)
            total += (after - before) * monthly - after * share * line.mrr * lasts
        if spell.started + timedelta(days=45) <= action.day:
            for outcome in ("expansion", "conversion"):
                if outcome in effects:
                    worth = case.ahead(spell) * economy.monthly(case.growth(), whole=False)
                    total += worth * more(case, effects[outcome], "expand_chance", chance)
    if lost is not None and "return" in effects:
        total += came_back(case, effects["return"], chance, share)
    return Drawn(float(total.mean()), float(total.std() / TIMES**0.5))


def lived(
    case: Case, spell: Spell, thrown: "NDArray[np.float64]", effect: "Effect | None"
) -> "NDArray[np.float64]":
    """Discounted months lived in each future."""
    day, end = case.action.day, later(case.action.day, case.economy.horizon)
    there, months = np.ones(TIMES, dtype=bool), np.zeros(TIMES)
    for number, due in enumerate(dues(spell, day, end)):
        hazard = case.account.hazard(month_of(due), spell.interval, case.truth.seasons)
        if effect is not None and due <= day + timedelta(days=effect.window_days):
            hazard = hazard * (1 - effect.share) - (effect.points if number == 0 else 0)
        there &= thrown[:, number] >= hazard
        paid = min(spell.interval, (end - due).days / 30.44)
        months += there * paid * case.economy.factor((due - day).days / 30.44)
    return months


def more(
    case: Case, effect: "Effect", name: str, chance: np.random.Generator
) -> "NDArray[np.float64]":
    """1 where it happens with the play only, -1 where without it only."""
    before, after = np.zeros(TIMES, dtype=bool), np.zeros(TIMES, dtype=bool)
    for number, (month, weight) in enumerate(case.window(effect.window_days)):
        rate, thrown = getattr(month, name) * weight, chance.random(TIMES)
        before |= thrown < rate
        after |= thrown < rate * (1 + effect.share) + (effect.points if number == 0 else 0)
    return after.astype(float) - before


def came_back(
    case: Case, effect: "Effect", chance: np.random.Generator, share: float
) -> "NDArray[np.float64]":
    """What coming back is worth in each future, less what was given to all who came."""
    lost = case.account.lost(case.action.day)
    assert lost is not None
    assert lost.ended is not None
    before, after = np.zeros(TIMES, dtype=bool), np.zeros(TIMES, dtype=bool)
    months = case.window(effect.window_days, lost.ended + timedelta(days=15))
    for number, (month, weight) in enumerate(months):
        rate, thrown = month.return_chance * weight, chance.random(TIMES)
        before |= thrown < rate
        after |= thrown < rate * (1 + effect.share) + (effect.points if number == 0 else 0)
    middle = case.action.day + timedelta(days=effect.window_days // 2)
    later_case = Case(case.account, case.line, Action("", "", middle), case.truth, case.economy)
    there = 1 + lived(
        later_case,
        Spell(middle, None, None, 1),
        chance.random((TIMES, case.economy.horizon + 2)),
        None,
    )
    value = case.economy.monthly(case.line.mrr, whole=True) * there
    return (after.astype(float) - before) * value - after * share * case.line.mrr
