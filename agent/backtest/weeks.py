"""One past morning: the real steps of the day on a scratch home, and what they leave behind."""

from collections import Counter
from decimal import Decimal
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from agent.graph import STEPS
from agent.run import open_day
from agent.steps import Steps
from approvals.envelope import opened as envelope_of
from tools.reports.backtest import BacktestWeek, QueuedPlay, ScoredAccounts
from tools.reports.backtest.rankings import AGENT, rank, ranked
from tools.reports.backtest.score_quality import measure_score

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.backtest.scratch import ScratchHome
    from agent.day import Day
    from agent.graph import State
    from tools.store.records import Proposal

    Outcomes = Mapping[str, float] | None


def live_through(home: "ScratchHome", as_of: int, progress: "Callable[[str], None]") -> "Day":
    """Run every step of a morning as of a day, the clock set to it, in the scratch home."""
    home.set_day(as_of)
    deps = home.deps
    run = deps.store.runs.open_run(
        as_of, deps.rulebook.fingerprint, deps.recorded_texts, deps.clock()
    )
    day = open_day(deps, as_of, run)
    steps = Steps(deps, day).by_name()
    state: State = {"as_of": as_of}
    for name in STEPS:
        progress(name)
        if name != "read":  # the facts are there, and known from the days they were known on
            state.update(steps[name](state))
    return day


def look_at(home: "ScratchHome", day: "Day", outcomes: "Outcomes", capacity: int) -> BacktestWeek:
    """What the morning scored and queued, beside what simpler rules would have put first."""
    scored = _scored(day, outcomes)
    pairs = zip(scored.accounts, scored.lost.tolist(), strict=True)
    lost = None if outcomes is None else {a: y == 1 for a, y in pairs if not isnan(y)}
    proposals = home.deps.store.proposals.of_day(day.as_of)
    promised = sum(p.value_minor for p in proposals)
    ours = ranked(AGENT, [p.account_id for p in proposals], promised, lost)
    model = day.morning.scored.model
    return BacktestWeek(
        as_of=day.as_of,
        closed=outcomes is not None,
        tier="none" if model is None else model.tier,
        scored=scored,
        quality=measure_score([scored], capacity),
        queued=_queued(proposals),
        rankings=(ours, *rank(day.as_of, day.morning.engine, capacity, lost)),
        refused=len(day.planned.refused),
        missing=day.morning.scored.missing,
    )


def _scored(day: "Day", outcomes: "Outcomes") -> ScoredAccounts:
    """The accounts that had a usable score, in order of their ids."""
    rows = day.morning.engine.run(
        "SELECT account_id AS account_id, probability AS probability FROM scores "
        "WHERE NOT probability IS NULL AND unscored_reason IS NULL "
        "AND CAST(tier AS VARCHAR) <> 'none' ORDER BY account_id"
    )
    accounts: list[str] = rows["account_id"].to_pylist()
    known = outcomes or {}
    lost = np.array([known.get(account, np.nan) for account in accounts], dtype=np.float64)
    probability = rows["probability"].to_numpy(zero_copy_only=False).astype(np.float64)
    return ScoredAccounts(tuple(accounts), probability, lost)


def _queued(proposals: "tuple[Proposal, ...]") -> tuple[QueuedPlay, ...]:
    """The proposals by play, most first."""
    whats = {p.id: envelope_of(p)["what"] for p in proposals}
    found = []
    counts = Counter(p.play for p in proposals)
    for play, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        ours = [p for p in proposals if p.play == play]
        hours = sum((Decimal(whats[p.id]["hours"]) for p in ours), Decimal(0))
        role = str(whats[ours[0].id]["role"])
        found.append(QueuedPlay(play, role, n, sum(p.value_minor for p in ours), hours))
    return tuple(found)
