"""Look back: run past weeks in a scratch home, and compare them with what became known since."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from agent.backtest.scratch import read_files, scratch_home
from agent.backtest.weeks import live_through, look_at
from agent.erasing import working
from agent.run import open_morning
from tools.customers.churn.training_data import outcomes
from tools.days import from_number
from tools.errors import BadInput
from tools.reports.backtest import Backtest, measure_score
from tools.reports.backtest.format import limits_of, notes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.backtest.scratch import ScratchHome
    from agent.wiring import Deps
    from tools.customers.churn.definition import ChurnDefinition
    from tools.reports.backtest import BacktestWeek
    from tools.warehouse.asof.world import World

    Progress = Callable[[int, int, str], None]

LEAST_DAYS, WEEK = 90, 7


def look_back(deps: "Deps", weeks: int, until: int | None, progress: "Progress") -> Backtest:
    """Run the mornings of the last weeks before a day, each with what was known on it.

    `until` None is the day after the newest fact, or today. The installation itself is only read.

    Raises:
        BadInput: when there is no company, or too little history for so many weeks.
    """
    with working(deps):
        end = until if until is not None else _newest(deps)
        with scratch_home(deps, end) as home:
            days = past_days(home, weeks, end)
            return _look(home, days, end, progress, reviewers=_reviewers(deps))


def _newest(deps: "Deps") -> int:
    """The day after the newest fact, at latest today."""
    newest = max((f.max_day or 0 for f in read_files(deps.store.manifest)), default=None)
    return deps.today() if newest is None else min(deps.today(), newest + 1)


def _reviewers(deps: "Deps") -> int:
    """How many people may decide; one where nobody is signed up yet."""
    people = deps.store.people.everybody()
    return max(1, sum(one.role in {"reviewer", "approver-2", "admin"} for one in people))


def past_days(home: "ScratchHome", weeks: int, end: int) -> tuple[int, ...]:
    """The mornings to look at, oldest first, a week apart, the last one on the end.

    Raises:
        BadInput: when the oldest would have less than a quarter of history before it.
    """
    first = _first_day(home)
    most = (end - first - LEAST_DAYS) // WEEK + 1
    if most < 1:
        raise BadInput(
            f"too little history: the first fact is of {from_number(first)}, and a morning needs "
            f"{LEAST_DAYS} days before it; load older exports, or wait until "
            f"{from_number(first + LEAST_DAYS)}"
        )
    if weeks > most:
        raise BadInput(
            f"--weeks {weeks}: the first fact is of {from_number(first)}, and a morning needs "
            f"{LEAST_DAYS} days before it; give --weeks {most} or fewer"
        )
    return tuple(end - WEEK * back for back in range(weeks - 1, -1, -1))


def _first_day(home: "ScratchHome") -> int:
    """The first day of use, bills, mails or tickets: older birthdays of records are no history."""
    files = read_files(home.deps.store.manifest)
    lived = [f for f in files if f.table not in {"accounts", "contacts"} and f.rows]
    first = min((f.min_day for f in lived if f.min_day is not None), default=None)
    if first is None:
        raise BadInput(
            "too little history: there is no event, bill, mail or ticket; load exports "
            "that have some"
        )
    return first


def _look(
    home: "ScratchHome", days: tuple[int, ...], end: int, progress: "Progress", *, reviewers: int
) -> Backtest:
    world = open_morning(home.deps, end).world
    found: list[BacktestWeek] = []
    limits = home.deps.rulebook.limits.on(end)
    definition: ChurnDefinition | None = None
    for number, as_of in enumerate(days):
        day = live_through(home, as_of, partial(progress, number, len(days)))
        model = day.morning.scored.model
        definition = model.definition if model is not None else definition
        known = None if model is None else closed_outcomes(world, model.definition, as_of)
        found.append(look_at(home, day, known, limits.reviews_per_day))
    progress(len(days), len(days), "done")
    quality = measure_score([one.scored for one in found], limits.reviews_per_day)
    return Backtest(
        until=end,
        currency=home.deps.rulebook.economics.currency,
        capacity=limits.reviews_per_day,
        reviewers=reviewers,
        definition="" if definition is None else definition.text,
        weeks=tuple(found),
        quality=quality,
        capacity_hours=dict(limits.hours_per_day),
        notes=notes_of(found, quality, world.present),
        limits=limits_of(found),
    )


def closed_outcomes(
    world: "World", definition: "ChurnDefinition", day: int
) -> dict[str, float] | None:
    """Who was lost since a day, 1 or 0 by account; None while the window is open."""
    if day + definition.span_days > world.as_of:
        return None
    table = outcomes(world, definition, [day])
    values = table["churned"].to_numpy(zero_copy_only=False).astype(np.float64)
    return dict(zip(table["account_id"].to_pylist(), values.tolist(), strict=True))
