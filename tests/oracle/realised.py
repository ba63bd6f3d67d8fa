"""`python -m tests.oracle.realised --seeds 200`: how often the report's intervals hold the truth.

In each world the effect of a call and of a win-back mail is drawn from its prior; the dearest of
many accounts, by a score that is off, are approved by people with a taste; a share is left out by
lot; what becomes of them is drawn. Asked is what the report says they earned: money a month
more than without them, and what came of the promises. The whole agent does not run, so that 200
worlds take minutes; everything from the bills to the interval is the report's own.
"""

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.reports.work_made import DAY, rulebook, worked
from tools.reports.incrementality.measure import measure_incrementality
from tools.roi.play_effects import relative

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.reports.incrementality.measure import PlayDifference

    Floats = NDArray[np.float64]

PLAYS = {"retention_call": True, "winback_email": False}  # of losses, or of what comes
PRESENT = frozenset({"accounts", "subscriptions"})
LATER = DAY + 200
STRATA, MONTHS = 3, 15
SCORE_OFF = 0.4  # of the logarithm of the chance


@dataclass(frozen=True)
class World:
    """How a world is made: accounts to choose from, approved, and the share left out."""

    candidates: int = 1_500
    approved: int = 500
    held: float = 0.2


@dataclass(frozen=True)
class Approved:
    """The accounts of one play as they truly are, and what was said of them."""

    play: str
    share: float
    chance: "Floats"
    scored: "Floats"
    mrr: "NDArray[np.int64]"
    held: "NDArray[np.bool_]"
    stratum: "NDArray[np.int64]"

    @property
    def more(self) -> "Floats":
        """By how much the play changes the chance that it comes out well."""
        return self.share * self.chance

    @property
    def success(self) -> "NDArray[np.int64]":
        """What a success is worth, in minor units."""
        return self.mrr * MONTHS


@dataclass(frozen=True)
class Answer:
    """What was true and what the report said, with its interval."""

    kind: str
    true: float
    value: float
    low: float
    high: float

    @property
    def held(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.true <= self.high


def draw(play: str, rng: np.random.Generator, world: World) -> Approved:
    """The approved accounts of a play in one world."""
    known = next(one for one in rulebook().plays if one.id == play)
    mean, sd = relative(known.effect, known.effect.belief, known.window_days)
    share = float(np.clip(rng.normal(float(mean), float(sd)), -0.9, 0.9 if PLAYS[play] else 4))
    chance = np.clip(0.1 * np.exp(rng.normal(0, 0.7, world.candidates)), 0.002, 0.5)
    if not PLAYS[play]:
        chance = np.minimum(chance, 0.9 / (1 + max(share, 0)))
    scored = np.clip(chance * np.exp(rng.normal(0, SCORE_OFF, world.candidates)), 0.001, 0.9)
    mrr = np.maximum(1_000, np.round(20_000 * np.exp(rng.normal(0, 1.0, world.candidates)))).astype(
        np.int64
    )
    worth = scored * mrr * rng.choice([1.0, 0.4], world.candidates, p=[0.7, 0.3])  # people's taste
    best = np.argsort(-worth, kind="stable")[: world.approved]
    order = np.argsort(np.argsort(mrr[best], kind="stable"), kind="stable")
    stratum = order * STRATA // len(best)
    held = np.zeros(len(best), dtype=bool)
    for one in range(STRATA):
        members = np.flatnonzero(stratum == one)
        held[rng.choice(members, round(world.held * len(members)), replace=False)] = True
    return Approved(play, share, chance[best], scored[best], mrr[best], held, stratum)


def lived(one: Approved, rng: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """The work and the bills that the report reads."""
    p = one.chance + np.where(one.held, 0, -one.more if PLAYS[one.play] else one.more)
    event = rng.random(len(p)) < p
    made: dict[str, list[dict[str, Any]]] = {}
    for n in range(len(p)):
        for name, row in _rows(one, n, event=bool(event[n])).items():
            made.setdefault(name, []).append(row)
    return made


def _rows(one: Approved, n: int, *, event: bool) -> dict[str, dict[str, Any]]:
    name, held = f"{one.play}-{n}", bool(one.held[n])
    gain = round(0.11 * float(one.scored[n]) * int(one.success[n]))
    shared = {"account_id": name, "play": one.play, "proposal": f"p-{name}"}
    price = {"value_minor": gain - 3_000, "gain_minor": gain, "success_minor": int(one.success[n])}
    kept = PLAYS[one.play]
    line = {"account_id": name, "mrr_minor": int(one.mrr[n]), "currency": "USD", "trial": False}
    event_day = DAY + 9 if event else None
    line |= {"started_day": 0 if kept else event_day or LATER + 500}
    line |= {"ended_day": event_day if kept else None}
    return {
        "work_proposals": {
            **shared,
            **price,
            "created_day": DAY - 1,
            "status": "approved",
            "status_day": DAY,
        },
        "work_actions": {
            **shared,
            **price,
            "action": f"a-{name}",
            "approved_day": DAY,
            "status": "held_out" if held else "sent",
            "status_day": DAY,
            "gone": not held,
        },
        "work_draws": {
            **shared,
            "stratum": f"s{one.stratum[n]}",
            "held": held,
            "drawn_day": DAY - 1,
        },
        "subscriptions": line,
    }


def answers(seed: int, world: World = World()) -> list[Answer]:
    """What the report says of one world, beside the truth."""
    rng = np.random.default_rng(seed)
    found: list[Answer] = []
    for play in PLAYS:
        one = draw(play, rng, world)
        made = lived(one, rng)
        lines = made.pop("subscriptions")
        engine = worked(made, subscriptions=lines)
        book = rulebook()
        told = measure_incrementality(LATER, engine, PRESENT, book.plays, book.economics)
        said = next(t for t in told.plays if t.play == play)
        found += _answers(one, said)
    return found


def _answers(one: Approved, said: "PlayDifference") -> list[Answer]:
    treated = ~one.held
    found = []
    if (money := said.incremental()) is not None:
        true = float((one.more * one.mrr).mean() * treated.sum())
        found.append(Answer("money a month", true, *money))
    promise = said.promise
    if promise is not None and promise.realised is not None:
        cost = 3_000 * float(treated.sum())
        true = float((one.more * one.success)[treated].sum()) - cost
        low, high = promise.low or 0, promise.high or 0
        found.append(Answer("promises", true, promise.realised, low, high))
    return found


def main() -> None:
    """Print how often the intervals hold the truth."""
    ask_for = argparse.ArgumentParser(description=__doc__)
    ask_for.add_argument("--seeds", type=int, default=200)
    ask_for.add_argument("--first-seed", type=int, default=1)
    given = ask_for.parse_args()
    every = [a for s in range(given.first_seed, given.first_seed + given.seeds) for a in answers(s)]
    for kind in sorted({one.kind for one in every}):
        some = [one for one in every if one.kind == kind]
        held = sum(one.held for one in some)
        said, true = (sum(getattr(one, name) for one in some) for name in ("value", "true"))
        print(
            f"{kind}: {held} of {len(some)} intervals hold the truth, {held / len(some):.1%}; "
            f"said {said / 100:,.0f}, true {true / 100:,.0f}"
        )


if __name__ == "__main__":
    main()
