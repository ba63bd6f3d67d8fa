"""What each play changed: accounts approved and sent to, against those approved and left out.

Both clocks start at the approval, the comparison is as assigned by the lot (who was reached in
spite of it is counted, not moved), and only windows that are over count. Whom a person reached by
hand meanwhile is an untouched control no more: they are left out of both arms alike, and counted.
(methods.md 4.3.)
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from tools.reports.incrementality.paid_lines import put_paid_lines, whole
from tools.reports.incrementality.predicted_vs_realised import PredictedVsRealised, promise_of
from tools.roi.play_effects import relative
from tools.stats.stratified import Difference, Pair, Sums, detectable, difference
from tools.warehouse.billing import bills_end
from tools.warehouse.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tools.roi.economics import Economics
    from tools.roi.plays import Play
    from tools.warehouse.engine import Engine

    Rows = Sequence[Mapping[str, int]]

Rule = Literal["kept", "more", "back", "active"]
RULES: "dict[str, Rule]" = {
    "retention": "kept", "concession": "kept", "upsell": "more", "acceleration": "more",
    "win_back": "back",
}  # fmt: skip
WORDS: "dict[Rule, str]" = {
    "kept": "still paying or paused at the end of the window; worth what it then pays of what it "
    "paid",
    "more": "pays more at the end of the window than at the approval, pauses aside; worth the "
    "change",
    "back": "pays again at the end of the window; worth what it pays",
    "active": "no billing: used or bought within the days that count as there, at the end of the "
    "window; worth nothing that could be counted",
}
BILLING = "subscriptions"
# The stratum of those for whom no lot was drawn: a person had reached them by hand before.
BY_HAND = "reached by hand"
# The stratum of those whom a lot drew to learn: compared with whom it did not draw.
TO_LEARN = "drawn to learn"
_SUMS = ("before", "after", "later", "held_before", "held_after", "held_later")


@dataclass(frozen=True)
class OutcomeWindows:
    """Days: how long a gap in paying may be, and how long a sign of life counts without billing."""

    grace: int = 14
    activity: int = 90


@dataclass(frozen=True)
class PlayDifference:
    """A play, what it changed, and how well that is known.

    Attributes:
        treated: accounts sent to or to be sent to, as assigned; `control` were left out by lot.
        sent: of the treated, those to whom it was sent.
        overridden: of the control, those to whom it was sent all the same.
        treated_by_hand: left out of the comparison, since a person reached them on their own;
            `control_by_hand` of those the lot had left out.
        share: difference of the shares with a good outcome; None when an arm is too small.
        money: difference of what an account pays a month, in minor units; None without billing.
        unpriced: accounts left out of the money, for want of an exchange rate.
        detectable: the least difference of shares that these numbers would show.
    """

    play: str
    goal: str
    rule: Rule | None
    window_days: int
    treated: Sums
    control: Sums
    sent: int
    overridden: int
    share: Difference | None
    money: Difference | None
    unpriced: int
    detectable: float | None
    promise: PredictedVsRealised | None
    missing: str = ""
    treated_by_hand: int = 0
    control_by_hand: int = 0

    @property
    def accounts(self) -> int:
        """Accounts of both arms."""
        return self.treated.n + self.control.n

    def incremental(self) -> tuple[int, int, int] | None:
        """Money a month that was not there without the play, with its interval, in minor units."""
        if self.money is None:
            return None
        ends = (self.money.value, self.money.low, self.money.high)
        low_to_high = [round(end * self.money.treated.n) for end in ends]
        return low_to_high[0], low_to_high[1], low_to_high[2]


@dataclass(frozen=True)
class Incrementality:
    """Every play of the rulebook or of the past, in order of name."""

    as_of: int
    currency: str
    windows: OutcomeWindows
    plays: tuple[PlayDifference, ...]


def measure_incrementality(
    as_of: int,
    engine: "Engine",
    present: "Collection[str]",
    plays: "Sequence[Play]",
    economics: "Economics",
    windows: OutcomeWindows = OutcomeWindows(),
) -> Incrementality:
    """Compare the arms of every play on windows that are over by `as_of`; make `work_clocks`.

    Args:
        as_of: day number D.
        engine: holds the as-of relations subscriptions, usage and invoices, and the relations of
            `tools/reports/agent_activity/relations.py`.
        present: canonical tables this company has at all.
        plays: of the rulebook: they say goal, window and what is believed.
        economics: for the exchange rates of the day.
        windows: grace and activity, as the segments have them.
    """
    billed = BILLING in present
    rules = {play.id: _rule(play, billed=billed) for play in plays}
    _put(as_of, engine, plays, rules, economics)
    grace = windows.grace if billed else 0
    engine.create(
        "work_clocks",
        read_sql(__package__, "clocks"),
        grace=grace,
        outside=BY_HAND,
        to_learn=TO_LEARN,
    )
    engine.create("incrementality_active", read_sql(__package__, "active"), needed=not billed)
    rows = engine.run(
        read_sql(__package__, "arms"),
        as_of=min(as_of, bills_end(engine)),
        grace=grace,
        activity=windows.activity,
        **whole(*_SUMS),
    ).to_pylist()
    grouped: dict[str, list[Mapping[str, int]]] = defaultdict(list)
    for row in rows:
        grouped[row["play"]].append(row)
    found = [_effect(play, rules[play.id], grouped[play.id]) for play in plays]
    found += [_unknown(name) for name in _forgotten(engine, rules)]
    return Incrementality(
        as_of, economics.currency, windows, tuple(sorted(found, key=lambda one: one.play))
    )


def _rule(play: "Play", *, billed: bool) -> Rule | None:
    rule = RULES[play.goal]
    if billed:
        return rule
    return None if rule == "more" else "active"


def _put(
    as_of: int,
    engine: "Engine",
    plays: "Sequence[Play]",
    rules: "Mapping[str, Rule | None]",
    economics: "Economics",
) -> None:
    """Put what is known before any account is looked at."""
    known = [play for play in plays if rules[play.id] is not None]
    engine.put(
        "incrementality_plays",
        pa.table(
            {
                "play": pa.array([play.id for play in known], pa.string()),
                "rule": pa.array([rules[play.id] for play in known], pa.string()),
                "window_days": pa.array([play.window_days for play in known], pa.int32()),
            }
        ),
    )
    put_paid_lines(as_of, engine, economics)


def _forgotten(engine: "Engine", rules: "Collection[str]") -> list[str]:
    rows = engine.run("SELECT DISTINCT play AS play FROM work_draws ORDER BY play").to_pylist()
    return [row["play"] for row in rows if row["play"] not in rules]


def _unknown(name: str) -> PlayDifference:
    """A play people worked by that the rulebook does not hold any more."""
    lacks = f"missing: the play {name} in the rulebook, for its window"
    return PlayDifference(name, "", None, 0, Sums(), Sums(), 0, 0, None, None, 0, None, None, lacks)


def _believed(play: "Play", rate: float) -> float:
    """The points by which the play is believed to move what happens to those held out."""
    part, _ = relative(play.effect, play.effect.belief, play.window_days)
    return abs(float(part)) * (1 - rate if play.without == "score" else rate) or 0.01


def _effect(play: "Play", rule: Rule | None, every: "Rows") -> PlayDifference:
    rows = [row for row in every if not row["by_hand"]]
    apart = [row for row in every if row["by_hand"]]
    successes, money = _strata(rows)
    whole = sum(successes.values(), Pair())
    believed = _believed(play, whole.control.mean)
    share = difference(successes, share=True, expected=believed)
    worth = difference(money, share=False, expected=believed * _typical(money)) if money else None
    held = [row for row in rows if row["held"]]
    reached = [row for row in rows if not row["held"]]
    return PlayDifference(
        play.id,
        play.goal,
        rule,
        play.window_days,
        whole.treated,
        whole.control,
        sum(row["sent"] for row in reached),
        sum(row["sent"] for row in held),
        share,
        worth,
        sum(r["accounts"] for r in rows if r["minor"] is None) if rule != "active" else 0,
        detectable(whole.control.mean, whole.treated.n, whole.control.n),
        promise_of(reached, share),
        _lacks(rule),
        sum(row["accounts"] for row in apart if not row["held"]),
        sum(row["accounts"] for row in apart if row["held"]),
    )


def _lacks(rule: Rule | None) -> str:
    return f"missing: {BILLING}" if rule is None else ""


def _strata(rows: "Rows") -> "tuple[dict[str, Pair], dict[str, Pair]]":
    """The sums of each stratum: of good outcomes, and of what is paid a month."""
    successes: dict[str, Pair] = defaultdict(Pair)
    money: dict[str, Pair] = defaultdict(Pair)
    for row in rows:
        n, k, value = row["accounts"], row["accounts"] * row["success"], row["minor"]
        stratum = str(row["stratum"])
        successes[stratum] += _arm(row, Sums(n, k, k))
        if value is not None:
            money[stratum] += _arm(row, Sums(n, n * value, n * value * value))
    return dict(successes), dict(money)


def _arm(row: "Mapping[str, int]", sums: Sums) -> Pair:
    return Pair(control=sums) if row["held"] else Pair(treated=sums)


def _typical(money: "Mapping[str, Pair]") -> float:
    """What an account pays, in size: the effect believed in is a part of it."""
    whole = sum(money.values(), Pair())
    both = whole.treated + whole.control
    return float(both.squares / both.n) ** 0.5 or 1.0
