"""A share of the day's places is drawn by lot among everything that is allowed, to learn from it.

The lot is over the accounts the plan by value left free. Whoever is drawn is asked about like any
other; those behind them in the lot are not, and are compared with them: nothing tells the two apart
but a keyed hash. Nothing is drawn that is believed to do harm, that was shown to, or that gives
revenue away for good: nobody is harmed to learn. (methods.md 4.7.)
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from agent.choosing import judge_candidate
from tools.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from agent.choosing import Background
    from policies.nouns import Verdict
    from tools.roi.choice import DayLimits
    from tools.roi.exploration import Lottery
    from tools.roi.learned.evidence import Cell
    from tools.roi.play_effects import PlayEffect
    from tools.roi.plays import Play
    from tools.roi.shortlist import Candidate

MILLION = 1_000_000
CONTROLS = 19  # for each drawn: its chance among them is 1/20, so no weight is beyond the cut of 20
ACCOUNTS_PER_PLACE = 60
MOST_PARTS = 4
# One row for each place of a day and each account that was compared with it; see `Place`.
PLACES = pa.schema(
    [
        ("account_id", pa.string()), ("play", pa.string()), ("segment", pa.string()),
        ("base_ppm", pa.int64()), ("by_lot", pa.bool_()), ("drawn", pa.bool_()),
        ("chance", pa.int64()), ("propensity", pa.int64()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """An account of the day's comparison, and by which chance it was asked about.

    Attributes:
        base_ppm: the chance of what the play is about without us, in millionths: to be lost for
            plays that keep customers, else to succeed.
        by_lot: whether a lot decided it, and not the value.
        drawn: whether it is asked about.
        chance: of a place, among all that were free, in millionths.
        propensity: of being drawn, among those compared for the play, in millionths.
    """

    account_id: str
    play: str
    segment: str
    base_ppm: int
    by_lot: bool
    drawn: bool
    chance: int
    propensity: int


@dataclass(frozen=True)
class Lot:
    """What the lot drew, and who is compared with it.

    `eligible` is about how many accounts were free and allowed.
    """

    drawn: "tuple[tuple[Candidate, Verdict], ...]" = ()
    controls: "tuple[Candidate, ...]" = ()
    eligible: int = 0

    @property
    def chance(self) -> int:
        """The chance of a free account to be drawn, in millionths."""
        return min(MILLION, MILLION * len(self.drawn) // max(self.eligible, 1))

    def propensity(self, play: str) -> int:
        """The chance to be drawn among those compared for a play, in millionths."""
        drawn = sum(c.play == play for c, _ in self.drawn)
        return MILLION * drawn // max(1, drawn + sum(c.play == play for c in self.controls))


@dataclass
class Room:
    """What the plan by value left of the day."""

    limits: "DayLimits"
    plays: "Mapping[str, Play]"
    taken: list[str] = field(default_factory=list)
    spent: int = 0
    hours: "Counter[str]" = field(default_factory=Counter)

    def fits(self, candidate: "Candidate") -> bool:
        """Whether the hours of the role and the day's cap of the play bear one more."""
        cap = self.limits.per_play.get(candidate.play)
        role = self.plays[candidate.play].role
        most = self.limits.hours.get(role)
        within = most is None or _hundredths(self.hours[role]) + candidate.hours <= most
        budget = self.limits.budget_minor
        paid = budget is None or self.spent + candidate.cost_minor <= budget
        return within and paid and (cap is None or self.taken.count(candidate.play) < cap)

    def take(self, candidate: "Candidate") -> None:
        """Take one more off what is left."""
        self.taken.append(candidate.play)
        self.spent += candidate.cost_minor
        self.hours[self.plays[candidate.play].role] += int(candidate.hours * 100)


def _hundredths(number: int) -> Decimal:
    return Decimal(number) / 100


def value_limits(limits: "DayLimits", places: int) -> "DayLimits":
    """What the plan by value may use of the day: all but the share of the places drawn by lot."""
    if not places or limits.reviews is None:
        return limits
    reviews = limits.reviews - places
    left = Decimal(reviews) / limits.reviews
    budget = limits.budget_minor
    return replace(
        limits,
        reviews=reviews,
        budget_minor=None if budget is None else int(budget * left),
        hours={role: round(hours * left, 2) for role, hours in limits.hours.items()},
        per_play={play: max(min(cap, 1), int(cap * left)) for play, cap in limits.per_play.items()},
    )


def learnable(effects: "Iterable[PlayEffect]", plays: "Iterable[Play]") -> "set[Cell]":
    """The plays and segments of which something may be drawn: none that is believed to harm."""
    giving = {play.id for play in plays if play.concession is not None}
    return {
        (one.play, one.segment)
        for one in effects
        if one.demoted is None and one.mean >= 0 and one.play not in giving
    }


def draw_lot(
    lottery: "Lottery",
    places: int,
    room: Room,
    background: "Callable[[Sequence[Candidate]], Background]",
    number: "Callable[[str], str]",
) -> Lot:
    """Draw the places among the accounts of the lottery, in its order.

    Args:
        lottery: the order of all that is free.
        places: how many are drawn at most; never more than half of what is allowed.
        room: what is left of the day; it is used up.
        background: what the judge needs for some candidates.
        number: a keyed hash of a text, by which one of an account's plays is taken.
    """
    if places < 1:
        return Lot()
    order, seen, judged = [], 0, 0
    for part in _parts(lottery, places):
        allowed = list(_allowed(part, room.plays, background, number))
        seen, judged = seen + len(allowed), judged + len(part)
        order += allowed
        if len(order) >= places * (1 + CONTROLS):
            break
    eligible = lottery.accounts * seen // max(judged, 1)
    return _split(order, min(places, len(order) // 2), room, eligible)


def _parts(lottery: "Lottery", places: int) -> "Iterator[list[list[Candidate]]]":
    """The accounts in the order of the lot, some at a time: to judge everybody takes too long."""
    size = places * ACCOUNTS_PER_PLACE
    for number in range(MOST_PARTS):
        part = lottery.next_pairs(number * size, size)
        if not part:
            return
        yield part


def _allowed(
    part: "Sequence[Sequence[Candidate]]",
    plays: "Mapping[str, Play]",
    background: "Callable[[Sequence[Candidate]], Background]",
    number: "Callable[[str], str]",
) -> "Iterator[tuple[Candidate, Verdict]]":
    """One play for each account for which policy allows any."""
    day = background([candidate for pairs in part for candidate in pairs])
    nothing = Money.from_minor(0, day.currency)
    for pairs in part:
        judged = [(c, judge_candidate(c, plays, day, (), nothing)) for c in pairs]
        allowed = [(c, verdict) for c, verdict in judged if not verdict.denied]
        if allowed:
            yield min(allowed, key=lambda one: number(f"{one[0].account_id}|{one[0].play}"))


def _split(
    order: "Sequence[tuple[Candidate, Verdict]]", places: int, room: Room, eligible: int
) -> Lot:
    """The first that fit are drawn; of each drawn play the next are those compared with them."""
    drawn: list[tuple[Candidate, Verdict]] = []
    behind: dict[str, list[Candidate]] = defaultdict(list)
    for candidate, verdict in order:
        if len(drawn) < places and room.fits(candidate):
            room.take(candidate)
            drawn.append((candidate, verdict))
        else:
            behind[candidate.play].append(candidate)
    many = Counter(candidate.play for candidate, _ in drawn)
    controls = [c for play in sorted(many) for c in behind[play][: CONTROLS * many[play]]]
    return Lot(tuple(drawn), tuple(controls), max(eligible, len(order)))


def places_of(chosen: "Iterable[Candidate]", lot: Lot, plays: "Mapping[str, Play]") -> list[Place]:
    """Every account of the day's comparison, in order of account."""
    by_lot = [(c, True) for c, _ in lot.drawn] + [(c, False) for c in lot.controls]
    found = [_place(c, plays, by_lot=False, drawn=True, chances=(MILLION, MILLION)) for c in chosen]
    found += [
        _place(c, plays, by_lot=True, drawn=drawn, chances=(lot.chance, lot.propensity(c.play)))
        for c, drawn in by_lot
    ]
    return sorted(found, key=lambda one: (one.account_id, one.play))


def _place(
    candidate: "Candidate",
    plays: "Mapping[str, Play]",
    *,
    by_lot: bool,
    drawn: bool,
    chances: tuple[int, int],
) -> Place:
    lost = plays[candidate.play].without == "score"
    base = MILLION - candidate.p0_ppm if lost else candidate.p0_ppm
    return Place(
        candidate.account_id,
        candidate.play,
        candidate.segment or "",
        base,
        by_lot,
        drawn,
        *chances,
    )


def places_table(places: "Iterable[Place]") -> pa.Table:
    """The places as a table of the schema `PLACES`."""
    return pa.Table.from_pylist([vars(one) for one in places], schema=PLACES)
